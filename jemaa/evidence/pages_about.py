"""Evidence room. The pages about the record: finding a row, data and method."""

import html

from jemaa.limits import EVIDENCE_K

from .entry import PATHS
from .grid import app_names
from .marks import APPS
from .material import Material
from .pages_apps import statement
from .view import View

API = ("cells", "apps", "rules", "changes")
FORMATS = ("csv", "jsonl", "parquet")


def find(view: View, material: Material) -> str:
    """A form whose answer `find.js` fills in; the address says what was chosen."""
    fields = "".join(
        f'<label>{view.word(label)}<select name="{field}"><option value="">{view.word(none)}'
        + "".join(f'<option value="{value}">{text}' for value, text in options)
        + "</select></label>"
        for field, label, none, options in _choices(view, material)
    )
    heads = "".join(f'<th scope="col">{view.word(key)}' for key in _COLUMNS)
    found = f'<table id="found" class="words"><thead><tr>{heads}</thead><tbody></tbody></table>'
    words = "".join(f'<data value="{key}">{view.word(key, n="{n}")}</data>' for key in _SCRIPT_WORDS)
    return (
        f'<p>{view.word("find.help")} {view.word("find.marks")}</p><form method="get" class="find">{fields}'
        f'<button type="submit">{view.word("find.show")}</button></form>'
        f'<p id="count" role="status"></p>{view.wide(found)}'
        f'<div id="words" hidden data-cells="{view.file("data/cells.jsonl")}" '
        f'data-apps="{view.file("data/apps.jsonl")}" '
        f'data-facts="{view.file("data/facts/")}">{words}</div>{_files(view)}'
    )


def _choices(view: View, material: Material) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """Of each field its name, the words for it and for no choice, and what can be chosen, by value and as HTML."""
    cells, any_ = material.tables.cells, "find.any"
    countries = [(cc, view.country(cc)) for cc in sorted({one.key.cc for one in cells})]
    networks = [(str(asn), f"AS{asn}") for asn in sorted({one.key.asn for one in cells})]
    accesses = [(one, view.word("access." + one)) for one in sorted({one.key.access for one in cells})]
    apps = [("*", view.word("find.every"))]
    apps += [(app, app_names(view, app)) for app in APPS if app in material.by_app]
    return [
        ("cc", "country", any_, countries),
        ("asn", "network", any_, networks),
        ("access", "access", any_, accesses),
        ("path", "path", any_, [(one, view.word("path." + one)) for one in PATHS]),
        ("app", "marks.app", "find.no_app", apps),
        ("week", "week", any_, [(one, one) for one in material.tables.weeks]),
    ]


_COLUMNS = ("week", "country", "network", "access", "path", "probes", "share", "interval", "what", "facts")
_SCRIPT_WORDS = (
    "find.count", "find.none", "find.more", "facts", "word.worked", "word.failed", "word.mixed", "word.few",
    "mark.worked", "mark.failed", "mark.mixed", "mark.few", "verdict.blocked", "verdict.likely_blocked", "rules.few",
)  # fmt: skip


def data(view: View, material: Material) -> str:
    """Files, the API, the licence and how figures are made."""
    addresses = "".join(
        f'<li><code dir="ltr">GET /api/evidence/{what}?cc=MA&amp;asn=64500&amp;week=2026-11-23</code>' for what in API
    )
    looked = "".join(f"<p>{view.word('data.networks', label=label)}</p>" for label in material.asn_dbs)
    return (
        f"<p>{view.word('data.licence')}</p>{_files(view)}<h2>API</h2><p>{view.word('data.api')}</p><ul>{addresses}"
        f'</ul><p>{view.word("data.api.described")} <code dir="ltr">/api/openapi.json</code></p>'
        f"<p>{view.word('data.fields')}</p><p>{view.word('data.fields.apps')}</p>{statement(view)}"
        f"<p>{view.word('how', k=EVIDENCE_K)}</p>"
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
