"""`jemaa lab matrix` called wrongly: one sentence, one code, nothing started."""

import subprocess
import sys
from pathlib import Path

import pytest

from jemaa.cli import main
from jemaa.lab.profile import load
from jemaa.matrix.cli import wanted
from jemaa.matrix.results import encode
from tests.lab.networks import why_not

from .cells import cell, matrix

IN_A_KERNEL_WITHOUT_NETWORKS = 'echo 0 > /proc/sys/user/max_net_namespaces; exec "$@"'


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Exit code, and the one line that was said."""
    code = main(["lab", "matrix", *words])
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    return code, said.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--systems", "jemaa,telex"), "matrix-system-unknown"),
        (("--profiles", "clean,atlantis"), "lab-profile-unknown"),
        (("--seconds", "9"), "bad-setting"),
        (("--resume",), "bad-setting"),
        (("--line", "atlantis"), "lab-profile-unknown"),
        (("--line", "udp-off"), "lab-profile-invalid"),
        (("--switched", "--profiles", "clean,corp"), "bad-setting"),
    ],
)
def test_a_wrong_word_is_one_sentence(words: tuple[str, ...], code: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = refused(capsys, *words)
    assert status == 2 and code in said


def test_over_a_line_are_those_that_block_and_have_none_of_their_own() -> None:
    found = wanted("", line="link-adsl-2016", switched=False)
    assert {"sni@link-adsl-2016", "corp@link-adsl-2016"} <= set(found)
    assert not [name for name in found if name.startswith(("clean", "link-", "ma-2016-adsl"))]
    assert wanted("clean", line="link-edge", switched=False) == ["clean@link-edge"]


def test_nobody_is_led_to_a_proxy_in_mid_speech() -> None:
    every, switched = wanted("", line="", switched=False), wanted("", line="", switched=True)
    assert {name for name in every if name not in switched} == {name for name in every if load(name).proxy}


def test_what_is_no_result_is_not_gone_on_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "matrix.json").write_text("{}")
    status, said = refused(capsys, "--out", str(tmp_path), "--resume")
    assert status == 2 and "matrix-unreadable" in said


def test_a_result_of_another_length_is_not_gone_on_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "matrix.json").write_bytes(encode(matrix(cell(), seconds=300)))
    status, said = refused(capsys, "--out", str(tmp_path), "--resume", "--seconds", "20")
    assert status == 2 and "300" in said


def test_a_machine_without_the_tools(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    status, said = refused(capsys, "--profiles", "clean")
    assert status == 1 and "matrix-tool-missing" in said and "pulseaudio" in said


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_a_kernel_that_gives_no_networks() -> None:
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", IN_A_KERNEL_WITHOUT_NETWORKS, "sh"]
    command += [sys.executable, "-m", "jemaa", "lab", "matrix", "--profiles", "clean"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "lab-no-rights" in done.stderr
