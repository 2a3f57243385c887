"""Evidence room. The whole site as files, in every language: pages, pictures, downloads. Any web server can serve it.

It is built beside the old one and then takes its place, so that readers see one or the other. What was taken back while
it was built is taken out before.
"""

import gzip
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from jemaa.errors import SettingsError, StoreFailed

from . import pages, pages_about, pages_apps
from .archive import Archive
from .downloads import write_tables
from .entry import PATHS
from .facts_files import Judge, mend, write_facts
from .grid import app_names
from .material import Material
from .view import LANGUAGES, View, document, network_id

STATIC = Path(__file__).parent / "static"
MARK = "data/cells.jsonl"
"""What a site of ours has: another folder is never replaced."""

PACKED_BYTES = 1_000
"""Pages beyond this lie there packed too, for servers that hand out `.gz` files as they are."""

Body = Callable[[View], str]


def build(archive: Archive, out: Path, material: Material, judge: Judge) -> int:
    """Write the site to `out`; how many pages. `SettingsError` `evidence-out-taken` if that is another's folder."""
    if out.exists() and any(out.iterdir()) and not (out / MARK).exists():
        raise SettingsError(
            "evidence-out-taken", f"{out} holds something else than a site of the record; name another."
        )
    new, old = out.with_name(out.name + ".new"), out.with_name(out.name + ".old")
    try:
        for left in (new, old):
            shutil.rmtree(left, ignore_errors=True)
        count = _write(archive, new, material, judge)
        with archive.held():
            mend(archive, new / "data", judge)
            if out.exists():
                out.rename(old)
            new.rename(out)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise StoreFailed("evidence-failed", f"The pages could not be written: {error}.") from error
    return count


def _write(archive: Archive, new: Path, material: Material, judge: Judge) -> int:
    write_tables(material.tables, new / "data")
    write_facts(archive, material.tables, new / "data", judge)
    for name in ("site.css", "find.js"):
        shutil.copyfile(STATIC / name, new / name)
    (new / "index.html").write_text(_front_door())
    count = 0
    for page, title, body in _pages(material):
        for language in LANGUAGES:
            view = View(language, page)
            text = document(view, title(view), body(view), material.tables.made, has_script=page == "find.html")
            _put(new / language / page, text.encode())
            count += 1
    return count


def _pages(material: Material) -> Iterator[tuple[str, Body, Body]]:
    """Each page with what makes its title and its body."""
    tables = material.tables
    yield "index.html", lambda view: view.word("nav.overview"), lambda view: pages.overview(view, material)
    yield "find.html", lambda view: view.word("find.title"), lambda view: pages_about.find(view, material)
    yield "apps.html", lambda view: view.word("apps.title"), lambda view: pages_apps.apps(view, material)
    yield "data.html", lambda view: view.word("data.title"), lambda view: pages_about.data(view, material)
    countries = {one.key.cc for one in tables.cells} | {one.cc for one in material.said}
    for cc in sorted(countries):
        yield f"country/{cc}.html", _titled("country", cc), _body(pages.country, material, cc)
    for cc, asn in sorted({(one.key.cc, one.key.asn) for one in tables.cells}):
        yield (
            f"network/{network_id(cc, asn)}.html",
            lambda view, asn=asn, cc=cc: view.row(view.network(asn), view.country(cc)),  # type: ignore[misc]
            _body(pages.network, material, cc, asn),
        )
    for way in PATHS:
        yield f"path/{way}.html", _titled("path", way), _body(pages.path, material, way)
    for app in material.by_app:
        yield f"app/{app}.html", _titled("app", app), _body(pages_apps.app, material, app)
    for kind in sorted({one.key.access for one in tables.cells}):
        yield f"access/{kind}.html", _titled("access", kind), _body(pages.access, material, kind)
    for week in tables.weeks:
        yield f"week/{week}.html", _titled("week", week), _body(pages.week, material, week)


def _titled(kind: str, identity: str) -> Body:
    titles: dict[str, Body] = {
        "country": lambda view: view.country(identity),
        "path": lambda view: view.word(f"path.{identity}"),
        "app": lambda view: f"{view.word('marks.of')} {app_names(view, identity)}",
        "access": lambda view: view.word(f"access.{identity}"),
        "week": lambda view: view.word("week.of", week=identity),
    }
    return titles[kind]


def _body(page: Callable[..., str], material: Material, *which: object) -> Body:
    return lambda view: page(view, material, *which)


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    if len(data) > PACKED_BYTES:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(data, 6, mtime=0))


def _front_door() -> str:
    """On a plain web server, where nobody asks the browser for its language: English, and the others."""
    links = " · ".join(f'<a href="{tag}/index.html" lang="{tag}">{name}</a>' for tag, name in LANGUAGES.items())
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="refresh" content="0;url=en/index.html"><title>Jemaa</title><p>{links}</p></html>\n'
    )
