"""Memory. A track: a ring of chunks, each encoded once and kept as the same bytes for every listener."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from jemaa.limits import RING_BYTES, RING_SECONDS
from jemaa.meeting.ids import PersonId
from jemaa.wire.chunk import Chunk, encode_chunk
from jemaa.wire.record import encode_record

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


class Track:
    """Written by one owner; read by anyone, who keeps a cursor of his own. Bounded in time and in bytes."""

    def __init__(self, info: TrackInfo) -> None:
        self.info = info
        self._ring: deque[Entry] = deque()
        self._bytes = 0
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
        record = encode_record(self.info.id, encode_chunk(chunk))
        entry = Entry(self._next_seq, time_ms, is_independent, record, frames)
        self._next_seq += 1
        self._ring.append(entry)
        self._bytes += len(record)
        self._trim(time_ms)
        for listener in self._listeners:
            listener(entry)
        newer, self._newer = self._newer, asyncio.Event()
        newer.set()
        return entry

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

    def from_independent(self, back_ms: int = 0) -> list[Entry]:
        """The newest entries that start with an independent chunk at least `back_ms` before the head.

        With 0: the newest independent chunk and what follows it. This is where every new listener and every
        listener who fell behind begins.
        """
        if not self._ring:
            return []
        wanted = self._ring[-1].time_ms - back_ms
        taken: list[Entry] = []
        for entry in reversed(self._ring):
            taken.append(entry)
            if entry.is_independent and entry.time_ms <= wanted:
                break
        while taken and not taken[-1].is_independent:
            taken.pop()
        taken.reverse()
        return taken

    @property
    def newest_time_ms(self) -> int:
        """Media time just behind the newest chunk of sound; 0 while there is none."""
        return self._ring[-1].time_ms + self.info.chunk_ms if self._ring else 0

    def newest_piece(self) -> int:
        """Number of the newest complete piece, -1 if there is none."""
        return self.newest_time_ms // self.info.piece_ms - 1

    def piece(self, n: int) -> bytes | None:
        """The records of piece `n`: None if it is not complete yet, empty if it has left the ring."""
        if n > self.newest_piece():
            return None
        start = n * self.info.piece_ms
        if not self._ring or self._ring[0].time_ms > start:
            return b""
        end = start + self.info.piece_ms
        return b"".join(entry.record for entry in self._ring if start <= entry.time_ms < end)

    async def wait_piece(self, n: int) -> bytes | None:
        """Piece `n` as soon as it is complete; None if the track ends before. Bound it with a timeout."""
        while (found := self.piece(n)) is None and not self.is_closed:
            await self._newer.wait()
        return found

    def _trim(self, newest_ms: int) -> None:
        oldest_ms = newest_ms - RING_SECONDS * 1000
        while len(self._ring) > 1 and (self._ring[0].time_ms < oldest_ms or self._bytes > RING_BYTES):
            self._bytes -= len(self._ring.popleft().record)
