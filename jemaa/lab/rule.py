"""Lab room. A rule of a profile: what it asks of a packet, and what it then does to how much.

One that can never act is a mistake of whoever wrote it, and is refused with one sentence (`lab-rule-never-matches`):
where its matchers have nothing in common, or where a rule before it ends everything that it could act on.
"""

from dataclasses import dataclass
from typing import Any

from .actions import Action, action
from .bounds import Ports
from .condition import Condition, common
from .matchers import condition
from .params import Params, invalid, never

_WIDTH = {"packet": 0, "flow": 1, "service": 2, "host": 3}
SCOPES = frozenset(_WIDTH)
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

    @staticmethod
    def read(name: str, place: int, table: Any) -> "Rule":
        """From a table of the profile `name`; SettingsError if it cannot be right."""
        if not isinstance(table, dict) or not isinstance(table.get("name"), str):
            raise invalid(name, f"rule {place + 1} has no name")
        where = f"{name}, rule {table['name']!r}"
        params = Params(where, {key: value for key, value in table.items() if key not in ("match", "unless", "do")})
        match, unless, does = table.get("match"), table.get("unless", {}), table.get("do")
        if not isinstance(match, dict) or not match:
            raise invalid(where, "it has no `match` (to match all, write `everything = {}`)")
        if not isinstance(unless, dict):
            raise invalid(where, "`unless` must be a table of matchers")
        if not isinstance(does, dict) or len(does) != 1:
            raise invalid(where, "it must `do` one thing")
        [(verb, values)] = does.items()
        rule = Rule(
            name=params.word("name", ""),
            place=place,
            match=tuple(condition(where, key, value) for key, value in match.items()),
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
        rule._check_meetable(where)
        return rule

    def _check_meetable(self, where: str) -> None:
        """That what it asks can be true of one packet at once."""
        bounds = common(self.match)
        if bounds.protocols == frozenset():
            raise never(where, "no packet is of two protocols at once")
        if bounds.ports == ():
            looks = (f"`{one.name}` looks at {_written(one.bounds.ports)}" for one in self.match if one.bounds.ports)
            raise never(where, f"no far port meets all it asks ({', '.join(looks)})")
        if bounds.upwards and self.direction == "down" and self.scope == "packet":
            name = next(one.name for one in self.match if one.bounds.upwards)
            raise never(where, f"`{name}` looks at what the participant sends, and `direction` is down")
        if any(one.implied(self.match) for one in self.unless):
            raise never(where, "what it matches is what `unless` takes out")

    def check_reached(self, name: str, before: "Rule") -> None:
        """That `before`, a rule above it in the profile `name`, leaves something for it to act on."""
        if (
            before.action.ends
            and before.direction in ("both", self.direction)
            and before._takes_whole() >= _WIDTH[self.scope]
            and all(one.implied(self.match) for one in before.match)
            and all(self._never_meets(one) for one in before.unless)
        ):
            raise never(f"{name}, rule {self.name!r}", f"rule {before.name!r} before it takes all of its packets")

    def _never_meets(self, other: Condition) -> bool:
        """Whether no packet that this rule matches meets the other condition."""
        bounds = common((*self.match, other))
        return bounds.empty or any(one.implied((other,)) for one in self.unless)

    def _takes_whole(self) -> int:
        """The width of the widest scope that it takes whole and for good, once it has taken one packet of it."""
        width = _WIDTH[self.scope] if self.seconds == float("inf") else 0
        asked = (*self.match, *self.unless)
        if any(one.make is not None for one in asked):
            return width
        # Bounds alone: the far end, its port and the protocol decide, which all packets of a service have in common.
        far_end_only = all(one.bounds.protocols is None and one.bounds.ports is None for one in asked)
        return max(width, _WIDTH["host" if far_end_only else "service"])


def _written(ports: Ports) -> str:
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ports)
