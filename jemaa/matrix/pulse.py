"""Matrix room. Whether the machine had time: what a busy one does to sound must not be laid at a network's door."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType

from .failures import MatrixFailed

BEAT_SECONDS = 0.01
SHARE = 0.99
MOST_LATE_SECONDS = 0.02
"""A machine later than this with its own beat makes gaps of its own; what it finds says nothing of a network."""

MOST_LATE_FOR_A_NO_SECONDS = 0.012
"""A machine can be the reason of a no long before, and never of a yes: voices that were lost at 17 to 19 ms came
through on the same machine at 2 to 11 (28 November 2026; a quiet one is 2 to 5 ms late)."""


class Pulse:
    """A beat of its own while the context lasts; afterwards `late` says how late the latest hundredth of beats was."""

    def __init__(self, kept: int | None = None, on_beat: Callable[[float], None] | None = None) -> None:
        self._on_beat = on_beat
        self._lateness: deque[tuple[float, float]] = deque(maxlen=kept)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)

    def __enter__(self) -> "Pulse":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()

    @property
    def beats(self) -> int:
        """How many there were."""
        return len(self._lateness)

    @property
    def late(self) -> float:
        """Seconds; 99 of 100 beats were less late than this."""
        return self.late_since(0.0)

    def late_since(self, moment: float) -> float:
        """The same of the beats since a moment of the monotonic clock."""
        found = sorted(late for at, late in self._lateness.copy() if at >= moment)
        return found[math.ceil(len(found) * SHARE) - 1] if found else 0.0

    def refuse_if_late(self) -> None:
        """`MatrixFailed` `matrix-machine-busy`: what was found beside this beat is void."""
        refuse_if_later(self.late, MOST_LATE_SECONDS)

    def _beat(self) -> None:
        while not self._end.is_set():
            before = time.monotonic()
            time.sleep(BEAT_SECONDS)
            self._lateness.append((before, time.monotonic() - before - BEAT_SECONDS))
            if self._on_beat:
                self._on_beat(before)


def refuse_if_later(late: float, most: float) -> None:
    """`MatrixFailed` `matrix-machine-busy` where a machine was later with its beat than this, in seconds."""
    if late > most:
        text = f"The machine was {late * 1000:.0f} ms late with its own beat: it has too much else to do."
        raise MatrixFailed("matrix-machine-busy", text)
