"""Audit room. Judgement: of each way to attend and each network, what was measured and, beside it, what was said.

The two are never added up. A measurement outweighs no statement and a statement no measurement: the report shows both,
and says of each how sure it is.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from .announcement import Announcement, Mention
from .catalogue import App, Catalogue
from .cells import Cell
from .claims import ANY, Dossier, Network
from .period import Period
from .source import Access, Claim, Grade, Source

Said = Literal["fails", "degraded", "works", "disputed", "nothing"]

CLEARLY_MORE = 2
"""Times as many publishers: a dispute that leans, as against one that is open."""

_GRADES: tuple[Grade, ...] = ("A", "B", "C", "none")
_BEST_FIRST = ("works", "degraded", "unclear", "fails")
_BEARING = ("fails", "degraded", "works")
_KIND_ABOUT = {"call": "calls", "web": "web"}
"""Which statements bear on which kind of application; on the others none: that a chat passes says nothing of mail."""


class Measured(Struct, frozen=True, kw_only=True):
    """Of all cells that fit: `direct` if the application itself was measured, else the best path that behaves like a
    route of it."""

    outcome: Literal["works", "fails", "degraded", "unclear"]
    probes: int
    worked: int
    low: float
    high: float
    subject: str
    direct: bool


class Heard(Struct, frozen=True, kw_only=True):
    """What statements add up to: all of one mind, or `disputed`. `leans` is then what clearly more publishers say."""

    outcome: Said = "nothing"
    leans: Said = "nothing"
    grade: Grade = "none"
    claims: tuple[str, ...] = ()
    publishers: int = 0


class Place(Struct, frozen=True, kw_only=True):
    """A network and a kind of access."""

    network: str
    asns: tuple[int, ...] = ()
    access: Access


class Finding(Struct, frozen=True, kw_only=True):
    """A way in a place. `measured` is None where nobody measured it."""

    place: Place
    measured: Measured | None
    heard: Heard

    @property
    def verdict(self) -> str:
        """One word: what was measured if that is clear, else what was said, as such."""
        if self.measured and self.measured.outcome != "unclear":
            return f"measured-{self.measured.outcome}"
        return f"said-{self.heard.outcome}" if self.heard.outcome != "nothing" else "unknown"

    @property
    def shuts_out(self) -> bool:
        """Whether somebody here could not use it, as far as is known."""
        if self.measured and self.measured.outcome != "unclear":
            return self.measured.outcome == "fails"
        return self.heard.outcome == "fails" or (self.heard.outcome == "disputed" and self.heard.leans == "fails")


class Way(Struct, frozen=True, kw_only=True):
    """A way to attend that the announcement names, everywhere in the country."""

    app: str
    name: str
    kind: str
    mention: Mention
    existed: str
    findings: tuple[Finding, ...]


def judge(
    announcement: Announcement,
    apps: Catalogue,
    *,
    country: str,
    when: Period,
    dossiers: Sequence[Dossier],
    cells: Sequence[Cell] = (),
) -> tuple[Way, ...]:
    """Every way that is named, in the announcement's order of certainty."""
    here = [one for one in dossiers if one.country == country]
    measured = [one for one in cells if one.country == country and Period.parse(one.period).meets(when)]
    where = places(here, measured)
    return tuple(_way(mention, apps[mention.app], when, here, measured, where) for mention in announcement.mentions)


def places(dossiers: Iterable[Dossier], cells: Iterable[Cell]) -> tuple[Place, ...]:
    """Every network and access that anything is known of; the whole country where there is none."""
    networks = [one for dossier in dossiers for one in dossier.network]
    known = {asn for one in networks for asn in one.asns}
    strangers = sorted({one.asn for one in cells if one.asn and one.asn not in known})
    networks += [Network(name=f"AS{asn}", asns=(asn,)) for asn in strangers]
    found = tuple(Place(network=one.name, asns=one.asns, access=access) for one in networks for access in one.access)
    return found or tuple(Place(network=ANY, access=access) for access in ("mobile", "fixed"))


