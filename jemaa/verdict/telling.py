"""Verdict room. Advice and findings in words, in a language: sentences for a terminal or a page, weightiest first."""

from collections.abc import Iterator, Mapping, Sequence

from .advice import Advice, Way
from .finding import Finding
from .words import ar, en, fr

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": en.WORDS, "fr": fr.WORDS, "ar": ar.WORDS}
_THINGS = ("sound", "picture", "still", "speaking", "writing")


def words(language: str) -> Mapping[str, str]:
    """Of a language; English for one that is not there."""
    return LANGUAGES.get(language, en.WORDS)


def tell(advice: Advice, language: str = "en") -> Iterator[str]:
    """What a person can do from there, and should do."""
    table = words(language)
    done = [_thing(name, way, table) for name in _THINGS if (way := getattr(advice, name)) is not None]
    yield table["you_can"].format(what=_row(done, table)) if done else table["you_cannot"]
    if advice.kbps is not None:
        yield table["about"].format(kbps=round(advice.kbps))
    if advice.calls is not None:
        ways = [table[f"way.{name}"] for name in advice.calls]
        yield table["calls.work"].format(ways=_row(ways, table)) if ways else table["calls.none"]
    yield from (table[code] for code in advice.todo)


def tell_unknown(advice: Advice, language: str = "en") -> Iterator[str]:
    """What the check cannot know."""
    table = words(language)
    yield from (table[code] for code in advice.unknown)


def tell_finding(finding: Finding, language: str = "en") -> str:
    """One finding in a line: what, what is done to it, and where both ends know it, on which way it got lost."""
    table = words(language)
    said = table[f"verdict.{finding.verdict}"].format(what=tell_node(finding.node, language))
    lost = table.get(f"lost.{finding.direction}")
    return table["lost"].format(said=said, lost=lost) if lost else said


def tell_node(node: str, language: str = "en") -> str:
    """A node in words, by its first part and its last: `stun.drop.app` is STUN of known applications."""
    table = words(language)
    if whole := table.get(f"node.{node}"):
        return whole
    first, _, rest = node.partition(".")
    last = rest.rpartition(".")[2]
    named = table.get(f"node.{first}", first)
    return table["comma"].join((named, table[f"part.{last}"])) if f"part.{last}" in table else named


def _thing(name: str, way: Way, table: Mapping[str, str]) -> str:
    return table[name].format(way=table[f"way.{way.rung}"])


def _row(parts: Sequence[str], table: Mapping[str, str]) -> str:
    """One, two and three, as the language puts them in a row."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    return table["and"].format(first=table["comma"].join(parts[:-1]), last=parts[-1])
