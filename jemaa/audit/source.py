"""Audit room. Sources, claims and the words of both.

A claim is what a person or an institution said about a network, an application and a time. It is never a measurement:
measurements are `cells.py`, and the two meet only side by side in a report.
"""

from datetime import timedelta
from typing import Literal

from msgspec import Struct, field

from .period import Period
from .reading import period

Grade = Literal["A", "B", "C", "none"]
"""A packet-level and published, B vendor document or telemetry, C symptom, none: not confirmed."""

Access = Literal["mobile", "fixed"]
Words = dict[str, str]
"""A text by language; English is always there."""

STALE_DAYS = 90
"""A claim whose end nobody told counts for so long after its newest source, and is listed as old after that."""

OPEN = "open"
"""As `until`: its source says that it holds until it is revoked."""


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who published what, when, and how it was seen for this file."""

    id: str
    publisher: str
    url: str = ""
    date: str = ""
    """When it was published; empty if it does not say."""
    kind: Literal["press", "regulator", "operator", "users", "vendor", "research", "project"]
    seen: Literal["read", "excerpt", "cited"] = "excerpt"
    """read whole, read in excerpts of a stored copy, or only cited by notes that were not checked again."""
    repeats: tuple[str, ...] = ()
    """Publishers whose words it only passes on: they count in its place, each once."""

    def voices(self) -> tuple[str, ...]:
        """Whose words they are."""
        return self.repeats or (self.publisher,)


class Claim(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody said. `says` is how it bears on attendance; only fails, degraded and works are judged."""

    id: str
    who: Words
    said: Words
    says: Literal["fails", "degraded", "works", "announced", "rule", "named", "context"]
    about: Literal["calls", "messages", "web", "vpn", "games"] = "calls"
    apps: tuple[str, ...] = ()
    """Identities in the catalogue, or `*` for every application that makes calls."""
    networks: tuple[str, ...] = ("*",)
    access: tuple[Access, ...] = ("mobile", "fixed")
    from_: str = field(name="from")
    until: str = ""
    grade: Grade
    sources: tuple[str, ...]

    def check(self, sources: dict[str, Source]) -> None:
        """`ValueError`: a wrong date, a source that is not there, no English."""
        for words in (self.who, self.said):
            check_words(words, f"claim {self.id!r}")
        for one in self.sources:
            if one not in sources:
                raise ValueError(f"claim {self.id!r} cites the source {one!r}, which is not in the file")
        if not self.sources:
            raise ValueError(f"claim {self.id!r} has no source")
        self.period(sources)

    def begins(self) -> Period:
        """When what it says began, as exactly as it was told."""
        return period(self.from_, f"claim {self.id!r}, `from`")

    def period(self, sources: dict[str, Source]) -> Period:
        """The days for which it counts."""
        first = self.begins()
        if self.until == OPEN:
            return first.longer(10**7)
        if self.until:
            last = period(self.until, f"claim {self.id!r}, `until`").last
            if last < first.first:
                raise ValueError(f"claim {self.id!r} ends before it begins")
            return Period(first.first, last)
        told = [period(sources[one].date, f"source {one!r}").last for one in self.sources if sources[one].date]
        return Period(first.first, max([first.last, *told]) + timedelta(days=STALE_DAYS))


def check_words(words: Words, where: str) -> None:
    """`ValueError` if there is no English: a reader of any language gets at least that."""
    if not words.get("en"):
        raise ValueError(f'{where}: each text needs English; write {{ en = "…" }}')