def claims_in(dossiers: Iterable[Dossier], when: Period) -> list[tuple[Claim, dict[str, Source]]]:
    """Statements that count in that time, oldest first, with the sources of their file."""
    found = []
    for dossier in dossiers:
        sources = {one.id: one for one in dossier.source}
        found += [(one, sources) for one in dossier.claim if one.period(sources).meets(when)]
    return sorted(found, key=lambda one: one[0].begins().first)


def _way(
    mention: Mention, app: App, when: Period, dossiers: list[Dossier], cells: list[Cell], where: tuple[Place, ...]
) -> Way:
    bearing = [one for one in claims_in(dossiers, when) if _bears(one[0], app)]
    findings = tuple(
        Finding(place=place, measured=_measured(app, place, cells), heard=_heard(place, bearing)) for place in where
    )
    return Way(
        app=app.id,
        name=app.name,
        kind=app.kind,
        mention=mention,
        existed=app.existed(when),
        findings=findings,
    )


def _bears(claim: Claim, app: App) -> bool:
    if claim.says not in _BEARING or claim.about != _KIND_ABOUT.get(app.kind):
        return False
    return app.id in claim.apps or ANY in claim.apps or not claim.apps


def _heard(place: Place, claims: Iterable[tuple[Claim, dict[str, Source]]]) -> Heard:
    here = [
        (claim, sources)
        for claim, sources in claims
        if place.access in claim.access and (ANY in claim.networks or place.network in claim.networks)
    ]
    if not here:
        return Heard()
    outcomes = [claim.says for claim, _ in here]
    publishers: dict[str, set[str]] = {}
    for claim, sources in here:
        publishers.setdefault(claim.says, set()).update(sources[one].publisher for one in claim.sources)
    return Heard(
        outcome=_agreed(outcomes),
        leans=_leaning(publishers),
        grade=min((claim.grade for claim, _ in here), key=_GRADES.index),
        claims=tuple(claim.id for claim, _ in here),
        publishers=len(set().union(*publishers.values())),
    )


def _agreed(outcomes: Iterable[str]) -> Said:
    """The one that all say; `disputed` if they differ."""
    found = set(outcomes)
    for outcome in ("fails", "degraded", "works"):
        if found == {outcome}:
            return outcome
    return "disputed"


def _leaning(publishers: dict[str, set[str]]) -> Said:
    """What `CLEARLY_MORE` times as many publishers say as say anything else; `disputed` if that is nothing."""
    for outcome, who in publishers.items():
        others = set().union(*(found for other, found in publishers.items() if other != outcome))
        if len(who) >= CLEARLY_MORE * len(others):
            return _agreed([outcome])
    return "disputed"


def _measured(app: App, place: Place, cells: Iterable[Cell]) -> Measured | None:
    """The application's own cells if there are any; else those of the paths that its routes are like, the best of them.

    An application falls back from route to route: it is shut out only where the last one fails too.
    """
    here = [
        one for one in cells if one.kind() in (None, place.access) and (one.asn in place.asns if place.asns else True)
    ]
    direct = [one for one in here if one.subject == f"app:{app.id}"]
    if direct:
        return _summed(direct, f"app:{app.id}", direct=True)
    found = []
    for like in dict.fromkeys(route.like for route in app.route):
        alike = [one for one in here if one.subject == f"path:{like}"]
        if alike:
            found.append(_summed(alike, f"path:{like}", direct=False))
    return min(found, key=lambda one: _BEST_FIRST.index(one.outcome), default=None)


def _summed(cells: Sequence[Cell], subject: str, *, direct: bool) -> Measured:
    """Cells of several weeks or ways of access together; the word of the one with most probes for what is not clear."""
    probes, worked = sum(one.probes for one in cells), sum(one.worked for one in cells)
    largest = max(cells, key=lambda one: one.probes)
    whole = Cell(
        country=largest.country,
        subject=subject,
        period=largest.period,
        probes=probes,
        worked=worked,
        verdict=largest.verdict,
    )
    low, high = whole.interval()
    return Measured(
        outcome=whole.outcome(), probes=probes, worked=worked, low=low, high=high, subject=subject, direct=direct
    )
