"""Wire room. Opus in Ogg, so that any player plays it (RFC 3533, RFC 7845).

In: Opus packets of a known length. Out: pages. The pages of one `OggPages` are the same bytes for every listener; each
begins with `headers`, and may come in at any page: RFC 7845 §4 lets a stream begin at any granule position.
"""

import struct
from collections.abc import Sequence

_RATE = 48_000
PRE_SKIP = 312
"""Samples at 48 kHz that libopus' encoder looks ahead: cut off by the player (RFC 7845 §4.2)."""


def _table_entry(byte: int) -> int:
    value = byte << 24
    for _ in range(8):
        value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
    return value & 0xFFFFFFFF


_TABLE = tuple(_table_entry(byte) for byte in range(256))


class OggPages:
    """One logical stream. `serial` must differ from that of any other stream that a player may see beside it."""

    def __init__(self, serial: int, *, frame_ms: int) -> None:
        self._serial = serial
        self._samples = frame_ms * _RATE // 1000
        self._granule = 0
        self._sequence = 2

    def headers(self) -> bytes:
        """The two pages that every listener gets first: OpusHead (mono, 48 kHz) and OpusTags (RFC 7845 §5)."""
        head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, PRE_SKIP, _RATE, 0, 0)
        vendor = b"jemaa"
        tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
        return _page(2, 0, self._serial, 0, [head]) + _page(0, 0, self._serial, 1, [tags])

    def page(self, packets: Sequence[bytes], *, is_last: bool = False) -> bytes:
        """The next packets as one page; at most 255 segments, which `packets` of a second never reach."""
        self._granule += len(packets) * self._samples
        page = _page(4 if is_last else 0, self._granule, self._serial, self._sequence, packets)
        self._sequence += 1
        return page


def _page(flags: int, granule: int, serial: int, sequence: int, packets: Sequence[bytes]) -> bytes:
    """RFC 3533 §6. A packet is laced in segments of 255 bytes and ends with a shorter one."""
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes((len(packet) % 255,)) for packet in packets)
    assert len(lacing) <= 255  # Opus of at most 64 kb/s, a second a page
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, serial, sequence, 0, len(lacing)) + lacing
    body = b"".join(packets)
    checksum = _crc(head + body)
    return head[:22] + struct.pack("<I", checksum) + head[26:] + body


def _crc(data: bytes) -> int:
    """CRC-32 with polynomial 0x04c11db7, not reflected, starting at 0 (RFC 3533 §6)."""
    value = 0
    for byte in data:
        value = ((value << 8) & 0xFFFFFFFF) ^ _TABLE[(value >> 24) ^ byte]
    return value
