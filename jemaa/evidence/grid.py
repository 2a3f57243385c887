"""Evidence room. Tables of the pages: a row a network, country or week, a column a way to attend or an application."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from .changes import Change
from .entry import PATHS
from .marks import APPS
from .tables import Group
from .view import View, network_id

CALLS = ("webrtc-udp", "turn-udp", "turn-tcp", "turn-tls")
OURS = tuple(path for path in PATHS if path not in CALLS)

WAY, MARK = "word.", "mark."
"""How the keys of words begin that say what became of a way to attend, and of a mark."""

_SIGNS = {"worked": "✓", "failed": "✗", "mixed": "≈", "few": "…"}
"""Beside the colour, for who does not see it."""


@dataclass(frozen=True, slots=True)
class Row:
    """`head` is HTML; `facts` is the address of the facts behind it, empty where it sums up several rows."""

    head: str
    groups: Mapping[str, Group]
    facts: str = ""


def grid(view: View, caption: str, heading: str, rows: Sequence[Row]) -> str:
    """All ways to attend beside each other. `caption` and `heading` are HTML."""
    ends = f'<th scope="col" rowspan="2">{view.word("facts")}' if _with_facts(rows) else ""
    names = "".join(
        f'<th scope="col"><a href="{view.to(f"path/{path}.html")}" title="{view.word("path." + path)}">'
        f"{view.word('short.' + path)}</a>"
        for path in (*OURS, *CALLS)
    )
    heads = (
        f'<th scope="col" rowspan="2">{heading}'
        f'<th scope="colgroup" colspan="{len(OURS)}">{view.word("group.meeting")}'
        f'<th scope="colgroup" colspan="{len(CALLS)}">{view.word("group.calls")}{ends}'
        f"<tr>{names}"
    )
    return _grid(view, caption, heads, rows, (*OURS, *CALLS), WAY)


def mark_grid(view: View, caption: str, heading: str, rows: Sequence[Row]) -> str:
    """Marks of applications beside each other: those that any row has."""
    apps = [app for app in APPS if any(app in row.groups for row in rows)]
    heads = f'<th scope="col">{heading}'
    heads += "".join(f'<th scope="col">{view.link(f"app/{app}.html", app_names(view, app))}' for app in apps)
    heads += f'<th scope="col">{view.word("facts")}' if _with_facts(rows) else ""
    return _grid(view, caption, heads, rows, apps, MARK)


def _grid(view: View, caption: str, heads: str, rows: Sequence[Row], columns: Sequence[str], words: str) -> str:
    with_facts = _with_facts(rows)
    lines = "".join(
        f'<tr><th scope="row">{row.head}</th>{"".join(_share(view, row.groups.get(one), words) for one in columns)}'
        + (_facts(view, row.facts) if with_facts else "")
        for row in rows
    )
    return view.wide(
        f'<table class="grid"><caption>{caption}</caption><thead><tr>{heads}</thead><tbody>{lines}</tbody></table>'
    )


def _with_facts(rows: Iterable[Row]) -> bool:
    return any(row.facts for row in rows)


def app_names(view: View, app: str) -> str:
    """Whose calls bear this mark."""
    return view.row(*APPS[app])


def one_path(view: View, caption: str, heading: str, rows: Iterable[tuple[str, Group]], words: str = WAY) -> str:
    """One way to attend (or a mark, by `words`) in full: probes, share, interval and word."""
    lines = "".join(
        f'<tr><th scope="row">{head}</th><td>{group.probes}<td>{per_cent(group.share)}'
        f'<td><bdi dir="ltr">{_interval(group)}</bdi><td class="{group.word}"><i aria-hidden="true">'
        f"{_SIGNS[group.word]}</i> {view.word(words + group.word)}"
        for head, group in rows
    )
    share = "share" if words == WAY else "marks.share"
    heads = "".join(f'<th scope="col">{view.word(key)}' for key in ("probes", share, "interval"))
    return view.wide(
        f'<table><caption>{caption}</caption><thead><tr><th scope="col">{heading}{heads}<td></thead>'
        f"<tbody>{lines}</tbody></table>"
    )


def legend(view: View, *, with_land: bool = False, words: str = WAY) -> str:
    """What signs and colours mean."""
    kinds = ("worked", "failed", "mixed", "few", *(("land",) if with_land else ()))
    keys = {kind: words + kind for kind in kinds} | ({"mixed": "word.somewhere"} if with_land else {})
    return (
        f'<ul class="legend" aria-label="{view.word("legend")}">'
        + "".join(
            f'<li class="{kind}"><i aria-hidden="true">{_SIGNS.get(kind, "")}</i> {view.word(keys[kind])}'
            for kind in kinds
        )
        + "</ul>"
    )


def change_list(
    view: View, changes: Iterable[Change], what: Callable[[Change], str] | None = None, words: str = "change."
) -> str:
    """Newest first. `what` changed, as HTML: the way to attend, if nothing else is said."""
    named = what or (lambda one: view.word("path." + one.path))
    items = "".join(
        f'<li><time datetime="{one.week}">{one.week}</time> {view.country(one.cc)}, '
        f"{view.link(f'network/{network_id(one.cc, one.asn)}.html', view.network(one.asn))}, "
        f"{view.word('access.' + one.access)}: {named(one)} "
        f'<strong class="{one.to}">{view.word(words + one.to)}</strong> '
        f"<small>({view.word('change.seen', week=one.seen)})</small>"
        for one in sorted(changes, key=lambda one: (one.week, one.cc, one.asn), reverse=True)
    )
    return f'<ul class="changes">{items}</ul>' if items else f"<p>{view.word('changes.none')}</p>"


def per_cent(share: float) -> str:
    """`94 %`, left to right in any language."""
    return f'<bdi dir="ltr">{100 * share:.0f} %</bdi>'


def _interval(group: Group) -> str:
    return f"{100 * group.low:.0f}–{100 * group.high:.0f} %"


def _share(view: View, group: Group | None, words: str) -> str:
    if group is None:
        return '<td class="none">–'
    said = f"{view.word(words + group.word)}; {view.word('interval')} {_interval(group)}; {view.word('probes')} "
    return (
        f'<td class="{group.word}"><i aria-hidden="true">{_SIGNS[group.word]}</i> {per_cent(group.share)}'
        f'<small aria-hidden="true"><bdi dir="ltr">{_interval(group)}</bdi> · {group.probes}</small>'
        f'<span class="sr">{said}{group.probes}</span>'
    )


def _facts(view: View, address: str) -> str:
    if not address:
        return "<td>"
    return (
        f'<td><a href="{address}" title="{view.word("facts.of")}" download>{view.word("facts")}</a><br>'
        f'<a href="#rules">{view.word("rule")}</a>'
    )
