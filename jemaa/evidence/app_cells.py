"""Evidence room. Cells of applications: of each network, access and week for how many probes an application's mark came
through, of those that sent it and whose unmarked packets came through; and for how many the rule on marks named it.

A probe has one vote for each mark, as in a cell. The word is of what was seen; a verdict is the rule's alone, and
stands only where it is more than chance among all that a week was asked.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from jemaa.limits import EVIDENCE_K
from jemaa.verdict.judge import ALPHA

from .archive import Archive
from .ballot import PLACE, SIZES, cast, weeks
from .cells import Cell, bounds, forgeable, word_of
from .engine import Engine
from .entry import Key, unpacked
from .instruments import without
from .marks import ACCUSED, APPS, BLOCKED, LOST, RULE, THROUGH
from .rule_counts import FALSE_DISCOVERIES, chance, discovery_rates


class AppCell(Cell, frozen=True, kw_only=True, gc=False):
    """A cell whose `path` is no way to attend but an application (`marks.APPS`), of whose mark it tells.

    For `fired` probes the rule `rule_id` named the mark, which is empty where it did for fewer than k=3. `verdict` is
    what it said, empty where `q` says that it may be chance. `by_few`: those that sent the mark are no more than a
    tenth of the network's probes, and could all be forged.
    """

    fired: int = 0
    verdict: str = ""
    rule_id: str = ""
    ruleset: str = ""
    q: float = 1.0
    by_few: bool = False

    @property
    def app(self) -> str:
        """Its word in `marks.APPS`."""
        return self.path


def app_cells(archive: Archive, days: Sequence[str] | None = None, *, left_out: Collection[str] = ()) -> list[AppCell]:
    """Every one with at least k=3 probes, by week and network; days and instruments as in `cells`."""
    files = archive.files("rows", days)
    if not files:
        return []
    with Engine() as engine:
        cast(engine, files, without(left_out), _SENT)
        engine.rows(f"CREATE TEMP TABLE sizes AS {SIZES}")
        rows, sizes = engine.rows(_QUERY), weeks(engine)
    keys = {cell: unpacked(cell) for cell in {row[0] for row in rows}}
    order = {cell: place for place, cell in enumerate(sorted(keys, key=keys.__getitem__))}
    rows.sort(key=lambda row: (order[row[0]], row[1]))
    return _judged([_cell(keys[row[0]], row) for row in rows], [_chance(row) for row in rows], sizes)


_WORDS = tuple(APPS)
_TRIED = 1 << THROUGH | 1 << LOST

_SENT = "bit_or(coalesce(marks, 0)) AS seen, count(*) FILTER (WHERE marks > 0) AS sent"
"""Of a probe's checks what became of marks, and how many sent any."""

_QUERY = f"""
    WITH rulesets AS (
        SELECT cell, max(ruleset) AS ruleset FROM come WHERE marks > 0 GROUP BY cell
    ), patterns AS (
        SELECT cell, seen, count(*) AS n, sum(1 - pow({1 - ALPHA}, sent)) AS errs
        FROM votes WHERE sent > 0 GROUP BY cell, seen
    ), votes_of AS (
        SELECT cell, app, n, errs, seen >> app AS of
        FROM patterns, (SELECT unnest(range({len(APPS)}))::UBIGINT AS app) WHERE seen >> app & {_TRIED} > 0
    ) SELECT cell, app, network, sum(n)::BIGINT AS probes,
        coalesce(sum(n) FILTER (of & {_TRIED} = {1 << THROUGH}), 0)::BIGINT AS worked,
        coalesce(sum(n) FILTER (of & {_TRIED} = {1 << LOST}), 0)::BIGINT AS failed,
        coalesce(sum(n) FILTER (of & {1 << ACCUSED} > 0), 0)::BIGINT AS accused,
        coalesce(sum(n) FILTER (of & {1 << BLOCKED} > 0), 0)::BIGINT AS blocked,
        sum(errs) / sum(n) AS rate, ruleset,
        (sum(sum(n)) OVER (PARTITION BY {PLACE}, app))::BIGINT AS everywhere
    FROM votes_of JOIN sizes USING (cell) JOIN rulesets USING (cell)
    GROUP BY cell, app, network, ruleset HAVING probes >= {EVIDENCE_K}"""
"""As there are few patterns, each mark is looked at only once those are counted. `rate` is how often a probe names a
mark by chance, `everywhere` how many of its network sent it, under whatever access."""


def _cell(key: Key, row: tuple[Any, ...]) -> AppCell:
    _, app, network, probes, worked, failed, _accused, _blocked, _rate, ruleset, everywhere = row
    both = probes - worked - failed
    doubtful = forgeable(probes, everywhere)
    low, high = bounds(worked + both / 2, probes, doubtful)
    verdict, fired = _said(row)
    return AppCell(
        key=key, path=_WORDS[app], probes=probes, worked=worked, failed=failed, both=both,
        share=(worked + both / 2) / probes, low=low, high=high, word=word_of(probes, low, high, doubtful),
        forgeable=doubtful, fired=fired, verdict=verdict, rule_id=RULE if fired else "",
        ruleset=(ruleset or "") if fired else "", by_few=forgeable(probes, network) > 0,
    )  # fmt: skip


def _said(row: tuple[Any, ...]) -> tuple[str, int]:
    """What the rule said to most of those to whom it named the mark, and to how many at least that much; nothing of
    fewer than three."""
    accused, blocked = row[6:8]
    if blocked >= EVIDENCE_K and 2 * blocked > accused:
        return "blocked", blocked
    return ("likely_blocked", accused) if accused >= EVIDENCE_K else ("", 0)


def _chance(row: tuple[Any, ...]) -> float:
    """How likely the rule names a mark to so many by chance; as in `rule_counts.chance`. 1 for none."""
    probes, rate, everywhere = row[3], row[8], row[10]
    fired = _said(row)[1]
    return chance(fired, probes, rate, forgeable(probes, everywhere)) if fired else 1.0


def _judged(found: Sequence[AppCell], ps: Sequence[float], sizes: Mapping[str, int]) -> list[AppCell]:
    """Each with its `q`, week by week, and without a verdict that may be chance. Each row of a week counts as asked of
    every mark, as in `rule_counts.adjusted`."""
    qs = discovery_rates([one.key.week for one in found], ps, lambda week: sizes.get(week, 0) * len(APPS))
    return [
        msgspec.structs.replace(one, q=q, verdict=one.verdict if q <= FALSE_DISCOVERIES else "")
        for one, q in zip(found, qs, strict=True)
    ]
