"""The machine's own beat."""

import threading

from jemaa.matrix.pulse import Pulse
from jemaa.people.wait import wait_until


def test_a_beat_is_never_early_and_ends_with_its_context() -> None:
    before = threading.active_count()
    with Pulse() as pulse:
        wait_until(lambda: pulse.beats > 5, "a few beats")
    assert 0 <= pulse.late < 10
    assert threading.active_count() == before


def test_without_a_beat_nothing_was_late() -> None:
    assert Pulse().late == 0.0
