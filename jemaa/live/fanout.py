"""Memory. Hands one track to its listeners: who hears which batches, and when a batch ends.

Listeners of one track, batch length and framing are a *crowd* (crowd.py) and get the very same bytes object.
"""

from jemaa.counters import Counters
from jemaa.limits import LISTENER_BUFFER_BYTES, LISTENER_BUFFER_LEAST_BYTES, LISTENER_BUFFER_SECONDS
from jemaa.wire.framing import Framing

from .crowd import Crowd, Listener
from .track import Entry, Track


def buffer_limit(kbps: int) -> int:
    """Bytes of a track of this rate that may wait for one listener."""
    wanted = kbps * 125 * LISTENER_BUFFER_SECONDS
    return min(LISTENER_BUFFER_BYTES, max(LISTENER_BUFFER_LEAST_BYTES, wanted))


class Fanout:
    """The crowds of one track. Touched only on the event loop."""

    def __init__(self, track: Track, counters: Counters) -> None:
        self._track = track
        self._counters = counters
        self._crowds: dict[tuple[Framing, int], Crowd] = {}
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
        crowd.join(listener)

    def rebatch(self, listener: Listener, batch_ms: int) -> None:
        """From now on `batch_ms` at a time, nothing missed, nothing twice: at once, or behind the new crowd's batch."""
        self._changing[listener] = self._batch(batch_ms)
        self._change_over()

    def remove(self, listener: Listener) -> None:
        """No more for this listener."""
        if not listener.outlet.is_closing():
            listener.let_go()
        self._changing.pop(listener, None)
        if listener.crowd:
            self._leave(listener, listener.crowd)

    def close(self) -> None:
        """The track has ended."""
        self._stop()
        for listener in [one for crowd in self._crowds.values() for one in crowd.listeners()]:
            self.remove(listener)

    def __len__(self) -> int:
        return sum(len(crowd) for crowd in self._crowds.values())

    def _entry(self, entry: Entry) -> None:
        chunk_ms = self._track.info.chunk_ms
        for crowd in list(self._crowds.values()):  # a crowd whose last listener is gone is forgotten
            if not crowd.waiting:
                crowd.starts_ms = entry.time_ms
                crowd.can_rejoin = entry.is_independent
            crowd.waiting.append(entry.record)
            ends_ms = entry.time_ms + chunk_ms
            if chunk_ms == 0 or ends_ms // crowd.batch_ms > crowd.starts_ms // crowd.batch_ms:
                crowd.flush()
                self._forget_if_empty(crowd)
        if self._changing:
            self._change_over()

    def _change_over(self) -> None:
        """Whoever wants other batches goes over once the new crowd holds nothing that he has been given already.

        What waits for a crowd is always the track's newest chunks, so of two crowds the one holds the end of the other.
        """
        for listener, batch_ms in list(self._changing.items()):
            old = listener.crowd
            if old is None or old.batch_ms == batch_ms or listener.outlet.is_closing():
                del self._changing[listener]
                continue
            new = self._crowds.get((old.framing, batch_ms))
            surplus = len(old.waiting) - (len(new.waiting) if new else 0)
            if surplus >= 0:
                if surplus:
                    old.give(listener, old.framing(b"".join(old.waiting[:surplus])), surplus)
                del self._changing[listener]
                self._leave(listener, old)
                self._crowd(old.framing, batch_ms).join(listener)

    def _crowd(self, framing: Framing, batch_ms: int) -> Crowd:
        return self._crowds.setdefault((framing, batch_ms), Crowd(framing, batch_ms, self._limit, self._counters))

    def _batch(self, batch_ms: int) -> int:
        """The batches that this track really comes in: chunks are not cut, and a picture (0) does not wait."""
        chunk_ms = self._track.info.chunk_ms
        return max(batch_ms, chunk_ms) if chunk_ms else 0

    def _leave(self, listener: Listener, crowd: Crowd) -> None:
        crowd.leave(listener)
        self._forget_if_empty(crowd)

    def _forget_if_empty(self, crowd: Crowd) -> None:
        if not len(crowd):
            self._crowds.pop((crowd.framing, crowd.batch_ms), None)
