"""How this machine is: what share of its processors is idle, and how late it is with a beat of its own.

Kept for as long as the longest check lasts, so that one that is over can be asked about.
"""

import time
from collections import deque
from pathlib import Path
from types import TracebackType

from jemaa.matrix.pulse import BEAT_SECONDS, Pulse

KEPT_SECONDS = 600
_LOOK_BEATS = 50


class Machine:
    """Watched by a thread of its own while the context lasts."""

    def __init__(self) -> None:
        self._pulse = Pulse(round(KEPT_SECONDS / BEAT_SECONDS), self._look)
        self._spent: deque[tuple[float, float, float]] = deque(maxlen=round(KEPT_SECONDS / BEAT_SECONDS / _LOOK_BEATS))
        self._beats = 0

    def __enter__(self) -> "Machine":
        self._pulse.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pulse.__exit__(kind, error, trace)

    def late(self, seconds: float) -> float:
        """Of the beats of so many last seconds 99 in 100 were less late than this, in seconds."""
        return self._pulse.late_since(time.monotonic() - seconds)

    def idle(self, seconds: float) -> float:
        """Share of all processors that nobody used in so many last seconds; 0 before anything is known."""
        since = time.monotonic() - seconds
        found = [(idle, every) for at, idle, every in self._spent.copy() if at >= since]
        if len(found) < 2 or found[-1][1] <= found[0][1]:
            return 0.0
        return (found[-1][0] - found[0][0]) / (found[-1][1] - found[0][1])

    def _look(self, moment: float) -> None:
        if self._beats % _LOOK_BEATS == 0:
            self._spent.append((moment, *_spent()))
        self._beats += 1


def _spent() -> tuple[float, float]:
    """Ticks of all processors so far: idle or waiting for a disk, and all (proc_stat(5); guests stand in user)."""
    ticks = [float(one) for one in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)
