"""Matrix room. The grids of the page: what was answered, at a glance and in words, by form and not only by colour."""

import re
from html import escape

from .results import ACTS, Cell, Matrix, Network
from .system import OWN_CHOICE

QUESTIONS = {
    "hears": "hears",
    "sees": "sees",
    "reads": "reads",
    "asks": "asks",
    "note": "voice note",
    "speaks": "speaks",
}
GROUPS = (
    ("Nothing is blocked", r"clean(@.*)?$"),
    ("One thing is blocked", r""),
    ("Only a proxy leads out", r"(proxy-only|corp)"),
    ("Countries, as reported", r"[a-z]{2}(-.*)?(@.*)?$"),
    ("The line is thin", r"link-"),
)
"""Title and pattern of the names; the one without a pattern takes what is left."""

_SIGNS = {True: ("yes", "✓", "yes"), False: ("no", "✕", "no"), None: ("none", "·", "no such thing")}
FORCED_ACTS = ("hears", "speaks")
NOTHING = "–"


def sign(answer: bool | None) -> str:
    """A mark with its word for those who hear the page."""
    kind, mark, word = _SIGNS[answer]
    return f'<span class="sign {kind}"><span aria-hidden="true">{mark}</span><span class="word">{word}</span></span>'


def own_choice(matrix: Matrix) -> tuple[list[str], dict[tuple[str, str], Cell]]:
    """What was answered by each system's own choice of path: the systems, and cells by system and network."""
    cells = {(cell.system, cell.profile): cell for cell in matrix.cells if cell.route == OWN_CHOICE.name}
    return [name for name in matrix.systems if any(system == name for system, _ in cells)], cells


def choice_grid(matrix: Matrix) -> str:
    """Networks by systems by questions, each system by its own choice of path."""
    systems, cells = own_choice(matrix)
    if not systems:
        return ""
    wide = len(ACTS) + 1
    first = "".join(f'<th scope="colgroup" colspan="{wide}" class="begin">{escape(name)}</th>' for name in systems)
    words = _heads(list(QUESTIONS.values()))
    second = words + '<th scope="col"><span class="up">first sound, s</span></th>'
    rows = [
        (network, "".join(_answers(cells.get((name, network.name))) for name in systems)) for network in matrix.networks
    ]
    body = grouped(rows, 1 + wide * len(systems), {profile for _, profile in cells})
    legend = f"{sign(True)} it worked {sign(False)} it did not {sign(None)} the system has no such thing"
    return f"""<h2>The grid</h2>
<p class="legend">{legend}; empty: not tried.</p>
<div class="wide"><table class="grid"><caption>Each network, by the system’s own choice of path</caption>
<thead><tr><td></td>{first}</tr>
<tr><th scope="col">network</th>{second * len(systems)}</tr></thead>{body}</table></div>"""


def forced_grid(matrix: Matrix) -> str:
    """Networks by paths: which path lives where. Nothing if none was forced."""
    forced = [cell for cell in matrix.cells if cell.route != OWN_CHOICE.name]
    if not forced:
        return ""
    routes = list(dict.fromkeys((cell.system, cell.route) for cell in forced))
    cells = {(cell.system, cell.route, cell.profile): cell for cell in forced}
    wide = len(FORCED_ACTS)
    first = "".join(
        f'<th scope="colgroup" colspan="{wide}" class="begin">{escape(f"{system}: {route}")}</th>'
        for system, route in routes
    )
    second = _heads([QUESTIONS[act] for act in FORCED_ACTS])
    rows = [
        (network, "".join(_forced(cells.get((*route, network.name))) for route in routes))
        for network in matrix.networks
    ]
    body = grouped(rows, 1 + wide * len(routes), {profile for _, _, profile in cells})
    return f"""<h2>Each path by itself</h2>
<p>What is left where only one path may be used: <code>radio</code> and <code>text</code> have no live microphone.</p>
<div class="wide"><table class="grid"><caption>Each path, forced</caption>
<thead><tr><td></td>{first}</tr>
<tr><th scope="col">network</th>{second * len(routes)}</tr></thead>{body}</table></div>"""


def blocks(profile: str) -> bool:
    """Whether something is blocked there, and the line is not only thin."""
    return group(profile) not in (GROUPS[0][0], GROUPS[-1][0])


def _heads(titles: list[str]) -> str:
    """Upright words, as narrow as the signs below them."""
    first, *rest = (f'<span class="up">{title}</span>' for title in titles)
    return f'<th scope="col" class="begin">{first}</th>' + "".join(f'<th scope="col">{word}</th>' for word in rest)


def grouped(rows: list[tuple[Network, str]], width: int, tried: set[str]) -> str:
    """A body a group, with its title; networks that nothing was tried on are left out."""
    bodies = []
    for title, _ in GROUPS:
        lines = [
            _line(network, cells) for network, cells in rows if network.name in tried and group(network.name) == title
        ]
        if lines:
            head = f'<tr><th scope="rowgroup" colspan="{width}" class="group">{title}</th></tr>'
            bodies.append(f"<tbody>{head}{''.join(lines)}</tbody>")
    return "".join(bodies)


def group(name: str) -> str:
    """Title of the group that a network is in."""
    found = [title for title, pattern in GROUPS if pattern and re.match(pattern, name)]
    return found[0] if found else next(title for title, pattern in GROUPS if not pattern)


def _line(network: Network, cells: str) -> str:
    mark = " †" if network.hypothesis else ""
    name = escape(network.name)
    return f'<tr><th scope="row"><a href="#{name}">{name}</a>{mark}</th>{cells}</tr>'


def _answers(cell: Cell | None) -> str:
    if cell is None:
        return '<td class="begin"></td>' + "<td></td>" * len(ACTS)
    marks = [sign(cell.answer(act)) for act in ACTS]
    first = "" if cell.first_sound is None or not cell.hears else f"{cell.first_sound:.1f}"
    rest = "".join(f"<td>{mark}</td>" for mark in marks[1:])
    return f'<td class="begin">{marks[0]}</td>{rest}<td class="number">{first}</td>'


def _forced(cell: Cell | None) -> str:
    if cell is None:
        return '<td class="begin"></td>' + "<td></td>" * (len(FORCED_ACTS) - 1)
    first, *rest = (sign(cell.answer(act)) for act in FORCED_ACTS)
    return f'<td class="begin">{first}</td>' + "".join(f"<td>{mark}</td>" for mark in rest)
