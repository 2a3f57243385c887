"""Memory. One batch of records, framed once, written to every listener: the server's hottest loop.

Listeners of one track, batch length and framing form a *crowd* and get the very same bytes object. Nothing is awaited
here: a listener whose transport holds too much is passed over, and comes back at the newest independent chunk.
What waits for a slow listener waits as the crowd's own bytes until it is worth a write: a transport keeps some hundred
bytes for each write that it could not do at once, more than a small batch has.
"""

from dataclasses import dataclass, field
from typing import Protocol

from jemaa.counters import Counters
from jemaa.limits import (
    HELD_BYTES,
    LISTENER_BUFFER_BYTES,
    LISTENER_BUFFER_LEAST_BYTES,
    LISTENER_BUFFER_SECONDS,
)
from jemaa.wire.framing import Framing

from .track import Entry, Track


class Outlet(Protocol):
    """What the fan-out needs of a connection: an asyncio transport has it."""

    def write(self, data: bytes) -> None: ...

    def get_write_buffer_size(self) -> int: ...

    def is_closing(self) -> bool: ...


@dataclass(slots=True, eq=False)
class Listener:
    """A cursor that is always at the head, or waits to get back to it."""

    outlet: Outlet
    is_behind: bool = False
    skipped: int = 0
    """Chunks that this listener did not get."""
    held: list[bytes] = field(default_factory=list)
    """What its transport has not been given yet: it has older batches, or the next one takes this along."""
    held_bytes: int = 0

    def hold(self, frame: bytes) -> None:
        """Keep bytes, framed already, until the next batch."""
        self.held.append(frame)
        self.held_bytes += len(frame)

    def let_go(self) -> None:
        """Give the transport everything that was kept, in one write."""
        if self.held:
            self.outlet.write(b"".join(self.held))
            self.held.clear()
            self.held_bytes = 0


@dataclass(slots=True, eq=False)
class _Crowd:
    """Everybody who gets the same bytes."""

    framing: Framing
    batch_ms: int
    waiting: list[bytes] = field(default_factory=list)
    can_rejoin: bool = False
    starts_ms: int = 0
    listeners: dict[Listener, None] = field(default_factory=dict)


def buffer_limit(kbps: int) -> int:
    """Bytes of a track of this rate that may wait for one listener."""
    wanted = kbps * 125 * LISTENER_BUFFER_SECONDS
    return min(LISTENER_BUFFER_BYTES, max(LISTENER_BUFFER_LEAST_BYTES, wanted))


