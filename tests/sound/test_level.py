"""Meters and the limiter."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jemaa.sound.level import CEILING, SILENCE_DB, Limiter, Meter, level_db

from .speaking import tone


def test_a_tone_and_silence_have_the_level_they_should() -> None:
    assert abs(level_db(tone(1, peak=1.0)) - -3.01) < 0.05
    assert level_db(np.zeros(960, np.float32)) == SILENCE_DB
    assert level_db(np.zeros(0, np.float32)) == SILENCE_DB


def test_a_meter_rises_at_once_and_falls_slowly() -> None:
    meter = Meter()
    meter.hear(tone(0.02, peak=0.5))
    loud = meter.db
    meter.hear(np.zeros(960, np.float32))
    assert SILENCE_DB < loud - 6 < meter.db < loud


def test_what_is_not_too_loud_passes_untouched() -> None:
    block = tone(0.02)
    assert Limiter().limit(block) is block


@given(st.lists(st.floats(0, 8), min_size=1, max_size=12), st.integers(0, 2**31))
def test_nothing_is_ever_above_the_ceiling(peaks: list[float], seed: int) -> None:
    random = np.random.default_rng(seed)
    limiter = Limiter()
    for peak in peaks:
        block = (random.uniform(-1, 1, 960) * peak).astype(np.float32)
        assert np.abs(limiter.limit(block)).max() <= CEILING + 1e-5


def test_the_gain_comes_back() -> None:
    limiter = Limiter()
    limiter.limit(tone(0.02, peak=3.0))
    for _ in range(40):
        block = limiter.limit(tone(0.02))
    assert np.abs(block).max() > 0.49
