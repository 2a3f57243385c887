"""Periods of a voice: found where there are some, and left out without a click."""

import numpy as np
import pytest

from jemaa.sound.opus import RATE, Samples
from jemaa.sound.period import LEAST, MOST, NEEDED, period_of, without

from .speaking import tone, words


def buzz(hertz: float) -> Samples:
    """As a throat makes it: ten harmonics, the higher the quieter."""
    sound: Samples = np.sum([tone(0.1, hertz * n, 0.3 / n) for n in range(1, 11)], axis=0, dtype=np.float32)
    return sound


@pytest.mark.parametrize("hertz", [80.0, 120.0, 210.0, 350.0])
def test_the_pitch_of_a_voice_is_found(hertz: float) -> None:
    periods = period_of(buzz(hertz)) * hertz / RATE
    assert periods == pytest.approx(max(1, round(periods)), abs=0.02)


def test_noise_and_silence_have_none() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, NEEDED).astype(np.float32)
    assert period_of(noise) == 0
    assert period_of(np.zeros(NEEDED, np.float32)) == 0


def test_without_a_period_the_same_sound_goes_on_with_no_step() -> None:
    sound = buzz(140)
    period = period_of(sound)
    shorter = without(sound, period)
    assert len(shorter) == len(sound) - period
    assert np.abs(np.diff(shorter)).max() <= 1.05 * np.abs(np.diff(sound)).max()
    assert np.allclose(shorter[period:], sound[2 * period :])


def test_most_of_a_voice_has_periods() -> None:
    speech = words()
    parts = [speech[at : at + NEEDED] for at in range(0, len(speech) - NEEDED, NEEDED)]
    found = [period_of(part) for part in parts if np.abs(part).max() > 0.05]
    assert np.mean([period > 0 for period in found]) > 0.6
    assert all(LEAST <= period <= MOST for period in found if period)
