"""Matrix room. A recording of an endless, unbroken speech: when it began, how well it is understood, where it stops."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from jemaa.people import hearing
from jemaa.people.clarity import PIECE_SECONDS, UNDERSTOOD_STOI, clarity_of_heard
from jemaa.people.speech import RATE, Samples, Speech

LOUD_DB = -45.0
QUIET_DB = -55.0
WINDOW_SECONDS = 4.0
"""Pieces in which the recording is looked for in the loop."""

CHANGING = hearing.Elastic(later=0.35, earlier=0.35, seconds=WINDOW_SECONDS, score=0.5, distinctness=0.0)
"""A window in which a path takes over is in two places of the loop. Of 360 of other speeches the best scores 0.41."""

LEAST_STOI = 0.3
MOST_SILENT = 0.25
"""Who misses every fourth word does not follow a meeting, however clear the others are."""

PAUSE_SECONDS = 0.12
"""The loop's own longest pause is 60 ms, twice that after encoding; what is longer is a gap."""

BLOCK = RATE // 100
FOLLOWED, STEP = int(2 * PIECE_SECONDS * RATE), RATE // 2
"""Samples: what one has to understand on end to follow, and how far apart the places are that are looked at."""


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


def longest_gap(recording: Samples) -> float:
    """Seconds, after the first sound, as `judge` has it; of all that is silent its length."""
    first = hearing.first_loud(recording, above_db=LOUD_DB)
    return len(recording) / RATE if first is None else max(gaps_of(recording[int(first * RATE) :]), default=0.0)


def lost_of(recording: Samples, loop: Speech) -> float:
    """Seconds of the longest stretch of which no two seconds on end were understood: silence, and sound in bits."""
    longest = until = 0
    for start in _followed(recording, loop):
        longest, until = max(longest, start - until), start + FOLLOWED
    longest = max(longest, len(recording) - until)
    return longest / RATE if longest > STEP else 0.0  # so far apart are the places that are looked at


def is_followed(recording: Samples, loop: Speech) -> bool:
    """Whether two seconds on end were understood, also while a player catches up, where longer ones are not found."""
    return any(True for _ in _followed(recording, loop))


def _followed(recording: Samples, loop: Speech) -> Iterator[int]:
    """Where two seconds begin that were understood on end."""
    for start, pieces in _windows(recording, loop, FOLLOWED, STEP, most_silent=PIECE_SECONDS / 4):
        if min(pieces) > UNDERSTOOD_STOI:
            yield start


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
    windows = _windows(recording, loop, size, size, most_silent=WINDOW_SECONDS / 4)
    found = [piece for _, pieces in windows for piece in pieces]
    return float(np.mean(found)) if found else None


def _windows(
    recording: Samples, loop: Speech, size: int, step: int, *, most_silent: float
) -> Iterator[tuple[int, list[float]]]:
    """Where each window begins, and STOI of its pieces; without those of which so many seconds are silent."""
    known = loop.repeated(loop.seconds + 2 * WINDOW_SECONDS).samples
    for start in range(0, len(recording) - size + 1, step):
        window = recording[start : start + size]
        if sum(gaps_of(window)) < most_silent:
            yield start, _of_window(window, known)


def _of_window(window: Samples, known: Samples) -> list[float]:
    """STOI of each piece of a window, where the known speech fits the window best; 0 where it fits nowhere."""
    step = int(PIECE_SECONDS * RATE)
    starts = range(0, len(window) - step + 1, step)
    delays = _delays_of(Speech("", window), known, len(starts))
    if not delays:
        return [0.0] * len(starts)
    places = [delay + at / RATE for at, delay in zip(starts, delays, strict=True)]
    return clarity_of_heard([window[at : at + step] for at in starts], known, places)


def _delays_of(window: Speech, known: Samples, pieces: int) -> list[float]:
    """Seconds from where the known speech begins to the window, as each of its pieces says; empty if nowhere."""
    found = hearing.find(window, known)
    if found.heard:
        return [found.delay] * pieces
    if window.seconds < CHANGING.seconds:
        return []
    found, delays = hearing.find_elastic(window, known, CHANGING)
    return delays if CHANGING.accepts(found) else []
