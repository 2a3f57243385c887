"""Packets room. A DTLS 1.2 ClientHello in the order of different stacks, and the answer to it (RFC 6347)."""

from .stamp import STAMP_BYTES

STACKS: dict[str, tuple[int, ...]] = {
    "openssl": (0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0xC02B, 0xC02F, 0xC024, 0xC028, 0xC023, 0xC027, 0xC00A, 0xC014),
    "browser": (0xC02B, 0xC02F, 0xCCA9, 0xCCA8, 0xC009, 0xC013, 0xC00A, 0xC014),
    "pion": (0xC02B, 0xC02F, 0xC00A, 0xC014),
}
"""Ciphers in the order in which programs that make calls offer them: filters know programs by it."""

_CLIENT_HELLO, _HELLO_VERIFY, _HANDSHAKE = 1, 3, 0x16
_VERSION = b"\xfe\xfd"


def client_hello(stack: str, stamp: bytes) -> bytes:
    """The first datagram of a handshake. `KeyError` for a stack that is not in `STACKS`."""
    ciphers = b"".join(cipher.to_bytes(2, "big") for cipher in STACKS[stack])
    body = _VERSION + stamp + bytes(range(32 - STAMP_BYTES)) + b"\0\0"
    body += len(ciphers).to_bytes(2, "big") + ciphers + b"\x01\0"
    extensions = _extensions()
    body += len(extensions).to_bytes(2, "big") + extensions
    return _record(_CLIENT_HELLO, body)


def hello_verify(stamp: bytes) -> bytes:
    """The server's first answer: a cookie, and the stamp in it. Shorter than any ClientHello."""
    cookie = stamp + bytes(8)
    return _record(_HELLO_VERIFY, b"\xfe\xff" + bytes([len(cookie)]) + cookie)


def is_client_hello(data: bytes) -> bool:
    """Whether a datagram begins a DTLS handshake."""
    return len(data) >= 60 and data[0] == _HANDSHAKE and data[1] == 0xFE and data[13] == _CLIENT_HELLO


def is_record(data: bytes) -> bool:
    """Whether a datagram begins with any DTLS record."""
    return len(data) >= 13 and 20 <= data[0] <= 23 and data[1] == 0xFE


def _extensions() -> bytes:
    """Groups, point formats, signature algorithms, master secret, SRTP: what a call's handshake has."""
    return b"".join(
        number.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value
        for number, value in (
            (0x0017, b""),
            (0x000A, b"\0\x06\0\x1d\0\x17\0\x18"),
            (0x000B, b"\x01\0"),
            (0x000D, b"\0\x08\x04\x03\x08\x04\x04\x01\x02\x01"),
            (0x000E, b"\0\x04\0\x07\0\x01\0"),
            (0xFF01, b"\0"),
        )
    )


def _record(kind: int, body: bytes) -> bytes:
    size = len(body).to_bytes(3, "big")
    message = bytes([kind]) + size + b"\0\0" + b"\0\0\0" + size + body
    version = b"\xfe\xff" if kind == _HELLO_VERIFY else _VERSION
    return bytes([_HANDSHAKE]) + version + bytes(8) + len(message).to_bytes(2, "big") + message
