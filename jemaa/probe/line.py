"""Probe room. What the line carries, as far as the first exchanges showed: how long to wait, and how fast to send."""

import asyncio
import time
from collections.abc import Sequence

CALL_KBPS = 130.0
"""Below this a call's stream would fill the line by itself: what is lost then says nothing about filters."""

NARROW_KBPS = 50.0
FAR_SECONDS = 0.4

WIDE_KBPS = 1_000.0
"""From here on nothing is paced."""

_ALIKE = 0.25
_SHARE, _THIN_SHARE = 0.6, 0.4
_OVERHEAD_BYTES = 28


class Line:
    """Shared by all steps. `rtt` in seconds; `kbps` is None as long as nobody knows it, and then nothing is paced."""

    def __init__(self, *, rtt: float = 0.2, kbps: float | None = None) -> None:
        self.rtt = rtt
        self.kbps = kbps
        self._free = 0.0

    @property
    def patience(self) -> float:
        """How long an answer may take: queues of other steps are before it."""
        return min(8.0, 1.5 + 3 * self.rtt + (0.0 if self._is_wide else 2.0))

    @property
    def carries_calls(self) -> bool:
        """Whether call-like media fits."""
        return self.kbps is None or self.kbps >= CALL_KBPS

    @property
    def is_narrow(self) -> bool:
        """Whether even long answers and handshakes by the dozen would take it for minutes."""
        return self.kbps is not None and self.kbps < NARROW_KBPS

    @property
    def is_far(self) -> bool:
        """Whether each connection costs seconds, whatever the line carries: a satellite."""
        return self.rtt >= FAR_SECONDS

    @property
    def _is_wide(self) -> bool:
        return self.kbps is None or self.kbps >= WIDE_KBPS

    async def turn(self, size: int) -> None:
        """Wait until so many bytes may be sent."""
        if self.kbps is None or self._is_wide:
            return
        now = time.monotonic()
        begin = max(now, self._free)
        share = _SHARE if self.carries_calls else _THIN_SHARE
        self._free = begin + (size + _OVERHEAD_BYTES) * 8 / (self.kbps * 1_000 * share)
        if begin > now:
            await asyncio.sleep(begin - now)


def agreed(samples: Sequence[float]) -> float | None:
    """The rate that two of the samples bear out, None as long as none do; those that failed are 0 and bear out nothing.

    One alone may lie either way: something else was slow, and the line looks thin; the first packet was lost, so that
    all came at once behind its repetition, and a thin line looks wide.
    """
    best, second = sorted((*samples, 0.0, 0.0), reverse=True)[:2]
    if second >= WIDE_KBPS or best - second < _ALIKE * best:
        return best
    return None


def believed(samples: Sequence[float]) -> float | None:
    """Of all samples that were taken: what two bear out, else the second best, else the only one; None without any."""
    came = sorted((one for one in samples if one), reverse=True)
    return agreed(came) or next(iter(came[1:] or came), None)
