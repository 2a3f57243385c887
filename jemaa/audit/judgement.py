"""Audit room. Judgement: of each way to attend and each network, what was measured and, beside it, what was said.

The two are never added up: the report shows both, and says of each how sure it is. Only a measurement of the
application itself has the word over statements. Where nothing but a path like its own was measured, it may be known by
other marks: that such a path works says nothing of it, and that all of them fail shuts it out as surely as it is like
them. A route is no better than its mark: where packets that bear it get lost, a path without it does not count.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from .announcement import Announcement, Mention
from .catalogue import App, Catalogue, Route
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
    route of it, as surely as `grade`, or that route's mark where it fares worse. `whole`: each of its routes was
    measured, as far as a path is like it. `marked`: packets with the mark of that route came through as well.
    """

    outcome: Literal["works", "fails", "degraded", "unclear"]
    probes: int
    worked: int
    low: float
    high: float
    subject: str
    direct: bool
    grade: Grade = "none"
    whole: bool = True
    marked: bool = False

    @property
    def decides(self) -> bool:
        """Whether it has the word over what was said: of the application itself, and clear."""
        return self.direct and self.outcome != "unclear" and (self.outcome != "fails" or self.whole)

    @property
    def alike(self) -> Literal["works", "fails", "nothing"]:
        """What a likeness alone lets one suppose."""
        if self.direct or self.outcome == "unclear":
            return "nothing"
        if self.outcome == "fails":  # one that nobody confirmed shuts nobody out, nor do some routes of several
            return "fails" if self.whole and self.grade != "none" else "nothing"
        return "works"


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
    def alike(self) -> str:
        """What a path like its own lets one suppose: works, fails or nothing."""
        return self.measured.alike if self.measured else "nothing"

    @property
    def verdict(self) -> str:
        """One word: what was measured of it if that is clear, else that paths like its own fail, else what was said."""
        if self.measured and self.measured.decides:
            return f"measured-{self.measured.outcome}"
        if self.alike == "fails":
            return "alike-fails"
        return f"said-{self.heard.outcome}" if self.heard.outcome != "nothing" else "unknown"

    @property
    def shuts_out(self) -> bool:
        """Whether somebody here could not use it, as far as is known."""
        leans = self.verdict == "said-disputed" and self.heard.leans == "fails"
        return leans or self.verdict in ("measured-fails", "alike-fails", "said-fails")

    @property
    def is_disputed(self) -> bool:
        """Whether something that is no measurement of it speaks against the verdict."""
        if self.verdict == "alike-fails":
            return self.heard.outcome in ("works", "degraded", "disputed")
        return self.verdict == "said-disputed" or (self.verdict == "said-fails" and self.alike == "works")


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
    told = [one for one in dossiers if one.country == country]
    measured = [one for one in cells if one.country == country and Period.parse(one.period).meets(when)]
    where = places(told, measured)
    return tuple(_way(mention, apps[mention.app], when, told, measured, where) for mention in announcement.mentions)


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
        Finding(place=place, measured=_measured(app, cells_of(place, cells)), heard=_heard(place, bearing))
        for place in where
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
    bearing = [
        (claim, sources)
        for claim, sources in claims
        if place.access in claim.access and (ANY in claim.networks or place.network in claim.networks)
    ]
    if not bearing:
        return Heard()
    outcomes = [claim.says for claim, _ in bearing]
    publishers: dict[str, set[str]] = {}
    for claim, sources in bearing:
        voices = publishers.setdefault(claim.says, set())
        voices.update(voice for one in claim.sources for voice in sources[one].voices())
    return Heard(
        outcome=_agreed(outcomes),
        leans=_leaning(publishers),
        grade=min((claim.grade for claim, _ in bearing), key=_GRADES.index),
        claims=tuple(claim.id for claim, _ in bearing),
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


def cells_of(place: Place, cells: Iterable[Cell]) -> list[Cell]:
    """The cells of a place; one of which nobody told the access is of each."""
    return [
        one for one in cells if one.kind() in (None, place.access) and (one.asn in place.asns if place.asns else True)
    ]


def _measured(app: App, cells: Sequence[Cell]) -> Measured | None:
    """The application's own cells if there are any; else those of the paths that its routes are like, the best of them.

    An application falls back from route to route: it is shut out only where the last one fails too.
    """
    direct = [one for one in cells if one.subject == f"app:{app.id}"]
    if direct:
        return _summed(direct, f"app:{app.id}")
    routes = {route.like: route for route in reversed(app.route) if route.like != "none"}
    found = []
    for route in reversed(routes.values()):
        if (alike := _alike(route, cells)) is not None:
            found.append(alike)
    if not found:
        return None
    best = min(found, key=lambda one: _BEST_FIRST.index(one.outcome))
    # That all fail is as sure as the least sure likeness of them.
    weakest = max((one.grade for one in found), key=_GRADES.index)
    grade = weakest if best.outcome == "fails" else best.grade
    return msgspec.structs.replace(best, grade=grade, whole=len(found) == len(routes))


def _alike(route: Route, cells: Sequence[Cell]) -> Measured | None:
    """The path that a route is like, or its mark where that fares worse: what passes is a path that bears it."""
    path, mark = (
        _summed(those, subject, route) if (those := [one for one in cells if one.subject == subject]) else None
        for subject in (f"path:{route.like}", f"mark:{route.mark}")
    )
    if path is None or mark is None:
        return path or (mark if mark and mark.outcome == "fails" else None)
    if _BEST_FIRST.index(mark.outcome) > _BEST_FIRST.index(path.outcome):
        return mark
    return msgspec.structs.replace(path, marked=mark.outcome == "works")


def _summed(cells: Sequence[Cell], subject: str, route: Route | None = None) -> Measured:
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
        outcome=whole.outcome(), probes=probes, worked=worked, low=low, high=high, subject=subject,
        direct=route is None or route.own, grade=route.grade if route else "none",
    )  # fmt: skip
