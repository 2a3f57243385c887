"""Evidence room. Applications: the path that each needs, what became of its mark, and what that does not say."""

import html
from collections.abc import Iterable, Sequence

from jemaa.limits import EVIDENCE_K

from .app_cells import AppCell
from .cells import Cell
from .entry import packed
from .grid import MARK, Row, app_names, change_list, legend, mark_grid, one_path, per_cent
from .marks import APPS
from .material import Material
from .parts import SHOWN_WEEKS, by_path, by_place, doubts, facts_of, network_link, newest, recent_title
from .tables import RECENT_WEEKS, Group, grouped
from .view import View

NODE = "stun.drop.app"
"""What a rule is about that found applications told by their marks."""

_BY_NAME = {name: app for app, names in APPS.items() for name in names}


def apps(view: View, material: Material) -> str:
    """Which kind of way each application needs, what became of that kind and of its own mark in the last weeks, and
    where applications were told by their marks, so that a path says nothing of them."""
    marks = grouped(material.recent_apps, lambda one: one.app)
    rows = [(app_link(view, app), marks[app]) for app in APPS if app in marks]
    seen = (
        f"{one_path(view, recent_title(view), view.word('marks.app'), rows, MARK)}{legend(view, words=MARK)}"
        f"{_told(view, material.recent_apps)}{_changes(view, material)}"
        if rows
        else f"<p>{view.word('marks.none', k=EVIDENCE_K)}</p>"
    )
    return (
        f"<p>{view.word('apps.help')}</p>{_likenesses(view, material, marks)}<h2>{view.word('marks')}</h2>"
        f"{statement(view)}{seen}{_marked(view, material)}"
    )


def app(view: View, material: Material, name: str) -> str:
    """One application's mark, in every country and network."""
    recent = [one for one in material.recent_apps if one.app == name]
    return (
        f"{statement(view)}{by_place(view, recent, MARK)}{legend(view, words=MARK)}"
        f"{_told(view, material.by_app[name])}{_changes(view, material, name)}"
    )


def section(view: View, cells: Sequence[AppCell], caption: str, *, with_facts: bool = False) -> str:
    """Marks of applications on another page, by network and access; empty for none. `with_facts` where all are of one
    week, so that a row leads to its own."""
    facts = {_place(one): facts_of(view, packed(one.key)) if with_facts else "" for one in cells}
    rows = [Row(network_link(view, *at), groups, facts[at]) for at, groups in by_path(cells, _place)]
    return _section(view, cells, mark_grid(view, caption, view.word("network"), rows))


def weeks(view: View, cells: Sequence[AppCell]) -> str:
    """The same of one network, week by week."""
    rows = [
        Row(
            f"{view.link(f'week/{key.week}.html', f'<time>{key.week}</time>')}"
            f" <small>{view.word('access.' + key.access)}</small>",
            groups,
            facts_of(view, packed(key)),
        )
        for key, groups in by_path(cells, lambda one: one.key)[::-1][: 2 * SHOWN_WEEKS]
    ]
    return _section(view, cells, mark_grid(view, view.word("weeks"), view.word("week"), rows))


def _section(view: View, cells: Sequence[AppCell], table: str) -> str:
    if not cells:
        return ""
    return f"<h2>{view.word('marks')}</h2>{statement(view)}{table}{legend(view, words=MARK)}{_told(view, cells)}"


def _place(one: Cell) -> tuple[str, int, str]:
    return one.key.cc, one.key.asn, one.key.access


def statement(view: View) -> str:
    """What figures on marks show, and what not."""
    return f'<p>{view.word("marks.help")}</p><p class="note">{view.word("marks.limits")}</p>'


def app_link(view: View, name: str) -> str:
    """To the page of its mark."""
    return view.link(f"app/{name}.html", app_names(view, name))


