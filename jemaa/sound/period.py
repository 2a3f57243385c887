"""CPU. Speech made shorter by whole periods of its pitch, which nobody hears.

Waveform similarity (WSOLA: W. Verhelst, M. Roelands, ICASSP 1993), as WebRTC's NetEQ accelerates: of a voice one period
is much like the next, so the first is faded into the second and one of them is gone. Pitch and voice stay as they are.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .opus import RATE, Samples

LEAST, MOST = RATE // 400, RATE * 3 // 200
"""Samples of the shortest and the longest period: 2.5 ms (400 Hz) and 15 ms (67 Hz, or two of a higher voice)."""

NEEDED = 2 * MOST
"""How many samples must be known for one to be found: two of the longest."""

_COARSE = 12
"""The search is at 4 kHz, where a voice's pitch is; and then at the full rate around what it found."""

_ALIKE = 0.6
"""Correlation of two neighbouring periods from which on one may be left out: vowels have 0.9, sibilants 0.2."""


def period_of(samples: Samples) -> int:
    """Samples of the period that the first `NEEDED` repeat best; 0 if they do not repeat, or are silence."""
    sound = samples[:NEEDED]
    coarse = sound.reshape(-1, _COARSE).mean(axis=1)
    lag = LEAST // _COARSE + int(_alike(coarse, LEAST // _COARSE, MOST // _COARSE).argmax())
    first, last = max(LEAST, (lag - 1) * _COARSE), min(MOST, (lag + 1) * _COARSE)
    alike = _alike(sound, first, last)
    best = int(alike.argmax())
    return first + best if alike[best] >= _ALIKE else 0


def without(samples: Samples, period: int) -> Samples:
    """The same sound, shorter by the period that it begins with: that is faded into the next one."""
    rising = np.linspace(0, 1, period, dtype=np.float32)
    shorter = samples[period:].copy()
    shorter[:period] = samples[:period] * (1 - rising) + shorter[:period] * rising
    return shorter


def _alike(sound: Samples, least: int, most: int) -> Samples:
    """Correlation, from -1 to 1, of the first half of `sound` with itself so much later, for each lag."""
    size = len(sound) // 2
    first, later = sound[:size], sliding_window_view(sound[least:], size)[: most - least + 1]
    energy = np.einsum("ij,ij->i", later, later) * np.dot(first, first)
    alike: Samples = (later @ first) / np.sqrt(np.maximum(energy, 1e-9))
    return alike
