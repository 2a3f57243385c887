"""Evidence room. The pages about the record: finding a row, applications, data and method."""

import html

from jemaa.limits import EVIDENCE_K

from .entry import PATHS
from .grid import per_cent
from .material import Material
from .pages import doubts, network_link
from .tables import RECENT_WEEKS, grouped
from .view import View

API = ("cells", "rules", "changes")
FORMATS = ("csv", "jsonl", "parquet")

APPS_NODE = "stun.drop.app"
"""What a rule is about that found applications told by their marks."""


def find(view: View, material: Material) -> str:
    """A form whose answer `find.js` fills in; the address says what was chosen."""
    cells = material.tables.cells
    choices = {
        "cc": [(cc, view.country(cc)) for cc in sorted({one.key.cc for one in cells})],
        "asn": [(str(asn), f"AS{asn}") for asn in sorted({one.key.asn for one in cells})],
        "access": [(one, view.word("access." + one)) for one in sorted({one.key.access for one in cells})],
        "path": [(one, view.word("path." + one)) for one in PATHS],
        "week": [(one, one) for one in material.tables.weeks],
    }
    names = {"cc": "country", "asn": "network", "access": "access", "path": "path", "week": "week"}
    fields = "".join(
        f'<label>{view.word(names[field])}<select name="{field}"><option value="">{view.word("find.any")}'
        + "".join(f'<option value="{value}">{text}' for value, text in options)
        + "</select></label>"
        for field, options in choices.items()
    )
    heads = "".join(f'<th scope="col">{view.word(key)}' for key in _COLUMNS)
    words = "".join(f'<data value="{key}">{view.word(key, n="{n}")}</data>' for key in _SCRIPT_WORDS)
    return (
        f'<p>{view.word("find.help")}</p><form method="get" class="find">{fields}'
        f'<button type="submit">{view.word("find.show")}</button></form>'
        f'<p id="count" role="status"></p><div class="wide" role="region" tabindex="0" '
        f'aria-label="{view.word("scroll")}"><table id="found" class="words"><thead><tr>{heads}</thead><tbody></tbody>'
        f'</table></div><div id="words" hidden data-cells="{view.file("data/cells.jsonl")}" '
        f'data-facts="{view.file("data/facts/")}">{words}</div>{_files(view)}'
    )


_COLUMNS = ("week", "country", "network", "access", "path", "probes", "share", "interval", "what", "facts")
_SCRIPT_WORDS = (
    "find.count", "find.none", "find.more", "facts", "word.worked", "word.failed", "word.mixed", "word.few",
)  # fmt: skip


def apps(view: View, material: Material) -> str:
    """Which kind of way each application needs, what became of that kind in the last weeks, and where applications were
    told by their marks, so that it says nothing of them."""
    recent = grouped(material.recent, lambda one: one.path)
    rows = ""
    for app in material.apps:
        for way, grade in app.ways:
            group = recent.get(way)
            shown = f"{per_cent(group.share)} <small>{group.probes}</small>" if group else "–"
            like = view.link(f"path/{way}.html", view.word("path." + way))
            rows += (
                f'<tr><th scope="row">{html.escape(app.name)}</th><td>{like}'
                f"<td>{view.word('said.grade.' + grade)}<td>{shown}"
            )
    columns = ("apps.app", "apps.path", "apps.grade", "apps.share")
    heads = "".join(f'<th scope="col">{view.word(key)}' for key in columns)
    return (
        f'<p>{view.word("apps.help")}</p><div class="wide" role="region" tabindex="0" '
        f'aria-label="{view.word("scroll")}"><table class="words"><thead><tr>{heads}</thead><tbody>{rows}'
        f"</tbody></table></div>{_marked(view, material)}"
    )


def _marked(view: View, material: Material) -> str:
    """Networks in which a rule about applications fired in the last weeks."""
    weeks = {one.key.week for one in material.recent}
    fired = [
        one
        for one in material.tables.rules
        if one.node == APPS_NODE and one.key.week in weeks and not one.may_be_chance
    ]
    # Of several weeks or verdicts of one place the one that leaves the least doubt is named.
    surest = {
        (one.key.cc, one.key.asn, one.key.access): one
        for one in sorted(fired, key=lambda one: one.by_few, reverse=True)
    }
    items = "".join(f"<li>{network_link(view, *place)}{doubts(view, one)}" for place, one in sorted(surest.items()))
    none = f"<p>{view.word('apps.marks.none', weeks=RECENT_WEEKS)}</p>"
    listed = f"<p>{view.word('apps.marks.help')}</p><ul>{items}</ul>" if items else none
    return f"<h2>{view.word('apps.marks')}</h2>{listed}"


def data(view: View, material: Material) -> str:
    """Files, the API, the licence and how figures are made."""
    addresses = "".join(
        f'<li><code dir="ltr">GET /api/evidence/{what}?cc=MA&amp;asn=64500&amp;week=2026-11-23</code>' for what in API
    )
    looked = "".join(f"<p>{view.word('data.networks', label=label)}</p>" for label in material.asn_dbs)
    return (
        f"<p>{view.word('data.licence')}</p>{_files(view)}<h2>API</h2><p>{view.word('data.api')}</p><ul>{addresses}"
        f'</ul><p>{view.word("data.api.described")} <code dir="ltr">/api/openapi.json</code></p>'
        f"<p>{view.word('data.fields')}</p><p>{view.word('how', k=EVIDENCE_K)}</p>"
        f"<p>{view.word('failed_means')}</p><p>{view.word('calls_mean')}</p><p>{view.word('data.sums')}</p><p>{view.word('data.shown')}</p>"
        f"<p>{view.word('data.taken')}</p>{looked}{_broken(view, material)}"
    )


def _broken(view: View, material: Material) -> str:
    """Instruments that are left out, and why."""
    items = "".join(
        f'<li><bdi dir="ltr">{html.escape(one.instrument)}</bdi>: {view.word("path." + one.path)} '
        f"({view.word('of', n=one.failing, all=one.networks)})"
        for one in material.tables.broken
    )
    listed = f"<ul>{items}</ul>" if items else f"<p>{view.word('broken.none')}</p>"
    return f"<h2>{view.word('broken')}</h2><p>{view.word('broken.help')}</p>{listed}"


def _files(view: View) -> str:
    lines = "".join(
        f"<li>{view.word('data.' + what)}: "
        + view.row(*(f'<a href="{view.file(f"data/{what}.{form}")}" download>{form.upper()}</a>' for form in FORMATS))
        for what in (*API, "broken")
    )
    facts = f'<li>{view.word("data.facts")}: <a href="{view.file("data/facts.txt")}">facts.txt</a>'
    ooni = f'<li>{view.word("data.ooni")}: <a href="{view.file("data/ooni.txt")}">ooni.txt</a>'
    return f'<ul class="files">{lines}{facts}{ooni}</ul>'
