"""People room. How clearly speech is heard that a player moved: STOI, second by second.

STOI (Taal, Hendriks, Heusdens and Jensen, IEEE TASLP 19(7), 2011) compares in steps of 26 ms. A player that catches
up plays a little faster, or leaves out hundredths of a second of a pause: nobody minds, but to STOI it is sound that
nobody understands. So both are taken back before the comparison; a word that is missing stays missing.
"""

from collections.abc import Callable, Sequence
from itertools import permutations

import numpy as np
from pystoi import stoi
from scipy.signal import resample_poly

from .hearing import ELASTIC_PART_SECONDS, delays_of, refined, resembling
from .speech import RATE, Samples, Speech

PIECE_SECONDS = ELASTIC_PART_SECONDS

UNDERSTOOD_STOI = 0.75
"""Of a second of which one does not miss a word; bits of one are below."""

PACES = (100, 103, 97)
"""Percent: a player that catches up, or waits."""

AROUND_SECONDS = 0.15
"""How far a piece may be from where it is looked for: 3 % of four seconds, and some."""

CLEAR_STOI = 0.9
MOVES = 8
"""A piece of less may have a move of the player in it: it is also compared with what comes of one at so many places."""

Compared = Callable[[Samples, Samples], float]


def intelligibility(speech: Speech, recording: Samples) -> float:
    """STOI of the speech as it was recorded, against itself: 1 is perfect. The mean of its seconds."""
    return float(np.mean(clarity(speech, recording)))


def clarity(speech: Speech, recording: Samples) -> list[float]:
    """STOI of each whole second of the speech as it was recorded, 0 to 1. AssertionError if it is not there."""
    step = int(PIECE_SECONDS * RATE)
    starts = range(0, len(speech.samples) - step + 1, step)
    if not starts:
        raise AssertionError("the speech is too short for a measure of intelligibility")
    delays = delays_of(speech, recording)
    places = [delay + at / RATE for at, delay in zip(starts, delays, strict=True)]
    pieces = [speech.samples[at : at + step] for at in starts]
    return _clarity(pieces, recording, places, lambda piece, there: float(stoi(piece, there, RATE)))


def clarity_of_heard(pieces: Sequence[Samples], said: Samples, places: Sequence[float]) -> list[float]:
    """STOI of pieces of a recording that follow each other, 0 to 1, each against what was said around its place there
    (seconds). What was said and not heard does not count."""
    return _clarity(pieces, said, places, lambda piece, there: float(stoi(there, piece, RATE)))


def _clarity(pieces: Sequence[Samples], sound: Samples, places: Sequence[float], compared: Compared) -> list[float]:
    begins = [
        round(refined(piece, sound, place, around=AROUND_SECONDS) * RATE)
        for piece, place in zip(pieces, places, strict=True)
    ]
    best = [
        _at_its_pace(piece, sound, begin, place, compared)
        for piece, begin, place in zip(pieces, begins, places, strict=True)
    ]
    if min(best, default=1.0) >= CLEAR_STOI:
        return best
    size = len(pieces[0])
    moved = [begin - i * size for i, begin in enumerate(begins)]
    for i, piece in enumerate(pieces):
        if best[i] < CLEAR_STOI:
            around = {begin + i * size for begin in moved[max(i - 1, 0) : i + 2]}
            around |= _of_its_halves(piece, sound, places[i])
            best[i] = max(best[i], _with_a_move(piece, sound, around, compared))
    return best


def _of_its_halves(piece: Samples, sound: Samples, place: float) -> set[int]:
    """Where the piece would begin if all of it were where its first half is, or its second one."""
    half = len(piece) // 2
    return {
        round(resembling(part, sound, place + at / RATE, around=AROUND_SECONDS) * RATE) - at
        for at, part in ((0, piece[:half]), (half, piece[half:]))
    }


def _at_its_pace(piece: Samples, sound: Samples, begin: int, place: float, compared: Compared) -> float:
    """STOI of a piece that begins there, or near there if it was played faster or slower."""
    best = 0.0
    for percent in PACES:
        paced, at = piece, begin
        if percent != 100:
            paced = resample_poly(piece, percent, 100).astype(np.float32)
            at = round(refined(paced, sound, place, around=AROUND_SECONDS) * RATE)
        there = sound[at : at + len(paced)]
        if len(there) == len(paced):
            best = max(best, compared(paced, there))
    return best


def _with_a_move(piece: Samples, sound: Samples, begins: set[int], compared: Compared) -> float:
    """STOI of a piece in which the player moved: what was before it is where one of these places, a sample each, says
    that the piece begins, what comes after it where another one does. 0 if there is but one."""
    best = 0.0
    for before, after in permutations(begins, 2):
        for cut in range(len(piece) // MOVES, len(piece), len(piece) // MOVES):
            there = np.concatenate([sound[before : before + cut], sound[after + cut : after + len(piece)]])
            if len(there) == len(piece):
                best = max(best, compared(piece, there))
    return best
