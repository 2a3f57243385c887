"""Matrix room. A recording of an endless, unbroken speech: when it began, how well it is understood, where it stops."""

from dataclasses import dataclass

import numpy as np
from pystoi import stoi
from scipy.signal import resample_poly

from jemaa.people import hearing
from jemaa.people.speech import RATE, Samples, Speech

LOUD_DB = -45.0
QUIET_DB = -55.0
WINDOW_SECONDS = 4.0
"""Pieces in which the recording is looked for in the loop."""

PIECE_SECONDS = 1.0
PACES = (100, 103, 97)
"""A player that catches up, or waits, plays a little faster or slower: nobody minds, but STOI does."""

AROUND_SECONDS = 0.15
"""How far a piece may be from where its window says: 3 % of a window, and some."""

LEAST_STOI = 0.3
MOST_SILENT = 0.25
"""Who misses every fourth word does not follow a meeting, however clear the others are."""

PAUSE_SECONDS = 0.12
"""The loop's own longest pause is 60 ms, twice that after encoding; what is longer is a gap."""

BLOCK = RATE // 100


@dataclass(frozen=True, slots=True)
class Heard:
    """`first` in seconds from the mark on, None if nothing came; STOI from 0 to 1, None without a piece to judge."""

    first: float | None
    stoi: float | None
    longest_gap: float
    silent: float

    @property
    def is_speech(self) -> bool:
        """Whether the room's speech was there, and not only some noise, and not only for a while."""
        return self.stoi is not None and self.stoi > LEAST_STOI and self.silent < MOST_SILENT


def judge(recording: Samples, loop: Speech, *, settle: float = 0.0) -> Heard:
    """What came of `loop`, said again and again. Gaps and silence count from `settle` seconds after the first sound,
    so that the start is judged by `first` alone."""
    first = hearing.first_loud(recording, above_db=LOUD_DB)
    if first is None:
        return Heard(None, None, len(recording) / RATE, 1.0)
    rest = recording[int((first + settle) * RATE) :]
    gaps = gaps_of(rest)
    return Heard(first, understood(rest, loop), max(gaps, default=0.0), sum(gaps) * RATE / max(len(rest), 1))


def gaps_of(recording: Samples) -> list[float]:
    """Seconds of each gap."""
    blocks = recording[: len(recording) // BLOCK * BLOCK].reshape(-1, BLOCK).astype(np.float64)
    quiet = np.sqrt((blocks**2).mean(axis=1)) < 10 ** (QUIET_DB / 20)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], quiet, [False])).astype(np.int8)))
    lengths = (edges[1::2] - edges[::2]) * BLOCK / RATE
    return [float(length) for length in lengths if length > PAUSE_SECONDS]


def understood(recording: Samples, loop: Speech) -> float | None:
    """STOI of what was heard, the mean of its pieces; windows that are mostly silent are left out. None if there is
    nothing to judge."""
    size = int(WINDOW_SECONDS * RATE)
    known = loop.repeated(loop.seconds + 2 * WINDOW_SECONDS).samples
    found: list[float] = []
    for start in range(0, len(recording) - size + 1, size):
        window = recording[start : start + size]
        if sum(gaps_of(window)) < WINDOW_SECONDS / 4:
            found.extend(_of_window(window, known))
    return float(np.mean(found)) if found else None


def _of_window(window: Samples, known: Samples) -> list[float]:
    """Of each piece of a window, where the known speech fits the window best; 0 if it fits nowhere."""
    rough = hearing.find(Speech("", window), known)
    if not rough.heard:
        return [0.0]
    step = int(PIECE_SECONDS * RATE)
    return [
        _of_piece(window[at : at + step], known, rough.delay + at / RATE)
        for at in range(0, len(window) - step + 1, step)
    ]


def _of_piece(piece: Samples, known: Samples, rough: float) -> float:
    """STOI compares in steps of 26 ms, so a player's hurry is taken out of the piece before."""
    best = 0.0
    for percent in PACES:
        paced = piece if percent == 100 else resample_poly(piece, percent, 100).astype(np.float32)
        at = round(hearing.refined(paced, known, rough, around=AROUND_SECONDS) * RATE)
        clean = known[at : at + len(paced)]
        if len(clean) == len(paced):
            best = max(best, float(stoi(clean, paced, RATE)))
    return best
