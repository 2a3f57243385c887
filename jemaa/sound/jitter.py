"""CPU. A jitter buffer: sound that arrives unevenly, handed out evenly in blocks of 20 ms.

Sound waits as long as what arrives makes necessary (`arrival.py`). Too short a wait ends in a gap, and what comes after
it is late, but not lost: waiting longer than needed is caught up with in pauses, by playing 1 % faster, and where it is
much, by leaving out a period of the voice now and then (`period.py`). Frames of 20 ms sent one by one wait some 25 ms,
the first of a piece of half a second some 620 ms.
"""

import numpy as np

from jemaa.limits import JITTER_KEPT_SECONDS

from .arrival import Arrivals
from .opus import RATE, Samples
from .period import NEEDED, period_of, without

BLOCK = RATE // 50
"""Samples of a block: 20 ms."""

_MS = RATE // 1000

_QUIET = 0.004
"""Root mean square below which a block is a pause, and may be left out to catch up."""

_STRETCH = 10
"""Samples by which a block is shorter or longer while two clocks are brought together: 1 %."""

_MUCH_MS = 100.0
"""So much behind, periods are left out: 1 % would need ten seconds for it."""

_PERIOD_BLOCKS = 4
"""One in so many blocks at the most loses one: the voice is a tenth faster."""

_FORGET_SECONDS = float(JITTER_KEPT_SECONDS)
"""After so long without sound the next one starts afresh: no line held it back, the publisher slept."""

_CAPACITY = RATE * JITTER_KEPT_SECONDS


class JitterBuffer:
    """Touched by one owner. `put` what arrives, `pull` a block each 20 ms; `now` is a monotonic clock in seconds."""

    def __init__(self) -> None:
        self._sound = np.zeros(2 * _CAPACITY, np.float32)
        self._head = 0  # where the next block begins in `_sound`
        self._tail = 0  # where the next arrival goes
        self._base = 0  # position in the publisher's count of samples of `_sound[0]`
        self._arrivals = Arrivals()
        self._last_put = float("-inf")
        self._last_block = np.zeros(BLOCK, np.float32)
        self._missed = 0
        self._unhurried = 0
        self._started = False
        self.dropped_ms = 0
        """Sound that arrived too fast to keep, in milliseconds."""

    @property
    def waiting_ms(self) -> float:
        """How much sound waits."""
        return (self._tail - self._head) / _MS

    def put(self, samples: Samples, now: float) -> None:
        """Take in what arrived."""
        if now - self._last_put > _FORGET_SECONDS:
            self._restart()
        self._last_put = now
        start = self._base + self._tail
        self._make_room(len(samples))
        self._sound[self._tail : self._tail + len(samples)] = samples[-_CAPACITY:]
        self._tail += len(samples)
        self._arrivals.note(now, now * 1000 - start / _MS, now * 1000 - (start + len(samples)) / _MS)
        excess = self._tail - self._head - _CAPACITY
        if excess > 0:
            self._head += excess
            self.dropped_ms += excess // _MS

    def put_gap(self, samples: int, now: float) -> None:
        """The publisher left out so many samples: a fade and silence stand for them."""
        if samples > RATE:
            self._arrivals.clear()  # more than is made up for: older ages no longer compare
        gap = np.zeros(min(samples, RATE), np.float32)
        if self._tail and len(gap):
            length = min(len(gap), BLOCK, self._tail)
            gap[:length] = _fade(self._sound[self._tail - length : self._tail])
        self.put(gap, now)

    def pull(self, now: float) -> Samples:
        """The next 960 samples. Where none are there, the last ones die away within 20 ms, then it is silent."""
        behind_ms, slack_ms = self._behind(now)
        if not self._started:
            if behind_ms < -slack_ms or not self._has(BLOCK):
                return self._missing()
            self._started = True
        if not self._has(BLOCK):
            return self._missing()
        block = self._take(behind_ms, slack_ms)
        if self._missed:
            block = block.copy()
            block[:_MS] *= np.linspace(0, 1, _MS, dtype=np.float32)
            self._missed = 0
        self._last_block = block
        return block

    def _take(self, behind_ms: float, slack_ms: float) -> Samples:
        """One block from the head; shorter, or without a pause, if we are behind; slower if ahead."""
        block = self._sound[self._head : self._head + BLOCK]
        if abs(behind_ms) < slack_ms:
            self._head += BLOCK
            return block.copy()
        if behind_ms > slack_ms + 12 and self._has(2 * BLOCK) and float(np.dot(block, block)) < _QUIET**2 * BLOCK:
            self._head += BLOCK
        if behind_ms > slack_ms + _MUCH_MS:
            return self._take_hurrying()
        length = BLOCK + (_STRETCH if behind_ms > 0 else -_STRETCH)
        part = self._sound[self._head : self._head + length + 1]
        self._head += length
        at = np.arange(BLOCK) * (length / BLOCK)
        stretched: Samples = np.interp(at, np.arange(len(part)), part).astype(np.float32)
        return stretched

    def _take_hurrying(self) -> Samples:
        """One block, and a period of the voice less to come."""
        self._unhurried += 1
        period = 0
        if self._unhurried >= _PERIOD_BLOCKS and self._has(BLOCK + NEEDED):
            period = period_of(self._sound[self._head : self._head + NEEDED])
        part = self._sound[self._head : self._head + period + BLOCK]
        self._head += len(part)
        if not period:
            return part.copy()
        self._unhurried = 0
        return without(part, period)

    def _has(self, samples: int) -> bool:
        return self._tail - self._head >= samples + _STRETCH

    def _behind(self, now: float) -> tuple[float, float]:
        """How much later than needed the next sample would be heard (negative: too early), and what does not matter."""
        due, slack_ms = self._arrivals.due(now)
        return due - (self._base + self._head) / _MS, slack_ms

    def _missing(self) -> Samples:
        self._missed += 1
        if self._missed > 1:
            self._last_block = np.zeros(BLOCK, np.float32)
            return self._last_block
        return _fade(self._last_block)

    def _make_room(self, length: int) -> None:
        if self._tail + length <= len(self._sound):
            return
        kept = self._sound[self._head : self._tail].copy()
        self._sound[: len(kept)] = kept
        self._base += self._head
        self._head, self._tail = 0, len(kept)

    def _restart(self) -> None:
        self._base += self._tail
        self._head = self._tail = 0
        self._arrivals.clear()
        self._started = False
        self._last_block = np.zeros(BLOCK, np.float32)


def _fade(samples: Samples) -> Samples:
    """What was last heard, backwards and dying away: it joins without a step and is gone at its end."""
    return samples[::-1] * np.linspace(1, 0, len(samples), dtype=np.float32)
