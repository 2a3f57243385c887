"""Web room. The public record's pages as they were built, and its rows by address; nothing is computed here."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import hdrs, web
from msgspec import Struct

from jemaa.errors import ProtocolError, Refused
from jemaa.limits import EVIDENCE_ANSWER_ROWS

from .house import HOUSE, json_answer

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".jsonl": "application/jsonl",
    ".txt": "text/plain; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
}


class CellRow(Struct, frozen=True):
    """How a way to attend did on one network in one week; docs/evidence.md has the fields."""

    cell: str
    week: str
    cc: str
    asn: int
    access: str
    path: str
    probes: int
    worked: int
    failed: int
    both: int
    share: float
    low: float
    high: float
    word: str


class AppRow(Struct, frozen=True):
    """For how many probes of a network the mark of an application came through in a week, of those that sent it and
    whose unmarked packets came through. It tells of the mark and not of the application; docs/evidence.md says why.

    For `fired` probes the rule `rule_id` named the mark; `verdict` is what it said, empty where that may be chance.
    """

    cell: str
    week: str
    cc: str
    asn: int
    access: str
    app: str
    probes: int
    worked: int
    failed: int
    both: int
    share: float
    low: float
    high: float
    word: str
    fired: int
    verdict: str
    rule_id: str
    ruleset: str
    q: float
    by_few: bool


class RuleRow(Struct, frozen=True):
    """For how many (`probes`) of the probes that could have fired it (`of`) a rule fired in a week on a network, and
    between what the share lies.

    `q` above 0.05: it may be chance. Not `tested`: the rule goes by a mark, and how often it errs is not known.
    `by_few`: those that could are no more than a tenth of the network's probes, which could all be forged.
    """

    cell: str
    week: str
    cc: str
    asn: int
    access: str
    node: str
    verdict: str
    rule_id: str
    ruleset: str
    probes: int
    of: int
    low: float
    high: float
    q: float = 1.0
    tested: bool = True
    by_few: bool = False


class ChangeRow(Struct, frozen=True):
    """That a way (`path`) began to fail for most, or to work again, or the mark of an application (`app`) to get lost
    or to come through: from `week` on, certain in the week `seen`."""

    week: str
    seen: str
    cc: str
    asn: int
    access: str
    path: str
    to: str
    q: float = 1.0
    app: str = ""


class CellsAnswer(Struct):
    """Rows, and whether there are more than an answer holds."""

    rows: list[CellRow]
    more: bool = False


class AppsAnswer(Struct):
    """Rows, and whether there are more than an answer holds."""

    rows: list[AppRow]
    more: bool = False


class RulesAnswer(Struct):
    """Rows, and whether there are more than an answer holds."""

    rows: list[RuleRow]
    more: bool = False


class ChangesAnswer(Struct):
    """Rows, and whether there are more than an answer holds."""

    rows: list[ChangeRow]
    more: bool = False


class Built:
    """The folder of the site. Rows are read once for each build of it, by the time of their file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._rows: dict[str, tuple[float, list[Any]]] = {}

    def has_pages(self, language: str) -> bool:
        """Whether its pages were built in this language."""
        return (self.folder / language / "index.html").is_file()

    def rows(self, name: str, kind: type[Struct]) -> list[Any]:
        """All rows of a table. `Refused` `record-unbuilt` where no site was built."""
        path = self.folder / "data" / f"{name}.jsonl"
        try:
            at = path.stat().st_mtime
            if self._rows.get(name, (0.0, []))[0] != at:
                self._rows[name] = at, msgspec.json.Decoder(kind).decode_lines(path.read_bytes())
        except OSError:
            raise _unbuilt() from None
        return self._rows[name][1]

    def file(self, name: str) -> Path:
        """A file of the site. `Refused` `not-found`; never one outside of it."""
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()) or not path.is_file():
            raise Refused("not-found", "The record has no such page; it may have been built anew: begin at /evidence.")
        return path


