"""CPU. How long a publisher's sound must wait so that what comes later than usual is there in time.

Two clocks meet here, the publisher's (seen as samples that arrive) and ours. The age of a sample is our time when it
arrived, less its place in the publisher's count: what the way took, and a constant that nobody knows. Between the
youngest and the oldest lies what has to be waited for.

Over seconds that is the line's jitter. A line on which TCP repeats what it lost also stands still for a second or two,
now and then: one such stall is a gap in the sound and no reason to wait longer for ever; where it happens again within
half a minute, sound waits so long from then on (as the peak mode of WebRTC's NetEQ does).
"""

from collections import deque

from jemaa.limits import JITTER_MAX_MS

_BUCKET_SECONDS = 0.5
_BUCKETS = 16
"""Ages are remembered for 8 s, by half seconds."""

_STALL_SECONDS = 2.0
"""What a stall held back comes within so long: longer than its burst, shorter than the time to the next."""

_STALLS = 15
"""How late the latest was, against what came next, is remembered for half a minute; longer, and clocks drift apart."""

_WHOLE_BLOCK_MS = 21.0
"""A block is taken at once, so its last sample must be there when the first is due."""

_LEAST_SLACK_MS = 5.0
"""How early or late a sample may be before anything is done about it."""


class Arrivals:
    """Ages of what arrived, in milliseconds; `now` is a monotonic clock in seconds. Touched by one owner."""

    def __init__(self) -> None:
        self._ages: deque[tuple[float, float, float]] = deque(maxlen=_BUCKETS)
        self._latest: deque[tuple[float, float, float]] = deque(maxlen=_STALLS)

    def note(self, now: float, oldest: float, youngest: float) -> None:
        """Remember an arrival: the age of its first sample and of its last."""
        if self._ages and now - self._ages[-1][0] < _BUCKET_SECONDS:
            since, most, least = self._ages[-1]
            self._ages[-1] = (since, max(most, oldest), min(least, youngest))
        else:
            self._ages.append((now, oldest, youngest))
        if not self._latest or now - self._latest[-1][0] >= _STALL_SECONDS:
            self._latest.append((now, oldest, youngest))
            return
        since, most, least = self._latest[-1]
        # Held back is only what something younger follows: after a publisher's clock has stood still nothing does.
        self._latest[-1] = (since, oldest, youngest) if oldest >= most else (since, most, min(least, youngest))

    def clear(self) -> None:
        """Forget all: the publisher's count begins anew."""
        self._ages.clear()
        self._latest.clear()

    def due(self, now: float) -> tuple[float, float]:
        """The place in the publisher's count, in ms, of the sample that is due now; and by how much more or less does
        not matter."""
        ordinary = _but_the_worst([age for _, age, _ in self._ages]) - self._youngest
        recent = now - _STALLS * _STALL_SECONDS
        stalls = _but_the_worst([most - least for since, most, least in self._latest if since > recent])
        spread = min(ordinary, JITTER_MAX_MS)
        slack = max(_LEAST_SLACK_MS, 0.2 * (spread - 20))
        wait = max(spread + slack, min(stalls, JITTER_MAX_MS))
        return now * 1000 - (self._youngest + wait + _WHOLE_BLOCK_MS), slack

    @property
    def _youngest(self) -> float:
        return min((age for _, _, age in self._ages), default=0.0)


def _but_the_worst(values: list[float]) -> float:
    """The greatest but one, where there are enough that one may be an exception."""
    if not values:
        return 0.0
    return sorted(values)[-2] if len(values) > 3 else max(values)
