"""Audit room. A report's values in words of a language, the same for its text and its page."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jemaa.verdict import telling

from .claims import ANY
from .fired import APPS_NODE, Fired
from .judgement import Heard, Measured, Place, Way
from .report import Shut
from .routes import Cited
from .source import Words

STRINGS = Path(__file__).parent / "strings"
LANGUAGES = ("en", "fr", "ar")
_TRANSPORTS = {"ws": "WebSocket"}
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
        notes = [figures]
        if not measured.direct:
            kind, _, subject = measured.subject.partition(":")
            notes.append(self.word("alike_mark" if kind == "mark" else "alike", subject=subject, grade=measured.grade))
        if measured.marked:
            notes.append(self.word("marked"))
        if measured.outcome == "fails" and not measured.whole:
            notes.append(self.word("not_whole"))
        return f"{self.word('outcome.' + measured.outcome)} ({'; '.join(notes)})"

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

    def shut(self, shut: Shut, *, all_said: bool) -> tuple[str, str, str]:
        """Shut out of what, what remains, what is not known; each name with what it rests on, where that is not the
        application's own measurement, or for `all_said` where the heading does not say it."""
        out_of = [
            self._noted(name, shut, "by_alike", "" if all_said else "by_said", "disputed") for name in shut.out_of
        ]  # fmt: skip
        left = [self._noted(name, shut, "by_said") for name in shut.left]
        unknown = [self._noted(name, shut, "passes") for name in shut.unknown]
        return self._names(out_of), self._names(left), self._names(unknown)

    def fired(self, fired: Iterable[Fired]) -> list[str]:
        """Rules that fired, one a line, and last what follows for applications."""
        rules = list(fired)
        lines = [
            self.word("fired.one", finding=self._finding(one), rule=one.rule, n=one.probes, all=one.of) for one in rules
        ]
        return [*lines, self.word("fired.apps")] if any(one.node == APPS_NODE for one in rules) else lines

    def route(self, route: Cited) -> str:
        """`UDP 3478, 8801-8810 (as of 2024, grade B)`, without its footnotes."""
        notes = [self.word("route.as_of", date=route.as_of)] if route.as_of else []
        notes.append(self.word("route.grade", grade=route.grade))
        where = " ".join([_TRANSPORTS.get(route.transport, route.transport.upper()), ", ".join(route.ports)]).strip()
        return f"{where} ({self.word('comma').join(notes)})"

    def _finding(self, fired: Fired) -> str:
        table = telling.words(self.language)
        what = telling.tell_node(fired.node, self.language) if fired.node else fired.rule
        return table.get(f"verdict.{fired.verdict}", "{what}").format(what=what)

    def _noted(self, name: str, shut: Shut, *keys: str) -> str:
        """With those of these notes that are true of it."""
        true = {
            "by_alike": name in shut.alike, "by_said": name in shut.said, "disputed": name in shut.disputed,
            "passes": name in shut.passes,
        }  # fmt: skip
        notes = [self.word(key, grade=shut.alike.get(name, "none")) for key in keys if true.get(key)]
        return f"{name} ({self.word('comma').join(notes)})" if notes else name

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
