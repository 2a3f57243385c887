"""The command line as a shell sees it: output, exit codes, sentences."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.harness.server import ROOT, Server

WITH_A_PAGE = {"participant", "chair", "manager", "room", "captioner", "speaker"}
"""Roles that get a link; the procedure knows more."""


def jemaa(*arguments: str, data: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    given = [*arguments, *(["--data", str(data)] if data else [])]
    return subprocess.run(
        [sys.executable, "-m", "jemaa", *given],
        capture_output=True,
        text=True,
        timeout=60,
        env={name: value for name, value in os.environ.items() if not name.startswith("JEMAA_")} | environment,
    )


def test_meetings_are_made_listed_and_closed_also_beside_a_running_server(tmp_path: Path) -> None:
    with Server(tmp_path / "data", command="serve") as server:
        assert server.announced["meetings"] == []
        made = jemaa("meeting", "new", "Water", "--room", "Hall", "--room", "Annex", "--json", data=server.data)
        meeting = json.loads(made.stdout)
        assert [session["room"] for session in meeting["sessions"]] == ["Hall", "Annex"]
        links = meeting["sessions"][0]["links"]
        assert set(links) == {*WITH_A_PAGE, "text", "radio", "mp3"}
        for role in sorted(WITH_A_PAGE):
            assert server.get(urlsplit(links[role]).path)[0] == 200
        token = links["chair"].partition("#t=")[2]
        status, joined = server.post(f"/api/s/{meeting['sessions'][0]['id']}/join", {"token": token})
        assert (status, joined["role"]) == (200, "chair")
        assert meeting["id"] in jemaa("meeting", "list", data=server.data).stdout
        closed = jemaa("meeting", "close", meeting["id"], data=server.data)
        assert (closed.returncode, closed.stdout) == (0, "") and "can still read it" in closed.stderr
        assert json.loads(jemaa("meeting", "list", "--json", data=server.data).stdout)[0]["closed"] is True
        again = jemaa("meeting", "links", meeting["id"], data=server.data)
        told = re.findall(r"^  (\w+) +http", again.stdout, re.MULTILINE)
        assert sorted(told) == sorted(2 * list(links))
        lost = jemaa("meeting", "close", "nosuch", data=server.data)
        assert lost.returncode == 1 and "jemaa meeting list" in lost.stderr


def test_an_empty_list_says_what_to_do_and_the_version_is_told(tmp_path: Path) -> None:
    empty = jemaa("meeting", "list", data=tmp_path / "data")
    assert (empty.returncode, empty.stdout) == (0, "") and "jemaa meeting new" in empty.stderr
    assert json.loads(jemaa("meeting", "list", "--json", data=tmp_path / "data").stdout) == []
    assert re.fullmatch(r"jemaa \d+\.\d+\S*\n", jemaa("--version").stdout)


def test_wrong_calls_end_with_2_and_one_sentence(tmp_path: Path) -> None:
    cases = [
        (["fly"], "invalid choice"),
        (["serve", "--listen", "nowhere"], "HOST:PORT"),
        (["serve", "--listen", "0.0.0.0:0"], "certificate"),
        (["serve", "--tls-cert", "a.pem"], "--tls-key"),
        (["config", "--config", str(tmp_path / "missing.toml")], "is not there"),
        (["meeting", "new", " "], "needs a title"),
    ]
    for arguments, sentence in cases:
        ended = jemaa(*arguments, data=tmp_path / "data")
        assert ended.returncode == 2, ended
        assert sentence in ended.stderr and "Traceback" not in ended.stderr
    unknown = jemaa("config", JEMAA_LISTN="x")
    assert unknown.returncode == 2 and "listn" in unknown.stderr


def test_what_fails_ends_with_1_and_one_sentence(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not media, but words")
    (tmp_path / "file").touch()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "jemaa.sqlite").write_bytes(b"not a database" * 100)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        cases = [
            (["serve", "--listen", f"127.0.0.1:{port}"], tmp_path / "a", "in use"),
            (["demo", "--floor", str(text)], tmp_path / "b", "notes.txt"),
            (["demo", "--floor", str(tmp_path / "none.mp3")], tmp_path / "b", "no file"),
            (["serve"], tmp_path / "file" / "below", "cannot be made"),
            (["serve"], tmp_path / "bad", "cannot be opened"),
        ]
        for arguments, data, sentence in cases:
            ended = jemaa(*arguments, data=data)
            assert ended.returncode == 1, ended
            assert sentence in ended.stderr and "Traceback" not in ended.stderr, ended.stderr


def test_config_says_where_each_value_comes_from(tmp_path: Path) -> None:
    shown = json.loads(jemaa("config", "--json", data=tmp_path, JEMAA_INVITATION_DAYS="3").stdout)
    assert shown["invitation_days"] == {"value": 3, "source": "environment"}
    assert shown["data"] == {"value": str(tmp_path), "source": "flag"}
    assert shown["listen"]["source"] == "default"
    assert "invitation_days" in jemaa("config").stdout


def test_the_demo_opens_a_meeting_and_reopens_it_after_kill_9(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        session = server.session["id"]
        badr = server.join("participant")
        badr.command("introduce", name="Badr")
        seq = badr.command("say", text="still here")
        server.kill()
        server.start()
        assert server.session["id"] == session
        state = server.join("participant").state()
        assert state["seq"] >= seq and state["state"]["phase"] == "open"
        assert badr.command("say", text="the same person") > seq


def extras() -> set[str]:
    """What can be imported only where an extra was installed, by its top-level name."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    packages = {re.split(r"[\[=<>~]", one)[0] for group in wanted.values() for one in group} - {"jemaa"}
    found = {name for name, by in packages_distributions().items() for one in by if one.lower() in packages}
    assert {"playwright", "scipy", "duckdb", "OpenSSL"} <= found
    return found


def test_the_demo_opens_where_no_extra_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`make run` installs no extra: each of them is a package here that cannot be imported."""
    missing = tmp_path / "missing"
    missing.mkdir()
    for name in extras():
        (missing / f"{name}.py").write_text(f"raise ImportError('no {name} here', name='{name}')\n")
    monkeypatch.setenv("PYTHONPATH", str(missing))
    with Server(tmp_path / "data") as server:
        assert server.get(f"/s/{server.session['id']}")[0] == 200
    assert jemaa("lab", "list", PYTHONPATH=str(missing)).returncode == 0


def test_ctrl_c_ends_with_130_and_sigterm_with_0_within_seconds(tmp_path: Path) -> None:
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 0)):
        with Server(tmp_path / number.name, command="serve") as server:
            process = server._process
            assert process is not None
            began = time.monotonic()
            process.send_signal(number)
            assert process.wait(10) == code
            assert process.stdout is not None  # the harness asked for a pipe
            process.stdout.close()
            assert time.monotonic() - began < 5
            assert "Traceback" not in server.log.read_text()


@pytest.mark.parametrize(
    ("command", "others"),
    [("serve", ("jemaa.probe", "jemaa.lab", "jemaa.audit")), ("check", ("jemaa.lab", "jemaa.store", "numpy", "av"))],
)
def test_a_command_waits_for_nothing_that_only_others_need(command: str, others: tuple[str, ...]) -> None:
    program = f"import sys; from jemaa.cli import parser; parser({command!r}); print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    loaded = found.stdout.split()
    assert f"jemaa.cli{'_check' if command == 'check' else ''}" in loaded
    assert not [name for name in loaded if name.startswith(others)]
