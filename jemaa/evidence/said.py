"""Evidence room. What people and institutions said, to be shown beside the measurements and never counted with them."""

import html
from collections.abc import Iterable

from msgspec import Struct

from .view import View


class Origin(Struct, frozen=True, kw_only=True):
    """Who published it; `url` may be empty."""

    publisher: str
    url: str
    date: str


class Said(Struct, frozen=True, kw_only=True):
    """A statement: words by language, English always among them; `grade` is A, B, C or none."""

    cc: str
    first: str
    last: str
    who: dict[str, str]
    words: dict[str, str]
    grade: str
    origins: tuple[Origin, ...]


def section(view: View, said: Iterable[Said]) -> str:
    """A table of statements, oldest first; empty where there are none."""
    rows = "".join(
        f'<tr><td><bdi dir="ltr">{_period(one)}</bdi><td>{_in(view, one.who)}<td>{_in(view, one.words)}'
        f"<td>{view.word('said.grade.' + one.grade)}<td>{view.row(*map(_origin, one.origins))}"
        for one in sorted(said, key=lambda one: (one.first, one.last))
    )
    if not rows:
        return ""
    keys = ("period", "who", "what", "apps.grade", "source")
    return (
        f'<section class="said"><h2>{view.word("said")}</h2><p>{view.word("said.help")}</p>'
        f"{view.table_of_words(keys, rows)}</section>"
    )


def _period(one: Said) -> str:
    return one.first if one.first == one.last else f"{one.first} – {one.last}".strip()


def _in(view: View, words: dict[str, str]) -> str:
    """In the page's language, else in English, and marked so."""
    if view.language in words:
        return html.escape(words[view.language])
    return f'<span lang="en" dir="ltr">{html.escape(words["en"])}</span>'


def _origin(origin: Origin) -> str:
    text = html.escape(origin.publisher) + (f" ({origin.date})" if origin.date else "")
    if origin.url.startswith(("https://", "http://")):
        return f'<a href="{html.escape(origin.url)}" rel="noreferrer" dir="ltr">{text}</a>'
    return f'<bdi dir="ltr">{text}</bdi>'
