"""Evidence room. What pages are made of: tables, statements, applications, pictures drawn once for all languages."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from msgspec import Struct

from . import picture
from .app_cells import AppCell
from .cells import Cell
from .rule_counts import RuleCount
from .said import Said
from .tables import Tables, grouped

Item = TypeVar("Item")
Place = TypeVar("Place", bound=Hashable)


def indexed(items: Iterable[Item], place: Callable[[Item], Place]) -> dict[Place, list[Item]]:
    """Items by their place."""
    found: dict[Place, list[Item]] = {}
    for one in items:
        found.setdefault(place(one), []).append(one)
    return found


class App(Struct, frozen=True, kw_only=True):
    """An application of the catalogue, and the ways of which its own are a likeness, with the grade of that."""

    name: str
    ways: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Material:
    """One build of the site. `asn_dbs` are the files in which networks were looked up.

    What many pages look for is sorted once: a record of hundreds of networks has hundreds of thousands of cells.
    """

    tables: Tables
    said: tuple[Said, ...] = ()
    apps: tuple[App, ...] = ()
    asn_dbs: tuple[str, ...] = ()
    drawn: dict[str, str] = field(default_factory=dict)

    @cached_property
    def recent(self) -> list[Cell]:
        """Cells of the weeks that a summary looks at."""
        return self.tables.recent

    @cached_property
    def by_country(self) -> dict[str, list[Cell]]:
        """Cells of each country."""
        return indexed(self.tables.cells, lambda one: one.key.cc)

    @cached_property
    def recent_by_country(self) -> dict[str, list[Cell]]:
        """The same of the last weeks."""
        return indexed(self.recent, lambda one: one.key.cc)

    @cached_property
    def by_network(self) -> dict[tuple[str, int], list[Cell]]:
        """Cells of each network."""
        return indexed(self.tables.cells, lambda one: (one.key.cc, one.key.asn))

    @cached_property
    def by_week(self) -> dict[str, list[Cell]]:
        """Cells of each week."""
        return indexed(self.tables.cells, lambda one: one.key.week)

    @cached_property
    def rules_by_network(self) -> dict[tuple[str, int], list[RuleCount]]:
        """Rules that fired in each network."""
        return indexed(self.tables.rules, lambda one: (one.key.cc, one.key.asn))

    @cached_property
    def rules_by_week(self) -> dict[str, list[RuleCount]]:
        """Rules that fired in each week."""
        return indexed(self.tables.rules, lambda one: one.key.week)

    @cached_property
    def recent_apps(self) -> list[AppCell]:
        """Cells of applications of the weeks that a summary looks at."""
        weeks = self.tables.recent_weeks
        return [one for one in self.tables.apps if one.key.week in weeks]

    @cached_property
    def apps_by_network(self) -> dict[tuple[str, int], list[AppCell]]:
        """Cells of applications of each network."""
        return indexed(self.tables.apps, lambda one: (one.key.cc, one.key.asn))

    @cached_property
    def apps_by_week(self) -> dict[str, list[AppCell]]:
        """The same of each week."""
        return indexed(self.tables.apps, lambda one: one.key.week)

    @cached_property
    def by_app(self) -> dict[str, list[AppCell]]:
        """Cells of each application whose mark any row tells of."""
        return indexed(self.tables.apps, lambda one: one.app)

    def picture(self, name: str, draw: Callable[[], str]) -> str:
        """A picture by its name; drawn at most once."""
        if name not in self.drawn:
            self.drawn[name] = draw()
        return self.drawn[name]

    def map(self, path: str) -> str:
        """The world in the last weeks, by what became of this way."""
        here = grouped((one for one in self.recent if one.path == path), lambda one: one.key.cc)
        shut_out = {cc for cc, *_ in self.failing(path)}
        words = {cc: "mixed" if cc in shut_out and one.word != "failed" else one.word for cc, one in here.items()}
        return self.picture(f"map/{path}", lambda: picture.world(words))

    def failing(self, path: str = "") -> set[tuple[str, int, str]]:
        """Country, network and access where this way (or any) failed for most: a country's average hides them."""
        here = (one for one in self.recent if path in ("", one.path))
        groups = grouped(here, lambda one: (one.key.cc, one.key.asn, one.key.access, one.path))
        return {key[:3] for key, group in groups.items() if group.word == "failed"}

    def time_line(self, name: str, cells: Iterable[Cell], changed: Iterable[str]) -> str:
        """A way week by week; nothing for a single week, of which there is no line."""
        weeks = sorted(grouped(cells, lambda one: one.key.week).items())
        if len(weeks) < 2:
            return ""
        known = {week for week, _ in weeks}
        marks = sorted({week for week in changed if week in known})
        return self.picture(name, lambda: picture.time_line(weeks, marks, name))
