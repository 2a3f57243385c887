"""Evidence room. Which rules fired on a network in a week, for how many probes, and whether that may be chance.

A check accuses a network that does nothing once in a hundred times at the very worst (`judge.ALPHA`), so that among
thousands of rows some have three such checks. `q` says how many of the rows that are at least as sure would be chance.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from jemaa.limits import EVIDENCE_K
from jemaa.verdict.judge import ALPHA
from jemaa.verdict.rules.table import RULES
from jemaa.verdict.statistics import benjamini_hochberg, binomial_at_least

from .archive import Archive, rows_of
from .cells import bounds, forged
from .engine import Engine
from .entry import WEIGHTLESS, Key, unpacked
from .instruments import without

FALSE_DISCOVERIES = 0.05
"""Of what a week's table (or the list of changes) calls more than chance, so large a share may be chance."""

QUESTIONS = sum(rule.says not in WEIGHTLESS for rule in RULES)
"""What each row of a week was asked, whatever came of it."""


class RuleCount(Struct, frozen=True, kw_only=True):
    """For how many probes of a network a rule fired, of `of` probes that were there; `low` and `high` bound the share
    as in `Cell`. Above `FALSE_DISCOVERIES`, `q` says that it may be chance.
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

    @property
    def may_be_chance(self) -> bool:
        """Whether nothing should be concluded from it."""
        return self.q > FALSE_DISCOVERIES


def rules(archive: Archive, days: Sequence[str] | None = None, *, left_out: Collection[str] = ()) -> list[RuleCount]:
    """Which rules fired for at least k=3 probes of a network in a week; instruments as in `cells`."""
    files = archive.files("rows", days)
    if not files:
        return []
    query = f"""
        WITH fired AS (
            SELECT cell, probe, ruleset, unnest(fired) AS one FROM come WHERE len(fired) > 0
        ), counts AS (
            SELECT cell, one.node AS node, one.verdict AS verdict, one.rule_id AS rule, max(ruleset) AS ruleset,
                count(DISTINCT probe) AS probes FROM fired GROUP BY cell, one.node, one.verdict, one.rule_id
            HAVING probes >= {EVIDENCE_K}
        ) SELECT cell, node, verdict, rule, ruleset, probes, n, rate FROM counts JOIN sizes USING (cell)"""
    with Engine() as engine:
        engine.rows(f"CREATE VIEW come AS SELECT * FROM {rows_of(files)} WHERE counted AND {without(left_out)}")
        engine.rows(f"""
            CREATE TEMP TABLE sizes AS
            SELECT cell, count(*) AS n, avg(1 - pow({1 - ALPHA}, checks)) AS rate
            FROM (SELECT cell, probe, count(*) AS checks FROM come GROUP BY cell, probe)
            GROUP BY cell HAVING n >= {EVIDENCE_K}""")
        rows = engine.rows(query)
        sizes = {unpacked(week << 52).week: n for week, n in engine.rows(_WEEKS)}
    found = adjusted([_rule(row) for row in rows], [chance(row[5], row[6], row[7]) for row in rows], sizes)
    return sorted(found, key=lambda one: (one.key, -one.probes, one.node, one.rule_id))


_WEEKS = "SELECT cell >> 52 AS week, count(*) FROM sizes GROUP BY week"


def chance(probes: int, of: int, rate: float) -> float:
    """How likely a rule fires by chance alone for so many probes, each at `rate`, with a tenth of them forged.

    Where probes differ in how often they measured, `rate` is their mean: that bounds it (Hoeffding 1956).
    """
    lies = forged(of)
    return binomial_at_least(probes - lies, max(0, of - lies), rate)


def adjusted(found: Sequence[RuleCount], ps: Sequence[float], sizes: Mapping[str, int]) -> list[RuleCount]:
    """Each with its `q`, week by week: what came of a week stays, whatever comes later. `sizes` has its cells."""
    weeks: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(found):
        weeks[one.key.week].append(place)
    qs: dict[int, float] = {}
    for week, places in weeks.items():
        fair = benjamini_hochberg([ps[place] for place in places], sizes.get(week, 0) * QUESTIONS)
        qs |= dict(zip(places, fair, strict=True))
    return [msgspec.structs.replace(one, q=float(f"{qs[place]:.3g}")) for place, one in enumerate(found)]


def _rule(row: tuple[Any, ...]) -> RuleCount:
    cell, node, verdict, rule, ruleset, probes, of, _ = row
    low, high = bounds(probes, of)
    return RuleCount(
        key=unpacked(cell), node=node, verdict=verdict, rule_id=rule, ruleset=ruleset or "", probes=probes, of=of,
        low=round(low, 4), high=round(high, 4),
    )  # fmt: skip
