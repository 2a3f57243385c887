"""CPU. How loud sound is, and the gain that keeps a sum of voices from clipping."""

import math

import numpy as np

from .opus import Samples

SILENCE_DB = -90.0
"""What a meter shows for silence, in dBFS."""

CEILING = 0.89
"""The loudest sample that leaves the mix: 1 dB under full scale, so that lossy coding does not clip either."""

_STEP = 240
"""Samples (5 ms) for which one gain is worked out."""

_RELEASE = 0.01
"""How much of the gain comes back each 5 ms: from half to full in a quarter of a second."""


def level_db(samples: Samples) -> float:
    """Root mean square in dB below a full-scale square wave, `SILENCE_DB` at the least."""
    if not len(samples):
        return SILENCE_DB
    power = float(np.dot(samples, samples)) / len(samples)
    return max(SILENCE_DB, 10 * math.log10(power)) if power > 0 else SILENCE_DB


class Meter:
    """A level that rises at once and falls over a third of a second, as eyes like it."""

    def __init__(self) -> None:
        self.db = SILENCE_DB

    def hear(self, samples: Samples) -> None:
        """Take in the next 20 ms."""
        self.db = max(level_db(samples), self.db - 4.0, SILENCE_DB)


class Limiter:
    """Turns down what would be louder than `CEILING`, and nothing else. One for each output.

    The gain is worked out for every 5 ms and moves in a straight line between them, so that no sample of a block is
    above the ceiling. It falls at once and comes back slowly. No sound is delayed.
    """

    def __init__(self) -> None:
        self._gain = 1.0

    def limit(self, samples: Samples) -> Samples:
        """The block, never above `CEILING`; its length is a multiple of 5 ms."""
        peaks = np.abs(samples.reshape(-1, _STEP)).max(axis=1)
        if self._gain >= 1.0 and peaks.max() <= CEILING:
            return samples
        wanted = [min(1.0, CEILING / peak) if peak > 0 else 1.0 for peak in peaks.tolist()]
        edges = [min(self._gain, wanted[0])]
        for place, most in enumerate(wanted):
            following = wanted[place + 1] if place + 1 < len(wanted) else 1.0
            edges.append(min(edges[-1] + _RELEASE, most, following))
        self._gain = edges[-1]
        at = np.arange(len(samples), dtype=np.float32) / _STEP
        limited: Samples = (samples * np.interp(at, np.arange(len(edges)), edges)).astype(np.float32)
        return limited
