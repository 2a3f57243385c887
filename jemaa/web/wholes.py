"""Web room. Snapshots in parts: for whoever polls, since some networks freeze a connection after 16 kB.

A snapshot is the same for everybody, so it is cut once and kept for as long as it takes to fetch its parts, each by a
connection of its own. It need not be the newest: whoever has it asks for what came after it.
"""

import gzip
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from jemaa.limits import PART_BYTES, WHOLE_KEPT_SECONDS, WHOLE_SECONDS

from .herald import Herald

GROWTH = 1.5
"""How many more parts are tried where one of them was too large: text packs unevenly."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A snapshot after event `seq`: joined, the parts are its message (docs/protocol.md §3.2)."""

    seq: int
    parts: tuple[str, ...]
    made: float


class Wholes:
    """Those of one session that somebody may be fetching."""

    def __init__(self, herald: Herald, now: Callable[[], float] = time.monotonic) -> None:
        self._herald = herald
        self._now = now
        self._kept: list[Whole] = []

    def newest(self, since: int) -> Whole:
        """The last one, if it was made just now and is of later than event `since`; else one of what is true now."""
        now = self._now()
        last = self._kept[-1] if self._kept else None
        if last is None or now - last.made > WHOLE_SECONDS or last.seq <= since:
            message = self._herald.snapshot()
            is_same = last is not None and last.seq == message.seq
            parts = last.parts if last and is_same else tuple(cut(message.body.decode()))
            last = Whole(message.seq, parts, now)
            self._kept = [one for one in self._kept if self._is_kept(one) and one.seq != last.seq] + [last]
        return last

    def kept(self, seq: int) -> Whole | None:
        """The one after this event, if it is still kept."""
        return next((one for one in self._kept if one.seq == seq and self._is_kept(one)), None)

    def _is_kept(self, one: Whole) -> bool:
        return self._now() - one.made <= WHOLE_KEPT_SECONDS


def cut(text: str) -> list[str]:
    """In parts of about one length, as few as leave none with more than `PART_BYTES` when packed."""
    many = ceil(packed(text.encode()) / PART_BYTES)
    while True:
        size = ceil(len(text) / many)
        parts = [text[at : at + size] for at in range(0, len(text), size)]
        if size == 1 or all(is_one_part(part.encode()) for part in parts):
            return parts
        many = ceil(many * GROWTH)


def is_one_part(body: bytes) -> bool:
    """Whether this is no larger than a part."""
    return len(body) <= PART_BYTES or packed(body) <= PART_BYTES


def packed(body: bytes) -> int:
    """Bytes by gzip, the larger one of the two that browsers take."""
    return len(gzip.compress(body, 6, mtime=0))
