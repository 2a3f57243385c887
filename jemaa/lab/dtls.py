"""Lab room. DTLS handshakes as a filter reads them (RFC 6347, RFC 9147)."""

from collections.abc import Iterator

from jemaa import limits

from .reassembly import Beginning
from .tls import ClientHello, handshake_hello

_VERSIONS = (b"\xfe\xff", b"\xfe\xfd", b"\xfe\xfc")
_HANDSHAKE = 0x16
_RECORD_BYTES, _MESSAGE_BYTES = 13, 12
"""The headers of a record and of a message in it (RFC 6347 §4.1, §4.2.2)."""
CLIENT_HELLO, SERVER_HELLO = 1, 2


def handshake_type(datagram: bytes) -> int | None:
    """The type of the handshake message that a datagram begins with; None if it begins with none."""
    if len(datagram) < 14 or datagram[0] != _HANDSHAKE or datagram[1:3] not in _VERSIONS:
        return None
    return datagram[13]


def client_hello(datagram: bytes) -> ClientHello | None:
    """The ClientHello, if it is whole in this datagram, in however many records."""
    message = Message(CLIENT_HELLO).add(datagram)
    return None if message is None else handshake_hello(message, dtls=True)


class Message:
    """Handshake messages of one kind in one direction of a flow, one after the other, put together from fragments: over
    the records of a datagram, and over datagrams, in any order (RFC 6347 §4.2.3)."""

    __slots__ = ("_beginning", "_kind", "_which")

    def __init__(self, kind: int) -> None:
        self._kind = kind
        self._which = (-1, -1)
        self._beginning = Beginning(0)

    def add(self, datagram: bytes) -> bytes | None:
        """The message that this datagram makes whole, as TLS would have it: without the fields of fragments."""
        whole = None
        for kind, size, number, offset, body in _fragments(datagram):
            if kind != self._kind or size > limits.LAB_STREAM_BYTES:
                continue
            if self._which != (number, size):
                self._which, self._beginning = (number, size), Beginning(0)
            self._beginning.add(offset, body)
            if len(self._beginning.data) >= size:
                whole = bytes([kind]) + size.to_bytes(3, "big") + self._beginning.data[:size]
                self._which = (-1, -1)  # what is repeated is as guilty, and is put together anew
        return whole


def _fragments(datagram: bytes) -> Iterator[tuple[int, int, int, int, bytes]]:
    """(type, length of the whole message, its number, where this part begins, this part) of what is not encrypted."""
    at = 0
    while len(datagram) >= at + _RECORD_BYTES and datagram[at] == _HANDSHAKE and datagram[at + 1 : at + 3] in _VERSIONS:
        body = at + _RECORD_BYTES
        end = body + int.from_bytes(datagram[at + 11 : body], "big")
        if datagram[at + 3 : at + 5] == b"\0\0":  # the epoch before there are keys
            yield from _messages(datagram[body:end])
        at = end


def _messages(record: bytes) -> Iterator[tuple[int, int, int, int, bytes]]:
    at = 0
    while len(record) >= at + _MESSAGE_BYTES:
        head = [int.from_bytes(record[at + a : at + b], "big") for a, b in ((1, 4), (4, 6), (6, 9), (9, 12))]
        size, number, offset, length = head
        body = record[at + _MESSAGE_BYTES : at + _MESSAGE_BYTES + length]
        if len(body) == length and offset + length <= size:
            yield record[at], size, number, offset, body
        at += _MESSAGE_BYTES + length
