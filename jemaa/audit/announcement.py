"""Audit room. Which ways to attend an announcement names: by their names in its text, and by where its links lead."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Literal

from msgspec import Struct

from jemaa.errors import SettingsError
from jemaa.limits import AUDIT_PAGE_BYTES

from . import page as pages
from .catalogue import App, Catalogue, find

KEPT_WORDS = 120
"""Characters of the page that are kept as evidence of a mention."""

_URL = re.compile(r"\b(?:https?|wss?)://[^\s<>\"'()\[\]{}|\\^`]{1,2000}", re.IGNORECASE)
_HOST = re.compile(r"^[a-z]+://(?:[^/?#@]*@)?([^/?#:]+)", re.IGNORECASE)
_SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]{1,30}):", re.IGNORECASE)
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_MARKS = re.compile(r"[\u0640\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_PREFIX = "(?:[وف])?(?:[بكل])?(?:ال|ل)?"
"""And, in, by, for, the: Arabic writes them in one with the name."""


class Mention(Struct, frozen=True, kw_only=True):
    """That a way to attend is named. Not certain: the word is also an ordinary one, and nothing else points there."""

    app: str
    how: Literal["name", "link", "list"]
    certain: bool
    words: str
    """What stood there, shortened, on one line, without control characters."""


class Announcement(Struct, frozen=True, kw_only=True):
    """What an announcement names, each way once, the surest mention first."""

    title: str = ""
    mentions: tuple[Mention, ...] = ()


def from_names(names: Iterable[str], apps: Catalogue) -> Announcement:
    """From a list; `audit-app-unknown` for a name that is not in the catalogue."""
    found = [find(apps, name) for name in names if name.strip()]
    once = {app.id: Mention(app=app.id, how="list", certain=True, words="") for app in found}
    return Announcement(mentions=tuple(once.values()))


def from_page(page: bytes, apps: Catalogue) -> Announcement:
    """From a page's HTML or text; `audit-page-too-large` beyond `AUDIT_PAGE_BYTES`."""
    if len(page) > AUDIT_PAGE_BYTES:
        limit = AUDIT_PAGE_BYTES // 1_000_000
        raise SettingsError("audit-page-too-large", f"The page has more than {limit} MB; give only its text.")
    seen = pages.read(page)
    text = _plain(seen.text)
    links = [*seen.links, *(found[0] for found in _URL.finditer(text))]
    mentions = [*_linked(links, apps), *_named(text, apps)]
    best: dict[str, Mention] = {}
    for mention in sorted(mentions, key=lambda one: not one.certain):
        best.setdefault(mention.app, mention)
    ordered = {one.app: best[one.app] for one in mentions}
    return Announcement(title=clean(seen.title), mentions=tuple(ordered.values()))


def clean(words: str, length: int = KEPT_WORDS) -> str:
    """On one line, without control and direction characters: it is printed to terminals and put into pages."""
    kept = (one if unicodedata.category(one)[0] != "C" else " " for one in words[: 4 * length])
    return " ".join("".join(kept).split())[:length]


def _plain(text: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFKC", text))


def _named(text: str, apps: Catalogue) -> list[Mention]:
    any_case = {_plain(name).casefold(): app for app in apps.values() for name in app.names}
    as_written = {name: app for app in apps.values() for name in app.ordinary}
    found: list[tuple[int, Mention]] = []
    for names, flags, certain in ((any_case, re.IGNORECASE, True), (as_written, 0, False)):
        if not names:
            continue
        seen: set[str] = set()
        for hit in _pattern(names, flags).finditer(text):
            name = hit[1].casefold() if certain else hit[1]
            app = names.get(" ".join(name.split()))
            if app and app.id not in seen:
                seen.add(app.id)
                found.append((hit.start(), _mention(app, certain, text, hit)))
            if len(seen) == len(apps):
                break
    return [mention for _, mention in sorted(found, key=lambda one: one[0])]


def _mention(app: App, certain: bool, text: str, hit: re.Match[str]) -> Mention:
    begin = max(0, hit.start() - 40)
    before = text[begin : hit.start()]
    around = (before.partition(" ")[2] if begin else before) + text[hit.start() : hit.end() + 60]
    return Mention(app=app.id, how="name", certain=certain, words=clean(around))


def _pattern(names: Collection[str], flags: int) -> re.Pattern[str]:
    """Any of the names as whole words, longest first; a blank in a name is any blank."""
    parts = [re.escape(name).replace(r"\ ", r"\s{1,3}") for name in sorted(names, key=len, reverse=True)]
    plain = [part for part in parts if not _ARABIC.search(part)]
    arabic = [part for part in parts if _ARABIC.search(part)]
    either = "|".join([*plain, *([f"(?:{'|'.join(arabic)})"] if arabic else [])])
    prefix = _PREFIX if arabic else ""
    # What a name may begin with is looked at first: else each of a million odd characters is held against every name.
    first = "".join(sorted({re.escape(name[0]) for name in names} | ({*"وفبكلا"} if arabic else set())))
    return re.compile(rf"(?=[{first}])(?<!\w){prefix}({either})(?!\w)", flags)


def _linked(links: Iterable[str], apps: Catalogue) -> list[Mention]:
    hosts = {host: app for app in apps.values() for host in app.hosts}
    schemes = {scheme: app for app in apps.values() for scheme in app.schemes}
    found: dict[str, Mention] = {}
    for link in links:
        app = _host_app(link, hosts)
        if app is None and (scheme := _SCHEME.match(link)):
            app = schemes.get(scheme[1].lower())
        if app and app.id not in found:
            found[app.id] = Mention(app=app.id, how="link", certain=True, words=clean(link))
    return list(found.values())


def _host_app(link: str, hosts: dict[str, App]) -> App | None:
    """The application that owns the link's host or a domain above it."""
    address = _HOST.match(link.strip() if not link.startswith("//") else f"https:{link}")
    if not address:
        return None
    parts = address[1].lower().rstrip(".").split(".")
    if len(parts) > 20:
        return None
    return next((hosts[".".join(parts[at:])] for at in range(len(parts)) if ".".join(parts[at:]) in hosts), None)
