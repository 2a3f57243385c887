"""Lab room. A profile as a ruleset for the kernel (nftables), where the kernel can do it by itself.

It is a second opinion: the middlebox and the kernel must judge the same capture the same way. What needs a stream, a
seal or a memory of what packets have in them is not expressible, and says so (`lab-not-in-kernel`).

For each packet, as in `engine.Engine`: its flow is known, what is counted is counted, all rules condemn what they
match, and then all rules act, in their order, on what matches or is condemned.
"""

from collections.abc import Callable
from typing import Any

from jemaa import limits
from jemaa.errors import SettingsError

from .link import BYTES_A_KBIT
from .nft_match import Asked, Values, alternatives, no
from .nft_side import SIDES, Memory, Side
from .profile import Profile
from .rule import Rule

_REASONS = {
    "prohibited": "admin-prohibited",
    "port": "port-unreachable",
    "host": "host-unreachable",
    "network": "no-route",
}
"""The reasons of `packet.UNREACHABLE_REASONS` as nft has them for both versions of ICMP."""

Chain = list[str]


def _verdict(rule: Rule, side: Side, memory: Memory) -> str:
    [(verb, values)] = rule.source["do"].items()
    if verb == "drop":
        return "drop"
    if verb == "pass":
        return "accept"
    if verb == "icmp":
        return f"reject with icmpx {_REASONS[values.get('reason', 'prohibited')]}"
    if verb == "police":
        return _policed(rule, values, side, memory)
    raise no(f"to `{verb}`, as rule {rule.name!r} asks")


def _policed(rule: Rule, values: Values, side: Side, memory: Memory) -> str:
    """A bucket for each flow, service or host, and way. The kernel's holds a second of its rate and its burst."""
    if rule.scope in ("service", "host") and (rule.restart or rule.seconds != float("inf")):
        raise no(f"to give a {rule.scope} another bucket when it is condemned again, as rule {rule.name!r} asks")
    rate, holds = values["kbit"] * BYTES_A_KBIT, values.get("burst_bytes", 1600)
    if rate % 1 or holds % 1:
        raise no(f"to count parts of bytes, as the rate or the burst of rule {rule.name!r} asks")
    if holds < rate:
        raise no(f"to let less through at once than in a second ({rate:g} bytes), as rule {rule.name!r} asks")
    buckets = memory.hold(f"bucket{rule.place}{side.way}", side, rule.scope)
    limit = f"limit rate over {int(rate)} bytes/second burst {int(holds - rate)} bytes"
    return f"update {buckets} {{ {side.key(rule.scope)} {limit} }} drop"


def _matches(conditions: dict[str, Any], kind: str, rule: Rule, side: Side, memory: Memory) -> list[str]:
    """All conjunctions of one alternative of each matcher."""
    found = [""]
    for name, values in conditions.items():
        place = f"{rule.place}{kind}_{name.replace('-', '_')}"
        one = alternatives(name, Asked(rule.name, values, side, memory, place))
        found = [f"{before} {each}".strip() for before in found for each in one]
    return found


def _chain(name: str, rule: Rule, side: Side, memory: Memory, does: Callable[[], str]) -> tuple[Chain, Chain]:
    """A rule's own chain, from which `unless` returns early, and the jump to it. Nothing if it never matches."""
    matched = _matches(rule.source["match"], "match", rule, side, memory)
    if not matched:
        return [], []
    spared = [
        f"{one} return".strip()
        for matcher, values in rule.source.get("unless", {}).items()
        for one in _matches({matcher: values}, "unless", rule, side, memory)
    ]
    done = does()
    body = [*spared, *(f"{one} {done}".strip() for one in matched)]
    whole = f"{name}{rule.place}_{side.name}"
    return [f"  chain {whole} {{", *(f"    {line}" for line in body), "  }"], [f"    jump {whole}"]


def _condemns(rule: Rule, side: Side, memory: Memory) -> tuple[Chain, Chain]:
    """What a rule does to a flow, service or host, for good or for a time, begins here, whichever way it then acts."""

    def mark() -> str:
        seconds = 0 if rule.seconds == float("inf") else rule.seconds
        marked = memory.hold(_marked(rule), side, rule.scope, seconds=seconds)
        return f"{'update' if rule.restart else 'add'} {marked} {{ {side.key(rule.scope)} }}"

    return _chain("condemn", rule, side, memory, mark) if rule.scope != "packet" else ([], [])


def _acts(rule: Rule, side: Side, memory: Memory) -> tuple[Chain, Chain]:
    if rule.direction not in ("both", side.way):
        return [], []
    if rule.scope == "packet":
        return _chain("rule", rule, side, memory, lambda: _verdict(rule, side, memory))
    marked = memory.found(_marked(rule), side, rule.scope)
    return [], [f"    {side.key(rule.scope)} {marked} {_verdict(rule, side, memory)}"] if marked else []


def _marked(rule: Rule) -> str:
    return f"marked{rule.place}"


def ruleset(profile: Profile, near: str = "access", far: str = "core") -> str:
    """The text for `nft -f`. `near` and `far` are the operator's devices. Raises SettingsError if not expressible."""
    if profile.link:
        raise no("to be a line with its rate, delay and loss")
    memory = Memory()
    condemning = {side: [_condemns(rule, side, memory) for rule in profile.rules] for side in SIDES}
    acting = {side: [_acts(rule, side, memory) for rule in profile.rules] for side in SIDES}
    chains: Chain = []
    concerned = set()
    for side in SIDES:
        judging = [*condemning[side], *acting[side]]
        made, known = memory.chains(side, limits.LAB_FLOW_IDLE_SECONDS)
        body = [*known, *(line for _, jump in judging for line in jump)]
        if body:
            concerned.add(side.name)
            chains += [
                *made,
                *(line for chain, _ in judging for line in chain),
                f"  chain {side.name} {{",
                *body,
                "  }",
            ]
    for way in ("up", "down"):
        chains += _sorting(way, concerned)
    base = ["  chain forward {", "    type filter hook forward priority 0; policy accept;"]
    base += [f'    iifname "{near}" jump up', f'    iifname "{far}" jump down', "  }"]
    sets = [f"  set {name} {{ {kind}; }}" for name, kind in memory.sets.items()]
    return "\n".join(["table inet jemaa_lab {", *sets, *chains, *base, "}"]) + "\n"


def _sorting(way: str, concerned: set[str]) -> Chain:
    """To the side that a packet is of, if anything concerns it; what is neither IPv4 nor IPv6 passes."""

    def to(name: str) -> str:
        return f"goto {name}" if name in concerned else "return"

    lines = []
    for version, later in ((4, "ip frag-off & 0x1fff != 0"), (6, "frag frag-off != 0")):
        of = f"meta nfproto ipv{version}"
        bare, ports = to(f"{way}_ip{version}_bare"), to(f"{way}_ip{version}_ports")
        lines += [f"    {of} {later} {bare}", f"    {of} meta l4proto {{ tcp, udp }} {ports}", f"    {of} {bare}"]
    return [f"  chain {way} {{", *lines, "  }"]


def expressible(profile: Profile) -> bool:
    """Whether the kernel can do all of it."""
    try:
        ruleset(profile)
    except SettingsError:
        return False
    return True
