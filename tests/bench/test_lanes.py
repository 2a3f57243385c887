"""The ground truth's runner: what is measured when, and what is void."""

import lzma
from pathlib import Path

import pytest

from bench import ground_truth
from bench.ground_truth import Desk, done, pack, wanted
from bench.lane import NOTHING, Checked
from bench.lanes import Done
from bench.machine import Machine
from jemaa.people.wait import wait_until

FACTS = b'{"profile":"clean","seed":1}'


def found(checked: Checked, *, is_void: bool = False) -> Done:
    return Done(("clean", 1), checked, 70.0, 3, 0.03 if is_void else 0.001, is_void)


def test_each_part_of_a_run_has_every_network_in_its_share() -> None:
    jobs = wanted(("udp-off", "clean", "link-edge"), 2, 4, 1, set())
    assert [job[0] for job in jobs[:5]] == ["link-edge", "clean", "udp-off", "link-edge", "clean"]
    assert sorted(jobs) == sorted({*jobs}) and len(jobs) == 2 + 4 + 4


def test_what_is_there_is_not_measured_again(tmp_path: Path) -> None:
    (tmp_path / "facts.jsonl").write_bytes(FACTS + b"\n" + b'{"profile":"dns-ip","seed":2}\n')
    assert wanted(("clean", "dns+ip"), 2, 0, 1, done(tmp_path)) == [("dns+ip", 1), ("clean", 2)]


def test_facts_of_a_late_machine_are_not_kept_and_the_job_comes_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 3)
    assert not desk.take(found(Checked(FACTS, 1, 1), is_void=True))
    assert not desk.take(found(NOTHING))
    assert done(tmp_path) == set() and len((tmp_path / "void.jsonl").read_text().splitlines()) == 2
    assert desk.take(found(Checked(FACTS, 1, 1)))
    assert done(tmp_path) == {("clean", 1)}


def test_facts_are_packed_in_one_order_whenever_they_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground_truth, "DOCS", tmp_path)
    lines = [b'{"profile":"b","seed":10}', b'{"profile":"b","seed":9}', FACTS]
    (tmp_path / "facts.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    pack(tmp_path)
    packed = lzma.decompress((tmp_path / "facts.jsonl.xz").read_bytes())
    assert packed.splitlines() == [lines[1], lines[0], lines[2]]


def test_a_machine_says_how_late_and_how_idle_it_is() -> None:
    with Machine() as machine:
        wait_until(lambda: machine.idle(60) > 0 or machine.late(60) > 1, "two looks", timeout=30)
        assert 0 < machine.idle(60) <= 1 and machine.late(60) >= 0
