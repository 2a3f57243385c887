"""Audit room. A report's values in words of a language, the same for its text and its page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .claims import ANY
from .judgement import Heard, Measured, Place, Way
from .report import Shut
from .source import Words

STRINGS = Path(__file__).parent / "strings"
LANGUAGES = ("en", "fr", "ar")
RIGHT_TO_LEFT = frozenset({"ar"})


@cache
def strings(language: str) -> Mapping[str, str]:
    """All words of a language."""
    found: dict[str, str] = json.loads((STRINGS / f"{language}.json").read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class Wording:
    """One language."""

    language: str

    def word(self, key: str, **values: object) -> str:
        """A string with its places filled in."""
        return strings(self.language)[key].format(**values)

    def of(self, words: Words) -> str:
        """A text that somebody wrote in several languages: in this one, else in English."""
        return words.get(self.language) or words["en"]

    def place(self, place: Place) -> str:
        """`Maroc Telecom (AS6713), mobile`."""
        name = self.word("anywhere") if place.network == ANY else place.network
        numbers = ", ".join(f"AS{asn}" for asn in place.asns if f"AS{asn}" != place.network)
        return f"{name}{f' ({numbers})' if numbers else ''}, {self.word('access.' + place.access)}"

    def measured(self, measured: Measured | None) -> str:
        """What was measured, with its figures and what they are of."""
        if measured is None:
            return self.word("not_measured")
        figures = self.word(
            "probes",
            worked=measured.worked,
            probes=measured.probes,
            low=round(100 * measured.low),
            high=round(100 * measured.high),
        )
        alike = "" if measured.direct else f"; {self.word('alike', subject=measured.subject.removeprefix('path:'))}"
        return f"{self.word('outcome.' + measured.outcome)} ({figures}{alike})"

    def heard(self, heard: Heard) -> str:
        """What was said, with how sure that is."""
        if heard.outcome == "nothing":
            return self.word("heard.nothing")
        if heard.outcome == "disputed":
            leans = "heard.open" if heard.leans == "disputed" else "heard.disputed"
            said = self.word(leans, leans=self.word(f"heard.{heard.leans}", leans=""))
        else:
            said = self.word(f"heard.{heard.outcome}")
        return f"{said} ({self.word('heard.sure', grade=heard.grade, publishers=heard.publishers)})"

    def shut(self, shut: Shut) -> tuple[str, str, str]:
        """Shut out of what, what remains, what is not known."""
        out_of = [f"{name} ({self.word('disputed')})" if name in shut.disputed else name for name in shut.out_of]
        return self._names(out_of), self._names(shut.left), self._names(shut.unknown)

    def way(self, way: Way) -> str:
        """A way's name, with what has to be said of it at once."""
        notes = [] if way.existed == "yes" else [self.word(f"existed.{way.existed}")]
        notes += [] if way.mention.certain else [self.word("uncertain")]
        told = ", ".join(notes)
        return f"{way.name} ({told})" if told else way.name

    def _names(self, names: Sequence[str]) -> str:
        return ", ".join(names) or self.word("none")


def groups(way: Way, wording: Wording) -> list[tuple[list[str], str, str]]:
    """Places of which the same is known, together: (places, measured, said)."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in way.findings:
        key = wording.measured(one.measured), wording.heard(one.heard)
        found.setdefault(key, []).append(wording.place(one.place))
    return [(where, measured, said) for (measured, said), where in found.items()]
