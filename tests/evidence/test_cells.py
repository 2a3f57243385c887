"""One probe has one vote, nobody is published alone, and one forger in ten turns nothing."""

import random
from pathlib import Path

import pytest

from jemaa.evidence.archive import Archive
from jemaa.evidence.cells import Cell, bounds, cells
from jemaa.evidence.changes import changes
from jemaa.evidence.entry import PATHS, Entry
from jemaa.evidence.rule_counts import rules
from tests.evidence.facts import CALLS, MONDAY, WEEK, crowd, entry, measurement


def table(folder: Path, *groups: list[Entry]) -> dict[tuple[str, int, str], Cell]:
    archive = Archive(folder)
    for number, group in enumerate(groups):
        archive.add(group, f"b{number}")
    return {(cell.key.week, cell.key.asn, cell.path): cell for cell in cells(archive)}


def test_probes_are_counted_not_rows(tmp_path: Path) -> None:
    flood = [entry(9_000 + number, 5, failing=CALLS) for number in range(500)]
    found = table(tmp_path, crowd(20, start=10), flood)[("2026-11-23", 64_500, "webrtc-udp")]
    assert (found.probes, found.worked, found.failed, found.word) == (21, 20, 1, "worked")


def test_a_probe_that_saw_both_is_half_a_vote_each_way(tmp_path: Path) -> None:
    both = [entry(1, 1), entry(2, 1, failing=CALLS)]
    found = table(tmp_path, both, crowd(3, start=10))[("2026-11-23", 64_500, "turn-udp")]
    assert (found.probes, found.worked, found.failed, found.both, found.share) == (4, 3, 0, 1, 3.5 / 4)


def test_fewer_than_three_probes_are_not_published(tmp_path: Path) -> None:
    found = table(tmp_path, crowd(2), crowd(3, asn=64_501))
    assert {key[1] for key in found} == {64_501}
    assert len(found) == len(PATHS)


def test_what_speaks_against_itself_is_not_counted(tmp_path: Path) -> None:
    assert table(tmp_path, crowd(9, vpn=True), crowd(9, start=20, profile="udp-off", asn=64_502)) == {}
    assert measurement(vpn=True).network.vpn


@pytest.mark.parametrize(("honest", "lie"), [((), CALLS), (CALLS, ())])
@pytest.mark.parametrize("probes", [10, 30, 100, 300])
def test_one_forger_in_ten_turns_no_cell(
    tmp_path: Path, honest: tuple[str, ...], lie: tuple[str, ...], probes: int
) -> None:
    chance = random.Random(probes)
    true = [one for n in range(probes) for one in crowd(1, start=n, failing=honest, seed=chance.randint(1, 999))]
    before = table(tmp_path / "honest", true)
    forged = crowd(probes // 10, start=5_000, failing=lie)
    after = table(tmp_path / "forged", true, forged * 20)
    for key, cell in before.items():
        assert after[key].word == cell.word, (cell, after[key])


@pytest.mark.parametrize("share", [0.3, 0.5, 0.6, 0.7, 0.8, 0.9])
@pytest.mark.parametrize("probes", [10, 40, 200])
def test_whatever_the_truth_forgers_never_turn_it_round(share: float, probes: int) -> None:
    worked = round(probes * share)
    honest = word(probes, worked)
    for lies in (0, probes // 10):
        forged = word(probes + probes // 10, worked + lies)
        assert {honest, forged} != {"worked", "failed"}


def word(probes: int, worked: int) -> str:
    low, high = bounds(worked, probes)
    return "worked" if low >= 0.5 else "failed" if high <= 0.5 else ""


def test_the_rules_that_fired_are_counted_by_probe(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.add(crowd(8, failing=CALLS) + crowd(4, start=50) + crowd(2, start=90, asn=64_502, failing=CALLS), "b")
    (found,) = rules(archive)
    assert (found.rule_id, found.verdict, found.probes, found.of) == ("stun-signature", "likely_blocked", 8, 12)


def test_a_change_is_dated_to_the_week_in_which_it_began(tmp_path: Path) -> None:
    weeks = [crowd(15, start=n * 100, at=MONDAY + n * WEEK, failing=CALLS if 5 <= n < 9 else ()) for n in range(12)]
    archive = Archive(tmp_path)
    for number, week in enumerate(weeks):
        archive.add(week, f"b{number}")
    found = [(one.path, one.week, one.to) for one in changes(cells(archive))]
    monday = [cell.key.week for cell in cells(archive) if cell.path == "webrtc-udp"]
    assert found == [(path, monday[week], to) for path in CALLS for week, to in ((5, "failed"), (9, "worked"))]


def test_noise_is_no_change(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    chance = random.Random(3)
    for week in range(30):
        group = [
            entry(
                week * 1_000 + n,
                week * 1_000 + n,
                at=MONDAY + week * WEEK,
                failing=CALLS if chance.random() < 0.1 else (),
            )
            for n in range(20)
        ]
        archive.add(group, f"b{week}")
    assert changes(cells(archive)) == []
