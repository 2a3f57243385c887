"""Lab room. A profile: what a network matches and does, where it was seen and how sure that is.

One short TOML file each under `jemaa/lab/profiles/`, read and checked here; docs/lab.md explains the format. A file
that cannot be right is refused with one sentence (`lab-profile-invalid`, `lab-rule-never-matches`).
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jemaa.errors import SettingsError

from .actions import Action, action
from .condition import Condition
from .link import LineSettings
from .matchers import condition
from .packet import Direction
from .params import Params, invalid, never

FOLDER = Path(__file__).parent / "profiles"
GRADES = frozenset({"A", "B", "C", "none"})
SCOPES = frozenset({"packet", "flow", "service", "host"})
"""What a match condemns: this packet, its flow, (participant, far end, protocol, port), or the far host as a whole."""


@dataclass(frozen=True, slots=True)
class Rule:
    """If all of `match` and none of `unless` hold, `action` is done to what `scope` says, for `seconds`."""

    name: str
    place: int
    match: tuple[Condition, ...]
    unless: tuple[Condition, ...]
    action: Action
    scope: str
    direction: str
    seconds: float
    restart: bool
    source: dict[str, Any]
    """The rule as the file has it: for `describe` and for the kernel's back end."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Where this was seen, the grade of that evidence (A packet-level, B vendor or telemetry, C symptom), sources."""

    where: str
    grade: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """A whole network. `dns` maps names to lies; `proxy` is the settings of its proxy, empty if it has none."""

    name: str
    description: str
    hypothesis: bool
    seen: tuple[Seen, ...]
    rules: tuple[Rule, ...]
    link: dict[Direction, LineSettings]
    dns: dict[str, str]
    proxy: dict[str, Any]


def names() -> list[str]:
    """All profiles that come with Jemaa, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name: str) -> Profile:
    """A profile by its name, or by the path of a file that ends in `.toml`."""
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if name.endswith(".toml") and path.is_file():
        return read(path.stem, path.read_text())
    if name not in names():
        raise SettingsError("lab-profile-unknown", f"there is no profile {name!r}; `jemaa lab list` shows all")
    return read(name, path.read_text())


def read(name: str, text: str, above: tuple[str, ...] = ()) -> Profile:
    """A profile from the text of its file; `above` are the profiles that include this one."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as trouble:
        raise invalid(name, f"this is no TOML: {trouble}") from trouble
    known = {"description", "hypothesis", "seen", "rules", "link", "dns", "proxy", "includes"}
    if unknown := sorted(set(table) - known):
        raise invalid(name, f"there is no `{unknown[0]}` in a profile")
    included = [_include(name, other, above) for other in Params(name, table).words("includes")]
    rules = [rule.source for one in included for rule in one.rules] + list(table.get("rules", []))
    head = Params(name, {key: table[key] for key in ("description", "hypothesis") if key in table})
    profile = Profile(
        name=name,
        description=head.word("description", "").strip(),
        hypothesis=head.flag("hypothesis", False),
        seen=tuple(_seen(name, one) for one in table.get("seen", [])),
        rules=_rules(name, rules),
        link=_link(name, table.get("link", {}), included),
        dns={key: value for one in [*(p.dns for p in included), _lies(name, table)] for key, value in one.items()},
        proxy={key: value for p in [*(p.proxy for p in included), table.get("proxy", {})] for key, value in p.items()},
    )
    _check_words(profile)
    return profile


def _include(name: str, other: str, above: tuple[str, ...]) -> Profile:
    if other in (name, *above):
        raise invalid(name, f"it includes {other!r}, which includes it")
    if other not in names():
        raise invalid(name, f"it includes {other!r}, and there is no such profile")
    return read(other, (FOLDER / f"{other}.toml").read_text(), (*above, name))


