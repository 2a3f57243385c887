"""`jemaa check --out`: earlier checks in the file confirm what is seen again in the same network, and no other."""

from pathlib import Path

import msgspec
import pytest

from jemaa.cli import main
from jemaa.cli_check_history import MOST, earlier
from jemaa.cli_check_print import print_result
from jemaa.facts.read import read, write
from jemaa.facts.record import Measurement
from tests.harness.server import Server
from tests.verdict.profiles import PROFILES
from tests.verdict.world import measured

FIRST = measured(PROFILES["quic-off"][0], 1)
LATER = msgspec.structs.replace(measured(PROFILES["quic-off"][0], 2), started_at=FIRST.started_at + 7_200)
NOW = LATER.started_at + 60.0


def said(capsys: pytest.CaptureFixture[str], measurement: Measurement, *history: Measurement) -> str:
    print_result(measurement, history)
    return capsys.readouterr().out


def test_what_an_earlier_check_saw_too_is_blocked_and_else_it_is_said_how_to_know(
    capsys: pytest.CaptureFixture[str],
) -> None:
    alone, together = said(capsys, LATER), said(capsys, LATER, FIRST)
    assert "QUIC: likely blocked" in alone and "with the same --out and --asn" in alone
    assert "QUIC: blocked" in together and "together with 1 earlier" in together and "--out" not in together


def test_a_file_is_read_as_far_as_it_has_facts(tmp_path: Path) -> None:
    file = tmp_path / "facts.jsonl"
    assert earlier(file, NOW) == [] == earlier(None, NOW)
    file.write_bytes(b"a note of mine\n" + write(FIRST) + b"\n\n" + write(LATER))
    assert earlier(file, NOW) == [FIRST, LATER]
    file.write_bytes((write(FIRST) + b"\n") * (MOST + 10))
    assert len(earlier(file, NOW)) == MOST


def test_a_check_is_judged_with_the_earlier_ones_in_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "facts.jsonl"
    (tmp_path / "jemaa.toml").touch()
    given = ["--yes", "--steps", "ws", "--out", str(out), "--config", str(tmp_path / "jemaa.toml"), "--asn", "64500"]
    with Server(tmp_path / "server") as server:
        check = ["check", server.url, "--anchor", server.url, *given]
        assert main(check) == 0
        assert "earlier" not in capsys.readouterr().out
        first = read(out.read_bytes(), 2e9)
        out.write_bytes(write(msgspec.structs.replace(first, started_at=first.started_at - 3_600)) + b"\n")
        assert main(check) == 0
    assert "together with 1 earlier" in capsys.readouterr().out
    assert len(out.read_bytes().splitlines()) == 2