def _likenesses(view: View, material: Material, marks: dict[str, Group]) -> str:
    """The catalogue, with the path that each application needs, and beside it its own mark where it has one."""
    recent = grouped(material.recent, lambda one: one.path)
    rows = ""
    for one in material.apps:
        mark = _BY_NAME.get(one.name, "")
        seen = view.link(f"app/{mark}.html", _figure(marks[mark])) if mark in marks else "–"
        for way, grade in one.ways:
            like = view.link(f"path/{way}.html", view.word("path." + way))
            rows += (
                f'<tr><th scope="row">{html.escape(one.name)}</th><td>{like}'
                f"<td>{view.word('said.grade.' + grade)}<td>{_figure(recent.get(way))}<td>{seen}"
            )
    columns = ("apps.app", "apps.path", "apps.grade", "apps.share", "apps.mark")
    return view.table_of_words(columns, rows)


def _figure(group: Group | None) -> str:
    return f"{per_cent(group.share)} <small>{group.probes}</small>" if group else "–"


def _told(view: View, cells: Iterable[AppCell]) -> str:
    """Rows in which the rule named a mark, with its verdict and all that is behind it; the newest first."""
    fired = sorted((one for one in cells if one.fired), key=lambda one: (one.key.week, one.fired), reverse=True)
    rows = "".join(
        f"<tr><td><time>{one.key.week}</time><td>{network_link(view, *_place(one))}<td>{app_link(view, one.app)}"
        f"<td>{view.word('of', n=one.fired, all=one.probes)}<td>{per_cent(one.share)}"
        f'<br><small><bdi dir="ltr">{100 * one.low:.0f}–{100 * one.high:.0f} %</bdi></small>'
        f"<td>{view.word(MARK + one.word)}"
        f"<td>{_verdict(view, one)}"
        f'<td><bdi dir="ltr">{html.escape(one.ruleset)}</bdi>'
        f'<td><a href="{facts_of(view, packed(one.key))}" title="{view.word("facts.of")}" download>'
        f"{view.word('facts')}</a>"
        for one in fired[: 4 * SHOWN_WEEKS]
    )
    keys = ("week", "network", "marks.app", "marks.fired", "marks.share", "what", "verdict", "ruleset", "facts")
    told = view.table_of_words(keys, rows) if rows else f"<p>{view.word('marks.told.none', k=EVIDENCE_K)}</p>"
    return f"<h3>{view.word('marks.told')}</h3><p>{view.word('marks.told.help')}</p>{told}"


def _verdict(view: View, one: AppCell) -> str:
    if not one.verdict:
        return view.word("rules.chance")
    return view.word("verdict." + one.verdict) + doubts(view, by_few=one.by_few)


def _changes(view: View, material: Material, name: str = "") -> str:
    found = [one for one in material.tables.app_changes if name in ("", one.path)]
    listed = change_list(view, newest(found), lambda one: app_link(view, one.path), "change.mark.")
    return f"<h3>{view.word('changes')}</h3>{listed}"


def _marked(view: View, material: Material) -> str:
    """Networks in which a rule about applications fired in the last weeks, whichever they were."""
    weeks = material.tables.recent_weeks
    fired = [
        one for one in material.tables.rules if one.node == NODE and one.key.week in weeks and not one.may_be_chance
    ]
    # Of several weeks or verdicts of one place the one that leaves the least doubt is named.
    surest = {
        (one.key.cc, one.key.asn, one.key.access): one
        for one in sorted(fired, key=lambda one: one.by_few, reverse=True)
    }
    items = "".join(
        f"<li>{network_link(view, *place)}{doubts(view, tested=one.tested, by_few=one.by_few)}"
        for place, one in sorted(surest.items())
    )
    none = f"<p>{view.word('apps.marks.none', weeks=RECENT_WEEKS)}</p>"
    listed = f"<p>{view.word('apps.marks.help')}</p><ul>{items}</ul>" if items else none
    return f"<h2>{view.word('apps.marks')}</h2>{listed}"
