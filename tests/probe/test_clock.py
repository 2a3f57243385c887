"""A device's clock may be years off: facts bear the server's time, and say how far off it was."""

import time
from email.utils import formatdate

import pytest

from jemaa.probe.clock import Clock

YEAR = 365 * 86_400.0
NOW = 1_795_000_000.0


def test_until_the_server_has_told_it_is_the_devices_own_time() -> None:
    clock = Clock(lambda: NOW)
    assert clock.at(time.monotonic()) == pytest.approx(NOW, abs=1) and clock.off is None


@pytest.mark.parametrize("off", [-YEAR, 0.0, 7_200.0, 50 * YEAR])
def test_once_it_has_told_it_is_the_servers(off: float) -> None:
    clock, began = Clock(lambda: NOW + off), time.monotonic()
    clock.told(formatdate(NOW, usegmt=True))
    assert clock.off == off
    assert clock.at(began) == pytest.approx(NOW, abs=1) and clock.at(began + 60) == pytest.approx(NOW + 60, abs=1)


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Sat, 99 Nov 2026 10:00:00 GMT", "Sat, 28 Nov 99999999999 10:00:00 GMT"]
)
def test_what_is_no_date_is_not_listened_to(date: str) -> None:
    clock = Clock(lambda: NOW)
    clock.told(date)
    assert clock.off is None
