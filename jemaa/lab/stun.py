"""Lab room. STUN and TURN as a filter reads them (RFC 8489, RFC 8656, RFC 4571 for TCP framing)."""

from dataclasses import dataclass

COOKIE = b"\x21\x12\xa4\x42"
HEADER_BYTES = 20
MOST_TYPE, MOST_METHOD = 0x3FFF, 0xFFF
"""A type has 14 bits, 12 of them are the method (RFC 8489 §5)."""
BINDING, ALLOCATE = 0x001, 0x003
TURN_METHODS = frozenset({3, 4, 6, 7, 8, 9, 0xA, 0xB, 0xC})
"""Allocate, Refresh, Send, Data, CreatePermission, ChannelBind and TURN over TCP (RFC 6062)."""


@dataclass(frozen=True, slots=True)
class Message:
    """A STUN message: the type as it is on the wire, the method in it, its attributes."""

    type: int
    method: int
    attributes: tuple[tuple[int, bytes], ...]


def has_cookie(data: bytes, *, least: int = HEADER_BYTES) -> bool:
    """Whether this is STUN by its fixed parts: two zero bits, the cookie, a length that is a multiple of four."""
    return len(data) >= least and data[0] < 0x40 and data[4:8] == COOKIE and data[3] & 3 == 0


def on_tcp(data: bytes) -> bytes:
    """The message in the first bytes of a TCP stream, with or without the two-byte frame; empty if there is none."""
    if has_cookie(data):
        return data
    return data[2:] if has_cookie(data[2:]) else b""


def parse(data: bytes) -> Message | None:
    """Read a message; attributes that run over the end are left out."""
    if not has_cookie(data):
        return None
    kind = int.from_bytes(data[:2], "big")
    return Message(kind, method(kind), tuple(_attributes(data[HEADER_BYTES:])))


def method(kind: int) -> int:
    """The method in a type: what is left without the two bits of its class (RFC 8489 §5)."""
    return (kind & 0x000F) | (kind & 0x00E0) >> 1 | (kind & 0x3E00) >> 2


def _attributes(data: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at + 4 <= len(data):
        kind, size = int.from_bytes(data[at : at + 2], "big"), int.from_bytes(data[at + 2 : at + 4], "big")
        if at + 4 + size > len(data):
            break
        found.append((kind, data[at + 4 : at + 4 + size]))
        at += 4 + (size + 3 & ~3)
    return found


def is_channel_data(data: bytes) -> bool:
    """TURN ChannelData by its first byte, and a length that fits (RFC 8656 §12.4)."""
    return len(data) >= 4 and 0x40 <= data[0] <= 0x4F and int.from_bytes(data[2:4], "big") <= len(data) - 4


def message(kind: int, attributes: tuple[tuple[int, bytes], ...] = (), transaction: bytes = bytes(range(12))) -> bytes:
    """A message with this type on the wire."""
    body = b""
    for number, value in attributes:
        body += number.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value + b"\0" * (-len(value) % 4)
    return kind.to_bytes(2, "big") + len(body).to_bytes(2, "big") + COOKIE + transaction + body
