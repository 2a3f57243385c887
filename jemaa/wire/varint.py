"""Wire room. Unsigned integers in 1, 2, 4 or 8 bytes (RFC 9000 §16)."""

from jemaa.errors import ProtocolError

MAX_VARINT = 2**62 - 1


def encode_varint(value: int) -> bytes:
    """The shortest form; `value` is 0 … 2^62-1."""
    if value < 0x40:
        return value.to_bytes(1, "big")
    if value < 0x4000:
        return (value | 0x4000).to_bytes(2, "big")
    if value < 0x4000_0000:
        return (value | 0x8000_0000).to_bytes(4, "big")
    return (value | 0xC000_0000_0000_0000).to_bytes(8, "big")


def decode_varint(data: bytes, at: int) -> tuple[int, int]:
    """The value at `at` and the offset behind it. `ProtocolError` `truncated` if it is not all there."""
    if at >= len(data):
        raise ProtocolError("truncated", "A number is cut off.")
    length = 1 << (data[at] >> 6)
    end = at + length
    if end > len(data):
        raise ProtocolError("truncated", "A number is cut off.")
    return int.from_bytes(data[at:end], "big") & ((1 << (8 * length - 2)) - 1), end
