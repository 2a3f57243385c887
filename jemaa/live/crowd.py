"""Memory. Everybody who gets the same bytes of a track, and the server's hottest loop: one frame, written to each.

Nothing is awaited here: a listener whose transport holds too much is passed over, and comes back at the newest
independent chunk. What waits for a slow listener waits as the crowd's own bytes until it is worth a write: a transport
keeps some hundred bytes for each write that it could not do at once, more than a small batch has.

Whoever has read everything is an outlet and nothing else: of what a listener costs beside the kernel, most is fetching
his objects from memory, and a thousand of them are in no cache when the next batch is due.
"""

from dataclasses import dataclass, field
from typing import Protocol

from jemaa.counters import Counters
from jemaa.limits import HELD_BYTES
from jemaa.wire.framing import Framing


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
    crowd: "Crowd | None" = None

    def hold(self, frame: bytes) -> None:
        """Keep bytes, framed already, until the next batch."""
        self.held.append(frame)
        self.held_bytes += len(frame)
        if self.crowd:
            self.crowd.wait_for(self)

    def let_go(self) -> None:
        """Give the transport everything that was kept, in one write."""
        if self.held:
            self.outlet.write(b"".join(self.held))
            self.held.clear()
            self.held_bytes = 0


@dataclass(slots=True, eq=False)
class Crowd:
    """The listeners of one track, batch length and framing, and the records that wait for the end of their batch."""

    framing: Framing
    batch_ms: int
    limit: int
    """Bytes that may wait for one listener."""
    counters: Counters
    waiting: list[bytes] = field(default_factory=list)
    can_rejoin: bool = False
    starts_ms: int = 0
    _ready: dict[Outlet, Listener] = field(default_factory=dict)
    """Who had read everything at the last batch, and for whom nothing is kept."""
    _late: dict[Outlet, Listener] = field(default_factory=dict)
    """Everybody else, and who has just come."""

    def join(self, listener: Listener) -> None:
        """From the next batch on."""
        listener.crowd = self
        self._late[listener.outlet] = listener

    def leave(self, listener: Listener) -> None:
        """No more batches."""
        listener.crowd = None
        self._ready.pop(listener.outlet, None)
        self._late.pop(listener.outlet, None)

    def wait_for(self, listener: Listener) -> None:
        """Something is kept for this one."""
        if self._ready.pop(listener.outlet, None):
            self._late[listener.outlet] = listener

    def listeners(self) -> list[Listener]:
        """Everybody, now."""
        return [*self._ready.values(), *self._late.values()]

    def __len__(self) -> int:
        return len(self._ready) + len(self._late)

    def flush(self) -> None:
        """Hand out what waits. Whoever is closing leaves."""
        frame = self.framing(b"".join(self.waiting))
        chunks = len(self.waiting)
        self.waiting.clear()
        stuck: list[Outlet] = []
        for outlet in self._ready:
            if outlet.get_write_buffer_size() or outlet.is_closing():
                stuck.append(outlet)
            else:
                outlet.write(frame)
        for outlet in stuck:
            self._late[outlet] = self._ready.pop(outlet)
        for listener in list(self._late.values()):
            if listener.outlet.is_closing():
                self.leave(listener)
            elif self.give(listener, frame, chunks):
                self._ready[listener.outlet] = self._late.pop(listener.outlet)
        self.counters.add("batches_written", len(self))

    def give(self, listener: Listener, frame: bytes, chunks: int) -> bool:
        """One frame for one listener; whether nothing is kept for him after it.

        The slow-listener rule stands here: too much unsent → skip; back below half → rejoin when decodable.
        """
        unsent = listener.outlet.get_write_buffer_size()
        if not (unsent or listener.is_behind or listener.held):
            listener.outlet.write(frame)
            return True
        waiting = unsent + listener.held_bytes
        if listener.is_behind:
            listener.is_behind = not (self.can_rejoin and waiting < self.limit // 2)
        else:
            listener.is_behind = waiting > self.limit
        if listener.is_behind:
            listener.skipped += chunks
            self.counters.add("chunks_skipped", chunks)
        else:
            listener.hold(frame)
        if not unsent or listener.held_bytes >= HELD_BYTES:
            listener.let_go()
        return not (listener.is_behind or listener.held)
