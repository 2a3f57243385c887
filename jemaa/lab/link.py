"""Lab room. A line: rate, delay, loss and the buffer before it.

Rates are in kilobits a second, sizes in bytes, times in seconds. Nothing here knows a clock: `now` is an argument.
"""

import random
from dataclasses import dataclass

from .params import Params

BYTES_A_KBIT = 125.0


class Queue:
    """A line of a certain rate with a buffer before it: says when a packet has left, or that there was no room."""

    __slots__ = ("_buffer", "_free", "_rate")

    def __init__(self, kbit: float, buffer_bytes: float) -> None:
        self._rate = kbit * BYTES_A_KBIT
        self._buffer = buffer_bytes
        self._free = float("-inf")

    def leave(self, size: int, now: float) -> float | None:
        """The time at which the last bit is out; None if the buffer is full."""
        waiting = max(0.0, self._free - now) * self._rate
        if waiting and waiting + size > self._buffer:
            return None
        self._free = max(self._free, now) + size / self._rate
        return self._free


class Losing:
    """Loss at a rate: each packet by itself, or in bursts of a mean length in packets.

    Bursts are Gilbert's model, all being lost in a bad spell; where the rate needs longer spells than asked for
    (good ones last a packet at least), they are longer.
    """

    __slots__ = ("_bad", "_begin", "_end", "_random", "_rate")

    def __init__(self, rate: float, burst: float, source: random.Random) -> None:
        self._random = source
        self._rate = rate
        self._bad = False
        self._end = 0.0
        if burst > 1 and rate < 1:
            self._end = min(1 / burst, (1 - rate) / rate)
            self._begin = rate * self._end / (1 - rate)

    def lost(self) -> bool:
        """Whether the next packet is lost."""
        chance = self._random.random()
        if not self._end:
            return chance < self._rate
        self._bad = chance >= self._end if self._bad else chance < self._begin
        return self._bad


@dataclass(frozen=True, slots=True)
class LineSettings:
    """One direction of a link. `kbit` 0 is no limit of rate; `seconds` is one way."""

    kbit: float
    seconds: float
    jitter: float
    loss: float
    burst: float
    buffer_bytes: float

    @staticmethod
    def read(params: Params) -> "LineSettings":
        """From a profile's `[link.up]` or `[link.down]`; a rate of 0 is refused, an absent one is no limit."""
        settings = LineSettings(
            kbit=params.positive("kbit", 1e9),
            seconds=params.number("ms", 0, most=10_000) / 1000,
            jitter=params.number("jitter_ms", 0, most=10_000) / 1000,
            loss=params.number("loss", 0, most=1),
            burst=params.number("burst", 1, least=1, most=1000),
            buffer_bytes=params.positive("buffer_bytes", 64_000),
        )
        params.done()
        return settings


class Line:
    """One direction of a link at work: in order, always."""

    def __init__(self, settings: LineSettings, source: random.Random) -> None:
        self._settings = settings
        self._random = source
        self._queue = Queue(settings.kbit, settings.buffer_bytes)
        self._losing = Losing(settings.loss, settings.burst, source) if settings.loss else None
        self._last = float("-inf")

    def carry(self, size: int, now: float) -> tuple[float | None, str]:
        """(arrival, "") or (None, why it is lost)."""
        left = self._queue.leave(size, now)
        if left is None:
            return None, "buffer-full"
        if self._losing is not None and self._losing.lost():
            return None, "line-loss"
        jitter = self._random.random() * self._settings.jitter if self._settings.jitter else 0.0
        self._last = max(self._last, left + self._settings.seconds + jitter)
        return self._last, ""
