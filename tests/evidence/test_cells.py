"""One probe has one vote, nobody is published alone, and one forger in ten turns nothing."""

import random
from pathlib import Path

import pytest

from jemaa.evidence.archive import Archive
from jemaa.evidence.cells import Cell, bounds, cells
from jemaa.evidence.changes import changes
from jemaa.evidence.entry import PATHS, Entry
from jemaa.evidence.records import records
from jemaa.evidence.rule_counts import rules
from jemaa.evidence.tables import Group, grouped
from jemaa.facts.record import ACCESS
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


def attacked(folder: Path, forgers: int, *, named: tuple[str, ...]) -> Archive:
    """Eighty who call by 4G without trouble, and forgers to whom all fails, each under every access that is named."""
    archive = Archive(folder)
    archive.add(crowd(80), "honest")
    forged = [
        entry(10_000 + 100 * turn + n, 2**63 + 5_000 + n, failing=CALLS, access=access)
        for turn, access in enumerate(named)
        for n in range(forgers)
    ]
    archive.add(forged, "forged")
    return archive


def of_network(archive: Archive) -> Group:
    found = [one for one in cells(archive) if one.path == "webrtc-udp"]
    (group,) = grouped(found, lambda one: one.key.asn).values()
    return group


@pytest.mark.parametrize("named", [ACCESS, ACCESS[::-1], ("adsl", "4g"), ("4g", "adsl"), ("adsl",)])
def test_a_forger_who_names_every_access_has_one_vote(tmp_path: Path, named: tuple[str, ...]) -> None:
    """One in ten, in ten rows: by rows they would be 80 votes of 160, and nine rows would be theirs alone."""
    archive = attacked(tmp_path, 8, named=named)
    found = {one.key.access: one for one in cells(archive) if one.path == "webrtc-udp"}
    assert sum(one.probes for one in found.values()) == 88, "each probe once"
    assert found["4g"].word == of_network(archive).word == "worked"
    assert not [one for one in cells(archive) if one.word == "failed"]
    assert all(one.may_be_chance for one in rules(archive))


def test_a_row_that_forgers_have_to_themselves_says_nothing_and_still_counts_in_the_sum(tmp_path: Path) -> None:
    archive = attacked(tmp_path, 8, named=("adsl",))
    (row,) = [one for one in cells(archive) if (one.key.access, one.path) == ("adsl", "webrtc-udp")]
    assert (row.probes, row.failed, row.word, row.low, row.high) == (8, 8, "few", 0.0, 1.0)
    (rule,) = rules(archive)
    assert (rule.key.access, rule.probes, rule.of, rule.may_be_chance) == ("adsl", 8, 8, True)
    assert of_network(archive).probes == 88
    alone = grouped((one for one in cells(archive) if one.key.access == "adsl"), lambda one: one.path)
    assert alone["webrtc-udp"].word == "few", "neither does a sum of such rows"


def test_a_row_of_more_than_a_tenth_of_its_network_has_its_word(tmp_path: Path) -> None:
    found = table(tmp_path, crowd(80), crowd(12, start=500, failing=CALLS, access="adsl"))
    assert found[("2026-11-23", 64_500, "webrtc-udp")].word == "failed", "the last of the two is adsl"
    (rule,) = rules(Archive(tmp_path))
    assert (rule.probes, rule.may_be_chance) == (12, False)


def test_what_a_probe_named_first_counts_and_nothing_else_of_it(tmp_path: Path) -> None:
    """By the day on which it came, and then by the id that this server drew for it."""
    archive = Archive(tmp_path)
    later = [entry(7, 2**63, at=MONDAY, access="4g"), entry(3, 2**63, at=MONDAY + 86_400, access="adsl", failing=CALLS)]
    same_day = [entry(8, 2**63 + 1, access="4g"), entry(9, 2**63 + 1, access="adsl", failing=CALLS)]
    archive.add([*later, *same_day, *crowd(3, start=50), *crowd(3, start=60, access="adsl")], "b")
    found = {one.key.access: (one.probes, one.failed) for one in cells(archive) if one.path == "webrtc-udp"}
    assert found == {"4g": (5, 0), "adsl": (3, 0)}
    assert rules(archive) == []
    shown = [one.facts for one in records(archive, archive.days())]
    strays = [one for one in (*later, *same_day) if '"access":"adsl"' in one.facts]
    assert len(strays) == 2 and not {one.facts for one in strays} & set(shown), "nor do its facts stand behind a row"


def test_in_another_week_and_network_a_probe_names_its_access_anew(tmp_path: Path) -> None:
    groups = [
        crowd(4), crowd(4, at=MONDAY + WEEK, access="adsl"), crowd(4, asn=64_501, access="ftth"), crowd(4, cc="TN"),
    ]  # fmt: skip
    archive = Archive(tmp_path)
    archive.add([one for group in groups for one in group], "b")
    found = [(one.key.cc, one.key.access, one.probes) for one in cells(archive) if one.path == "text"]
    assert sorted(found) == [("MA", "4g", 4), ("MA", "adsl", 4), ("MA", "ftth", 4), ("TN", "4g", 4)]


def test_however_often_and_in_whatever_order_the_tables_are_the_same(tmp_path: Path) -> None:
    """One probe, one vote: a thousand times as much of some of them turns no figure."""
    chance = random.Random(7)
    said = [entry(n, 2**63 + n % 30, failing=CALLS if chance.random() < 0.4 else ()) for n in range(90)]
    again = [chance.choice(said) for _ in range(2_000)]
    flood = [entry(10_000 + n, one.probe, failing=CALLS if one.fired else ()) for n, one in enumerate(again)]
    found = []
    for name, entries in (("once", said), ("flood", said + flood), ("turned", (said + flood)[::-1])):
        archive = Archive(tmp_path / name)
        archive.add(entries, "b")
        found.append((cells(archive), [(one.rule_id, one.probes, one.of, one.low, one.high) for one in rules(archive)]))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("probes", [5, 12, 40, 200])
@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_the_interval_holds_what_a_bootstrap_by_probe_finds(probes: int, share: float) -> None:
    """Whole probes are drawn again, with all that they measured; and outliers, one probe in ten, move nothing out."""
    chance = random.Random(probes)
    votes = [1.0 if n < round(share * probes) else 0.0 for n in range(probes)]
    votes[:2] = [0.5, 0.5]  # saw both
    low, high = bounds(sum(votes), probes)
    drawn = sorted(sum(chance.choices(votes, k=probes)) / probes for _ in range(2_000))
    assert low <= drawn[50] + 0.01 and drawn[-51] <= high + 0.01, "to a hundredth, near none and all"
    for lie in (0.0, 1.0):
        turned = sorted(votes, key=lambda vote: abs(vote - lie), reverse=True)
        turned[: probes // 10] = [lie] * (probes // 10)
        assert low <= sum(turned) / probes <= high + 1e-9


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
