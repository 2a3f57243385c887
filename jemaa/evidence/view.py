"""Evidence room. Who looks at a page of the site: its language and its place, so that words and links come out right.

Links are relative: the same files work on any web server, below any address, and from a disk.
"""

import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

STRINGS = Path(__file__).parent / "strings"
COUNTRIES = Path(__file__).parent / "static" / "countries.json"
"""Names of countries in each language, from Unicode's CLDR (Unicode License v3)."""

LANGUAGES = {"en": "English", "fr": "Français", "ar": "العربية"}
RIGHT_TO_LEFT = frozenset({"ar"})


@cache
def strings(language: str) -> Mapping[str, str]:
    """All words of a language."""
    found: dict[str, str] = json.loads((STRINGS / f"{language}.json").read_text(encoding="utf-8"))
    return found


@cache
def countries(language: str) -> Mapping[str, str]:
    """Names by code."""
    found: dict[str, dict[str, str]] = json.loads(COUNTRIES.read_text(encoding="utf-8"))
    return found[language]


@dataclass(frozen=True, slots=True)
class View:
    """`page` is the path below the language's folder: `index.html`, `country/MA.html`."""

    language: str
    page: str

    def word(self, key: str, **values: object) -> str:
        """A string with its places filled in, escaped. In Arabic figures are kept apart, or bidi turns them."""
        apart = "\u2068{}\u2069" if self.language in RIGHT_TO_LEFT else "{}"
        filled = {name: apart.format(value) for name, value in values.items()}
        return html.escape(strings(self.language)[key].format(**filled))

    def row(self, *parts: str) -> str:
        """One beside the other, with the language's own comma between."""
        return self.word("comma").join(parts)

    def country(self, cc: str) -> str:
        """A country's name; the code where it has none."""
        return html.escape(countries(self.language).get(cc, cc))

    def network(self, asn: int) -> str:
        """`AS6713`, left to right in any language."""
        return f'<bdi dir="ltr">AS{asn}</bdi>' if asn else self.word("network.unknown")

    def to(self, page: str, *, language: str = "") -> str:
        """A link to another page of the site, in this language or in another."""
        return f"{self._up()}../{language}/{page}" if language else f"{self._up()}{page}"

    def file(self, name: str) -> str:
        """A link to a file that all languages share."""
        return f"{self._up()}../{name}"

    def link(self, page: str, text: str) -> str:
        """As an element; `text` is HTML already."""
        return f'<a href="{html.escape(self.to(page))}">{text}</a>'

    def wide(self, table: str) -> str:
        """A table that scrolls by itself where the page is narrower, by keyboard too."""
        return f'<div class="wide" role="region" tabindex="0" aria-label="{self.word("scroll")}">{table}</div>'

    def table_of_words(self, keys: Iterable[str], rows: str) -> str:
        """A wide one whose columns are called by the words of these keys; `rows` is HTML."""
        heads = "".join(f'<th scope="col">{self.word(key)}' for key in keys)
        return self.wide(f'<table class="words"><thead><tr>{heads}</thead><tbody>{rows}</tbody></table>')

    def _up(self) -> str:
        return "../" * self.page.count("/")


def network_id(cc: str, asn: int) -> str:
    """What a network's page is called."""
    return f"{cc}-AS{asn}"


_PARTS = {"index.html": "overview", "find.html": "find", "apps.html": "apps", "data.html": "data"}


def document(view: View, title: str, body: str, made: str, *, has_script: bool = False) -> str:
    """The whole page. `title` and `body` are HTML already."""
    language = view.language
    script = f'<script type="module" src="{view.file("find.js")}"></script>' if has_script else ""
    here = {view.page: " aria-current=page"}
    parts = "".join(
        f'<li><a href="{view.to(page)}"{here.get(page, "")}>{view.word("nav." + key)}</a>'
        for page, key in _PARTS.items()
    )
    others = "".join(
        f'<li><a href="{view.to(view.page, language=tag)}" lang="{tag}" hreflang="{tag}">{name}</a>'
        for tag, name in LANGUAGES.items()
        if tag != language
    )
    return (
        f'<!doctype html><html lang="{language}" dir="{"rtl" if language in RIGHT_TO_LEFT else "ltr"}"><head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f'<title>{title} – {view.word("site")}</title><link rel="stylesheet" href="{view.file("site.css")}">{script}'
        f'</head><body><a class="skip" href="#main">{view.word("skip")}</a><header><p class="site">{view.word("site")}'
        f'</p><nav aria-label="{view.word("nav")}"><ul>{parts}</ul></nav></header>'
        f'<main id="main"><h1>{title}</h1>{body}</main><footer><p>{view.word("made", day=made)} CC0 1.0</p>'
        f'<nav aria-label="{view.word("languages")}"><ul>{others}</ul></nav></footer></body></html>\n'
    )
