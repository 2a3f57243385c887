"""Probe room. What the line carries, as far as the first exchanges showed: how long to wait, and how fast to send."""

import asyncio
import time
from collections.abc import Sequence
from itertools import pairwise
from math import inf

CALL_KBPS = 130.0
"""Below this a call's stream would fill the line by itself: what is lost then says nothing about filters."""

NARROW_KBPS = 50.0
FAR_SECONDS = 0.4

WIDE_KBPS = 1_000.0
"""From here on nothing is paced."""

AT_ONCE = inf
"""What a sample says that came in one piece: nothing by itself."""

_ALIKE = 0.25
_SHARE = 0.6
_EVEN_SHARE, _UNEVEN_SHARE = 0.85, 0.4
"""Of what comes down on a thin line: the greater one, with what is sent unpaced, where as much was seen to go up."""

_LEAST_SHARE = 0.25

_OVERHEAD_BYTES, _ECHO_OVERHEAD_BYTES = 28, 120


class Line:
    """Shared by all steps. `rtt` in seconds; `kbps` is None as long as nobody knows it, and then nothing is paced.
    `is_even` is whether as much goes up as comes down, as far as an echo showed; `unpaced_kbps` is what flows take that
    have a rhythm of their own.
    """

    def __init__(self, *, rtt: float = 0.2, kbps: float | None = None) -> None:
        self.rtt = rtt
        self.kbps = kbps
        self.is_even = False
        self.unpaced_kbps = 0.0
        self._free = 0.0

    @property
    def patience(self) -> float:
        """How long an answer may take: queues of other steps are before it."""
        return min(8.0, 1.5 + 3 * self.rtt + (0.0 if self.is_wide else 2.0))

    def carries(self, kbps: float) -> bool:
        """Whether so much was seen to come through, or nobody knows."""
        return self.kbps is None or self.kbps >= kbps

    @property
    def carries_calls(self) -> bool:
        """Whether call-like media fits."""
        return self.carries(CALL_KBPS)

    @property
    def is_narrow(self) -> bool:
        """Whether even long answers and handshakes by the dozen would take it for minutes."""
        return not self.carries(NARROW_KBPS)

    @property
    def is_far(self) -> bool:
        """Whether each connection costs seconds, whatever the line carries: a satellite."""
        return self.rtt >= FAR_SECONDS

    @property
    def is_slow(self) -> bool:
        """Whether each question costs seconds."""
        return self.is_far or not self.carries_calls

    @property
    def is_wide(self) -> bool:
        """Whether nothing need be paced."""
        return self.carries(WIDE_KBPS)

    async def turn(self, size: int) -> None:
        """Wait until so many bytes may be sent."""
        if self.kbps is None or self.is_wide:
            return
        now = time.monotonic()
        begin = max(now, self._free)
        self._free = begin + (size + _OVERHEAD_BYTES) * 8 / (self.kbps * 1_000 * self.share)
        if begin > now:
            await asyncio.sleep(begin - now)

    def echoed(self, size: int, seconds: float) -> None:
        """So many bytes were there and back in so many seconds, at the best: in twice what they take to come down?"""
        if self.kbps is not None:
            down = (size + _ECHO_OVERHEAD_BYTES) * 8 / 1_000 / self.kbps
            self.is_even = seconds - self.rtt <= 2 * down

    @property
    def share(self) -> float:
        """Of what comes down, how much the steps together may send in either direction."""
        if self.carries_calls or self.kbps is None:
            return _SHARE
        if not self.is_even:
            return _UNEVEN_SHARE
        return max(_LEAST_SHARE, _EVEN_SHARE - self.unpaced_kbps / self.kbps)


def agreed(samples: Sequence[float]) -> float | None:
    """The rate that samples bear out together, None as long as they do not. 0 is a sample that did not come.

    Any one may lie: something else was slow, and the line looks thin; or a packet was lost, what followed came at once
    behind its repetition, and a thin line looks wide. So two rates have to be alike. Where most came at once the line
    is wide, or somebody on the way hands on whole answers only.
    """
    rates = _rates(samples)
    for higher, lower in pairwise(rates):
        if lower >= WIDE_KBPS or higher - lower < _ALIKE * higher:
            return higher
    at_once = sum(one == AT_ONCE for one in samples)
    return 2 * WIDE_KBPS if at_once > max(2, len(rates) + 1) else None


def believed(samples: Sequence[float]) -> float | None:
    """Of all samples that were taken: what they bear out together, else the second best, else the only one."""
    rates = _rates(samples)
    if (found := agreed(samples)) is not None or rates:
        return found or rates[min(1, len(rates) - 1)]
    return 2 * WIDE_KBPS if AT_ONCE in samples else None


def _rates(samples: Sequence[float]) -> list[float]:
    return sorted((one for one in samples if 0 < one < AT_ONCE), reverse=True)
