"""Lab room. A profile: what a network matches and does, where it was seen and how sure that is.

One short TOML file each under `jemaa/lab/profiles/`, read and checked here; docs/lab.md explains the format. A file
that cannot be right is refused with one sentence (`lab-profile-invalid`, `lab-rule-never-matches`).
"""

import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jemaa.errors import SettingsError

from .link import LineSettings
from .packet import Direction
from .params import Params, host_name, invalid, is_address
from .proxy_settings import ProxySettings
from .rule import Rule

FOLDER = Path(__file__).parent / "profiles"
GRADES = frozenset({"A", "B", "C", "none"})
_PARAMETER = re.compile(r"\{([a-z_]+)\}")


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
    """A profile by its name, or by the path of a file that ends in `.toml`.

    `PROFILE@LINE` is one over another line, `PROFILE:NAME=NUMBER,NAME=NUMBER` one whose parameters have other values.
    """
    network, at, line = name.rpartition("@")
    if at and network and "/" not in line:
        return _over(load(network), load(line))
    plain, colon, words = name.rpartition(":")
    if colon and "=" in words:
        return replace(_load(plain, _values(name, words)), name=name)
    return _load(name, {})


def _load(name: str, given: dict[str, float]) -> Profile:
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if name.endswith(".toml") and path.is_file():
        return read(path.stem, _text(path), given=given)
    if name not in names():
        raise SettingsError("lab-profile-unknown", f"there is no profile {name!r}; `jemaa lab list` shows all")
    return read(name, path.read_text(), given=given)


def _values(name: str, words: str) -> dict[str, float]:
    values = {}
    for word in words.split(","):
        key, _, value = word.partition("=")
        try:
            number = float(value)
        except ValueError:
            raise invalid(name, f"{word!r} gives no number to a parameter; write NAME=NUMBER") from None
        values[key] = int(number) if number.is_integer() else number
    return values


def _over(network: Profile, line: Profile) -> Profile:
    """The first network, over the second one's line."""
    if line.rules or line.dns or line.proxy or not line.link:
        raise invalid(line.name, f"it is no plain line, and {network.name!r} cannot be had over it")
    description = f"{network.description} Over this line: {line.description}"
    return replace(network, name=f"{network.name}@{line.name}", description=description, link=line.link)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as trouble:
        raise invalid(str(path), f"this file cannot be read: {trouble}") from trouble


def read(name: str, text: str, above: tuple[str, ...] = (), *, given: dict[str, float] | None = None) -> Profile:
    """A profile from the text of its file; `above` are the profiles that include this one, `given` values of its
    parameters that are not the file's own."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as trouble:
        raise invalid(name, f"this is no TOML: {trouble}") from trouble
    known = {"description", "hypothesis", "seen", "rules", "link", "dns", "proxy", "includes", "parameters"}
    if unknown := sorted(set(table) - known):
        raise invalid(name, f"there is no `{unknown[0]}` in a profile")
    parameters = _parameters(name, table, given or {})
    included = [_include(name, other, above) for other in Params(name, table).words("includes")]
    own = [_filled(name, rule, parameters) for rule in _tables(name, table, "rules")]
    rules = [rule.source for one in included for rule in one.rules] + own
    head = Params(name, {key: table[key] for key in ("description", "hypothesis") if key in table})
    profile = Profile(
        name=name,
        description=_told(name, head.word("description", "").strip(), parameters),
        hypothesis=head.flag("hypothesis", False),
        seen=tuple(_seen(name, one) for one in _tables(name, table, "seen")),
        rules=_rules(name, rules),
        link=_link(name, table.get("link", {}), included),
        dns={key: value for one in [*(p.dns for p in included), _lies(name, table)] for key, value in one.items()},
        proxy=_proxy(name, table, included),
    )
    _check_words(profile)
    return profile


def _parameters(name: str, table: dict[str, Any], given: dict[str, float]) -> dict[str, float]:
    """The values of the numbers that a file declares, which rules and description have as `{NAME}`."""
    declared = table.get("parameters", {})
    if not isinstance(declared, dict) or any(type(one) not in (int, float) for one in declared.values()):
        raise invalid(name, "`parameters` maps names to numbers")
    if unknown := sorted(set(given) - set(declared)):
        there = f"there are {', '.join(declared)}" if declared else "it has none"
        raise invalid(name, f"there is no parameter `{unknown[0]}` in this profile; {there}")
    used = set(_PARAMETER.findall(str(table.get("rules", ""))))
    if unused := sorted(set(declared) - used):
        raise invalid(name, f"no rule has its parameter `{unused[0]}`")
    return declared | given


def _filled(name: str, value: Any, parameters: dict[str, float]) -> Any:
    """The same with numbers where parameters are named."""
    if isinstance(value, dict):
        return {key: _filled(name, one, parameters) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(name, one, parameters) for one in value]
    named = _PARAMETER.fullmatch(value) if isinstance(value, str) else None
    return value if named is None else parameters[_declared(name, named[1], parameters)]


def _told(name: str, text: str, parameters: dict[str, float]) -> str:
    return _PARAMETER.sub(lambda found: f"{parameters[_declared(name, found[1], parameters)]:,}", text)


def _declared(name: str, parameter: str, parameters: dict[str, float]) -> str:
    if parameter not in parameters:
        raise invalid(name, f"it names `{{{parameter}}}`, and declares no such parameter")
    return parameter


def _include(name: str, other: str, above: tuple[str, ...]) -> Profile:
    if other in (name, *above):
        raise invalid(name, f"it includes {other!r}, which includes it")
    if other not in names():
        raise invalid(name, f"it includes {other!r}, and there is no such profile")
    return read(other, (FOLDER / f"{other}.toml").read_text(), (*above, name))


def _tables(name: str, table: dict[str, Any], key: str) -> list[Any]:
    found = table.get(key, [])
    if not isinstance(found, list):
        raise invalid(name, f"`{key}` must be a list of tables, each below a [[{key}]]")
    return list(found)


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
    for asked, lie in lies.items():
        if lie != "nxdomain" and not is_address(lie):
            raise invalid(name, f'`dns` answers {asked!r} with {lie!r}, which is neither an address nor "nxdomain"')
    return {host_name(f"{name}, dns", asked): lie for asked, lie in lies.items()}


def _proxy(name: str, table: dict[str, Any], included: list[Profile]) -> dict[str, Any]:
    """The proxy's settings: of what is included the last word counts, and this file's own beats all."""
    own = table.get("proxy", {})
    if not isinstance(own, dict) or ("proxy" in table and not own):
        raise invalid(name, "`proxy` must be a table of settings; write [proxy] and below it ports = [443]")
    settings = {key: value for one in [*(p.proxy for p in included), own] for key, value in one.items()}
    ProxySettings.read(name, settings)
    return settings


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
        rule = Rule.read(name, place, table)
        if any(one.name == rule.name for one in rules):
            raise invalid(name, f"two rules are called {rule.name!r}")
        for before in rules:
            rule.check_reached(name, before)
        rules.append(rule)
    return tuple(rules)
