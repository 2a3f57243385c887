"""Evidence room. Change points: the week from which on a path worked for few where it had worked for most, or again.

A CUSUM of the log-likelihood ratio between two states (Page 1954), one direction at a time: it knows which state a
series is in and looks only for the other one.
"""

import datetime
import math
from collections.abc import Iterable, Sequence
from itertools import groupby

from msgspec import Struct

from .cells import Cell
from .entry import PATHS

GOOD, BAD = 0.1, 0.7
"""Shares of failing probes of a path that works and of one that does not."""

ENOUGH = 4.0
"""How much more likely (as a logarithm) the other state must be: odds of about 50 to 1."""

GAP_WEEKS = 8
"""After so long without a probe nothing before counts."""


class Change(Struct, frozen=True, kw_only=True):
    """From `week` (a Monday) on; `to` is `worked` or `failed`; `seen` is the week in which it was certain enough."""

    cc: str
    asn: int
    access: str
    path: str
    week: str
    seen: str
    to: str


def changes(cells: Iterable[Cell]) -> list[Change]:
    """All changes of all series, by country, network, access and path."""
    ordered = sorted(cells, key=_series)
    return [change for _, series in groupby(ordered, lambda c: _series(c)[:4]) for change in _changes(list(series))]


def _series(cell: Cell) -> tuple[str, int, str, int, str]:
    return cell.key.cc, cell.key.asn, cell.key.access, PATHS.index(cell.path), cell.key.week


def _changes(series: Sequence[Cell]) -> list[Change]:
    found: list[Change] = []
    state, total, began, before = "", 0.0, "", ""
    for cell in series:
        if before and _weeks(before, cell.key.week) > GAP_WEEKS:
            state, total = "", 0.0
        before = cell.key.week
        if not state:
            state = cell.word if cell.word in ("worked", "failed") else ""
            continue
        step = _evidence(cell) if state == "worked" else -_evidence(cell)
        if total <= 0:
            began = cell.key.week
        total = max(0.0, total + step)
        if total >= ENOUGH:
            state, total = ("failed" if state == "worked" else "worked"), 0.0
            key = cell.key
            found.append(
                Change(
                    cc=key.cc, asn=key.asn, access=key.access, path=cell.path, week=began, seen=key.week, to=state
                )
            )  # fmt: skip
    return found


def _evidence(cell: Cell) -> float:
    """How much more likely the week is if the path fails than if it works."""
    failed = cell.failed + cell.both / 2
    return failed * math.log(BAD / GOOD) + (cell.probes - failed) * math.log((1 - BAD) / (1 - GOOD))


def _weeks(first: str, then: str) -> int:
    return (datetime.date.fromisoformat(then) - datetime.date.fromisoformat(first)).days // 7
