"""CPU. Opus in Ogg pages (RFC 3533, RFC 7845), for the radio and for recorded questions.

Pages are made once and every listener of a rendition gets the same ones after the two header pages, wherever he joins.
"""

import zlib
from collections.abc import Sequence

from .opus import PRE_SKIP, RATE

_FIRST = 2
_LAST = 4
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))
_MAX_LACES = 255


class OggOpus:
    """One logical stream. `headers` first, then a page for each chunk."""

    def __init__(self, serial: int, vendor: str = "jemaa", title: str = "") -> None:
        self._serial = serial
        self._page = 2
        head = b"OpusHead\x01\x01" + PRE_SKIP.to_bytes(2, "little") + RATE.to_bytes(4, "little") + bytes(3)
        name = vendor.encode()
        comments = [f"TITLE={title}".encode()] if title else []
        tags = b"OpusTags" + _counted(name) + len(comments).to_bytes(4, "little") + b"".join(map(_counted, comments))
        self.headers = self._bytes(_FIRST, 0, 0, [head]) + self._bytes(0, 0, 1, [tags])
        """The two pages that every listener needs first."""

    def page(self, frames: Sequence[bytes], end_ms: int, *, is_last: bool = False) -> bytes:
        """The frames of one chunk; `end_ms` is the media time just behind them."""
        granule = end_ms * (RATE // 1000)
        number = self._page
        self._page += 1
        return self._bytes(_LAST * is_last, granule, number, frames)

    def _bytes(self, flags: int, granule: int, number: int, packets: Sequence[bytes]) -> bytes:
        """A page (RFC 3533 §6). All packets fit one page: at most 255 lacing values."""
        laces = bytearray()
        for packet in packets:
            laces += b"\xff" * (len(packet) // 255) + bytes((len(packet) % 255,))
        assert len(laces) <= _MAX_LACES, "a chunk of sound is far below 64 kB"
        head = b"OggS\x00" + bytes((flags,)) + granule.to_bytes(8, "little") + self._serial.to_bytes(4, "little")
        head += number.to_bytes(4, "little")
        tail = bytes((len(laces),)) + bytes(laces) + b"".join(packets)
        return head + _checksum(head + bytes(4) + tail) + tail


def opus_file(frames: Sequence[bytes], frame_ms: int, *, title: str = "") -> bytes:
    """A whole Ogg/Opus file of these frames, for a recorded question."""
    ogg = OggOpus(1, title=title)
    a_page = max(1, 960 // frame_ms)
    pages = [ogg.headers]
    for start in range(0, len(frames), a_page):
        part = frames[start : start + a_page]
        end = start + len(part)
        pages.append(ogg.page(part, end * frame_ms, is_last=end == len(frames)))
    return b"".join(pages)


def _counted(text: bytes) -> bytes:
    return len(text).to_bytes(4, "little") + text


def _checksum(page: bytes) -> bytes:
    """Ogg's CRC (polynomial 0x04c11db7, high bit first, from 0) by zlib's, which has low bit first, from all ones.

    The polynomial is the same, so the bits of every byte are turned round before and those of the result after.
    zlib inverts its register on the way in and out: starting it with all ones undoes the one, the last line the other.
    """
    crc = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return crc.to_bytes(4, "little").translate(_REVERSED)[::-1]
