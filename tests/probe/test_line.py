"""How wide a line is taken for, from samples that may lie one at a time."""

import pytest

from jemaa.probe.line import AT_ONCE, WIDE_KBPS, Line, agreed, believed

WIDE = 2 * WIDE_KBPS
FAILED = 0.0


@pytest.mark.parametrize(
    "samples",
    [(), (64.0,), (AT_ONCE,), (AT_ONCE, AT_ONCE), (AT_ONCE, 64.0), (64.0, 40.0), (FAILED, 64.0), (FAILED, FAILED)],
)
def test_a_few_samples_settle_nothing(samples: tuple[float, ...]) -> None:
    assert agreed(samples) is None


@pytest.mark.parametrize(
    ("samples", "kbps"),
    [
        ((60.0, 64.0), 64.0),
        ((AT_ONCE, 62.0, 64.0), 64.0),
        ((62.0, AT_ONCE, AT_ONCE, 64.0), 64.0),
        ((1_000.0, 62.0, 61.0), 62.0),
        ((1_200.0, 8_000.0), 8_000.0),
        ((AT_ONCE, AT_ONCE, AT_ONCE), WIDE),
        ((40.0, AT_ONCE, AT_ONCE, AT_ONCE), WIDE),
    ],
)
def test_samples_that_agree_are_enough(samples: tuple[float, ...], kbps: float) -> None:
    assert agreed(samples) == believed(samples) == kbps


def test_a_thin_line_whose_first_packet_was_lost_stays_thin() -> None:
    """Behind its repetition the rest came at once, and so it did in two more of five."""
    kbps = believed((AT_ONCE, 64.0, AT_ONCE, 45.0, AT_ONCE))
    assert kbps == 45.0 and not Line(kbps=kbps).carries_calls


def test_a_wide_line_that_was_slow_once_stays_wide() -> None:
    assert believed((900.0, 40.0, 1_500.0)) == 900.0


def test_where_nothing_agrees_the_only_ones_are_believed() -> None:
    assert believed((FAILED, 64.0, FAILED)) == 64.0
    assert believed((FAILED, AT_ONCE, FAILED)) == WIDE
    assert believed((FAILED, FAILED, FAILED)) is None
