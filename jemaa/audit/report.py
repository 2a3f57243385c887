"""Audit room. The report: who is shut out of which way to attend, how sure that is, which ways remain, what is said.

Made of values; `text.py` and `html_page.py` write it.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct

from .announcement import Announcement, Mention
from .catalogue import Catalogue
from .cells import Cell
from .claims import ANY, Disagreement, Dossier, Hypothesis
from .fired import APPS_NODE, Fired, fired
from .judgement import Finding, Place, Way, cells_of, claims_in, judge, places
from .period import Period
from .routes import Footnotes, footnotes
from .source import Claim, Grade, Source, Words

ALWAYS = ("phone", "webcast", "email", "jemaa")
"""Ways that an organiser could add; they are judged whether or not the announcement names them."""


class Shut(Struct, frozen=True, kw_only=True):
    """A place, the ways that fail there as far as is known, those of the announcement that remain, rules that fired.

    Of `out_of`, `disputed` are those against which something speaks that is no measurement of them, and `alike` those
    that only a likeness shuts out, with its grade. `said` are those of `out_of` and `left` of which there is nothing
    but statements; `passes` those of `unknown` that are like a path that works.
    """

    place: Place
    out_of: tuple[str, ...]
    disputed: tuple[str, ...]
    left: tuple[str, ...]
    unknown: tuple[str, ...]
    alike: dict[str, Grade] = {}
    said: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()
    fired: tuple[Fired, ...] = ()


class Report(Struct, frozen=True, kw_only=True):
    """`dates` as they were asked; `footnotes` are of those ways that could be used then."""

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
    footnotes: Footnotes
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
    others = judge(more, apps, country=country, when=when, dossiers=here, cells=cells)
    return Report(
        title=announcement.title,
        country=country,
        names=tuple(one.name for one in of_then),
        dates=dates,
        ways=ways,
        others=others,
        shut=tuple(_shut(place, ways, fired(cells_of(place, measured))) for place in places(here, measured)),
        cautions=tuple(one.caution for one in of_then if one.caution),
        claims=tuple(claim for claim, _ in counted),
        sources=tuple(one for dossier in here for one in dossier.source if one.id in cited),
        hypotheses=tuple(
            hypothesis
            for one in (*(one for one in dossiers if one.country == ANY), *of_then)
            for hypothesis in one.hypothesis
        ),
        disagreements=tuple(one for dossier in here for one in dossier.disagreement if set(one.claims) & told),
        footnotes=footnotes([one.app for one in (*ways, *others) if one.existed == "yes"], apps),
        has_measurements=bool(measured),
    )


def _shut(place: Place, ways: Sequence[Way], rules: tuple[Fired, ...]) -> Shut:
    here = {
        way.name: next(one for one in way.findings if one.place == place) for way in ways if way.existed == "yes"
    }  # fmt: skip

    def those(test: Callable[[Finding], bool]) -> tuple[str, ...]:
        return tuple(name for name, finding in here.items() if test(finding))

    by_marks = any(one.node == APPS_NODE for one in rules)
    alike = {name: one.measured.grade for name, one in here.items() if one.verdict == "alike-fails" and one.measured}
    return Shut(
        place=place,
        out_of=those(lambda one: one.shuts_out),
        disputed=those(lambda one: one.shuts_out and one.is_disputed),
        left=those(_is_left),
        unknown=those(lambda one: not (one.shuts_out or _is_left(one))),
        alike=alike,
        said=those(lambda one: one.verdict.startswith("said-") and (one.shuts_out or _is_left(one))),
        passes=those(lambda one: _passes(one, by_marks=by_marks)),
        fired=rules,
    )


def _is_left(finding: Finding) -> bool:
    return finding.verdict in ("measured-works", "said-works", "measured-degraded", "said-degraded")


def _passes(finding: Finding, *, by_marks: bool) -> bool:
    """Whether a path like its own works, and that may be told: where applications are known by their marks, what passes
    without this one's says nothing."""
    measured = finding.measured
    if measured is None or measured.alike != "works" or finding.shuts_out or _is_left(finding):
        return False
    return measured.marked or not by_marks
