"""Matrix room. The page's part about networks that begin in mid-speech, and end again."""

from html import escape

from .page_grid import NOTHING, grouped, sign
from .results import Change, Matrix

HEADS = (
    "network",
    "hears",
    "longest gap, s",
    "longest without words, s",
    "path",
    "back on the former path, s",
    "longest gap then, s",
)


def switched_grid(matrix: Matrix) -> str:
    """A table a system; nothing if none was switched."""
    systems = dict.fromkeys(found.system for found in matrix.changes)
    if not systems:
        return ""
    tables = "".join(_table(matrix, name) for name in systems)
    return f"""<h2>Switched on in mid-speech, and off again</h2>
<p>Somebody listens on a network that does nothing. It begins to do what is written, in mid-speech and without a word,
and ends it some time later. The page is the same all the time: nobody reloads it. A network whose only way out is a
proxy cannot begin so, since a browser must know its proxy before it starts.</p>{tables}"""


def _table(matrix: Matrix, system: str) -> str:
    changes = {found.profile: found for found in matrix.changes if found.system == system}
    heads = "".join(f'<th scope="col">{title}</th>' for title in HEADS)
    rows = [
        (network, _figures(changes[network.name]) if network.name in changes else "") for network in matrix.networks
    ]
    body = grouped(rows, len(HEADS), set(changes))
    return f"""<div class="wide"><table><caption>{escape(system)}, by its own choice of paths</caption>
<thead><tr>{heads}</tr></thead>{body}</table></div>"""


def _figures(found: Change) -> str:
    stayed = "" if found.same_page else " (the page was loaded again)"
    return (
        f"<td>{sign(found.hears)}{stayed}</td>{_number(found.gap)}{_number(found.lost)}"
        f"<td>{escape(found.within) or NOTHING}</td>{_number(found.again)}{_number(found.gap_again)}"
    )


def _number(seconds: float | None) -> str:
    return f'<td class="number">{NOTHING if seconds is None else f"{seconds:.1f}"}</td>'
