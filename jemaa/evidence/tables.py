"""Evidence room. Everything that the pages, the downloads and the API show, computed once from the archive.

Sums over several networks or weeks are made of published cells only: a sum of all would give away, by subtraction,
what a suppressed cell holds.
"""

import datetime
from collections.abc import Callable, Iterable
from typing import TypeVar

from msgspec import Struct

from .app_cells import AppCell, app_cells
from .archive import Archive
from .cells import Cell, bounds, cells, word_of
from .changes import Change, changes
from .entry import PATHS
from .instruments import Broken, broken
from .marks import APPS
from .rule_counts import RuleCount, rules

RECENT_WEEKS = 4
"""What a summary looks back: long enough for quiet networks, short enough to be the present."""

K = TypeVar("K")
C = TypeVar("C", bound=Cell)


class Group(Struct, frozen=True, kw_only=True):
    """Votes of several cells together, read as a cell is; a probe that took part in two weeks is two votes."""

    probes: int
    share: float
    low: float
    high: float
    word: str


class Tables(Struct, frozen=True, kw_only=True):
    """`made` is the day (ISO) on which they were computed; `recent` are the newest weeks, newest first; what the
    instruments `broken` measured is in none of them. `takings`: how many measurements had been taken back before.
    `apps` are cells of applications' marks, each in a row of `cells`; `app_changes` what changed in them.
    """

    made: str
    cells: list[Cell]
    rules: list[RuleCount]
    changes: list[Change]
    broken: list[Broken] = []
    takings: int = 0
    apps: list[AppCell] = []
    app_changes: list[Change] = []

    @property
    def weeks(self) -> list[str]:
        """Weeks of the cells, newest first."""
        return sorted({cell.key.week for cell in self.cells}, reverse=True)

    @property
    def recent_weeks(self) -> set[str]:
        """Those that a summary looks at."""
        weeks = self.weeks
        if not weeks:
            return set()
        newest = datetime.date.fromisoformat(weeks[0])
        return {(newest - datetime.timedelta(weeks=back)).isoformat() for back in range(RECENT_WEEKS)}

    @property
    def recent(self) -> list[Cell]:
        """Cells of these weeks."""
        weeks = self.recent_weeks
        return [cell for cell in self.cells if cell.key.week in weeks]


def tables(archive: Archive, today: datetime.date) -> Tables:
    """All of an archive's tables."""
    takings = archive.manifest.takings  # before anything is read: what is taken meanwhile is mended at the end
    faults = broken(archive)
    left_out = {one.instrument for one in faults}
    found = cells(archive, left_out=left_out)
    fired = rules(archive, left_out=left_out)
    shown = {one.key for one in found}  # what stands in no row has no facts to be seen
    apps = [one for one in app_cells(archive, left_out=left_out) if one.key in shown]
    return Tables(
        made=today.isoformat(), cells=found, rules=fired, changes=changes(found), broken=faults, takings=takings,
        apps=apps, app_changes=changes(apps, tuple(APPS)),
    )  # fmt: skip


def grouped(found: Iterable[C], by: Callable[[C], K]) -> dict[K, Group]:
    """Cells put together by what `by` says of each. In one week and way no probe is in two of them."""
    sums: dict[K, tuple[int, float, int]] = {}
    for cell in found:
        key = by(cell)
        probes, votes, doubtful = sums.get(key, (0, 0.0, 0))
        sums[key] = probes + cell.probes, votes + cell.worked + cell.both / 2, doubtful + cell.forgeable
    return {key: _group(*sum_) for key, sum_ in sums.items()}


def probe_count(found: Iterable[Cell]) -> int:
    """How many probes took part, each counted once a network and week (in its best attended path)."""
    most: dict[object, int] = {}
    for cell in found:
        most[cell.key] = max(most.get(cell.key, 0), cell.probes)
    return sum(most.values())


def path_place(path: str) -> int:
    """Where a path stands in tables."""
    return PATHS.index(path)


def _group(probes: int, votes: float, doubtful: int) -> Group:
    low, high = bounds(votes, probes, doubtful)
    word = word_of(probes, low, high, doubtful)
    return Group(probes=probes, share=votes / probes, low=low, high=high, word=word)
