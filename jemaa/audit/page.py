"""Audit room. A page's bytes to what a reader sees and where its links go; nothing here is slow or raises.

Comments, scripts and styles are cut out by plain search first, since unclosed ones make parsers quadratic; then
`html.parser` sees only short, closed tags.
"""

import codecs
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from jemaa.limits import AUDIT_TAG_CHARACTERS

_CHARSET = re.compile(rb"""<meta[^<>]{0,200}?charset\s{0,9}=\s{0,9}["']?([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style|template)\b", re.IGNORECASE | re.ASCII)
_DECLARATION = re.compile(rf"<[!?][^<>]{{0,{AUDIT_TAG_CHARACTERS}}}>?")
_NO_TAG = re.compile(rf"<(?!/?[A-Za-z][^<>]{{0,{AUDIT_TAG_CHARACTERS}}}>)")
_BLANKS = re.compile(r"[ \t\r\f\v\xa0]{2,}")
_LOOKS_LIKE_HTML = re.compile(
    r"<(?:!doctype|html|head|body|div|p|a|h[1-6]|ul|ol|li|table|span|br|meta)\b", re.IGNORECASE
)
_BLOCKS = frozenset({
    "address", "article", "br", "dd", "div", "dt", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "li", "p", "section", "td", "th", "title", "tr",
})  # fmt: skip
_LINKS = {"a": "href", "area": "href", "iframe": "src", "form": "action", "embed": "src"}
_SHOWN = {"img": "alt", "area": "alt", "input": "value"}


@dataclass(slots=True)
class Seen:
    """What a page says: its text, and the addresses that it leads to."""

    text: str = ""
    links: list[str] = field(default_factory=list)
    title: str = ""


def read(page: bytes) -> Seen:
    """HTML, or plain text if nothing in it looks like HTML."""
    text = decode(page).replace("\0", "")
    if not _LOOKS_LIKE_HTML.search(text):
        return Seen(text=text)
    text = _without(text, "<!--", "-->")
    text = _without_hidden(text)
    text = _BLANKS.sub(" ", _NO_TAG.sub(" ", _DECLARATION.sub(" ", text)))
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return Seen("".join(reader.text), reader.links, " ".join("".join(reader.title).split())[:300])


def decode(page: bytes) -> str:
    """By its mark, as UTF-8, by what it says of itself, and else as Windows-1252: some text comes out of any bytes."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if page.startswith(mark):
            return page[len(mark) :].decode(name, "replace")
    head = page[:200]
    if head.count(0) > len(head) // 3:
        return page.decode("utf-16-le" if head[1:2] == b"\0" else "utf-16-be", "replace")
    try:
        return page.decode("utf-8")
    except UnicodeDecodeError:
        return page.decode(_told(page) or "windows-1252", "replace")


def _told(page: bytes) -> str | None:
    """The character set that the page names, if it is one of single characters that this Python knows."""
    found = _CHARSET.search(page[:4096])
    if not found:
        return None
    name = found[1].decode("ascii")
    try:
        codec = codecs.lookup(name)
        b"a".decode(name)
    except (LookupError, ValueError):
        return None
    return codec.name if "utf" not in codec.name else "utf-8"


def _without(text: str, opening: str, closing: str) -> str:
    """Cut out what stands between; an unclosed one runs to the end, as in a browser."""
    kept, at = [], 0
    while (found := text.find(opening, at)) >= 0:
        kept.append(text[at:found])
        end = text.find(closing, found + len(opening))
        if end < 0:
            return " ".join(kept)
        at = end + len(closing)
    kept.append(text[at:])
    return " ".join(kept)


def _without_hidden(text: str) -> str:
    kept, at = [], 0
    while found := _HIDDEN.search(text, at):
        kept.append(text[at : found.start()])
        end = re.compile(rf"</{found[1]}\b[^<>]{{0,100}}>", re.IGNORECASE | re.ASCII).search(text, found.end())
        if not end:
            return " ".join(kept)
        at = end.end()
    kept.append(text[at:])
    return " ".join(kept)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.links: list[str] = []
        self.title: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if link := given.get(_LINKS.get(tag, "")):
            self.links.append(link)
        if shown := given.get(_SHOWN.get(tag, "")):
            self.text.append(f" {shown} ")
        if tag in _BLOCKS:
            self.text.append("\n")
        self._in_title = tag == "title" and not self.title

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.text.append("\n")
        self._in_title = False

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._in_title:
            self.title.append(data)
