"""`jemaa lab` as one types it."""

import argparse
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jemaa.lab import cli, profile
from jemaa.lab.places import DNS, PARTICIPANT, SECOND, SERVER
from jemaa.lab.plan import ALL
from jemaa.people.wait import wait_until
from tests.lab.networks import namespaces, why_not

IN_A_LAB = pytest.mark.skipif(bool(why_not()), reason=why_not())


def lab(*words: str) -> int:
    parser = argparse.ArgumentParser()
    cli.add_parser(parser.add_subparsers())
    return cli.run(parser.parse_args(["lab", *words]))


def test_list_has_every_profile_and_marks_hypotheses(capsys: pytest.CaptureFixture[str]) -> None:
    assert lab("list") == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert set(lines) == set(profile.names()) and "hypothesis" in lines["ma-2016-may"]


@pytest.mark.parametrize("name", profile.names())
def test_describe_says_what_where_and_how_sure(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert lab("describe", name) == 0
    out = capsys.readouterr().out
    assert "Grade" in out and profile.load(name).description in out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("describe", "atlantis"), "lab-profile-unknown"),
        (("run", "atlantis", "--", "true"), "lab-profile-unknown"),
        (("run", "clean"), "lab-command-missing"),
    ],
)
def test_a_wrong_word_is_one_sentence(words: tuple[str, ...], code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert lab(*words) == 2
    err = capsys.readouterr().err
    assert code in err and err.count("\n") == 1


@IN_A_LAB
def test_run_ends_as_its_command_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert lab("run", "clean", "--", "sh", "-c", "exit 7") == 7
    assert lab("run", "--in", "server", "clean", "--", "true") == 0
    assert lab("run", "clean", "--", "no-such-command") == 2
    assert lab("run", "--kernel", "shape", "--", "true") == 1
    assert "lab-not-in-kernel" in capsys.readouterr().err


def said_by(up: "subprocess.Popen[str]") -> list[str]:
    """What `lab up` says until it is up."""
    assert up.stdout is not None, "it was asked for"
    lines: list[str] = []
    while not lines or not lines[-1].startswith("Ctrl-C"):
        lines.append(up.stdout.readline())
        assert lines[-1], f"it ended instead: {lines}"
    return lines


@IN_A_LAB
def test_up_says_how_to_get_into_each_node_and_leaves_nothing_after_ctrl_c() -> None:
    # A shell's background jobs are born deaf to Ctrl-C, and this test's run may be one.
    command = ["env", "--default-signal=INT", sys.executable, "-m", "jemaa", "lab", "up", "clean"]
    up = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        said = said_by(up)
        ways = {line.split()[0]: shlex.split(line)[1:-1] for line in said if line.endswith(" -- COMMAND\n")}
        assert list(ways) == list(ALL)
        for node, address in (("participant", PARTICIPANT), ("server", SERVER), ("second", SECOND), ("services", DNS)):
            done = subprocess.run([*ways[node], "ip", "address"], capture_output=True, text=True, check=True)
            assert all(f" {one}/" in done.stdout for one in address), f"{node}: {done.stdout}"
        lives = {words[1].removeprefix("--target=") for words in ways.values()}
        lives |= set(Path(f"/proc/{up.pid}/task/{up.pid}/children").read_text().split())
        spaces = {os.readlink(f"/proc/{pid}/ns/net") for pid in lives}
        log = Path(said[-2].removeprefix("decisions: ").strip())
        assert len(spaces) == 7 and spaces <= namespaces() and log.is_file()
        up.send_signal(signal.SIGINT)
        assert up.communicate(timeout=20) == ("", "") and up.returncode == 0
    finally:
        up.kill()
    wait_until(lambda: not spaces & namespaces(), "no process is in a namespace of that lab")
    assert not log.parent.exists()
