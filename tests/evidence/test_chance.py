"""Of many networks that do nothing, none is accused by chance; of those that do, most are still named. 2 s."""

import datetime
import random
from pathlib import Path

import msgspec
import pytest

from jemaa.evidence import pages
from jemaa.evidence.archive import Archive
from jemaa.evidence.cells import Cell, bounds, word_of
from jemaa.evidence.changes import changes
from jemaa.evidence.entry import Entry, Fired, Key
from jemaa.evidence.material import Material
from jemaa.evidence.rule_counts import FALSE_DISCOVERIES, QUESTIONS, TESTED, RuleCount, adjusted, chance, rules
from jemaa.evidence.tables import tables
from jemaa.evidence.view import LANGUAGES, View, strings
from jemaa.limits import EVIDENCE_K
from jemaa.verdict.judge import ALPHA
from jemaa.verdict.rules.table import BY_ID
from tests.evidence.facts import CALLS, crowd

WEEK = "2026-11-23"
NETWORKS = 1_000


def drawn(dice: random.Random, probes: int, rate: float) -> int:
    return sum(dice.random() < rate for _ in range(probes))


def a_week(dice: random.Random, *, probes: int, blocking: int = 0, share: float = 0.9) -> list[RuleCount]:
    """Every rule errs as often as it may at the very worst; the last networks do what the first rule says."""
    found, ps = [], []
    for network in range(NETWORKS):
        for rule in range(QUESTIONS):
            rate = share if rule == 0 and network >= NETWORKS - blocking else ALPHA
            fired = drawn(dice, probes, rate)
            if fired >= EVIDENCE_K:
                found.append(row(network, rule, fired, probes))
                ps.append(chance(fired, probes, ALPHA))
    return adjusted(found, ps, {WEEK: NETWORKS})


def row(network: int, rule: int, fired: int, probes: int) -> RuleCount:
    low, high = bounds(fired, probes)
    return RuleCount(
        key=Key(WEEK, "MA", 64_000 + network, "4g"), node="stun.drop.signature", verdict="blocked", rule_id=f"r{rule}",
        ruleset="2", probes=fired, of=probes, low=low, high=high,
    )  # fmt: skip


def test_a_thousand_innocent_networks_have_rules_that_fired_and_none_is_accused() -> None:
    found = a_week(random.Random(1), probes=40)
    assert len(found) > 200, "each is three probes or more, and would have stood there as blocked"
    assert all(one.may_be_chance for one in found)


def test_those_that_block_are_still_named_and_few_others() -> None:
    found = a_week(random.Random(2), probes=20, blocking=50)
    accused = [one for one in found if not one.may_be_chance]
    guilty = [one for one in accused if one.rule_id == "r0" and one.key.asn >= 64_000 + NETWORKS - 50]
    assert len(guilty) == 50
    assert len(accused) - len(guilty) <= FALSE_DISCOVERIES * len(accused)


def test_forgers_and_floods_make_no_discovery(tmp_path: Path) -> None:
    """One forger in ten, each sending a hundred times; and one honest probe that measures all week."""
    archive = Archive(tmp_path)
    archive.add(crowd(90), "honest")
    archive.add(crowd(9, start=500, failing=CALLS) * 100, "forged")
    (found,) = rules(archive)
    assert (found.probes, found.of, found.may_be_chance) == (9, 99, True)


