"""Lab room. The middlebox's judgement, pure: packets and times in, packets with times to leave out.

`Engine.judge` is given each packet with its direction and `now`; it keeps flows, condemned hosts and its own seeded
chance, so that the same packets at the same times are always judged the same. Whoever calls it holds back what
leaves later. One engine belongs to one caller.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from . import packet as wire
from .actions import Act, Done, Release
from .condition import See
from .flow import Flow, FlowTable
from .link import Line
from .packet import Direction, Packet
from .profile import Profile
from .rule import Rule


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the log: what became of a packet, and by which rule (or `link`)."""

    at: float
    flow: int
    rule: str
    outcome: str
    direction: Direction
    protocol: int
    inside: str
    outside: str
    port: int
    size: int


class Watch:
    """A rule with its memory of one flow."""

    __slots__ = ("act", "besides", "rule", "sees")

    def __init__(self, rule: Rule, sees: list[See], besides: list[See], act: Act) -> None:
        self.rule = rule
        self.sees = sees
        self.besides = besides
        self.act = act


class Mark:
    """A condemned flow, host or service: by which rule, with which action, until when."""

    __slots__ = ("act", "rule", "until")

    def __init__(self, rule: Rule, act: Act, until: float) -> None:
        self.rule = rule
        self.act = act
        self.until = until


Residue = tuple[str, bytes, bytes, int, int]
"""(rule, inside, outside, protocol, far port); protocol and port are 0 where the whole host is condemned."""


