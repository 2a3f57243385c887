"""Rules are counted by patterns of checks, and come to what counting probe by probe comes to. 2 s."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from jemaa.evidence.archive import Archive
from jemaa.evidence.engine import Engine
from jemaa.evidence.entry import ACCESS_BITS, Entry, Fired
from jemaa.evidence.rule_votes import rule_votes
from jemaa.facts.record import ACCESS
from jemaa.limits import EVIDENCE_K
from jemaa.verdict.judge import ALPHA
from tests.evidence.facts import MONDAY, WEEK, entry

RULES = ("stun-app", "udp", "rtp-loss", "loss")
VERDICTS = ("blocked", "likely_blocked")
DAY = 86_400

Row = tuple[int, str, str, str, str, int, int, int, int]


def drawn(dice: random.Random, count: int) -> list[Entry]:
    """Few probes, who measure often, by few kinds of check, so that they have mixtures of the same kinds in turns."""
    kinds = []
    for _ in range(4):
        could = dice.sample(RULES, dice.randint(0, len(RULES)))
        fired = [Fired(f"node.{one}", dice.choice(VERDICTS), one) for one in could if dice.random() < 0.6]
        kinds.append((None if dice.random() < 0.2 else " ".join(sorted(could)), fired, dice.choice(("4", "5"))))
    found = []
    for number in range(count):
        at = MONDAY + dice.choice((0, WEEK)) + dice.randrange(3) * DAY
        one = entry(
            number, 2**63 + dice.randrange(60), at=at, asn=64_500 + dice.randrange(2), access=dice.choice(ACCESS[2:4])
        )
        could_fire, rules, ruleset = dice.choice(kinds[: dice.randint(1, 4)])
        found.append(msgspec.structs.replace(one, could=could_fire, fired=rules, ruleset=ruleset))
    return found


def place(cell: int) -> int:
    return cell & ~ACCESS_BITS


def published(entries: Iterable[Entry]) -> dict[int, list[list[Entry]]]:
    """Cells with the checks of each of their probes, under the access that it named first."""
    of_probe: dict[tuple[int, int], list[Entry]] = defaultdict(list)
    for one in sorted(entries, key=lambda one: one.day + one.id):
        of_probe[place(one.cell), one.probe].append(one)
    cells: dict[int, list[list[Entry]]] = defaultdict(list)
    for checks in of_probe.values():
        cells[checks[0].cell].append([one for one in checks if one.cell == checks[0].cell])
    return {cell: probes for cell, probes in cells.items() if len(probes) >= EVIDENCE_K}


def counting(entries: Iterable[Entry]) -> tuple[set[Row], dict[tuple[int, str], float]]:
    """The same, probe by probe; and how often a probe of a cell fires a rule by chance."""
    cells = published(entries)
    network: Counter[int] = Counter()
    able: dict[tuple[int, str], list[int]] = {}
    for cell, probes in cells.items():
        network[place(cell)] += len(probes)
        for rule in RULES:
            chances = [sum(one.could is None or rule in one.could.split() for one in checks) for checks in probes]
            able[cell, rule] = [n for n in chances if n]
    rows: set[Row] = set()
    for cell, probes in cells.items():
        fired = Counter(what for checks in probes for what in {what for one in checks for what in one.fired})
        for what, count in fired.items():
            ruleset = max(one.ruleset for checks in probes for one in checks if what in one.fired)
            own, everywhere = (
                sum(len(able[other, what.rule_id]) for other in others)
                for others in ([cell], [other for other in cells if place(other) == place(cell)])
            )
            if count >= EVIDENCE_K:
                rows.add(
                    (cell, what.node, what.verdict, what.rule_id, ruleset, count, network[place(cell)], own, everywhere)
                )
    return rows, {key: sum(1 - (1 - ALPHA) ** n for n in of) / len(of) for key, of in able.items() if of}


@pytest.mark.parametrize("seed", range(6))
def test_by_patterns_or_probe_by_probe_it_is_the_same(tmp_path: Path, seed: int) -> None:
    entries = drawn(random.Random(seed), 500)
    archive = Archive(tmp_path)
    archive.add(entries, "b")
    with Engine() as engine:
        found = rule_votes(engine, archive.files("rows"), "true")
    rows, rates = counting(entries)
    assert {row[:9] for row in found} == rows and len(found) == len(rows) >= 3
    for row in found:
        assert row[9] == pytest.approx(rates[row[0], row[3]], rel=1e-12)
