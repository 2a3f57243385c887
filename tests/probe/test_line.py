"""How wide a line is taken for, from samples that may lie one at a time."""

import pytest

from jemaa.probe.line import WIDE_KBPS, Line, agreed, believed

AT_ONCE = 2 * WIDE_KBPS
"""What a sample says all of which came in one piece."""


@pytest.mark.parametrize("samples", [(), (64.0,), (AT_ONCE,), (AT_ONCE, 64.0), (64.0, 40.0), (0.0, 64.0), (0.0, 0.0)])
def test_one_sample_alone_settles_nothing(samples: tuple[float, ...]) -> None:
    assert agreed(samples) is None


@pytest.mark.parametrize(
    ("samples", "kbps"), [((60.0, 64.0), 64.0), ((AT_ONCE, 62.0, 64.0), 64.0), ((1_200.0, AT_ONCE), AT_ONCE)]
)
def test_two_that_agree_are_enough(samples: tuple[float, ...], kbps: float) -> None:
    assert believed(samples) == kbps


def test_a_thin_line_whose_first_packet_was_lost_once_stays_thin() -> None:
    kbps = believed((AT_ONCE, 64.0, 45.0))
    assert kbps == 64.0 and not Line(kbps=kbps).carries_calls


def test_a_wide_line_that_was_slow_once_stays_wide() -> None:
    assert believed((900.0, 40.0, 1_500.0)) == 900.0


def test_what_did_not_come_says_nothing() -> None:
    assert believed((0.0, 64.0, 0.0)) == 64.0
    assert believed((0.0, 0.0, 0.0)) is None
