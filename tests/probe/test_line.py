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


def test_a_thin_line_is_used_well_where_it_carries_as_much_up_and_leaves_flows_their_part() -> None:
    line = Line(rtt=0.45, kbps=64.0)
    assert line.share == 0.4
    line.echoed(1_250, 0.77)
    assert line.share == 0.85
    line.unpaced_kbps = 16.0
    assert line.share == pytest.approx(0.6)
    line.echoed(1_250, 1.0)
    assert line.share == 0.4


@pytest.mark.parametrize("kbps", [None, 200.0, 900.0])
def test_a_wider_line_is_shared_as_if_less_went_up(kbps: float | None) -> None:
    line = Line(rtt=0.1, kbps=kbps)
    line.echoed(1_250, 5.0)
    assert line.share == 0.6


def test_where_nothing_agrees_the_only_ones_are_believed() -> None:
    assert believed((FAILED, 64.0, FAILED)) == 64.0
    assert believed((FAILED, AT_ONCE, FAILED)) == WIDE
    assert believed((FAILED, FAILED, FAILED)) is None