BUILT = web.AppKey("evidence", Built)
FACTS = ("data/facts/", "data/ooni/")
FILTERS = ("cc", "asn", "access", "path", "app", "week")


def show_record(app: web.Application, folder: Path) -> None:
    """Serve the site that lies, or will lie, in `folder`."""
    app[BUILT] = Built(folder)


def is_shown(app: web.Application, language: str) -> bool:
    """Whether there is a record to be seen in this language: it was named, and its pages were built."""
    return BUILT in app and app[BUILT].has_pages(language)


async def evidence_cells(request: web.Request) -> web.Response:
    """`GET /api/evidence/cells`: published rows, filtered."""
    return json_answer(CellsAnswer(*_asked(request, "cells", CellRow)), **_FOR_ALL)


async def evidence_apps(request: web.Request) -> web.Response:
    """`GET /api/evidence/apps`: what became of marks of applications, filtered."""
    return json_answer(AppsAnswer(*_asked(request, "apps", AppRow)), **_FOR_ALL)


async def evidence_rules(request: web.Request) -> web.Response:
    """`GET /api/evidence/rules`: which rules fired, filtered."""
    return json_answer(RulesAnswer(*_asked(request, "rules", RuleRow)), **_FOR_ALL)


async def evidence_changes(request: web.Request) -> web.Response:
    """`GET /api/evidence/changes`: what began to fail or to work, filtered."""
    return json_answer(ChangesAnswer(*_asked(request, "changes", ChangeRow)), **_FOR_ALL)


async def evidence_home(request: web.Request) -> web.Response:
    """`GET /evidence`: the overview in the reader's language."""
    language = request.app[HOUSE].strings.choose(
        request.query.get("lang"), request.headers.get(hdrs.ACCEPT_LANGUAGE, "")
    )
    if not _built(request).has_pages(language):
        raise _unbuilt()
    raise web.HTTPFound(f"/evidence/{language}/index.html")


async def evidence_file(request: web.Request) -> web.FileResponse:
    """`GET /evidence/…`: a page or a download, packed if it lies there so and the browser takes it."""
    name = request.match_info["path"]
    path = _built(request).file(name)
    # Facts can be taken back, and then no cache on the way may still have them.
    kept = "no-cache" if name.startswith(FACTS) else "public, max-age=300"
    headers = {"Content-Security-Policy": POLICY, hdrs.CACHE_CONTROL: kept, **_FOR_ALL}
    headers[hdrs.CONTENT_TYPE] = TYPES.get(path.suffix, "application/octet-stream")
    return web.FileResponse(path, headers=headers)


_FOR_ALL = {"Access-Control-Allow-Origin": "*"}
"""The record is public: any page may read it."""


def _asked(request: web.Request, name: str, kind: type[Struct]) -> tuple[list[Any], bool]:
    known = [one for one in FILTERS if one in kind.__struct_fields__]
    unknown = set(request.query) - set(known)
    if unknown:
        raise ProtocolError("bad-filter", f"There is no filter {min(unknown)[:20]!r}: use {', '.join(known)}.")
    tests: list[Callable[[Any], bool]] = [
        _test(field, request.query[field]) for field in known if field in request.query
    ]
    found = [row for row in _built(request).rows(name, kind) if all(test(row) for test in tests)]
    return found[:EVIDENCE_ANSWER_ROWS], len(found) > EVIDENCE_ANSWER_ROWS


def _test(field: str, wanted: str) -> Callable[[Any], bool]:
    return lambda row: str(getattr(row, field)) == wanted


def _built(request: web.Request) -> Built:
    if BUILT not in request.app:
        raise Refused("record-off", "This server shows no public record of measurements.")
    return request.app[BUILT]


def _unbuilt() -> Refused:
    text = "This server's public record has no pages yet: they are there once its operator runs “jemaa evidence build”."
    return Refused("record-unbuilt", text)
