"""Matrix room. A recording of an endless, unbroken speech: when it began, how well it is understood, where it stops."""

from dataclasses import dataclass

import numpy as np
from pystoi import stoi

from jemaa.people import hearing
from jemaa.people.speech import RATE, Samples, Speech

LOUD_DB = -45.0
QUIET_DB = -55.0
WINDOW_SECONDS = 4.0
"""Pieces in which the recording is looked for in the loop: a player that catches up moves little in so short a time."""

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
        """Whether the room's speech was there, and not only some noise."""
        return self.stoi is not None and self.stoi > 0.3


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
    """STOI of what was heard, the mean of its pieces, those that are mostly silent left out; None if there is none."""
    size = int(WINDOW_SECONDS * RATE)
    known = loop.repeated(loop.seconds + 2 * WINDOW_SECONDS).samples
    found = []
    for start in range(0, len(recording) - size + 1, size):
        piece = recording[start : start + size]
        if sum(gaps_of(piece)) < WINDOW_SECONDS / 4:
            found.append(_stoi_at_best(piece, known))
    return float(np.mean(found)) if found else None


def _stoi_at_best(piece: Samples, known: Samples) -> float:
    """Against the place of the known speech that it fits best; 0 if it fits nowhere."""
    try:
        at = round(hearing.delay_of(Speech("", piece), known) * RATE)
    except AssertionError:
        return 0.0
    clean = known[at : at + len(piece)]
    return float(stoi(clean, piece, RATE)) if len(clean) == len(piece) else 0.0
