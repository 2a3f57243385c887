"""Evidence room. What pages are made of: tables, statements, applications, pictures drawn once for all languages."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from . import picture
from .cells import Cell
from .said import Said
from .tables import Tables, grouped


class App(Struct, frozen=True, kw_only=True):
    """An application of the catalogue, and the ways of which its own are a likeness, with the grade of that."""

    name: str
    ways: tuple[tuple[str, str], ...]


class Material(Struct, frozen=True, kw_only=True):
    """One build of the site. `asn_dbs` are the files in which networks were looked up."""

    tables: Tables
    said: tuple[Said, ...] = ()
    apps: tuple[App, ...] = ()
    asn_dbs: tuple[str, ...] = ()
    drawn: dict[str, str] = {}

    def picture(self, name: str, draw: Callable[[], str]) -> str:
        """A picture by its name; drawn at most once."""
        if name not in self.drawn:
            self.drawn[name] = draw()
        return self.drawn[name]

    def map(self, path: str) -> str:
        """The world in the last weeks, by what became of this way."""
        here = grouped((one for one in self.tables.recent if one.path == path), lambda one: one.key.cc)
        shut_out = {cc for cc, *_ in self.failing(path)}
        words = {cc: "mixed" if cc in shut_out and one.word != "failed" else one.word for cc, one in here.items()}
        return self.picture(f"map/{path}", lambda: picture.world(words))

    def failing(self, path: str = "") -> set[tuple[str, int, str]]:
        """Country, network and access where this way (or any) failed for most: a country's average hides them."""
        here = (one for one in self.tables.recent if path in ("", one.path))
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
