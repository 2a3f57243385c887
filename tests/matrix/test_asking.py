"""What a cell needs to know of its network before anybody is asked."""

from pathlib import Path

import pytest

from jemaa.lab.profile import load, names
from jemaa.matrix.asking import AFTER_SECONDS, believed, outlasting
from jemaa.matrix.failures import MatrixFailed
from jemaa.matrix.run import network_of

from .cells import cell


def test_who_listens_outlasts_what_cuts_what_is_old() -> None:
    assert outlasting(load("kill-after")) == 20 + AFTER_SECONDS
    assert outlasting(load("clean")) == 0
    ages = [name for name in names() if outlasting(load(name))]
    assert "kill-after" in ages


def test_a_profile_of_ones_own_is_shown_by_the_name_it_was_asked_by(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('description = "Mine."\n[[seen]]\nwhere = "here"\n')
    assert network_of(str(file)).name == str(file)


def test_a_no_is_believed_of_a_machine_that_had_time_and_a_yes_of_any() -> None:
    for good in (cell(late=0.019), cell(late=0.005, speaks=False), cell(late=0.019, note=None), cell(speaks=False)):
        assert believed(good) is good
    with pytest.raises(MatrixFailed, match="17 ms late"):
        believed(cell(late=0.017, speaks=False))
