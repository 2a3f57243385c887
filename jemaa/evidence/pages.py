"""Evidence room. The pages that show measurements: overview, country, network, way, access and week."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from jemaa.limits import EVIDENCE_K

from . import pages_apps
from .cells import Cell
from .changes import Change
from .entry import PATHS, packed
from .grid import Row, change_list, grid, legend
from .material import Material
from .parts import (
    SHOWN_WEEKS,
    by_path,
    by_place,
    country_link,
    doubts,
    facts_of,
    network_link,
    newest,
    recent_title,
    rows_of,
)
from .rule_counts import FALSE_DISCOVERIES, RuleCount
from .said import section
from .tables import RECENT_WEEKS, probe_count
from .view import View, network_id


def overview(view: View, material: Material) -> str:
    """The whole record: a map, countries, what changed."""
    tables = material.tables
    recent = material.recent
    if not recent:
        return f"<p>{view.word('empty', k=EVIDENCE_K)}</p>"
    counts = view.word(
        "counts",
        probes=probe_count(recent),
        weeks=RECENT_WEEKS,
        networks=len({(one.key.cc, one.key.asn) for one in recent}),
        countries=len({one.key.cc for one in recent}),
        week=tables.weeks[0],
    )
    failing = Counter(cc for cc, *_ in material.failing())
    all_here = Counter(cc for cc, *_ in {(one.key.cc, one.key.asn, one.key.access) for one in recent})
    hidden = {cc: view.word("some_fail", n=n, all=all_here[cc]) for cc, n in failing.items()}
    rows = rows_of(
        recent,
        lambda one: one.key.cc,
        lambda cc: country_link(view, cc) + (f"<small>{hidden[cc]}</small>" if cc in hidden else ""),
    )
    accesses = _links(view, _accesses(recent), "access", lambda one: view.word("access." + one))
    return (
        f'<p class="lead">{view.word("tagline")}</p><p>{counts}</p>{_map(view, material, "webrtc-udp")}'
        f"{grid(view, recent_title(view), view.word('country'), rows)}{_notes(view)}"
        f"<h2>{view.word('changes')}</h2>{change_list(view, newest(tables.changes))}{_ways(view)}"
        f"<h2>{view.word('accesses')}</h2>{accesses}"
        f"<h2>{view.word('weeks')}</h2>{_links(view, tables.weeks[:SHOWN_WEEKS], 'week', lambda week: week)}"
    )


def country(view: View, material: Material, cc: str) -> str:
    """A country: its networks now, each way week by week, what changed, what was said."""
    tables = material.tables
    here = material.by_country.get(cc, [])
    recent = material.recent_by_country.get(cc, [])
    networks = rows_of(recent, lambda one: (one.key.asn, one.key.access), lambda key: network_link(view, cc, *key))
    changes = [one for one in tables.changes if one.cc == cc]
    return (
        f"{grid(view, recent_title(view), view.word('network'), networks) if networks else ''}{_notes(view)}"
        f"{pages_apps.section(view, [one for one in material.recent_apps if one.key.cc == cc], recent_title(view))}"
        f"<h2>{view.word('changes')}</h2>{change_list(view, newest(changes))}"
        f"{_lines(view, material, cc, here, changes)}"
        f"{grid(view, view.word('weeks'), view.word('week'), _by_week(view, here))}"
        f"{section(view, (one for one in material.said if one.cc == cc))}"
    )


def network(view: View, material: Material, cc: str, asn: int) -> str:
    """A network: each access week by week with its facts, rules that fired, changes."""
    tables = material.tables
    here = material.by_network[cc, asn]
    changes = [one for one in tables.changes if (one.cc, one.asn) == (cc, asn)]
    rules = material.rules_by_network.get((cc, asn), [])
    by_access = "".join(
        grid(
            view,
            view.word("access." + access),
            view.word("week"),
            _by_week(view, [one for one in here if one.key.access == access], with_facts=True),
        )
        for access in _accesses(here)
    )
    return (
        f"<p>{country_link(view, cc)}</p>{by_access}{_notes(view)}"
        f"{pages_apps.weeks(view, material.apps_by_network.get((cc, asn), []))}"
        f"{_rules(view, rules)}"
        f"<h2>{view.word('changes')}</h2>{change_list(view, newest(changes))}"
        f"{_lines(view, material, network_id(cc, asn), here, changes)}"
    )


def path(view: View, material: Material, name: str) -> str:
    """One way to attend, in every country and network."""
    recent = [one for one in material.recent if one.path == name]
    return (
        f"{_map(view, material, name)}{by_place(view, recent)}{_notes(view)}"
        f"<h2>{view.word('changes')}</h2>"
        f"{change_list(view, newest([one for one in material.tables.changes if one.path == name]))}{_ways(view)}"
    )


def access(view: View, material: Material, kind: str) -> str:
    """One kind of access, by country and network."""
    recent = [one for one in material.recent if one.key.access == kind]
    marks = [one for one in material.recent_apps if one.key.access == kind]
    countries = rows_of(recent, lambda one: one.key.cc, lambda cc: country_link(view, cc))
    networks = rows_of(recent, lambda one: (one.key.cc, one.key.asn), lambda key: network_link(view, *key))
    return (
        f"{grid(view, recent_title(view), view.word('country'), countries)}"
        f"{grid(view, recent_title(view), view.word('network'), networks)}{_notes(view)}"
        f"{pages_apps.section(view, marks, recent_title(view))}"
    )


def week(view: View, material: Material, monday: str) -> str:
    """One week, every row of it with its facts."""
    here = material.by_week[monday]
    rows = [
        Row(network_link(view, key.cc, key.asn, key.access), groups, facts_of(view, packed(key)))
        for key, groups in by_path(here, lambda one: one.key)
    ]
    rules = material.rules_by_week.get(monday, [])
    title = view.word("week.of", week=monday)
    marks = pages_apps.section(view, material.apps_by_week.get(monday, []), title, with_facts=True)
    return f"{grid(view, title, view.word('network'), rows)}{_notes(view)}{marks}{_rules(view, rules)}"


def _by_week(view: View, cells: Sequence[Cell], *, with_facts: bool = False) -> list[Row]:
    facts = {one.key.week: facts_of(view, packed(one.key)) for one in cells} if with_facts else {}
    weeks = by_path(cells, lambda one: one.key.week)[::-1][:SHOWN_WEEKS]
    return [
        Row(view.link(f"week/{monday}.html", f"<time>{monday}</time>"), groups, facts.get(monday, ""))
        for monday, groups in weeks
    ]


def _lines(view: View, material: Material, name: str, cells: Sequence[Cell], changes: Sequence[Change]) -> str:
    figures = ""
    for way in PATHS:
        here = [one for one in cells if one.path == way]
        drawn = material.time_line(f"{name}/{way}", here, [one.week for one in changes if one.path == way])
        if drawn:
            label = view.word("timeline.alt", path=view.word("path." + way))
            figures += (
                f"<figure><figcaption>{view.word('path.' + way)}</figcaption>"
                f'<div role="img" aria-label="{label}" dir="ltr">{drawn}</div></figure>'
            )
    return f'<h2>{view.word("timelines")}</h2><div class="lines">{figures}</div>' if figures else ""


def _map(view: View, material: Material, way: str) -> str:
    title = view.word("map.title", path=view.word("path." + way), weeks=RECENT_WEEKS)
    return (
        f'<figure class="map"><figcaption>{title}</figcaption>'
        f'<div role="img" aria-label="{view.word("map.alt")}" dir="ltr">{material.map(way)}</div>'
        f"{legend(view, with_land=True)}</figure>"
    )


def _rules(view: View, rules: Sequence[RuleCount]) -> str:
    rows = "".join(
        f"<tr><td><time>{one.key.week}</time><td>{network_link(view, one.key.cc, one.key.asn, one.key.access)}"
        f'<td><bdi dir="ltr"><code>{one.rule_id}</code></bdi><td><bdi dir="ltr"><code>{one.node}</code></bdi>'
        f"<td>{_verdict(view, one)}"
        f"<td>{view.word('of', n=one.probes, all=one.of)}"
        f'<td><bdi dir="ltr">{100 * one.low:.0f}–{100 * one.high:.0f} %</bdi>'
        f'<td><bdi dir="ltr">{one.ruleset}</bdi>'
        for one in sorted(rules, key=lambda one: (one.key.week, one.probes), reverse=True)[: 4 * SHOWN_WEEKS]
    )
    keys = ("week", "network", "rule", "node", "verdict", "probes", "interval", "ruleset")
    none = f"<p>{view.word('rules.none', k=EVIDENCE_K)}</p>"
    help_ = f"{view.word('rules.help')} {view.word('rules.chances', share=round(100 * FALSE_DISCOVERIES))}"
    return f"<h2 id=rules>{view.word('rules')}</h2><p>{help_}</p>{view.table_of_words(keys, rows) if rows else none}"


def _verdict(view: View, rule: RuleCount) -> str:
    if rule.may_be_chance:
        return view.word("rules.chance")
    return view.word("verdict." + rule.verdict) + doubts(view, tested=rule.tested, by_few=rule.by_few)


def _notes(view: View) -> str:
    return (
        f'{legend(view)}<p class="note">{view.word("how", k=EVIDENCE_K)}</p>'
        f'<p class="note">{view.word("failed_means")}</p><p class="note">{view.word("calls_mean")}</p>'
    )


def _ways(view: View) -> str:
    return f"<h2>{view.word('paths')}</h2>{_links(view, PATHS, 'path', lambda way: view.word('path.' + way))}"


def _links(view: View, ids: Iterable[str], folder: str, text: Callable[[str], str]) -> str:
    return (
        '<ul class="links">' + "".join(f"<li>{view.link(f'{folder}/{one}.html', text(one))}" for one in ids) + "</ul>"
    )


def _accesses(cells: Iterable[Cell]) -> list[str]:
    return sorted({one.key.access for one in cells})
