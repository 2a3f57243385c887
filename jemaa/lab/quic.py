"""Lab room. A QUIC Initial opened as anybody on the path can: its keys come from its own connection id.

(RFC 9000 §17.2.2, RFC 9001 §5 and its appendix A, RFC 9369 for version 2.) Needs the package `cryptography`
(`pip install 'jemaa[lab]'`); without it an Initial is recognised and its name is not read.
"""

import hashlib
import hmac
from dataclasses import dataclass

from .tls import ClientHello, handshake_hello

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    CAN_OPEN = True
except ImportError:
    CAN_OPEN = False

V1, V2 = 0x00000001, 0x6B3343CF
_SALTS = {
    V1: bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"),
    V2: bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9"),
}
_LABELS = {V1: (b"quic key", b"quic iv", b"quic hp"), V2: (b"quicv2 key", b"quicv2 iv", b"quicv2 hp")}
_INITIAL_TYPE = {V1: 0, V2: 1}


def version(datagram: bytes) -> int | None:
    """The version in a long header with both high bits, as filters look for it; None if this is not one."""
    if len(datagram) < 5 or datagram[0] < 0xC0:
        return None
    return int.from_bytes(datagram[1:5], "big")


@dataclass(frozen=True, slots=True)
class _Header:
    version: int
    connection: bytes
    number_at: int
    end: int


def _variable(data: bytes, at: int) -> tuple[int, int]:
    """A variable-length integer and where it ends (RFC 9000 §16); IndexError at the end of the data."""
    size = 1 << (data[at] >> 6)
    if at + size > len(data):
        raise IndexError(at)
    return int.from_bytes(data[at : at + size], "big") & ((1 << (8 * size - 2)) - 1), at + size


def _header(datagram: bytes) -> _Header | None:
    found = version(datagram)
    if found not in _SALTS or (datagram[0] >> 4) & 3 != _INITIAL_TYPE[found]:
        return None
    try:
        at = 6 + datagram[5]
        connection = datagram[6:at]
        at += 1 + datagram[at]  # the source connection id
        token, at = _variable(datagram, at)
        length, at = _variable(datagram, at + token)
    except IndexError:
        return None
    if len(connection) > 20 or at + length > len(datagram) or length < 20:
        return None
    return _Header(found, connection, at, at + length)


def _expand(secret: bytes, label: bytes, size: int) -> bytes:
    """HKDF-Expand-Label with an empty context, for up to 32 bytes (RFC 8446 §7.1)."""
    full = b"tls13 " + label
    info = size.to_bytes(2, "big") + bytes([len(full)]) + full + b"\0"
    return hmac.new(secret, info + b"\1", hashlib.sha256).digest()[:size]


def client_keys(found: int, connection: bytes) -> tuple[bytes, bytes, bytes]:
    """(key, iv, header protection) of a client's Initial (RFC 9001 §5.2)."""
    initial = hmac.new(_SALTS[found], connection, hashlib.sha256).digest()
    client = _expand(initial, b"client in", 32)
    key, iv, protection = _LABELS[found]
    return _expand(client, key, 16), _expand(client, iv, 12), _expand(client, protection, 16)


def _mask(protection: bytes, sample: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(protection), modes.ECB()).encryptor()
    return encryptor.update(sample)[:5]


def opened(datagram: bytes) -> bytes | None:
    """The frames inside a client's Initial; None if it is none or its seal is not right."""
    header = _header(datagram) if CAN_OPEN else None
    if header is None:
        return None
    key, iv, protection = client_keys(header.version, header.connection)
    sample = datagram[header.number_at + 4 : header.number_at + 20]
    if len(sample) < 16:
        return None
    mask = _mask(protection, sample)
    first = datagram[0] ^ (mask[0] & 0x0F)
    size = (first & 3) + 1
    number = bytes(a ^ b for a, b in zip(datagram[header.number_at :][:size], mask[1:], strict=False))
    associated = bytes([first]) + datagram[1 : header.number_at] + number
    nonce = (int.from_bytes(iv, "big") ^ int.from_bytes(number, "big")).to_bytes(12, "big")
    try:
        return AESGCM(key).decrypt(nonce, datagram[header.number_at + size : header.end], associated)
    except InvalidTag:
        return None


def crypto_frames(frames: bytes) -> list[tuple[int, bytes]]:
    """(offset, data) of each CRYPTO frame; stops at a frame that an Initial does not have (RFC 9000 §12.4)."""
    found, at = [], 0
    try:
        while at < len(frames):
            kind, at = _variable(frames, at)
            if kind == 0x06:
                offset, at = _variable(frames, at)
                size, at = _variable(frames, at)
                found.append((offset, frames[at : at + size]))
                at += size
            elif kind in (0x02, 0x03):
                at = _past_acknowledgement(frames, at, kind)
            elif kind > 0x01:
                break
    except IndexError:
        return found
    return found


def _past_acknowledgement(frames: bytes, at: int, kind: int) -> int:
    _, at = _variable(frames, at)
    _, at = _variable(frames, at)
    count, at = _variable(frames, at)
    for _ in range(1 + 2 * count + (3 if kind == 0x03 else 0)):
        _, at = _variable(frames, at)
    return at


class Hello:
    """The ClientHello of one connection, also when a browser spreads it over several Initials."""

    __slots__ = ("_parts",)

    def __init__(self) -> None:
        self._parts: dict[int, bytes] = {}

    def add(self, datagram: bytes) -> ClientHello | None:
        """Take a client's datagram; the ClientHello once it is whole."""
        frames = opened(datagram)
        if frames is None:
            return None
        for offset, data in crypto_frames(frames):
            if len(self._parts) < 64:
                self._parts.setdefault(offset, data)
        message = b""
        for offset, data in sorted(self._parts.items()):
            if offset > len(message):
                return None
            message += data[len(message) - offset :]
        return handshake_hello(message)


def initial(connection: bytes, message: bytes, *, found: int = V1, offset: int = 0) -> bytes:
    """A client's Initial that carries `message`, padded to 1,200 bytes: what the tests and the matrix send."""
    frame = b"\x06" + (0x4000 | offset).to_bytes(2, "big") + (0x4000 | len(message)).to_bytes(2, "big") + message
    head = bytes([0xC0 | _INITIAL_TYPE[found] << 4 | 3]) + found.to_bytes(4, "big")
    head += bytes([len(connection)]) + connection + b"\0\0"
    frames = frame.ljust(1200 - len(head) - 2 - 4 - 16, b"\0")
    length = (0x4000 | (4 + len(frames) + 16)).to_bytes(2, "big")
    number = b"\0\0\0\0"
    key, iv, protection = client_keys(found, connection)
    sealed = AESGCM(key).encrypt(iv, frames, head + length + number)
    mask = _mask(protection, sealed[:16])
    hidden = bytes(a ^ b for a, b in zip(number, mask[1:], strict=True))
    return bytes([head[0] ^ (mask[0] & 0x0F)]) + head[1:] + length + hidden + sealed
