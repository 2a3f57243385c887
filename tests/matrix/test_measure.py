"""What was heard of an endless speech: when it began, how well it is understood, where it stops."""

import numpy as np
import pytest
from scipy.signal import resample_poly

from jemaa.matrix.measure import gaps_of, is_followed, judge, lost_of
from jemaa.people.speech import CHAIR_SPEECH, GUEST_SPEECH, RATE, Samples, Speech, unbroken

LOOP = unbroken(CHAIR_SPEECH)
SECONDS = 12.0


def heard(*, delay: float = 0.0, start: float = 3.3, loop: Speech = LOOP) -> Samples:
    """The loop as it comes out of a loudspeaker: silence first, then from somewhere in it on."""
    sound = loop.repeated(start + SECONDS).part(start, start + SECONDS).samples
    noise = np.random.default_rng(1).normal(0, 1e-4, len(sound)).astype(np.float32)
    return np.concatenate([np.zeros(int(delay * RATE), np.float32), sound + noise])


def test_a_speech_that_arrives_whole() -> None:
    found = judge(heard(delay=1.3), LOOP, settle=1.0)
    assert found.first == pytest.approx(1.3, abs=0.05)
    assert found.stoi is not None and found.stoi > 0.97
    assert (found.longest_gap, found.silent) == (0.0, 0.0)
    assert found.is_speech


@pytest.mark.parametrize("percent", [100, 103])
def test_a_player_that_hurries_is_understood_as_well(percent: int) -> None:
    hurried = resample_poly(heard(), 100, percent).astype(np.float32)
    found = judge(hurried, LOOP)
    assert found.stoi is not None and found.stoi > 0.95


def test_gaps_are_found_with_their_length_and_share() -> None:
    sound = heard()
    sound[4 * RATE : 5 * RATE] = 0
    sound[8 * RATE : int(8.5 * RATE)] = 0
    found = judge(sound, LOOP)
    assert found.longest_gap == pytest.approx(1.0, abs=0.1)
    assert found.silent == pytest.approx(1.5 / SECONDS, abs=0.02)


def test_how_long_nothing_is_understood_counts_silence_and_sound_in_bits() -> None:
    sound = heard()
    assert lost_of(sound, LOOP) == 0.0
    gap = sound.copy()
    gap[5 * RATE : 6 * RATE] = 0
    assert lost_of(gap, LOOP) == pytest.approx(1.0, abs=0.6)
    bits = sound.copy()  # a third of the sound, spread over three times its length, as over a line that is too thin
    for start in range(0, 4 * RATE, RATE // 10):
        bits[start + RATE // 30 : start + RATE // 10] = 0
    assert lost_of(bits, LOOP) == pytest.approx(4.0, abs=0.6)
    assert lost_of(np.zeros(3 * RATE, np.float32), LOOP) == 3.0


def test_who_catches_up_is_followed_and_who_gets_bits_or_another_speech_is_not() -> None:
    quicker = resample_poly(heard()[: 5 * RATE], 97, 100).astype(np.float32)
    assert is_followed(quicker, LOOP)
    bits = heard()[: 5 * RATE].copy()
    for start in range(0, len(bits), RATE // 10):
        bits[start + RATE // 30 : start + RATE // 10] = 0
    assert not is_followed(bits, LOOP)
    assert not is_followed(unbroken(GUEST_SPEECH).samples[: 5 * RATE], LOOP)
    assert not is_followed(np.zeros(5 * RATE, np.float32), LOOP)


def test_a_move_of_the_player_costs_nothing_and_one_that_takes_over_is_no_hole() -> None:
    sound = LOOP.repeated(40).samples
    at, end = 3 * RATE + 5_000, 15 * RATE
    for leap in (RATE // 20, RATE // 4):  # left out in the middle of a second; said again
        for moved in (sound[at + leap :], sound[at - leap :]):
            found = judge(np.concatenate([sound[:at], moved])[:end], LOOP)
            assert found.is_speech and found.stoi is not None and found.stoi > 0.93
    other = unbroken(GUEST_SPEECH).repeated(20).samples
    assert not judge(np.concatenate([sound[: RATE // 2], other])[:end], LOOP).is_speech


def test_what_happens_while_it_starts_is_no_gap() -> None:
    sound = heard()
    sound[int(0.2 * RATE) : int(0.7 * RATE)] = 0
    assert judge(sound, LOOP, settle=1.0).longest_gap == 0.0
    assert judge(sound, LOOP).longest_gap > 0.4


def test_what_dies_after_a_while_is_not_heard() -> None:
    sound = heard()
    sound[6 * RATE :] = 0
    found = judge(sound, LOOP)
    assert found.stoi is not None and found.stoi > 0.9
    assert not found.is_speech


def test_nothing_is_no_speech_and_has_no_figures() -> None:
    found = judge(np.zeros(5 * RATE, np.float32), LOOP)
    assert (found.first, found.stoi, found.silent, found.is_speech) == (None, None, 1.0, False)


@pytest.mark.parametrize("kind", ["another speech", "noise", "hum"])
def test_what_is_loud_and_not_the_speech_is_no_speech(kind: str) -> None:
    seconds = np.arange(int(SECONDS * RATE)) / RATE
    sounds = {
        "another speech": heard(loop=unbroken(GUEST_SPEECH, voice="en-us+f3")),
        "noise": np.random.default_rng(2).normal(0, 0.1, len(seconds)).astype(np.float32),
        "hum": (0.3 * np.sin(2 * np.pi * 440 * seconds)).astype(np.float32),
    }
    assert not judge(sounds[kind], LOOP).is_speech


def test_the_loop_itself_has_no_gap() -> None:
    assert gaps_of(LOOP.repeated(30).samples) == []
