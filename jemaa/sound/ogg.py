"""CPU. Opus in Ogg pages (RFC 3533, RFC 7845), for the radio and for recorded questions.

Pages are made once and every listener of a rendition gets the same ones after the two header pages, wherever he joins.
"""

import zlib
from collections.abc import Sequence

from .opus import PRE_SKIP, RATE
from .packet import packet_samples

_FIRST = 2
_LAST = 4
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))
_MAX_LACES = 255
_PAGE_SAMPLES = RATE * 960 // 1000
"""Sound of one page of a file, as the radio's."""


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
        return self.page_until(frames, end_ms * (RATE // 1000), is_last=is_last)

    def page_until(self, frames: Sequence[bytes], end: int, *, is_last: bool = False) -> bytes:
        """The same; `end` is in samples, which are the granules of RFC 7845 §4."""
        number = self._page
        self._page += 1
        return self._bytes(_LAST * is_last, end, number, frames)

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


def opus_file(frames: Sequence[bytes], *, title: str = "") -> bytes:
    """A whole Ogg/Opus file of these frames, for a recorded question. Each lasts as long as it says itself.

    `ProtocolError` `not-opus`.
    """
    ogg = OggOpus(1, title=title)
    pages = [ogg.headers]
    waiting: list[bytes] = []
    laces = begins = end = 0
    for frame in frames:
        samples, wanted = packet_samples(frame), len(frame) // 255 + 1
        if waiting and (laces + wanted > _MAX_LACES or end + samples - begins > _PAGE_SAMPLES):
            pages.append(ogg.page_until(waiting, end))
            waiting, laces, begins = [], 0, end
        waiting.append(frame)
        laces += wanted
        end += samples
    pages.append(ogg.page_until(waiting, end, is_last=True))
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