def _check_words(profile: Profile) -> None:
    if not profile.description:
        raise invalid(profile.name, "it has no description")
    if profile.hypothesis and "hypothesis" not in profile.description.lower():
        raise invalid(profile.name, "it is a hypothesis, and its description must say so")
    if not profile.seen:
        raise invalid(profile.name, 'it does not say where this was seen; write [[seen]], with grade "none" if nowhere')


def _seen(name: str, table: Any) -> Seen:
    params = Params(f"{name}, seen", table)
    seen = Seen(params.word("where", ""), params.word("grade", "none", GRADES), params.words("sources"))
    params.done()
    if not seen.where:
        raise invalid(name, "`seen` must say `where`")
    return seen


def _lies(name: str, table: dict[str, Any]) -> dict[str, str]:
    lies = table.get("dns", {})
    if not isinstance(lies, dict) or not all(isinstance(one, str) for one in lies.values()):
        raise invalid(name, '`dns` maps names to an address or to "nxdomain"')
    return dict(lies)


def _link(name: str, table: Any, included: list[Profile]) -> dict[Direction, LineSettings]:
    link: dict[Direction, LineSettings] = {}
    for one in included:
        link |= one.link
    ways: tuple[Direction, ...] = ("up", "down")
    if not isinstance(table, dict) or set(table) - set(ways):
        raise invalid(name, "`link` has `up` and `down`, and nothing else")
    for way in ways:
        if way in table:
            link[way] = LineSettings.read(Params(f"{name}, link {way}", table[way]))
    return link


def _rules(name: str, tables: list[Any]) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    for place, table in enumerate(tables):
        rule = _rule(name, place, table)
        if any(one.name == rule.name for one in rules):
            raise invalid(name, f"two rules are called {rule.name!r}")
        for before in rules:
            _check_reached(name, before, rule)
        rules.append(rule)
    return tuple(rules)


def _rule(name: str, place: int, table: Any) -> Rule:
    if not isinstance(table, dict) or not isinstance(table.get("name"), str):
        raise invalid(name, f"rule {place + 1} has no name")
    where = f"{name}, rule {table['name']!r}"
    params = Params(where, {key: value for key, value in table.items() if key not in ("match", "unless", "do")})
    match, does = table.get("match"), table.get("do")
    if not isinstance(match, dict) or not match:
        raise invalid(where, "it has no `match` (to match all, write `everything = {}`)")
    if not isinstance(does, dict) or len(does) != 1:
        raise invalid(where, "it must `do` one thing")
    unless = table.get("unless", {})
    conditions = tuple(condition(where, key, value) for key, value in match.items())
    _check_protocols(where, conditions)
    [(verb, values)] = does.items()
    rule = Rule(
        name=params.word("name", ""),
        place=place,
        match=conditions,
        unless=tuple(condition(where, key, value) for key, value in unless.items()),
        action=action(where, verb, values),
        scope=params.word("scope", "packet", SCOPES),
        direction=params.word("direction", "both", frozenset({"up", "down", "both"})),
        seconds=params.positive("seconds") if "seconds" in table else float("inf"),
        restart=params.flag("restart", False),
        source=table,
    )
    params.done()
    if rule.scope == "packet" and "seconds" in table:
        raise invalid(where, "`seconds` needs a scope of flow, service or host")
    if any(key in match and match[key] == value for key, value in unless.items()):
        raise never(where, "what it matches is what `unless` takes out")
    return rule


def _check_protocols(where: str, conditions: tuple[Condition, ...]) -> None:
    sets = [one.protocols for one in conditions if one.protocols is not None]
    if sets and not frozenset.intersection(*sets):
        raise never(where, "no packet is of two protocols at once")


def _check_reached(name: str, before: Rule, rule: Rule) -> None:
    """A rule behind one that ends everything it could match is a mistake."""
    wider = before.source["match"].items() <= rule.source["match"].items()
    if "everything" in before.source["match"] and len(before.match) == 1:
        wider = True
    if wider and before.action.ends and not before.unless and before.direction == "both":
        raise never(f"{name}, rule {rule.name!r}", f"rule {before.name!r} before it takes all of its packets")
