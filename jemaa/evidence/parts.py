"""Evidence room. What pages share: links to a network, a country and facts, rows by place, doubts beside a verdict."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from .cells import Cell
from .changes import Change
from .grid import WAY, Row, one_path
from .tables import RECENT_WEEKS, Group, grouped
from .view import View, network_id

SHOWN_WEEKS = 26
"""Weeks in a table of weeks; the files have all."""
SHOWN_CHANGES = 40

K = TypeVar("K", bound=Hashable)
C = TypeVar("C", bound=Cell)


def by_path(cells: Iterable[C], by: Callable[[C], K]) -> list[tuple[K, dict[str, Group]]]:
    """Cells put together by what `by` says of each, and by path."""
    rows: dict[K, dict[str, Group]] = defaultdict(dict)
    for (key, way), group in grouped(cells, lambda one: (by(one), one.path)).items():
        rows[key][way] = group
    return sorted(rows.items(), key=lambda row: row[0])  # type: ignore[arg-type, return-value]


def rows_of(cells: Iterable[C], by: Callable[[C], K], head: Callable[[K], str]) -> list[Row]:
    """The same as rows of a grid."""
    return [Row(head(key), groups) for key, groups in by_path(cells, by)]


def by_place(view: View, cells: Sequence[Cell], words: str = WAY) -> str:
    """Recent cells of one way to attend, or of one mark, in full: a table of countries and one of networks."""
    title = recent_title(view)
    countries = [
        (country_link(view, cc), group) for cc, group in sorted(grouped(cells, lambda one: one.key.cc).items())
    ]
    networks = [
        (view.row(view.country(cc), as_link(view, cc, asn)), group)
        for (cc, asn), group in sorted(grouped(cells, lambda one: (one.key.cc, one.key.asn)).items())
    ]
    return (
        f"{one_path(view, title, view.word('country'), countries, words)}"
        f"{one_path(view, title, view.word('network'), networks, words)}"
    )


def recent_title(view: View) -> str:
    """What a table of the last weeks is called."""
    return view.word("recent.title", weeks=RECENT_WEEKS)


def facts_of(view: View, cell: int) -> str:
    """Where the facts of a cell are."""
    return view.file(f"data/facts/{cell:016x}.jsonl")


def country_link(view: View, cc: str) -> str:
    """A country, leading to its page."""
    return view.link(f"country/{cc}.html", view.country(cc))


def as_link(view: View, cc: str, asn: int) -> str:
    """A network by its number alone."""
    return view.link(f"network/{network_id(cc, asn)}.html", view.network(asn))


def network_link(view: View, cc: str, asn: int, access: str = "") -> str:
    """A network with its country, and how one is connected to it."""
    told = f" {view.word('access.' + access)}" if access else ""
    return f"{as_link(view, cc, asn)} <small>{view.country(cc)}{told and ','}{told}</small>"


def doubts(view: View, *, tested: bool = True, by_few: bool = False) -> str:
    """What has to be said beside the verdict of a rule, as HTML; mostly nothing."""
    said = ([] if tested else ["rules.untested"]) + (["rules.few"] if by_few else [])
    return "".join(f"<br><small>{view.word(key)}</small>" for key in said)


def newest(changes: Sequence[Change]) -> list[Change]:
    """Those that a page lists."""
    return sorted(changes, key=lambda one: one.week)[-SHOWN_CHANGES:]
