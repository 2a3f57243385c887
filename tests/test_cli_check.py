"""`jemaa check`: nothing is sent without consent, care where it is due, facts out, and an exit code."""

import io
import json
import socket
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from jemaa.cli import main, parser
from jemaa.cli_check import wishes_of
from jemaa.cli_check_history import earlier
from jemaa.cli_check_print import Steps
from jemaa.facts.read import OLDEST, read
from jemaa.probe.ground import Wishes
from tests.harness.server import Server
from tests.reflector.test_reflector import HERE, free_ports


def wished(*arguments: str) -> Wishes:
    return wishes_of(parser().parse_args(["check", "http://127.0.0.1:1", *arguments]))


@pytest.mark.parametrize(
    ("arguments", "is_lite"),
    [
        ((), True),
        (("--country", "MA"), False),
        (("--country", "et"), True),
        (("--country", "ET", "--full"), False),
        (("--country", "MA", "--lite"), True),
        (("--full",), False),
    ],
)
def test_a_check_is_lite_where_care_is_due_or_nobody_said_where_one_is(
    arguments: tuple[str, ...], is_lite: bool
) -> None:
    assert wished(*arguments).lite is is_lite


@pytest.mark.parametrize("arguments", [("--steps", "magic"), ("--country", "Morocco")])
def test_what_cannot_be_meant_is_exit_code_2(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "jemaa.toml").touch()
    assert main(["check", HERE, "--yes", "--config", str(tmp_path / "jemaa.toml"), *arguments]) == 2
    assert "jemaa: " in capsys.readouterr().err


def test_nothing_is_sent_without_consent(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A listener sees no connection; what would have been sent, to whom and why, is said."""
    (tmp_path / "jemaa.toml").touch()
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with socket.create_server((HERE, 0)) as server:
        server.setblocking(False)
        url = f"http://{HERE}:{server.getsockname()[1]}"
        assert main(["check", url, "--country", "ET", "--config", str(tmp_path / "jemaa.toml")]) == 1
        with pytest.raises(BlockingIOError):
            server.accept()
    said = capsys.readouterr().err
    assert url in said and "--yes" in said and "prison" in said and "Nothing that looks like a call's sound" in said


def test_steps_are_plain_lines_where_there_is_no_terminal() -> None:
    out = io.StringIO()
    steps = Steps(out)
    steps.show("udp", "begins", 1.0)
    steps.show("udp", "ends", 2.5)
    steps.close()
    assert out.getvalue() == "   1.0 s  udp: …\n   2.5 s  udp: done\n"


def test_a_check_says_how_to_attend_and_its_facts_can_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    udp, out = free_ports(2), tmp_path / "facts.jsonl"
    ports = ",".join(map(str, udp))
    with Server(tmp_path / "server", f"--check-udp={HERE}:{ports}") as server:
        given = [server.url, "--yes", "--steps", "udp,ws,rungs", "--out", str(out), "--anchor", server.url]
        (tmp_path / "jemaa.toml").touch()
        given += ["--config", str(tmp_path / "jemaa.toml")]
        assert main(["check", *given]) == 0
        shown = capsys.readouterr().out
        assert main(["check", *given, "--json", "--steps", "ws"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert "you can listen" in shown and "live" in shown and "udp" in shown
    first, second = out.read_bytes().splitlines()
    assert json.loads(second) == printed
    assert read(first, OLDEST * 2).rungs and threading.active_count() == 1


def test_facts_are_given_to_the_record_against_a_receipt_or_the_reason_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "jemaa.toml").touch()
    given = ["--yes", "--steps", "ws", "--submit", "--config", str(tmp_path / "jemaa.toml")]
    with Server(tmp_path / "keeps", f"--evidence-dir={tmp_path / 'record'}", command="serve") as server:
        assert main(["check", server.url, "--anchor", server.url, *given]) == 0
        receipt = capsys.readouterr().err.rpartition("receipt: ")[2].strip()
        request = urllib.request.Request(f"{server.url}/api/check/measurements/{receipt}", method="DELETE")
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 204
    with Server(tmp_path / "keeps-none", command="serve") as server:
        assert main(["check", server.url, "--anchor", server.url, *given]) == 1
        assert "keeps no public record" in capsys.readouterr().err


@pytest.mark.parametrize(("off", "told"), [(365 * 86_400, "400 days ahead"), (-365 * 86_400, "400 days behind")])
def test_a_clock_that_is_a_year_off_spoils_no_facts(
    off: int, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The facts bear the server's time: they are taken, those of an earlier check are read, and it is said."""
    (tmp_path / "jemaa.toml").touch()
    out, right = tmp_path / "facts.jsonl", time.time
    given = ["--yes", "--steps", "ws", "--submit", "--out", str(out), "--config", str(tmp_path / "jemaa.toml")]
    with Server(tmp_path / "keeps", f"--evidence-dir={tmp_path / 'record'}", command="serve") as server:
        monkeypatch.setattr("time.time", lambda: right() + off)
        assert main(["check", server.url, "--anchor", server.url, *given]) == 0
        assert len(earlier(out, json.loads(out.read_bytes())["started_at"])) == 1
    seen = capsys.readouterr()
    facts = read(out.read_bytes(), right())
    assert 0 <= right() - facts.started_at < 3_700 and abs(facts.controls.clock_off_h or 0) == 9_000
    assert told in seen.out and "certificates are judged by it" in seen.out and "receipt" in seen.err


class Terminal(io.StringIO):
    """A place where one line can be written anew."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_one_line_says_what_is_under_way_and_goes_at_the_end() -> None:
    out = Terminal()
    steps = Steps(out)
    for step in ("udp", "stun"):
        steps.show(step, "begins", 1.0)
    steps.show("udp", "ends", 2.0)
    assert out.getvalue().rpartition("\x1b[2K")[2] == "    2 s  stun" and "\n" not in out.getvalue()
    steps.close()
    assert out.getvalue().endswith("\r\x1b[2K")
