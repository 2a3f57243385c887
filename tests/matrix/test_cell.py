"""Two cells, really asked: a server, a room, an operator that blocks something, and a participant in a real browser."""

from pathlib import Path

import pytest

from jemaa.cli import main
from jemaa.matrix.results import decode
from tests.lab.networks import why_not


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_behind_an_operator_that_drops_udp_everything_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["lab", "matrix", "--profiles", "udp-off", "--seconds", "10", "--out", str(tmp_path)]
    assert main(words) == 0
    run = decode((tmp_path / "matrix.json").read_bytes())
    (cell,) = run.cells
    assert run.grid() == {("jemaa", "own choice", "udp-off"): (True,) * 6}, cell.failures
    assert cell.path and cell.attempts and cell.kbps and cell.to_room and cell.first_sound is not None
    assert cell.stoi is not None and cell.stoi > 0.75
    assert "udp-off" in (tmp_path / "index.html").read_text()

    assert main([*words, "--resume"]) == 0, "nothing is asked twice"
    assert decode((tmp_path / "matrix.json").read_bytes()) == run
    assert "1 cells, 0 left" in capsys.readouterr().err


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_blocking_that_begins_in_mid_word_is_got_round_without_a_reload_and_its_end_is_noticed(tmp_path: Path) -> None:
    words = ["lab", "matrix", "--switched", "--profiles", "kill-after-bytes", "--seconds", "10", "--out", str(tmp_path)]
    assert main(words) == 0
    assert not (tmp_path / "grid.svg").exists(), "there is no grid of changes"
    (found,) = decode((tmp_path / "matrix.json").read_bytes()).changes
    assert (found.before, found.failure) == ("live", "") and found.within in ("stream", "pieces")
    assert found.hears and found.same_page and found.gap is not None and found.gap < 2
    assert found.again is not None and found.hears_again and found.gap_again is not None and found.gap_again < 2
