"""How clearly speech is heard: what a player does to catch up costs nothing, and a word that is missing is missed."""

import numpy as np
import pytest
from scipy.signal import resample_poly

from jemaa.people.clarity import UNDERSTOOD_STOI, clarity, intelligibility
from jemaa.people.speech import CHAIR_SPEECH, DELEGATE_SPEECH, RATE, Samples, Speech, say

DELEGATE = say(DELEGATE_SPEECH, voice="en-us+f3").part(0, 9)


def heard(*parts: tuple[float, Samples]) -> Samples:
    """A recording with each part beginning so many seconds after its start; a later one takes over."""
    recording = np.random.default_rng(7).normal(0, 1e-4, 13 * RATE).astype(np.float32)
    for start, samples in parts:
        recording[round(start * RATE) :][: len(samples)] = np.float32(0.4) * samples
    return recording


def since(seconds: float) -> Samples:
    """The speech from there on."""
    return DELEGATE.samples[round(seconds * RATE) :]


def test_who_is_caught_up_with_is_understood_all_the_same() -> None:
    # As once recorded: a player came nearer by 90 ms in six seconds, and stayed there.
    moved = heard((1.12, since(0)), (3.11, since(2)), (5.07, since(4)), (7.03, since(6)))
    assert intelligibility(DELEGATE, moved) > 0.95
    assert min(clarity(DELEGATE, moved)) > 0.9


def test_a_pause_left_out_and_a_hurry_in_the_same_second_cost_nothing() -> None:
    # As once recorded: 80 ms of a pause less, and 3 % faster for a second from there on.
    pause, hurried = 1.5, 2.5
    faster = resample_poly(DELEGATE.part(pause, hurried).samples, 100, 103).astype(np.float32)
    at = 1.0 + pause - 0.08
    moved = heard((1.0, since(0)), (at, faster), (at + len(faster) / RATE, since(hurried)))
    assert min(clarity(DELEGATE, moved)) > 0.85


def test_a_word_that_is_missing_is_missed() -> None:
    silenced = heard((1.0, DELEGATE.part(0, 4.4).samples), (5.9, since(4.9)))
    seconds = clarity(DELEGATE, silenced)
    assert min(seconds) < UNDERSTOOD_STOI
    assert sum(second > 0.9 for second in seconds) >= len(seconds) - 2, "and no other is"
    skipped = heard((1.0, since(0)), (5.4, since(4.9)))
    assert min(clarity(DELEGATE, skipped)) < UNDERSTOOD_STOI


def test_what_is_not_there_and_what_is_too_short_have_no_measure() -> None:
    with pytest.raises(AssertionError, match="not in the recording"):
        clarity(say(CHAIR_SPEECH, voice="en-us+m3"), heard((1.0, since(0))))
    with pytest.raises(AssertionError, match="too short"):
        clarity(Speech("", since(8.5)), heard((1.0, since(0))))