def test_what_most_probes_of_a_network_saw_is_no_chance(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.add(crowd(8, failing=CALLS) + crowd(4, start=50), "b")
    (found,) = rules(archive)
    assert (found.probes, found.of) == (8, 12) and found.q < 0.001


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rule_that_may_be_chance_is_listed_without_its_verdict(tmp_path: Path, language: str) -> None:
    archive = Archive(tmp_path)
    archive.add(crowd(12, failing=CALLS), "b")
    sure = tables(archive, datetime.date(2026, 12, 1))
    unsure = msgspec.structs.replace(sure, rules=[msgspec.structs.replace(one, q=0.2) for one in sure.rules])
    words = strings(language)
    view = View(language, "network/MA-AS64500.html")
    for found, said, unsaid in (
        (sure, "verdict.likely_blocked", "rules.chance"), (unsure, "rules.chance", "verdict.likely_blocked")
    ):  # fmt: skip
        rows = pages.network(view, Material(tables=found), "MA", 64_500).partition("<tbody>")[2]
        assert f"<td>{words[said]}<td>" in rows and f"<td>{words[unsaid]}<td>" not in rows


def test_only_what_rests_on_a_test_is_said_to_err_seldom() -> None:
    """A mark or a wrong answer has no p, a delay has none either, and what follows from two families errs twice."""
    assert {"stun-signature", "stun-app", "rtp", "tcp-bytes", "flow-age", "tls-residue"} <= TESTED
    for rule in ("tls-resigned", "dns-bogon", "shape-delay-udp", "loss", "udp-residue"):
        assert rule in BY_ID and rule not in TESTED, rule


def test_a_rule_without_a_test_is_named_beyond_the_forgers_alone_and_marked(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    seen = [one for n in range(9) for one in crowd(1, start=n, failing=CALLS)]
    archive.add(looked(seen, marked=True) + looked(crowd(3, start=50)), "b")
    archive.add(looked(crowd(3, start=90, asn=64_501), marked=True), "forged")
    archive.add(looked(crowd(27, start=200, asn=64_501)), "honest")
    found = {one.key.asn: one for one in rules(archive)}
    assert [(found[asn].tested, found[asn].may_be_chance) for asn in (64_500, 64_501)] == [
        (False, False),
        (False, True),
    ]
    page = pages.network(
        View("en", "network/MA-AS64500.html"),
        Material(tables=tables(archive, datetime.date(2026, 12, 1))),
        "MA",
        64_500,
    )
    assert strings("en")["rules.untested"] in page.partition("<tbody>")[2]


def looked(entries: list[Entry], *, marked: bool = False) -> list[Entry]:
    """Checks that looked for a certificate's mark, which a test has no part in."""
    fired = [Fired("tls.resigned", "blocked", "tls-resigned")] if marked else []
    return [msgspec.structs.replace(one, fired=fired, could="tls-resigned") for one in entries]


def test_marks_by_the_hundred_make_no_tested_rule_surer() -> None:
    """Each discovery makes the next one cheaper: so the two kinds are adjusted apart."""
    one, many = row(0, 0, 4, 40), [row(n, 1, 40, 40) for n in range(1, 400)]
    ps = [chance(4, 40, ALPHA) / 1e3, *(1e-30 for _ in many)]
    untested = [msgspec.structs.replace(other, tested=False) for other in many]
    alone, *_ = adjusted([one], ps[:1], {WEEK: NETWORKS})
    beside, *_ = adjusted([one, *untested], ps, {WEEK: NETWORKS})
    mixed, *_ = adjusted([one, *many], ps, {WEEK: NETWORKS})
    assert alone.q == beside.q > mixed.q


@pytest.mark.parametrize(("networks", "probes", "is_enough"), [(1, 3, True), (1_000, 3, False), (1_000, 5, True)])
def test_how_many_probes_are_enough_depends_on_how_many_networks_are_looked_at(
    networks: int, probes: int, is_enough: bool
) -> None:
    """A rule fired for all of them, and each has measured once."""
    (found,) = adjusted([row(0, 0, probes, probes)], [chance(probes, probes, ALPHA)], {WEEK: networks})
    assert found.may_be_chance is not is_enough


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.3])
def test_a_thousand_innocent_networks_do_not_fail(rate: float) -> None:
    """Whatever few or many probes they have, and though up to three in ten of their people cannot call."""
    dice = random.Random(3)
    assert "failed" not in {said(n, n - drawn(dice, n, rate)) for n in sizes(dice)}


def test_where_it_works_for_every_second_person_few_words_are_by_chance() -> None:
    """The very worst: neither word is right. The forgers that the interval allows for keep it far below its 2.5 %."""
    dice = random.Random(4)
    words = [said(n, drawn(dice, n, 0.5)) for n in sizes(dice)]
    assert words.count("failed") <= 5 and words.count("worked") <= 5


def sizes(dice: random.Random) -> list[int]:
    return [round(3 * 60 ** dice.random()) for _ in range(NETWORKS)]


def said(probes: int, worked: int) -> str:
    return word_of(probes, *bounds(worked, probes))


def weeks_of(dice: random.Random, network: int, *, rate: float, later: float) -> list[Cell]:
    """Half a year of a network with few probes a week, and one good week at its beginning; `later` from week 13 on."""
    found = []
    for week in range(26):
        n = 30 if not week else dice.randint(3, 6)
        failed = drawn(dice, n, later if week >= 13 else rate)
        month, day = divmod(week * 7, 28)
        key = Key(f"2026-{month + 1:02}-{day + 1:02}", "MA", 64_000 + network, "4g")
        low, high = bounds(n - failed, n)
        found.append(
            Cell(
                key=key, path="webrtc-udp", probes=n, worked=n - failed, failed=failed, both=0, share=1 - failed / n,
                low=low, high=high, word=word_of(n, low, high),
            )
        )  # fmt: skip
    return found


@pytest.mark.parametrize("rate", [0.1, 0.25])
def test_a_thousand_networks_in_which_nothing_changes_have_no_change(rate: float) -> None:
    """Lines so bad that in some week all three who asked failed: the CUSUM alone takes that for a change."""
    dice = random.Random(5)
    cells = [one for network in range(NETWORKS) for one in weeks_of(dice, network, rate=rate, later=rate)]
    found = changes(cells)
    assert len(found) <= 2, found


def test_those_that_change_are_still_found_and_few_others() -> None:
    dice = random.Random(6)
    cells = [
        one
        for network in range(NETWORKS)
        for one in weeks_of(dice, network, rate=0.1, later=0.85 if network < 100 else 0.1)
    ]
    found = changes(cells)
    true = [one for one in found if one.asn < 64_100 and one.to == "failed"]
    assert len({one.asn for one in true}) >= 95
    assert len(found) - len(true) <= FALSE_DISCOVERIES * len(found)
