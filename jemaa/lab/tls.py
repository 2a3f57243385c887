"""Lab room. A TLS ClientHello: the name asked for, and the fingerprint that tells one stack from another.

(RFC 8446 §4.1.2, RFC 6066 §3; fingerprints after JA3 and JA4.)
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClientHello:
    """What a middlebox can read of it. Lists are in the order of the wire, GREASE (RFC 8701) left out."""

    version: int
    ciphers: tuple[int, ...]
    extensions: tuple[int, ...]
    groups: tuple[int, ...]
    formats: tuple[int, ...]
    server_name: str
    protocols: tuple[str, ...]

    @property
    def ja3(self) -> str:
        """The JA3 fingerprint: MD5 of version, ciphers, extensions, groups and formats in their order."""
        parts = (self.ciphers, self.extensions, self.groups, self.formats)
        text = ",".join([str(self.version), *("-".join(map(str, part)) for part in parts)])
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    @property
    def ja4(self) -> str:
        """A fingerprint after JA4 part a and b: it stays when a browser shuffles its extensions."""
        name = "d" if self.server_name else "i"
        protocol = self.protocols[0] if self.protocols else ""
        first = (protocol[:1] + protocol[-1:]) if protocol else "00"
        ciphers = ",".join(f"{cipher:04x}" for cipher in sorted(self.ciphers))
        digest = hashlib.sha256(ciphers.encode()).hexdigest()[:12]
        return (
            f"{self.version:04x}{name}{min(len(self.ciphers), 99):02}{min(len(self.extensions), 99):02}{first}_{digest}"
        )


@dataclass(frozen=True, slots=True)
class ServerHello:
    """What a middlebox can read of it. Lists are in the order of the wire; `groups` is empty as a rule: they are not a
    server's to name there (RFC 8422 §5.1)."""

    version: int
    cipher: int
    extensions: tuple[int, ...]
    groups: tuple[int, ...]


class _Reader:
    """Takes numbers and vectors off the front; raises IndexError at the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        if self.left() < count:
            raise IndexError(count)
        self._at += count
        return self._data[self._at - count : self._at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> bytes:
        return self.take(self.number(size))


def looks_like_tls(data: bytes) -> bool:
    """Judged on five bytes, as simple boxes do: a handshake record of any SSL 3 or TLS version."""
    return len(data) >= 5 and data[0] in (0x14, 0x15, 0x16, 0x17) and data[1] == 3 and data[2] <= 4


def record_wants(data: bytes) -> int:
    """Bytes that the ClientHello at the start of a stream needs in all; 0 if there is none."""
    if not data:
        return 5
    if data[0] != 0x16 or (len(data) > 1 and data[1] != 3):
        return 0
    return 5 if len(data) < 5 else 5 + int.from_bytes(data[3:5], "big")


def client_hello(stream: bytes) -> ClientHello | None:
    """The ClientHello at the start of a TCP stream, also when it is spread over records; None if there is none."""
    message, at = b"", 0
    while len(stream) >= at + 5 and stream[at] == 0x16 and stream[at + 1] == 3:
        size = int.from_bytes(stream[at + 3 : at + 5], "big")
        message += stream[at + 5 : at + 5 + size]
        at += 5 + size
        if len(message) >= 4 and len(message) >= 4 + int.from_bytes(message[1:4], "big"):
            break
    return handshake_hello(message)


def handshake_hello(message: bytes, *, dtls: bool = False) -> ClientHello | None:
    """A ClientHello from its handshake message (TLS or, without its fragment fields, DTLS); None if it is none."""
    if len(message) < 4 or message[0] != 1:
        return None
    size = int.from_bytes(message[1:4], "big")
    if len(message) < 4 + size:
        return None
    try:
        return _read(_Reader(message[4 : 4 + size]), dtls)
    except IndexError:
        return None


def _read(reader: _Reader, dtls: bool) -> ClientHello:
    version = reader.number(2)
    reader.take(32)
    reader.vector(1)
    if dtls:
        reader.vector(1)  # the cookie (RFC 6347 §4.2.1)
    ciphers = _numbers(reader.vector(2), 2)
    reader.vector(1)
    extensions, bodies = _extensions(reader)
    return ClientHello(
        version=version,
        ciphers=without_grease(ciphers),
        extensions=without_grease(extensions),
        groups=without_grease(_numbers(_inner(bodies.get(10, b""), 2), 2)),
        formats=tuple(_inner(bodies.get(11, b""), 1)),
        server_name=_server_name(bodies.get(0, b"")),
        protocols=_protocols(bodies.get(16, b"")),
    )


def server_hello(message: bytes) -> ServerHello | None:
    """A ServerHello from its handshake message, of TLS or DTLS; None if it is none."""
    if len(message) < 4 or message[0] != 2 or len(message) < 4 + int.from_bytes(message[1:4], "big"):
        return None
    reader = _Reader(message[4 : 4 + int.from_bytes(message[1:4], "big")])
    try:
        version = reader.number(2)
        reader.take(32)
        reader.vector(1)
        cipher = reader.number(2)
        reader.take(1)
        extensions, bodies = _extensions(reader)
        groups = _numbers(_inner(bodies.get(10, b""), 2), 2)
    except IndexError:
        return None
    return ServerHello(version, cipher, tuple(extensions), tuple(groups))


def _extensions(reader: _Reader) -> tuple[list[int], dict[int, bytes]]:
    """The kinds in their order, and what the first of each kind has in it."""
    kinds: list[int] = []
    bodies: dict[int, bytes] = {}
    if reader.left():
        rest = _Reader(reader.vector(2))
        while rest.left():
            kind = rest.number(2)
            bodies.setdefault(kind, rest.vector(2))
            kinds.append(kind)
    return kinds, bodies


def _inner(body: bytes, size: int) -> bytes:
    return _Reader(body).vector(size) if body else b""


def _numbers(data: bytes, size: int) -> list[int]:
    return [int.from_bytes(data[at : at + size], "big") for at in range(0, len(data) - size + 1, size)]


def without_grease(values: Sequence[int]) -> tuple[int, ...]:
    """These values without those that say nothing (RFC 8701)."""
    return tuple(value for value in values if value & 0x0F0F != 0x0A0A or value >> 8 != value & 0xFF)


def _server_name(body: bytes) -> str:
    names = _Reader(_inner(body, 2))
    while names.left():
        kind, name = names.number(1), names.vector(2)
        if kind == 0:
            return name.decode("ascii", "replace").lower().rstrip(".")
    return ""


def _protocols(body: bytes) -> tuple[str, ...]:
    reader, found = _Reader(_inner(body, 2)), []
    while reader.left():
        found.append(reader.vector(1).decode("ascii", "replace"))
    return tuple(found)
