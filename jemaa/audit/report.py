"""Audit room. The report: who is shut out of which way to attend, how sure that is, which ways remain, what is said.

Made of values; `text.py` and `page_out.py` write it.
"""

from collections.abc import Sequence

from msgspec import Struct

from .announcement import Announcement, Mention
from .catalogue import Catalogue
from .cells import Cell
from .claims import ANY, Disagreement, Dossier, Hypothesis
from .judgement import Place, Way, claims_in, judge, places
from .period import Period
from .source import Claim, Source, Words

ALWAYS = ("phone", "webcast", "email", "jemaa")
"""Ways that an organiser could add; they are judged whether or not the announcement names them."""


class Shut(Struct, frozen=True, kw_only=True):
    """A place, the ways that fail there as far as is known, and those of the announcement that remain.

    `disputed` are those of `out_of` of which somebody said otherwise.
    """

    place: Place
    out_of: tuple[str, ...]
    disputed: tuple[str, ...]
    left: tuple[str, ...]
    unknown: tuple[str, ...]


class Report(Struct, frozen=True, kw_only=True):
    """`names_claims` are the announcement's own words as others tell of them; `dates` as they were asked."""

    title: str
    country: str
    names: tuple[Words, ...]
    dates: str
    ways: tuple[Way, ...]
    others: tuple[Way, ...]
    shut: tuple[Shut, ...]
    cautions: tuple[Words, ...]
    claims: tuple[Claim, ...]
    sources: tuple[Source, ...]
    hypotheses: tuple[Hypothesis, ...]
    disagreements: tuple[Disagreement, ...]
    has_measurements: bool


def make(
    announcement: Announcement,
    apps: Catalogue,
    *,
    country: str,
    dates: str,
    dossiers: Sequence[Dossier],
    cells: Sequence[Cell] = (),
) -> Report:
    """The audit of an announcement. `ValueError` if `dates` are none."""
    when = Period.parse(dates)
    here = [one for one in dossiers if one.country == country]
    of_then = [one for one in here if claims_in([one], when)]
    ways = judge(announcement, apps, country=country, when=when, dossiers=here, cells=cells)
    named = {one.app for one in ways}
    more = Announcement(
        mentions=tuple(
            Mention(app=app, how="list", certain=True, words="") for app in ALWAYS if app in apps and app not in named
        )
    )
    counted = claims_in(here, when)
    told = {claim.id for claim, _ in counted}
    cited = {one for claim, _ in counted for one in claim.sources}
    measured = [one for one in cells if one.country == country and Period.parse(one.period).meets(when)]
    return Report(
        title=announcement.title,
        country=country,
        names=tuple(one.name for one in of_then),
        dates=dates,
        ways=ways,
        others=judge(more, apps, country=country, when=when, dossiers=here, cells=cells),
        shut=tuple(_shut(place, ways) for place in places(here, measured)),
        cautions=tuple(one.caution for one in of_then if one.caution),
        claims=tuple(claim for claim, _ in counted),
        sources=tuple(one for dossier in here for one in dossier.source if one.id in cited),
        hypotheses=tuple(
            hypothesis
            for one in (*(one for one in dossiers if one.country == ANY), *of_then)
            for hypothesis in one.hypothesis
        ),
        disagreements=tuple(one for dossier in here for one in dossier.disagreement if set(one.claims) & told),
        has_measurements=bool(measured),
    )


def _shut(place: Place, ways: Sequence[Way]) -> Shut:
    out_of, disputed, left, unknown = [], [], [], []
    for way in ways:
        finding = next(one for one in way.findings if one.place == place)
        if way.existed != "yes":
            continue
        if finding.shuts_out:
            out_of.append(way.name)
            disputed += [way.name] if finding.verdict == "said-disputed" else []
        elif finding.verdict in ("measured-works", "said-works", "measured-degraded", "said-degraded"):
            left.append(way.name)
        else:
            unknown.append(way.name)
    return Shut(place=place, out_of=tuple(out_of), disputed=tuple(disputed), left=tuple(left), unknown=tuple(unknown))
