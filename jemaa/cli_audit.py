"""`jemaa audit`: an announcement, a country and a date; who is shut out of which way to attend."""

import argparse
from pathlib import Path
from typing import Any

import msgspec

from jemaa.audit import announcement, catalogue, cells, claims, html_page, report, text
from jemaa.audit.announcement import Announcement
from jemaa.audit.catalogue import Catalogue
from jemaa.audit.wording import LANGUAGES
from jemaa.config import Config
from jemaa.errors import SettingsError


def add_command(commands: Any, shared: argparse.ArgumentParser) -> None:
    """The command `jemaa audit`."""
    audit = commands.add_parser(
        "audit",
        parents=[shared],
        help="who is shut out of the ways to attend that an announcement names",
        description="PAGE is an announcement's page, saved as a file (HTML or text), or a list of applications.",
    )
    audit.add_argument("page", metavar="PAGE-or-LIST", help="a file, or names with commas between: Skype,Zoom")
    audit.add_argument("--country", required=True, metavar="CC", help="of the venue: two capital letters, as MA")
    audit.add_argument("--date", required=True, help="2016-03, 2016-03-05 or 2016-03-05..2016-03-10")
    audit.add_argument("--cells", type=Path, metavar="FILE", help="measurements: JSON cells (docs/audit.md)")
    audit.add_argument("--claims", type=Path, metavar="FILE", action="append", help="claims instead of those shipped")
    audit.add_argument("--catalogue", type=Path, metavar="FOLDER", help="applications instead of those shipped")
    audit.add_argument("--title", default="", help="what to call the meeting, where the page does not say")
    audit.add_argument("--lang", choices=LANGUAGES, default="en", help="of the report (default: en)")
    audit.add_argument("--html", action="store_true", help="print a page that can be kept, mailed and printed")
    audit.set_defaults(command=_audit)


def _audit(given: argparse.Namespace, _config: Config) -> int:
    apps = catalogue.load(given.catalogue) if given.catalogue else catalogue.shipped()
    dossiers = claims.shipped()
    if given.claims:
        dossiers = (*(one for one in dossiers if one.country == claims.ANY), *map(claims.load, given.claims))
    for dossier in dossiers:
        claims.check_apps(dossier, apps)
    measured = cells.read(_bytes(given.cells)) if given.cells else ()
    if not (len(given.country) == 2 and given.country.isascii() and given.country.isupper()):
        raise SettingsError("bad-setting", f"--country is two capital letters, as MA, and not {given.country!r}.")
    named = _announcement(given.page, apps)
    if given.title:
        named = msgspec.structs.replace(named, title=announcement.clean(given.title))
    try:
        found = report.make(named, apps, country=given.country, dates=given.date, dossiers=dossiers, cells=measured)
    except ValueError as error:
        raise SettingsError("bad-setting", f"--date: {error}.") from None
    if given.json:
        print(msgspec.json.encode(found).decode())
    else:
        print((html_page if given.html else text).write(found, given.lang), end="")
    return 0


def _announcement(named: str, apps: Catalogue) -> Announcement:
    """A file if there is one of that name, else a list of names."""
    path = Path(named)
    if path.is_file():
        return announcement.from_page(_bytes(path), apps)
    if path.suffix in (".html", ".htm", ".txt") or "/" in named:
        raise SettingsError("audit-page-missing", f"There is no file {named}; save the announcement's page first.")
    return announcement.from_names(named.split(","), apps)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError("audit-page-missing", f"{path} cannot be read: {error.strerror}.") from None
