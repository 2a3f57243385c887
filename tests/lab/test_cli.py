"""`jemaa lab` as one types it."""

import argparse

import pytest

from jemaa.lab import cli, profile
from tests.lab.networks import why_not


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


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_run_ends_as_its_command_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert lab("run", "clean", "--", "sh", "-c", "exit 7") == 7
    assert lab("run", "--in", "server", "clean", "--", "true") == 0
    assert lab("run", "clean", "--", "no-such-command") == 2
    assert lab("run", "--kernel", "shape", "--", "true") == 1
    assert "lab-not-in-kernel" in capsys.readouterr().err
