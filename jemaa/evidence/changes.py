"""Evidence room. Change points: the week from which on a path worked for few where it had worked for most, or again.

A CUSUM of the log-likelihood ratio between two states (Page 1954), one direction at a time: it knows which state a
series is in and looks only for the other one. Of what it finds in so many series only what is more than chance is kept.
"""

import datetime
import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from msgspec import Struct

from jemaa.verdict.statistics import benjamini_hochberg, fisher_greater

from .cells import Cell, forged
from .entry import PATHS
from .rule_counts import FALSE_DISCOVERIES

GOOD, BAD = 0.1, 0.7
"""Shares of failing probes of a path that works and of one that does not."""

ENOUGH = 4.0
"""How much more likely (as a logarithm) the other state must be: odds of about 50 to 1."""

GAP_WEEKS = 8
"""After so long without a probe nothing before counts."""


class Change(Struct, frozen=True, kw_only=True):
    """From `week` (a Monday) on; `to` is `worked` or `failed`; `seen` is the week in which it was certain enough.
    `path` is as in the cells: for those of applications an application.

    `q` says how large a share of the changes that are at least as sure is chance.
    """

    cc: str
    asn: int
    access: str
    path: str
    week: str
    seen: str
    to: str
    q: float = 1.0


class _Turn(NamedTuple):
    """A change in one series, by places in it: since `first` it was otherwise; from `began` on, seen at `seen`."""

    first: int
    began: int
    seen: int
    to: str


def changes(cells: Iterable[Cell], paths: Sequence[str] = PATHS) -> list[Change]:
    """Changes of all series that are more than chance among so many, by country, network, access and path; `paths` has
    these in their order.
    """
    place = {path: number for number, path in enumerate(paths)}
    ordered = sorted(cells, key=lambda one: (*_series(one), place[one.path], one.key.week))
    watched = [list(series) for _, series in groupby(ordered, lambda one: (*_series(one), one.path))]
    turns = [(series, turn, chance) for series in watched for turn, chance in _turns(series)]
    fair = benjamini_hochberg([chance for *_, chance in turns], len(watched))
    return [
        _change(series, turn, q) for (series, turn, _), q in zip(turns, fair, strict=True) if q <= FALSE_DISCOVERIES
    ]


def _series(cell: Cell) -> tuple[str, int, str]:
    return cell.key.cc, cell.key.asn, cell.key.access


def _turns(series: Sequence[Cell]) -> list[tuple[_Turn, float]]:
    """Each change that the CUSUM comes to, and how likely it is by chance."""
    found: list[tuple[_Turn, float]] = []
    for first, end in _runs(series):
        turns = _turns_of(series, first, end)
        ends = [turn.began for turn in turns[1:]] + [end]
        found += [(turn, _chance(series, turn, until)) for turn, until in zip(turns, ends, strict=False)]
    return found


def _runs(series: Sequence[Cell]) -> Iterator[tuple[int, int]]:
    """Places from and to which there is no gap of more than `GAP_WEEKS`."""
    first = 0
    for place in range(1, len(series) + 1):
        if place == len(series) or _weeks(series[place - 1].key.week, series[place].key.week) > GAP_WEEKS:
            yield first, place
            first = place


def _turns_of(series: Sequence[Cell], first: int, end: int) -> list[_Turn]:
    found: list[_Turn] = []
    state, total, began = "", 0.0, first
    for place in range(first, end):
        cell = series[place]
        if not state:
            state, first = (cell.word, place) if cell.word in ("worked", "failed") else ("", place)
            continue
        if total <= 0:
            began = place
        total = max(0.0, total + (_evidence(cell) if state == "worked" else -_evidence(cell)))
        if total >= ENOUGH:
            state, total = ("failed" if state == "worked" else "worked"), 0.0
            found.append(_Turn(first, began, place, state))
            first = began
    return found


def _chance(series: Sequence[Cell], turn: _Turn, until: int) -> float:
    """Fisher's exact test of the probes since then against those before, at the worst for the change: who saw both
    speaks against it, a tenth on either side is forged, and any two weeks could have been chosen for `began` and
    `seen`. Whatever share fails in the long run, for other reasons, is in both."""
    before, after = series[turn.first : turn.began], series[turn.began : until]
    good, bad = (before, after) if turn.to == "failed" else (after, before)
    n_good, n_bad = sum(one.probes for one in good), sum(one.probes for one in bad)
    ok_good = max(0, sum(one.worked for one in good) - _lies(good))
    ok_bad = min(n_bad, sum(one.worked + one.both for one in bad) + _lies(bad))
    weeks = turn.seen - turn.first + 1
    return min(1.0, fisher_greater(ok_good, n_good, ok_bad, n_bad) * weeks * (weeks + 1) / 2)


def _lies(series: Sequence[Cell]) -> int:
    return forged(sum(one.probes for one in series), sum(one.forgeable for one in series))


def _change(series: Sequence[Cell], turn: _Turn, q: float) -> Change:
    key = series[turn.began].key
    return Change(
        cc=key.cc, asn=key.asn, access=key.access, path=series[turn.began].path, week=key.week,
        seen=series[turn.seen].key.week, to=turn.to, q=float(f"{q:.3g}"),
    )  # fmt: skip


def _evidence(cell: Cell) -> float:
    """How much more likely the week is if the path fails than if it works."""
    failed = cell.failed + cell.both / 2
    return failed * math.log(BAD / GOOD) + (cell.probes - failed) * math.log((1 - BAD) / (1 - GOOD))


def _weeks(first: str, then: str) -> int:
    return (datetime.date.fromisoformat(then) - datetime.date.fromisoformat(first)).days // 7
