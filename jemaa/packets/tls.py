"""Packets room. A TLS 1.3 ClientHello message, for QUIC's first packet (RFC 8446 §4.1.2)."""


def _extension(number: int, value: bytes) -> bytes:
    return number.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value


def client_hello(name: str, share: bytes) -> bytes:
    """The handshake message that asks for `name`; `share` is 32 bytes in the place of an X25519 key."""
    entry = b"\0" + len(name).to_bytes(2, "big") + name.encode()
    extensions = (
        _extension(0x0000, len(entry).to_bytes(2, "big") + entry)
        + _extension(0x000A, b"\0\x04\0\x1d\0\x17")
        + _extension(0x000D, b"\0\x06\x04\x03\x08\x04\x04\x01")
        + _extension(0x0010, b"\0\x03\x02h3")
        + _extension(0x002B, b"\x02\x03\x04")
        + _extension(0x0033, b"\0\x24\0\x1d\0\x20" + share)
        + _extension(0x0039, b"\x01\x04\x80\0\x75\x30\x04\x04\x80\x10\0\0")
    )
    body = b"\x03\x03" + share + b"\0" + b"\0\x06\x13\x01\x13\x02\x13\x03" + b"\x01\0"
    body += len(extensions).to_bytes(2, "big") + extensions
    return b"\x01" + len(body).to_bytes(3, "big") + body
