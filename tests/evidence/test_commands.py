"""From a submission to a page: `jemaa evidence fold` and `build`, as an operator runs them. 4 s."""

import asyncio
import json
from pathlib import Path

import pytest

from jemaa import cli
from jemaa.evidence.engine import Engine
from jemaa.evidence.journal import Journal
from tests.evidence.facts import CALLS
from tests.evidence.senders import sent, submissions


def test_what_was_given_becomes_a_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JEMAA_CONFIG", str(tmp_path / "jemaa.toml"))
    (tmp_path / "jemaa.toml").write_text(f'evidence_dir = "{tmp_path / "record"}"\n')

    async def story() -> None:
        record = submissions(tmp_path)
        for number in range(9):
            await record.submit(sent(failing=CALLS), f"192.0.2.{number}")
        await record.close()

    asyncio.run(story())
    assert command(capsys, "fold") == {"folded": 9}
    assert command(capsys, "fold") == {"folded": 0}
    built = command(capsys, "build", "--out", str(tmp_path / "site"))
    assert built["site"] == str(tmp_path / "site")
    page = (tmp_path / "site/en/network/MA-AS64500.html").read_text()
    assert "failed for most" in page
    said = (tmp_path / "site/en/country/MA.html").read_text()
    assert "What was said" in said and "grade C" in said, "the claims that come with Jemaa stand beside the figures"
    assert "Skype" in (tmp_path / "site/en/apps.html").read_text()


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert cli.main(["evidence", *arguments, "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_a_fold_by_hand_and_a_server_do_not_meet(tmp_path: Path) -> None:
    """Both write at once for a while; in the end each measurement is there once."""

    async def story() -> None:
        record = submissions(tmp_path)
        by_hand = Journal(tmp_path / "record")
        for number in range(40):
            await record.submit(sent(), f"192.0.2.{number}")
            if number % 5 == 0:
                await asyncio.to_thread(by_hand.fold)
        await record.close()
        by_hand.fold()

    asyncio.run(story())
    archive = Journal(tmp_path / "record").archive
    with Engine() as engine:
        files = archive.files("rows")
        ((rows, ids),) = engine.rows(f"SELECT count(*), count(DISTINCT id) FROM read_parquet({files})")
    assert (rows, ids) == (40, 40)
