"""Memory. A track: a ring of chunks, each encoded once and kept as the same bytes for every listener."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from jemaa.limits import RING_BYTES, RING_SECONDS
from jemaa.meeting.ids import PersonId
from jemaa.wire.chunk import Chunk, encode_chunk
from jemaa.wire.record import CONTROL, encode_record

Kind = Literal["sound", "picture"]


@dataclass(frozen=True, slots=True)
class TrackInfo:
    """What a listener must know to decode a track; `piece_ms` is the length of its pieces (0: it has none)."""

    id: int
    name: str
    kind: Kind
    codec: str
    kbps: int
    frame_ms: int
    chunk_ms: int
    piece_ms: int
    private_to: PersonId | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A chunk in the ring. `record` is what travels: the same object for everyone."""

    seq: int
    time_ms: int
    is_independent: bool
    record: bytes
    frames: tuple[bytes, ...]


Pack = Callable[[TrackInfo, Chunk], bytes]
"""How a chunk becomes the bytes that travel."""

NOTHING = encode_record(CONTROL, b"")
"""A piece during which nothing was published: one keep-alive."""


def as_record(info: TrackInfo, chunk: Chunk) -> bytes:
    """A record of docs/protocol.md §1.3."""
    return encode_record(info.id, encode_chunk(chunk))


class Track:
    """Written by one owner; read by anyone, who keeps a cursor of his own. Bounded in time and in bytes."""

    def __init__(self, info: TrackInfo, pack: Pack = as_record) -> None:
        self.info = info
        self._pack = pack
        self._ring: deque[Entry] = deque()
        self._bytes = 0
        self._complete_ms = 0
        self._gone_ms = -1
        self._next_seq = 0
        self._newer = asyncio.Event()
        self._listeners: list[Callable[[Entry], None]] = []
        self.is_closed = False

    def write(
        self,
        time_ms: int,
        frames: tuple[bytes, ...],
        *,
        is_independent: bool = True,
        is_after_gap: bool = False,
        config: bytes = b"",
    ) -> Entry:
        """Put a chunk at the head; its number is given here."""
        chunk = Chunk(self._next_seq, time_ms, frames, is_independent, is_after_gap, config)
        record = self._pack(self.info, chunk)
        entry = Entry(self._next_seq, time_ms, is_independent, record, frames)
        self._next_seq += 1
        self._ring.append(entry)
        self._bytes += len(record)
        self._trim(time_ms)
        for listener in self._listeners:
            listener(entry)
        self.advance(time_ms + self.info.chunk_ms)
        return entry

    def advance(self, time_ms: int) -> None:
        """Nothing older than this will be written any more: pieces that end here are complete, also empty ones."""
        self._complete_ms = max(self._complete_ms, time_ms)
        newer, self._newer = self._newer, asyncio.Event()
        newer.set()

    def close(self) -> None:
        """Nothing follows; whoever waits is woken."""
        self.is_closed = True
        self._newer.set()

    def on_entry(self, listener: Callable[[Entry], None]) -> Callable[[], None]:
        """Call `listener` with each new entry; the answer stops that."""
        self._listeners = [*self._listeners, listener]

        def stop() -> None:
            self._listeners = [one for one in self._listeners if one is not listener]

        return stop

    def from_independent(self, back_ms: int = 0, *, most_bytes: int = RING_BYTES) -> list[Entry]:
        """The newest entries that start with an independent chunk at least `back_ms` before the head.

        With 0: the newest independent chunk and what follows it. This is where every new listener and every
        listener who fell behind begins. So far and no further back are taken that it is `most_bytes`.
        """
        if not self._ring:
            return []
        wanted = self._ring[-1].time_ms - back_ms
        taken: list[Entry] = []
        size = whole = 0
        for entry in reversed(self._ring):
            size += len(entry.record)
            if whole and size > most_bytes:
                break
            taken.append(entry)
            if entry.is_independent:
                whole = len(taken)
                if entry.time_ms <= wanted:
                    break
        del taken[whole:]
        taken.reverse()
        return taken

    @property
    def newest_time_ms(self) -> int:
        """Media time up to which this track is complete."""
        return self._complete_ms

    def newest_piece(self) -> int:
        """Number of the newest complete piece, -1 if there is none."""
        if not self.info.piece_ms:
            return -1
        return self.newest_time_ms // self.info.piece_ms - 1

    def piece(self, n: int) -> bytes | None:
        """The records of piece `n`: None if it is not complete yet, empty if it has left the ring."""
        if n > self.newest_piece():
            return None
        start = n * self.info.piece_ms
        if start <= self._gone_ms or start < self._complete_ms - RING_SECONDS * 1000:
            return b""
        end = start + self.info.piece_ms
        return b"".join(entry.record for entry in self._ring if start <= entry.time_ms < end) or NOTHING

    async def wait_piece(self, n: int) -> bytes | None:
        """Piece `n` as soon as it is complete; None if the track ends before. Bound it with a timeout."""
        while (found := self.piece(n)) is None and not self.is_closed:
            await self._newer.wait()
        return found

    def _trim(self, newest_ms: int) -> None:
        oldest_ms = newest_ms - RING_SECONDS * 1000
        while len(self._ring) > 1 and (self._ring[0].time_ms < oldest_ms or self._bytes > RING_BYTES):
            gone = self._ring.popleft()
            self._bytes -= len(gone.record)
            self._gone_ms = gone.time_ms
