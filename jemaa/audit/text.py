"""Audit room. A report as plain text, for a terminal."""

import textwrap
from collections.abc import Iterable, Iterator

from .judgement import Way
from .report import Report
from .routes import Footnotes
from .source import Source
from .wording import Wording, groups

WIDTH = 100


def write(report: Report, language: str) -> str:
    """The whole report."""
    return "\n".join(_lines(report, Wording(language))) + "\n"


def _lines(report: Report, words: Wording) -> Iterator[str]:
    yield words.word("title")
    yield f"{words.word('of')}: {report.title or ', '.join(way.name for way in report.ways)}"
    yield f"{words.word('where')}: {report.country}  {words.word('when')}: {report.dates}"
    yield ""
    if not report.has_measurements:
        yield from _wrapped(words.word("no_measurements"))
    for caution in report.cautions:
        yield from _wrapped(words.of(caution))
    yield from _wrapped(words.word("measured_and_said"))
    yield from ("", words.word("summary").upper())
    for shut in report.shut:
        out_of, left, unknown = words.shut(shut, all_said=not report.has_measurements)
        yield f"  {words.place(shut.place)}"
        heading = "out_of" if report.has_measurements else "out_of_said"
        for key, names in ((heading, out_of), ("left", left), ("unknown", unknown)):
            yield from _wrapped(f"{words.word(key)}: {names}", 4)
        if shut.fired:
            yield f"    {words.word('fired')}:"
            for line in words.fired(shut.fired):
                yield from _wrapped(line, 6)
    yield from _ways(words.word("ways"), report.ways, report.footnotes, words)
    yield from _ways(words.word("others"), report.others, report.footnotes, words)
    yield from _wrapped(words.word("others.help"))
    yield from _footnotes(report.footnotes, words)
    yield from _claims(report, words)
    yield from _rivals(report, words)
    yield from ("", *_wrapped(words.word("cannot")))


def _ways(title: str, ways: Iterable[Way], footnotes: Footnotes, words: Wording) -> Iterator[str]:
    yield from ("", title.upper())
    for way in ways:
        yield f"  {words.way(way)}" + (f" — “{way.mention.words}”" if way.mention.words else "")
        if way.existed != "yes":
            continue
        if routes := footnotes.routes[way.app]:
            told = "; ".join(f"{words.route(one)} [{', '.join(map(str, one.notes))}]" for one in routes)
            yield from _wrapped(f"{words.word('routes')}: {told}", 4)
        for where, measured, said in groups(way, words):
            yield from _wrapped("; ".join(where), 4)
            yield from _wrapped(f"{words.word('measured')}: {measured}", 6)
            yield from _wrapped(f"{words.word('said')}: {said}", 6)


def _footnotes(footnotes: Footnotes, words: Wording) -> Iterator[str]:
    if footnotes.sources:
        yield from ("", words.word("routes.sources").upper())
    for number, source in enumerate(footnotes.sources, 1):
        yield f"  [{number}] {_source(source, words)}"


def _claims(report: Report, words: Wording) -> Iterator[str]:
    if not report.claims:
        return
    yield from ("", words.word("claims").upper())
    sources = {one.id: one for one in report.sources}
    for claim in report.claims:
        yield from _wrapped(f"{claim.from_}  {words.of(claim.who)}: {words.of(claim.said)} [{claim.grade}]", 2)
        for one in claim.sources:
            yield f"      {_source(sources[one], words)}"
    yield from _wrapped(words.word("grades"))


def _source(source: Source, words: Wording) -> str:
    date = f", {source.date}" if source.date else ""
    return f"{source.publisher}{date} ({words.word('seen.' + source.seen)}) {source.url}".rstrip()


def _rivals(report: Report, words: Wording) -> Iterator[str]:
    yield from ("", words.word("hypotheses").upper())
    for one in report.hypotheses:
        yield from _wrapped(f"{one.id}: {words.of(one.says)}", 2)
        for key, claims in (("explains", one.explains), ("strains", one.strains)):
            if claims:
                yield from _wrapped(f"{words.word(key)}: {', '.join(claims)}", 4)
        if one.profile:
            yield f"    {words.word('profile', profile=one.profile)}"
    if report.disagreements:
        yield from ("", words.word("disagreements").upper())
    for conflict in report.disagreements:
        yield from _wrapped(f"{words.of(conflict.about)} [{', '.join(conflict.claims)}]", 2)


def _wrapped(text: str, indent: int = 0) -> list[str]:
    margin = " " * indent
    return textwrap.wrap(text, WIDTH, initial_indent=margin, subsequent_indent=margin + "  ")
