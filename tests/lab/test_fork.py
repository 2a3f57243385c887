"""Processes that are forked of their asker: what they get, what they end with, and that they end with the lab."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jemaa.lab.fork import Forked
from jemaa.lab.places import DNS
from jemaa.lab.topology import Lab
from jemaa.people.wait import wait_until
from tests.lab.networks import why_not

STAYS = 60


def stays() -> int:
    time.sleep(STAYS)
    return 0


def test_a_child_speaks_through_its_pipes_and_ends_with_its_number() -> None:
    def life() -> int:
        print(sys.stdin.readline().strip()[::-1])
        return 7

    with Forked(life) as child:
        child.stdin.write("word\n")
        child.stdin.flush()
        assert child.stdout.readline() == "drow\n"
        assert child.wait() == 7 and child.poll() == 7


@pytest.mark.parametrize(("ended", "code"), [(SystemExit(3), 3), (SystemExit("no"), 1), (ValueError("no"), 1)])
def test_however_a_child_ends_it_does_not_go_on_with_its_parents_work(ended: BaseException, code: int) -> None:
    def life() -> int:
        raise ended

    with open(os.devnull, "w") as nowhere, Forked(life, errors=nowhere.fileno()) as child:
        assert child.wait() == code


def test_what_a_child_complains_of_is_kept(tmp_path: Path) -> None:
    def life() -> int:
        raise ValueError("this was wrong")

    with (tmp_path / "log").open("w") as log, Forked(life, errors=log.fileno()) as child:
        assert child.wait() == 1
    assert "this was wrong" in (tmp_path / "log").read_text()


def test_a_child_has_none_of_its_parents_files() -> None:
    def life() -> int:
        return len(os.listdir("/proc/self/fd"))

    with open("/etc/passwd"), open("/etc/passwd"), Forked(life) as child:
        assert child.wait() == 4  # its three, and the folder that is being read


def test_waiting_has_an_end_and_a_signal_is_told() -> None:
    with Forked(stays) as child:
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.05)
        child.terminate()
        assert child.wait() == -15


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_a_lab_by_fork_is_a_lab_and_takes_its_children_with_it() -> None:
    def resolves() -> int:
        return DNS[0] not in Path("/etc/resolv.conf").read_text()

    with Lab("clean", by_fork=True) as lab, lab.fork("participant", resolves) as child:
        assert child.wait() == 0
    with Lab("clean", by_fork=True) as lab, lab.fork("server", stays) as child:
        lab.close()
        assert child.wait() == -9


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_a_lab_by_fork_switches_and_leaves_its_holder_where_he_was() -> None:
    before = os.stat("/proc/self/ns/net").st_ino
    with Lab("stun-cookie", by_fork=True) as lab:
        lab.switch("clean")
    wait_until(lambda: os.stat("/proc/self/ns/net").st_ino == before, "our own network")
