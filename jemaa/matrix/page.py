"""Matrix room. The result as one page that needs nothing but itself: no script, no other file, no other host."""

from collections.abc import Sequence
from html import escape
from statistics import median

from .page_grid import NOTHING, QUESTIONS, blocks, choice_grid, forced_grid, sign
from .page_style import STYLE
from .page_switched import switched_grid
from .picture import picture
from .results import ACTS, Cell, Matrix, Network
from .system import OWN_CHOICE

FIGURES = (
    ("first_sound", "first sound, s", "{:.1f}"),
    ("stoi", "STOI", "{:.2f}"),
    ("longest_gap", "longest gap, s", "{:.1f}"),
    ("silent", "silent", "{:.1%}"),
    ("to_room", "mouth to room, s", "{:.1f}"),
    ("kbps", "kb/s down", "{:.0f}"),
    ("path", "path", "{}"),
    ("attempts", "attempts", "{}"),
    ("late", "machine late, s", "{:.3f}"),
    ("day", "asked on", "{}"),
)

LEAD = """A public meeting, and somebody behind each network of <code>jemaa lab list</code> who wants to take
part. A real server, a room that speaks, a real browser, and a network in between that blocks what such networks are
reported to block. What is answered here was tried, not asked of a data sheet."""


def page(matrix: Matrix) -> str:
    """The HTML of the whole page."""
    return document(
        "Who can still attend",
        LEAD,
        f'<div class="wide">{picture(matrix)}</div>',
        _summary(matrix),
        choice_grid(matrix),
        forced_grid(matrix),
        switched_grid(matrix),
        _details(matrix),
        _failures(matrix),
        the_networks(matrix.networks),
        _method(matrix),
    )


def document(title: str, lead: str, *parts: str) -> str:
    """A page that needs nothing but itself; all of it is HTML already."""
    body = "\n".join(parts)
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{STYLE}</style>
<main>
<h1>{title}</h1>
<p class="lead">{lead}</p>
{body}
</main>
</html>
"""


def _summary(matrix: Matrix) -> str:
    rows = "".join(_summary_row(matrix, name) for name in _driven(matrix))
    heads = "".join(f'<th scope="col">{title}</th>' for title in QUESTIONS.values())
    left_out = "".join(
        f"<p>{escape(name)} is left out: {escape(why)}</p>"
        for name, why in matrix.systems.items()
        if name not in _driven(matrix)
    )
    return f"""<h2>In short</h2>
<div class="wide"><table><caption>On how many networks it worked</caption>
<thead><tr><th scope="col">system</th><th scope="col">networks tried</th>{heads}<th scope="col">first sound</th></tr>
</thead><tbody>{rows}</tbody></table></div>
<p>First sound: seconds from the press on the button, at the median and at the worst, over the networks where something
is blocked and the room was heard. Not all systems were tried on all networks: compare the rows of the grid. A system
that has no such thing ({sign(None)}) is not blamed for it. <code>dest-whitelist</code> and
<code>ru-2026-unlisted</code> let no byte to the meeting’s server: nobody attends there, by any system.</p>{left_out}"""


def _summary_row(matrix: Matrix, name: str) -> str:
    cells = _own(matrix, name)
    counts = []
    for act in ACTS:
        answers = [cell.answer(act) for cell in cells]
        known = [answer for answer in answers if answer is not None]
        counts.append(f'<td class="number">{sum(known)} of {len(known)}</td>' if known else f"<td>{sign(None)}</td>")
    first = [cell.first_sound for cell in cells if blocks(cell.profile) and cell.hears and cell.first_sound is not None]
    times = f"{median(first):.1f} s, {max(first):.1f} s" if first else NOTHING
    head = f'<th scope="row">{escape(name)} <small>{escape(matrix.systems[name])}</small></th>'
    return f'<tr>{head}<td class="number">{len(cells)}</td>{"".join(counts)}<td class="number">{times}</td></tr>'


def _driven(matrix: Matrix) -> list[str]:
    found = {cell.system for cell in matrix.cells}
    return [name for name in matrix.systems if name in found]


def _own(matrix: Matrix, name: str) -> list[Cell]:
    return [cell for cell in matrix.cells if cell.system == name and cell.route == OWN_CHOICE.name]


def _details(matrix: Matrix) -> str:
    """The figures, a table a system and a path."""
    keys = dict.fromkeys((cell.system, cell.route) for cell in matrix.cells)
    return "<h2>The figures</h2>" + "".join(_table(matrix, *key) for key in keys)


def _table(matrix: Matrix, name: str, route: str) -> str:
    way = "by its own choice of paths" if route == OWN_CHOICE.name else f"forced to {escape(route)}"
    heads = "".join(f'<th scope="col">{title}</th>' for title in ("network", *(title for _, title, _ in FIGURES)))
    cells = {cell.profile: cell for cell in matrix.cells if (cell.system, cell.route) == (name, route)}
    rows = "".join(_row(cells[network.name]) for network in matrix.networks if network.name in cells)
    return (
        f'<details><summary>{escape(name)}, {way}</summary><div class="wide"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></details>"
    )


def _row(cell: Cell) -> str:
    values = [(getattr(cell, name), form) for name, _, form in FIGURES]
    figures = "".join(
        f'<td class="number">{NOTHING if value is None or value == "" else escape(form.format(value))}</td>'
        for value, form in values
    )
    return f'<tr><th scope="row">{escape(cell.profile)}</th>{figures}</tr>'


def _failures(matrix: Matrix) -> str:
    lines = [
        f"<li>{escape(c.system)}, {escape(c.profile)}, {escape(c.route)}: {escape(act)}: {escape(why)}</li>"
        for c in matrix.cells
        for act, why in c.failures.items()
    ]
    if not lines:
        return ""
    return f"<details><summary>What went wrong, in the browser’s words</summary><ul>{''.join(lines)}</ul></details>"


def the_networks(found: Sequence[Network]) -> str:
    """What each of them is, in words."""
    lines = "".join(_network(network) for network in found)
    return f"""<h2>The networks</h2>
<p>† a hypothesis: no packet-level record of it was found. <code>jemaa lab describe NAME</code> says what each matches
and does, where it was seen, and how sure that is.</p><dl>{lines}</dl>"""


def _network(network: Network) -> str:
    mark = " †" if network.hypothesis else ""
    name = escape(network.name)
    return f'<dt id="{name}"><code>{name}</code>{mark}</dt><dd>{escape(network.description)}</dd>'


def _method(matrix: Matrix) -> str:
    return f"""<h2>How it was done</h2>
<p>Begun {escape(matrix.began)}, at commit {escape(", ".join(matrix.commits))}, on {escape(matrix.machine)}. Each
participant listened for {matrix.seconds} seconds before anything else used the line. <em>Hears</em>: the room’s speech,
known again in what the participant’s loudspeaker gave out. <em>First sound</em>: from the press on the button.
<em>STOI</em>: how well the speech can be understood, 1 being perfect. <em>Silent</em>: the share of the time in pauses
that the room did not make, one second after the first sound and later. <em>Speaks</em>: the words came out of the
room’s loudspeaker. <em>Machine late</em>: how late it was with a beat of its own; a cell where that was more than
20 ms is void. All networks are emulated, on one machine, and of no real person’s traffic.</p>
<p>Made by <code>jemaa lab matrix</code>; the same as data: <a href="matrix.json">matrix.json</a>.</p>"""
