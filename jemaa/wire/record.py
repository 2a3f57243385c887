"""Wire room. Records: chunks of several tracks in one body (docs/protocol.md §1.3)."""

from collections.abc import Iterator

from jemaa.errors import ProtocolError

from .varint import decode_varint, encode_varint

CONTROL = 0
"""The track whose bodies are JSON messages."""


def encode_record(track: int, body: bytes) -> bytes:
    """One record."""
    return b"".join((encode_varint(track), encode_varint(len(body)), body))


def decode_records(data: bytes) -> list[tuple[int, bytes]]:
    """All records of `data`, which must end with one. `ProtocolError` `truncated`."""
    return list(each_record(data))


def each_record(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The same one by one: 300 kB can be 150,000 records, and whoever has had enough reads no further."""
    at = 0
    while at < len(data):
        track, at = decode_varint(data, at)
        length, at = decode_varint(data, at)
        if at + length > len(data):
            raise ProtocolError("truncated", "A record is cut off.")
        yield track, data[at : at + length]
        at += length
