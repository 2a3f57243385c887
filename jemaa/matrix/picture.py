"""Matrix room. The grid as one picture, for whoever wants to see all of it at once: SVG that needs nothing but itself.

What it says is said in words by the page's tables; a no is told from a yes by its form too.
"""

from html import escape
from math import cos, radians, sin

from .page_grid import GROUPS, QUESTIONS, group, own_choice
from .results import ACTS, Cell, Matrix, Network

STEP, BOX, INSET = 17, 14, 4
LEFT = 96
GAP = 12
"""Between two groups of networks, and between two systems."""

LEAN = 60
"""Degrees: names of networks read upwards without a turned head."""

LETTER = 6.2
"""A letter is about as wide."""

STYLE = """text { font: 12px system-ui, sans-serif; fill: #1d1b16 } .soft { fill: #5d584c }
.yes { fill: #7cc796 } .no { fill: #fdfcf9; stroke: #8c1d18; stroke-width: 1.5 }
.cross { stroke: #8c1d18; stroke-width: 2 }
.none { fill: #b8b2a4 }
@media (prefers-color-scheme: dark) { text { fill: #ece9e1 } .soft { fill: #aaa494 } .yes { fill: #2f7d4a }
.no { fill: #171714; stroke: #ff9c92 } .cross { stroke: #ff9c92 } .none { fill: #6b675c } }"""


def picture(matrix: Matrix) -> str:
    """Networks from left to right, questions from top to bottom, a block a system; empty if nothing was asked."""
    systems, cells = own_choice(matrix)
    if not systems:
        return ""
    tried = {profile for _, profile in cells}
    places = _places([network for network in matrix.networks if network.name in tried])
    longest = max(map(len, places)) * LETTER
    top = round(longest * sin(radians(LEAN))) + 2 * GAP
    tall = STEP * len(ACTS) + 2 * GAP
    blocks = [_block(name, top + number * tall, places, cells) for number, name in enumerate(systems)]
    width = max(places.values()) + STEP + round(longest * cos(radians(LEAN)))
    title = f"Who can still attend: {len(places)} networks by {len(ACTS)} questions, {', '.join(systems)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top + len(systems) * tall - GAP}" role="img" '
        f'aria-label="{escape(title)}"><style>{STYLE}</style>{_names(places, top)}{"".join(blocks)}</svg>\n'
    )


def _places(networks: list[Network]) -> dict[str, int]:
    """Where each network's column begins, group by group."""
    found: dict[str, int] = {}
    at = LEFT
    for title, _ in GROUPS:
        names = [network.name for network in networks if group(network.name) == title]
        found |= {name: at + number * STEP for number, name in enumerate(names)}
        at += len(names) * STEP + (GAP if names else 0)
    return found


def _names(places: dict[str, int], top: int) -> str:
    return "".join(
        f'<text transform="translate({at + BOX - 3} {top - 6}) rotate(-{LEAN})">{escape(name)}</text>'
        for name, at in places.items()
    )


def _block(system: str, top: int, places: dict[str, int], cells: dict[tuple[str, str], Cell]) -> str:
    lines = [f'<text class="soft" x="0" y="{top - 6}">{escape(system)}</text>']
    for number, act in enumerate(ACTS):
        y = top + number * STEP
        lines.append(f'<text x="{LEFT - 8}" y="{y + 11}" text-anchor="end">{QUESTIONS[act]}</text>')
        for name, x in places.items():
            if cell := cells.get((system, name)):
                lines.append(_sign(cell.answer(act), x, y))
    return "".join(lines)


def _sign(answer: bool | None, x: int, y: int) -> str:
    if answer is None:
        return f'<circle class="none" cx="{x + BOX // 2}" cy="{y + BOX // 2}" r="2"/>'
    box = f'<rect class="{"yes" if answer else "no"}" x="{x}" y="{y}" width="{BOX}" height="{BOX}" rx="2"/>'
    if answer:
        return box
    left, right, top, bottom = x + INSET, x + BOX - INSET, y + INSET, y + BOX - INSET
    return f'{box}<path class="cross" d="M{left} {top}L{right} {bottom}M{right} {top}L{left} {bottom}"/>'