class Engine:
    """One profile at work. `record` is called with each decision that is not a plain pass."""

    def __init__(self, profile: Profile, seed: int = 1, record: Callable[[Decision], None] | None = None) -> None:
        self.profile = profile
        self._chance = random.Random(seed)
        self._record = record
        self._flows = FlowTable()
        self._residue: dict[Residue, Mark] = {}
        self._lasting = [rule for rule in profile.rules if rule.scope in ("host", "service")]
        self._lines: dict[Direction, Line] = {
            way: Line(settings, random.Random(f"{seed} {way}")) for way, settings in profile.link.items()
        }

    def judge(self, raw: bytes, direction: Direction, now: float) -> list[Release]:
        """What leaves because of this packet: itself (maybe later, maybe changed) and what the box forges."""
        packet = wire.parse(raw)
        if packet is None:
            return []
        flow, fresh = self._flows.find(packet, direction, now)
        if fresh:
            flow.watching = self._watches(packet, flow)
        if not flow.watching and not flow.marks and not self._residue and not self._lines:
            return [Release(now, direction, packet.raw)]
        released: list[Release] = []
        through = self._pass_rules(packet, flow, direction, now, released)
        if through is not None:
            at, changed = through
            self._carry(changed, flow, direction, at, now, released)
        return released

    def _pass_rules(
        self, packet: Packet, flow: Flow, direction: Direction, now: float, released: list[Release]
    ) -> tuple[float, Packet] | None:
        """Put the packet through all that concerns it; None if it does not come through."""
        at = now
        for rule, act in self._concerned(packet, flow, direction, now):
            done = act(packet, at, direction)
            released.extend(done.extra)
            if done.outcome:
                self._log(now, flow, rule.name, done, direction, packet)
            if done.at is None:
                return None
            if rule.action.ends:
                return done.at, packet
            at = done.at
            if done.raw is not packet.raw:
                packet = wire.parse(done.raw) or packet
        return at, packet

    def _concerned(self, packet: Packet, flow: Flow, direction: Direction, now: float) -> list[tuple[Rule, Act]]:
        """Rules that act on this packet: first those that condemned its host or flow before, then fresh matches."""
        found: dict[str, tuple[Rule, Act]] = {}
        for mark in self._residues(flow, now) if self._residue else ():
            if mark.rule.direction in ("both", direction):
                found[mark.rule.name] = (mark.rule, mark.act)
        if flow.marks:
            flow.marks = [mark for mark in flow.marks if mark.until > now]
            for mark in flow.marks:
                if mark.rule.direction in ("both", direction):
                    found[mark.rule.name] = (mark.rule, mark.act)
        for watch in list(flow.watching):
            rule = watch.rule
            if not self._matches(watch, packet, flow, direction, now):
                continue
            if rule.scope != "packet" and (rule.restart or not self._is_marked(flow, rule, now)):
                self._condemn(flow, watch, now)
            if rule.direction in ("both", direction):
                found.setdefault(rule.name, (rule, watch.act))
        if len(found) < 2:
            return list(found.values())
        return sorted(found.values(), key=lambda pair: pair[0].place)

    def _matches(self, watch: Watch, packet: Packet, flow: Flow, direction: Direction, now: float) -> bool:
        """Every condition is asked, also where one before it has said no: some have to see all packets of a flow."""
        held = True
        for see in watch.sees:
            seen = see(packet, flow, direction, now)
            if seen is None:
                flow.watching.remove(watch)
                return False
            held = held and seen
        for see in watch.besides:
            held = not see(packet, flow, direction, now) and held
        return held

    def _watches(self, packet: Packet, flow: Flow) -> list[Watch]:
        """The rules that can match on this flow: the bounds of their conditions are looked at here, once."""
        found = []
        for rule in self.profile.rules:
            unless = [one for one in rule.unless if one.bounds.hold(packet, flow)]
            if not all(one.bounds.hold(packet, flow) for one in rule.match) or any(one.make is None for one in unless):
                continue
            sees = [one.make() for one in rule.match if one.make is not None]
            besides = [one.make() for one in unless if one.make is not None]
            found.append(Watch(rule, sees, besides, rule.action.make(self._chance)))
        return found

    def _condemn(self, flow: Flow, watch: Watch, now: float) -> None:
        rule = watch.rule
        mark = Mark(rule, watch.act, now + rule.seconds)
        if rule.scope == "flow":
            flow.marks = [one for one in flow.marks if one.rule is not rule] + [mark]
            if rule.seconds == float("inf"):
                flow.watching.remove(watch)
        else:
            self._residue[_residue(flow, rule)] = mark

    def _is_marked(self, flow: Flow, rule: Rule, now: float) -> bool:
        marks = flow.marks if rule.scope == "flow" else self._residues(flow, now)
        return any(mark.rule is rule for mark in marks)

    def _residues(self, flow: Flow, now: float) -> list[Mark]:
        found = []
        for rule in self._lasting:
            key = _residue(flow, rule)
            mark = self._residue.get(key)
            if mark is not None and mark.until > now:
                found.append(mark)
            elif mark is not None:
                del self._residue[key]
        return found

    def _carry(
        self, packet: Packet, flow: Flow, direction: Direction, at: float, now: float, released: list[Release]
    ) -> None:
        """Over the line, if the profile has one."""
        line = self._lines.get(direction)
        if line is None:
            released.append(Release(at, direction, packet.raw))
            return
        arrival, why = line.carry(len(packet.raw), at)
        if arrival is None:
            self._log(now, flow, "link", Done(None, packet.raw, why), direction, packet)
        else:
            released.append(Release(arrival, direction, packet.raw))

    def _log(self, now: float, flow: Flow, rule: str, done: Done, direction: Direction, packet: Packet) -> None:
        if self._record is not None:
            inside, outside = wire.written(flow.inside), wire.written(flow.outside)
            size = len(packet.raw)
            ends = (flow.protocol, inside, outside, flow.outside_port, size)
            self._record(Decision(now, flow.number, rule, done.outcome, direction, *ends))


def _residue(flow: Flow, rule: Rule) -> Residue:
    if rule.scope == "host":
        return rule.name, flow.inside, flow.outside, 0, 0
    return rule.name, flow.inside, flow.outside, flow.protocol, flow.outside_port
