"""CPU. A jitter buffer: sound that arrives unevenly, handed out evenly in blocks of 20 ms.

Two clocks meet here, the publisher's (seen as samples that arrive) and ours. For each arrival we note how old its
first sample is; sound must wait as long as the oldest of the last seconds, and a margin. Waiting longer than that is
caught up with in pauses and by playing 1 or 2 % faster; too short a wait ends in a gap once and is longer from then
on. Frames of 20 ms sent one by one wait some 25 ms, the first of a piece of half a second some 620 ms.
"""

from collections import deque

import numpy as np

from jemaa.limits import JITTER_KEPT_SECONDS, JITTER_MAX_MS

from .opus import RATE, Samples

BLOCK = RATE // 50
"""Samples of a block: 20 ms."""

_MS = RATE // 1000
_BUCKET_SECONDS = 0.5
_BUCKETS = 16
"""Arrivals are remembered for 8 s, by half seconds."""

_WHOLE_BLOCK_MS = 21.0
"""A block is taken at once, so its last sample must be there when the first is due."""

_LEAST_SLACK_MS = 5.0
"""How early or late a sample may be before anything is done about it."""

_QUIET = 0.004
"""Root mean square below which a block is a pause, and may be left out to catch up."""

_STRETCH = 20
"""Samples by which a block is shorter or longer while catching up: 1 %, or 2 % if much is to be caught up with."""

_LATE_KEPT_MS = 400.0
"""After a stall, this much of what it held back is heard; what is older is left out."""

_FORGET_SECONDS = 2.0
"""After so long without sound the next one starts afresh: the publisher slept, or his clock jumped."""

_CAPACITY = RATE * JITTER_KEPT_SECONDS


class JitterBuffer:
    """Touched by one owner. `put` what arrives, `pull` a block each 20 ms; `now` is a monotonic clock in seconds."""

    def __init__(self) -> None:
        self._sound = np.zeros(2 * _CAPACITY, np.float32)
        self._head = 0  # where the next block begins in `_sound`
        self._tail = 0  # where the next arrival goes
        self._base = 0  # position in the publisher's count of samples of `_sound[0]`
        self._ages: deque[tuple[float, float, float]] = deque(maxlen=_BUCKETS)
        self._last_put = float("-inf")
        self._last_block = np.zeros(BLOCK, np.float32)
        self._missed = 0
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
        self._note(now, now * 1000 - start / _MS, now * 1000 - (start + len(samples)) / _MS)
        excess = self._tail - self._head - _CAPACITY
        if excess > 0:
            self._head += excess
            self.dropped_ms += excess // _MS

    def put_gap(self, samples: int, now: float) -> None:
        """The publisher left out so many samples: a fade and silence stand for them."""
        gap = np.zeros(min(samples, RATE), np.float32)
        if self._tail and len(gap):
            length = min(len(gap), BLOCK, self._tail)
            gap[:length] = _fade(self._sound[self._tail - length : self._tail])
        self.put(gap, now)

    def pull(self, now: float) -> Samples:
        """The next 960 samples. Where none are there, the last ones die away within 20 ms, then it is silent."""
        behind_ms, slack_ms = self._behind(now)
        have = self._tail - self._head
        if not self._started:
            if behind_ms < -slack_ms or not have:
                return self._missing()
            self._started = True
        if have < BLOCK + _STRETCH:
            return self._missing()
        if self._missed and behind_ms > _LATE_KEPT_MS:
            # What a stall held back is still worth hearing, but not so late that nobody can answer it.
            self._head += min(int((behind_ms - _LATE_KEPT_MS) * _MS), have - BLOCK - _STRETCH)
        block = self._take(behind_ms, slack_ms)
        if self._missed:
            block = block.copy()
            block[:_MS] *= np.linspace(0, 1, _MS, dtype=np.float32)
            self._missed = 0
        self._last_block = block
        return block

    def _take(self, behind_ms: float, slack_ms: float) -> Samples:
        """One block from the head; a little faster, or without a pause, if we are behind; slower if ahead."""
        block = self._sound[self._head : self._head + BLOCK]
        if abs(behind_ms) < slack_ms:
            self._head += BLOCK
            return block.copy()
        spare = self._tail - self._head - 2 * BLOCK - _STRETCH
        if behind_ms > slack_ms + 12 and spare > 0 and float(np.dot(block, block)) < _QUIET * _QUIET * BLOCK:
            self._head += BLOCK
        stretch = -_STRETCH // 2 if behind_ms < 0 else _STRETCH if behind_ms > 100 else _STRETCH // 2
        length = BLOCK + stretch
        part = self._sound[self._head : self._head + length + 1]
        self._head += length
        at = np.arange(BLOCK) * (length / BLOCK)
        stretched: Samples = np.interp(at, np.arange(len(part)), part).astype(np.float32)
        return stretched

    def _behind(self, now: float) -> tuple[float, float]:
        """How much later than needed the next sample would be heard (negative: too early), and what does not matter.

        One stall is no reason to wait longer from then on: the worst half second of the last eight does not count.
        """
        if not self._ages:
            return 0.0, 0.0
        ages = sorted(age for _, age, _ in self._ages)
        oldest = ages[-2] if len(ages) > 3 else ages[-1]
        youngest = min(age for _, _, age in self._ages)
        spread = min(oldest - youngest, JITTER_MAX_MS)
        slack = max(_LEAST_SLACK_MS, 0.2 * (spread - 20))
        due = now * 1000 - (youngest + spread + _WHOLE_BLOCK_MS + slack)
        return due - (self._base + self._head) / _MS, slack

    def _missing(self) -> Samples:
        self._missed += 1
        if self._missed > 1:
            self._last_block = np.zeros(BLOCK, np.float32)
            return self._last_block
        return _fade(self._last_block)

    def _note(self, now: float, oldest: float, youngest: float) -> None:
        """Remember the ages of an arrival: its first sample's and its last's, in our ms less the publisher's."""
        if self._ages and now - self._ages[-1][0] < _BUCKET_SECONDS:
            since, most, least = self._ages[-1]
            self._ages[-1] = (since, max(most, oldest), min(least, youngest))
        else:
            self._ages.append((now, oldest, youngest))

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
        self._ages.clear()
        self._started = False
        self._last_block = np.zeros(BLOCK, np.float32)


def _fade(samples: Samples) -> Samples:
    """What was last heard, backwards and dying away: it joins without a step and is gone at its end."""
    return samples[::-1] * np.linspace(1, 0, len(samples), dtype=np.float32)
