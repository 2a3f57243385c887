"""Evidence room. Which rules fired on a network in a week, for how many probes, and whether that may be chance.

By a rule that rests on a test, a check accuses a network that does nothing once in a hundred times at the very worst
(`judge.ALPHA`), so that among thousands of rows some have three such checks. `q` says how many of the rows that are at
least as sure would be chance. A rule that goes by a mark or by a wrong answer has no such bound, and is told apart.

A rule is counted against the probes that could have fired it (`Entry.could`): a browser sends no twins, a light check
sends no sound, and what they did not see speaks neither for nor against.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from jemaa.verdict.conditions import Cut, EndsByAge, EndsByBytes, Thinned
from jemaa.verdict.finding import ACCUSES
from jemaa.verdict.rules.rule import Rule
from jemaa.verdict.rules.table import BY_ID, RULES
from jemaa.verdict.statistics import benjamini_hochberg, binomial_at_least

from .archive import Archive
from .ballot import weeks
from .cells import bounds, forgeable, forged
from .engine import Engine
from .entry import LISTED, Key, unpacked
from .instruments import without
from .rule_votes import rule_votes

K = TypeVar("K", bound=Hashable)

FALSE_DISCOVERIES = 0.05
"""Of what a week's table (or the list of changes) calls more than chance, so large a share may be chance."""


def _is_tested(rule: Rule) -> bool:
    """Whether `ALPHA` bounds how often it errs: it, or what it follows from, is only sure below that p."""
    if rule.says not in ACCUSES:
        return False
    if any(isinstance(one, Cut | Thinned | EndsByAge | EndsByBytes) for one in rule.when):
        return True
    causes = [BY_ID[other] for other in rule.only_with]
    # Each family has its own ALPHA: what follows from rules of two has twice as much.
    return bool(causes) and all(map(_is_tested, causes)) and len({one.family for one in causes}) == 1


TESTED = frozenset(rule.id for rule in RULES if _is_tested(rule))
"""Rules of which a `q` says what it should."""

QUESTIONS = len(TESTED)
"""What each row of a week was asked, whatever came of it."""

UNTESTED_QUESTIONS = len(LISTED) - QUESTIONS


class RuleCount(Struct, frozen=True, kw_only=True):
    """For how many probes of a network a rule fired, of `of` probes that could have fired it, because a check of theirs
    sent all that it asks about; `low` and `high` bound the share as in `Cell`. Above `FALSE_DISCOVERIES`, `q` says that
    it may be chance.

    Where a rule is not `tested`, nobody knows how often it errs: `q` is then a hurdle that keeps forgers off, what it
    would be if the rule erred as seldom as the others, and no share of anything. `by_few`: those that could are no more
    than a tenth of the network's probes, so that forgers, who choose what they say they sent, could be all of them.
    """

    key: Key
    node: str
    verdict: str
    rule_id: str
    ruleset: str
    probes: int
    of: int
    low: float
    high: float
    q: float = 1.0
    tested: bool = True
    by_few: bool = False

    @property
    def may_be_chance(self) -> bool:
        """Whether nothing should be concluded from it."""
        return self.q > FALSE_DISCOVERIES


def rules(archive: Archive, days: Sequence[str] | None = None, *, left_out: Collection[str] = ()) -> list[RuleCount]:
    """Which rules fired for at least k=3 probes of a network in a week; instruments as in `cells`."""
    files = archive.files("rows", days)
    if not files:
        return []
    with Engine() as engine:
        rows = rule_votes(engine, files, without(left_out))
        sizes = weeks(engine)
    found = adjusted([_rule(row) for row in rows], [_chance(row) for row in rows], sizes)
    return sorted(found, key=lambda one: (one.key, -one.probes, one.node, one.rule_id, one.verdict))


def chance(probes: int, of: int, rate: float, doubtful: int = 0) -> float:
    """How likely a rule fires by chance alone for so many probes, each at `rate`, with a tenth of them forged, or with
    the `doubtful` ones (`forgeable`).

    Where probes differ in how often they measured, `rate` is their mean: that bounds it (Hoeffding 1956). Whoever could
    not fire the rule is in none of these: his chance is nought, and a tenth of the others would not be one of them.
    """
    lies = forged(of, doubtful)
    return binomial_at_least(probes - lies, max(0, of - lies), rate)


def adjusted(found: Sequence[RuleCount], ps: Sequence[float], sizes: Mapping[str, int]) -> list[RuleCount]:
    """Each with its `q`, week by week: what came of a week stays, whatever comes later. `sizes` has its cells, each of
    which counts as asked all, also what too few of it could have answered: that makes `q` larger and no smaller.

    Rules that are not tested are adjusted by themselves, or they would make it easier for the others.
    """

    def asked(kind: tuple[str, bool]) -> int:
        week, tested = kind
        return sizes.get(week, 0) * (QUESTIONS if tested else UNTESTED_QUESTIONS)

    qs = discovery_rates([(one.key.week, one.tested) for one in found], ps, asked)
    return [msgspec.structs.replace(one, q=q) for one, q in zip(found, qs, strict=True)]


def discovery_rates(kinds: Sequence[K], ps: Sequence[float], asked: Callable[[K], int]) -> list[float]:
    """The `q` of each of these p, to three figures, among those of its kind, of which so many were `asked`."""
    alike: dict[K, list[int]] = defaultdict(list)
    for place, kind in enumerate(kinds):
        alike[kind].append(place)
    qs: dict[int, float] = {}
    for kind, places in alike.items():
        qs |= dict(zip(places, benjamini_hochberg([ps[place] for place in places], asked(kind)), strict=True))
    return [float(f"{qs[place]:.3g}") for place in range(len(kinds))]


def _rule(row: tuple[Any, ...]) -> RuleCount:
    cell, node, verdict, rule, ruleset, probes, network, of, everywhere, _ = row
    low, high = bounds(probes, of, forgeable(of, everywhere))
    return RuleCount(
        key=unpacked(cell), node=node, verdict=verdict, rule_id=rule, ruleset=ruleset or "", probes=probes, of=of,
        low=round(low, 4), high=round(high, 4), tested=rule in TESTED, by_few=forgeable(of, network) > 0,
    )  # fmt: skip


def _chance(row: tuple[Any, ...]) -> float:
    *_, probes, _network, of, everywhere, rate = row
    return chance(probes, of, rate, forgeable(of, everywhere))