class Fanout:
    """Hands one track to its listeners. Touched only on the event loop."""

    def __init__(self, track: Track, counters: Counters) -> None:
        self._track = track
        self._counters = counters
        self._crowds: dict[tuple[Framing, int], _Crowd] = {}
        self._changing: dict[Listener, int] = {}
        self._limit = buffer_limit(track.info.kbps)
        self._stop = track.on_entry(self._entry)

    def add(self, listener: Listener, framing: Framing, *, batch_ms: int, back_ms: int = 0) -> None:
        """Begin with the newest independent chunk at least `back_ms` back, then everything, `batch_ms` at a time.

        Who is behind already begins when he has read what waits. Whose connection is closing gets nothing: a transport
        may refuse to be written to then.
        """
        if listener.outlet.is_closing():
            return
        crowd = self._crowd(framing, self._batch(batch_ms))
        past = self._track.from_independent(back_ms, most_bytes=LISTENER_BUFFER_BYTES)
        past = past[: max(0, len(past) - len(crowd.waiting))]  # the rest comes with the crowd's next batch
        if past and not listener.is_behind:
            listener.outlet.write(framing(b"".join([entry.record for entry in past])))
        crowd.listeners[listener] = None

    def rebatch(self, listener: Listener, batch_ms: int) -> None:
        """From now on `batch_ms` at a time, nothing missed, nothing twice: at once, or behind the new crowd's batch."""
        self._changing[listener] = self._batch(batch_ms)
        self._change_over()

    def remove(self, listener: Listener) -> None:
        """No more for this listener."""
        if not listener.outlet.is_closing():
            listener.let_go()
        self._changing.pop(listener, None)
        self._leave(listener)

    def close(self) -> None:
        """The track has ended."""
        self._stop()
        for listener in [one for crowd in self._crowds.values() for one in crowd.listeners]:
            self.remove(listener)

    def __len__(self) -> int:
        return sum(len(crowd.listeners) for crowd in self._crowds.values())

    def _entry(self, entry: Entry) -> None:
        chunk_ms = self._track.info.chunk_ms
        for crowd in list(self._crowds.values()):  # a flush forgets crowds whose last listener is gone
            if not crowd.waiting:
                crowd.starts_ms = entry.time_ms
                crowd.can_rejoin = entry.is_independent
            crowd.waiting.append(entry.record)
            ends_ms = entry.time_ms + chunk_ms
            if chunk_ms == 0 or ends_ms // crowd.batch_ms > crowd.starts_ms // crowd.batch_ms:
                self._flush(crowd)
        if self._changing:
            self._change_over()

    def _change_over(self) -> None:
        """Whoever wants other batches goes over once the new crowd holds nothing that he has been given already.

        What waits for a crowd is always the track's newest chunks, so of two crowds the one holds the end of the other.
        """
        for listener, batch_ms in list(self._changing.items()):
            old = next((crowd for crowd in self._crowds.values() if listener in crowd.listeners), None)
            if old is None or old.batch_ms == batch_ms or listener.outlet.is_closing():
                del self._changing[listener]
                continue
            new = self._crowds.get((old.framing, batch_ms))
            surplus = len(old.waiting) - (len(new.waiting) if new else 0)
            if surplus >= 0:
                self._give(listener, old, old.waiting[:surplus])
                del self._changing[listener]
                self._leave(listener)
                self._crowd(old.framing, batch_ms).listeners[listener] = None

    def _give(self, listener: Listener, crowd: _Crowd, records: list[bytes]) -> None:
        """What this one's crowd has kept, for him alone; by the rule of `_flush`."""
        if not records:
            return
        frame, unsent = crowd.framing(b"".join(records)), listener.outlet.get_write_buffer_size()
        if unsent or listener.is_behind or listener.held:
            self._wait(listener, crowd, frame, len(records), unsent)
        else:
            listener.outlet.write(frame)

    def _crowd(self, framing: Framing, batch_ms: int) -> _Crowd:
        return self._crowds.setdefault((framing, batch_ms), _Crowd(framing, batch_ms))

    def _batch(self, batch_ms: int) -> int:
        """The batches that this track really comes in: chunks are not cut, and a picture (0) does not wait."""
        chunk_ms = self._track.info.chunk_ms
        return max(batch_ms, chunk_ms) if chunk_ms else 0

    def _leave(self, listener: Listener) -> None:
        for key, crowd in list(self._crowds.items()):
            crowd.listeners.pop(listener, None)
            if not crowd.listeners:
                del self._crowds[key]

    def _flush(self, crowd: _Crowd) -> None:
        """The slow-listener rule stands here: too much unsent → skip; back below half → rejoin when decodable."""
        frame = crowd.framing(b"".join(crowd.waiting))
        chunks = len(crowd.waiting)
        crowd.waiting.clear()
        gone: list[Listener] = []
        for listener in crowd.listeners:
            outlet = listener.outlet
            unsent = outlet.get_write_buffer_size()
            if outlet.is_closing():
                gone.append(listener)
            elif unsent or listener.is_behind or listener.held:
                self._wait(listener, crowd, frame, chunks, unsent)
            else:
                outlet.write(frame)
        for listener in gone:
            self.remove(listener)
        self._counters.add("batches_written", len(crowd.listeners))

    def _wait(self, listener: Listener, crowd: _Crowd, frame: bytes, chunks: int, unsent: int) -> None:
        """For a listener that has not read everything."""
        waiting = unsent + listener.held_bytes
        if listener.is_behind:
            listener.is_behind = not (crowd.can_rejoin and waiting < self._limit // 2)
        else:
            listener.is_behind = waiting > self._limit
        if listener.is_behind:
            listener.skipped += chunks
            self._counters.add("chunks_skipped", chunks)
        else:
            listener.hold(frame)
        if not unsent or listener.held_bytes >= HELD_BYTES:
            listener.let_go()
