"""Wire room. The same bytes for everyone, framed once for each kind of connection."""

from collections.abc import Callable

Framing = Callable[[bytes], bytes]

_BINARY = 0x82
_TEXT = 0x81


def websocket_binary(payload: bytes) -> bytes:
    """A whole, unmasked, uncompressed WebSocket message from a server (RFC 6455 §5.2)."""
    return _websocket(_BINARY, payload)


def websocket_text(payload: bytes) -> bytes:
    """As `websocket_binary`; `payload` is UTF-8."""
    return _websocket(_TEXT, payload)


def http_chunk(payload: bytes) -> bytes:
    """A chunk of an HTTP/1.1 chunked body (RFC 9112 §7.1)."""
    return b"%x\r\n%b\r\n" % (len(payload), payload)


def _websocket(first: int, payload: bytes) -> bytes:
    length = len(payload)
    if length < 126:
        head = bytes((first, length))
    elif length < 65_536:
        head = bytes((first, 126)) + length.to_bytes(2, "big")
    else:
        head = bytes((first, 127)) + length.to_bytes(8, "big")
    return head + payload
