"""A lab of which a part has ended is no such network any more, and whoever uses it is told."""

import io
import json
import os
import signal
import time
from pathlib import Path

import pytest

from jemaa.lab.failures import LabFailed
from jemaa.lab.middlebox import Log, Middlebox
from jemaa.lab.places import SERVER
from jemaa.lab.topology import Lab
from tests.lab.networks import ask, echo, why_not

IN_A_LAB = pytest.mark.skipif(bool(why_not()), reason=why_not())


def middlebox_of(lab: Lab) -> int:
    """The one process in the operator's network that is not its holder."""
    holder = lab._nodes["operator"]
    network = os.stat(f"/proc/{holder}/ns/net").st_ino
    found = [
        int(path.name)
        for path in Path("/proc").iterdir()
        if path.name.isdecimal() and int(path.name) != holder and _network(path) == network
    ]
    assert len(found) == 1
    return found[0]


def _network(process: Path) -> int | None:
    try:
        return os.stat(process / "ns/net").st_ino
    except OSError:
        return None


@IN_A_LAB
def test_without_its_middlebox_a_lab_says_so_and_ends() -> None:
    with pytest.raises(LabFailed) as failed, Lab("udp-off") as lab:
        command = lab.popen("participant", ["sleep", "600"])
        os.kill(middlebox_of(lab), signal.SIGKILL)
        assert command.wait(20) != 0  # it ends with the lab
    assert failed.value.code == "lab-part-ended" and "middlebox" in failed.value.text


@IN_A_LAB
def test_where_the_middlebox_is_gone_nothing_passes() -> None:
    """Its devices go down while it lives on; the operator's main table still knows the way to the server."""
    with Lab("clean") as lab, echo(lab, "server", *SERVER):
        assert all(ask(lab, "tcp", host, 443, b"x")[0] == "1" for host in SERVER)
        for device in ("near", "far"):
            assert lab.popen("operator", ["ip", "link", "set", device, "down"]).wait(20) == 0
        assert all(ask(lab, "tcp", host, 443, b"x")[0] == "0" for host in SERVER)


@IN_A_LAB
def test_decisions_that_cannot_be_written_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LabFailed) as failed, Lab("clean", log=tmp_path / "missing" / "log.jsonl"):
        pass
    assert failed.value.code == "lab-log-failed" and "missing" in failed.value.text


def test_a_middlebox_that_does_not_keep_up_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    file = io.StringIO()
    box = Middlebox(-1, -1, "clean", 1, Log(file, time.monotonic()))
    box.report(0.5, 5.0)
    assert "behind" not in file.getvalue()
    box.report(0.99, 5.0)
    notes = [json.loads(line) for line in file.getvalue().splitlines()]
    assert notes[-1]["note"] == "behind" and "does not keep up" in notes[-1]["text"]
    assert "does not keep up" in capsys.readouterr().err
