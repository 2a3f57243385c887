"""Matrix room. The result as one page that needs nothing but itself: a picture of the grid, and the same as tables."""

from html import escape

from .results import ACTS, Cell, Matrix
from .system import OWN_CHOICE

QUESTIONS = {
    "hears": "hears",
    "sees": "sees",
    "reads": "reads",
    "asks": "asks in writing",
    "note": "leaves a voice note",
    "speaks": "speaks and is heard",
}
FIGURES = (
    ("first_sound", "first sound, s", "{:.1f}"),
    ("stoi", "STOI", "{:.2f}"),
    ("longest_gap", "longest gap, s", "{:.1f}"),
    ("silent", "silent", "{:.1%}"),
    ("to_room", "mouth to room, s", "{:.1f}"),
    ("kbps", "kb/s down", "{:.0f}"),
    ("path", "path", "{}"),
    ("attempts", "attempts", "{}"),
)
WORDS = {True: "yes", False: "no", None: "not there"}
CLASSES = {True: "yes", False: "no", None: "none"}
SQUARE = 14
"""Pixels of one answer in the picture."""

LABEL = 190

STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fdfcf9; --line: #cfcabd; --yes: #19713b; --no: #b3261e;
  --none: #8a8577 }
@media (prefers-color-scheme: dark) { :root { --ink: #ece9e1; --paper: #171714; --line: #45423a; --yes: #5fc98a;
  --no: #ff8a7d; --none: #8f8a7c } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 76rem; padding: 0 1rem }
.wide { overflow-x: auto } table { border-collapse: collapse; font-size: .85rem } caption { text-align: start;
  font-weight: 600; padding: .5rem 0 } th, td { border: 1px solid var(--line); padding: .15rem .45rem;
  text-align: start; white-space: nowrap } td.number { text-align: end; font-variant-numeric: tabular-nums }
.yes { color: var(--yes); fill: var(--yes) } .no { color: var(--no); fill: var(--no); font-weight: 600 }
.none { color: var(--none); fill: var(--none) } svg { max-width: 100%; height: auto } svg text { fill: var(--ink);
  font: 11px system-ui, sans-serif } .hypothesis { font-style: italic }
"""


def page(matrix: Matrix) -> str:
    """The HTML of the whole page."""
    tables = "".join(_system(matrix, name) for name in matrix.systems)
    versions = "; ".join(f"{escape(name)} {escape(what)}" for name, what in matrix.systems.items())
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Who can still attend</title><style>{STYLE}</style>
<h1>Who can still attend</h1>
<p>One real meeting on each network of <code>jemaa lab list</code>: a server, a room that speaks, and a participant in
real Chromium behind the operator. Run on {escape(matrix.began)} at commit {escape(", ".join(matrix.commits))}; each
participant listened for {matrix.seconds} seconds. Systems: {versions}.</p>
<p>Networks in italics are hypotheses: no packet-level record of them was found.</p>
{_picture(matrix)}{tables}{_networks(matrix)}{_failures(matrix)}
</html>
"""


def _picture(matrix: Matrix) -> str:
    """A row a network, a group of squares a system: what the tables say, at a glance."""
    columns = [(name, act) for name in matrix.systems for act in ACTS]
    answers = {(c.system, c.profile): c for c in matrix.cells if c.route == OWN_CHOICE.name}
    rows = []
    for line, network in enumerate(matrix.networks):
        top = (line + 1) * SQUARE
        rows.append(f'<text x="0" y="{top + 11}">{escape(network.name)}</text>')
        for at, (name, act) in enumerate(columns):
            cell = answers.get((name, network.name))
            kind = CLASSES[cell.answer(act)] if cell else "none"
            left = LABEL + at * SQUARE + (at // len(ACTS)) * SQUARE
            shape = _shape(kind, left, top)
            rows.append(shape)
    width = LABEL + (len(columns) + len(matrix.systems)) * SQUARE
    heads = "".join(
        f'<text x="{LABEL + at * (len(ACTS) + 1) * SQUARE}" y="10">{escape(name)}</text>'
        for at, name in enumerate(matrix.systems)
    )
    label = "The grid of answers; the tables below say the same in words."
    height = (len(matrix.networks) + 2) * SQUARE
    legend = ", ".join(QUESTIONS.values())
    return (
        f'<figure class="wide"><svg role="img" aria-label="{label}" viewBox="0 0 {width} {height}" width="{width}">'
        f"{heads}{''.join(rows)}</svg><figcaption>From left to right: {legend}. Full: yes; ring: no; dot: there is no "
        "such thing, or it was not asked.</figcaption></figure>"
    )


def _shape(kind: str, left: int, top: int) -> str:
    """Told apart by form and not only by colour."""
    if kind == "yes":
        return f'<rect class="yes" x="{left}" y="{top + 2}" width="11" height="11"/>'
    if kind == "no":
        ring = 'fill="none" stroke="currentColor" stroke-width="2"'
        return f'<g class="no"><circle style="fill:none" {ring} cx="{left + 5.5}" cy="{top + 7.5}" r="4.5"/></g>'
    return f'<circle class="none" cx="{left + 5.5}" cy="{top + 7.5}" r="1.5"/>'


def _system(matrix: Matrix, name: str) -> str:
    routes = list(dict.fromkeys(cell.route for cell in matrix.cells if cell.system == name))
    return "".join(_table(matrix, name, route) for route in routes)


def _table(matrix: Matrix, name: str, route: str) -> str:
    hypotheses = {network.name for network in matrix.networks if network.hypothesis}
    heads = [*QUESTIONS.values(), *(title for _, title, _ in FIGURES)]
    rows = [
        _row(cell, is_hypothesis=cell.profile in hypotheses)
        for cell in matrix.cells
        if cell.system == name and cell.route == route
    ]
    head = "".join(f'<th scope="col">{title}</th>' for title in ("network", *heads))
    way = "by its own choice of paths" if route == OWN_CHOICE.name else f"forced to {escape(route)}"
    caption = f"<caption>{escape(name)}, {way}</caption>"
    body = "".join(rows)
    return f'<div class="wide"><table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _row(cell: Cell, *, is_hypothesis: bool) -> str:
    mark = ' class="hypothesis"' if is_hypothesis else ""
    answers = "".join(f'<td class="{CLASSES[cell.answer(a)]}">{WORDS[cell.answer(a)]}</td>' for a in ACTS)
    values = [(getattr(cell, name), form) for name, _, form in FIGURES]
    figures = "".join(
        f'<td class="number">{"–" if value is None or value == "" else escape(form.format(value))}</td>'
        for value, form in values
    )
    return f'<tr><th scope="row"{mark}>{escape(cell.profile)}</th>{answers}{figures}</tr>'


def _networks(matrix: Matrix) -> str:
    lines = "".join(f"<dt>{escape(n.name)}</dt><dd>{escape(n.description)}</dd>" for n in matrix.networks)
    return f"<h2>The networks</h2><dl>{lines}</dl>"


def _failures(matrix: Matrix) -> str:
    lines = [
        f"<li>{escape(c.system)}, {escape(c.profile)}, {escape(c.route)}: {escape(act)}: {escape(why)}</li>"
        for c in matrix.cells
        for act, why in c.failures.items()
    ]
    return f"<h2>What went wrong, in the browser’s words</h2><ul>{''.join(lines)}</ul>" if lines else ""
