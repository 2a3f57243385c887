"""Settings to the public record of measurements: what `jemaa serve` takes in, where the commands find it, its pages.

Here measurements, judgement and claims meet; in the rooms they know nothing of each other.
"""

import datetime
import time
from collections.abc import Sequence
from pathlib import Path

from jemaa.audit import catalogue
from jemaa.audit.claims import ANY, Dossier
from jemaa.audit.source import Claim, Source
from jemaa.config import Config
from jemaa.evidence import origin
from jemaa.evidence.archive import Archive
from jemaa.evidence.engine import Engine
from jemaa.evidence.entry import PATHS
from jemaa.evidence.material import App, Material
from jemaa.evidence.said import Origin, Said
from jemaa.evidence.submissions import Submissions
from jemaa.evidence.tables import tables
from jemaa.verdict.judge import judge


def folder(config: Config) -> Path:
    """Where the record is: `evidence_dir`, else a folder of the data folder."""
    named = config.text("evidence_dir")
    return Path(named).expanduser() if named else config.data / "evidence"


def site(config: Config) -> Path:
    """Where `jemaa serve` looks for the record's pages."""
    return folder(config) / "site"


def submissions(config: Config, key: bytes) -> Submissions | None:
    """What takes measurements in; None where no record is kept. `SettingsError`: `asn-db-unreadable`,
    `evidence-tool-missing`."""
    if not config.text("evidence_dir"):
        return None
    Engine().close()  # said at the start, and not when the first measurement comes
    return Submissions(
        folder(config),
        key=key,
        origins=origin.load(config.text("asn_db")),
        judge=judge,
        now=time.time,
        site=site(config),
    )


def build(config: Config, out: Path, dossiers: Sequence[Dossier]) -> int:
    """Make the pages of the archive; how many. `SettingsError`, `StoreFailed` say what keeps them from being made."""
    from jemaa.evidence.site import build as build_site

    archive = Archive(folder(config) / "archive")
    material = Material(
        tables=tables(archive, datetime.datetime.now(datetime.UTC).date()),
        said=said(dossiers),
        apps=apps(),
        asn_dbs=tuple(archive.asn_dbs()),
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    return build_site(archive, out, material, judge)


def said(dossiers: Sequence[Dossier]) -> tuple[Said, ...]:
    """Every claim about a country, in the form in which the record shows it beside its figures."""
    return tuple(
        _said(dossier.country, claim, {one.id: one for one in dossier.source})
        for dossier in dossiers
        if dossier.country != ANY
        for claim in dossier.claim
    )


def _said(country: str, claim: Claim, sources: dict[str, Source]) -> Said:
    when = claim.period(sources)
    return Said(
        cc=country,
        first=when.first.isoformat(),
        last=when.last.isoformat() if claim.until else "",
        who=claim.who,
        words=claim.said,
        grade=claim.grade,
        origins=tuple(
            Origin(publisher=one.publisher, url=one.url, date=one.date)
            for one in (sources[id_] for id_ in claim.sources)
        ),
    )


def apps() -> tuple[App, ...]:
    """The catalogue's applications with what their ways over the network are like."""
    found = (
        App(name=app.name, ways=tuple({route.like: route.grade for route in app.route if route.like in PATHS}.items()))
        for app in catalogue.shipped().values()
    )
    return tuple(app for app in found if app.ways)
