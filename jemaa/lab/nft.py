"""Lab room. A profile as a ruleset for the kernel (nftables), where the kernel can do it by itself.

It is a second opinion: the middlebox and the kernel must judge the same capture the same way. What needs a stream, a
seal or a memory of several packets is not expressible, and says so (`lab-not-in-kernel`).
Payload offsets are in bits from the transport header: a UDP payload begins at 64.
"""

from collections.abc import Callable
from typing import Any

from jemaa.errors import SettingsError

from .params import Params
from .places import networks
from .profile import Profile
from .rule import Rule

Values = dict[str, Any]


def _no(what: str) -> SettingsError:
    return SettingsError("lab-not-in-kernel", f"the kernel cannot do this by itself: {what}; use the middlebox")


def _ports(values: Values, side: str) -> list[str]:
    ranges = Params("port", {"ports": values["ports"]}).ports("ports")
    ports = ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in ranges)
    return [f"meta l4proto {{ tcp, udp }} th {side} {{ {ports} }}"]  # ICMP has other things where ports are


def _places(values: Values, side: str) -> list[str]:
    """One alternative for each IP version that the places have."""
    end = "daddr" if side == "dport" else "saddr"
    found = []
    for version, word in ((4, "ip"), (6, "ip6")):
        texts = [str(one) for one in networks("to", tuple(values["places"])) if one.version == version]
        if texts:
            found.append(f"{word} {end} {{ {', '.join(texts)} }}")
    return found


def _stun(values: Values, side: str) -> list[str]:
    least = 8 + int(values.get("least", 28))
    checks = "@th,64,2 0 @th,94,2 0 @th,96,32 0x2112a442"
    return [f"meta l4proto udp udp length >= {least} {checks}"]


def _quic(values: Values, side: str) -> list[str]:
    versions = ", ".join(f"{one:#010x}" for one in values.get("versions") or [1])
    return [f"meta l4proto udp @th,64,2 3 @th,72,32 {{ {versions} }}"]


def _dtls(values: Values, side: str) -> list[str]:
    if values.get("ciphers"):
        raise _no("the order of ciphers in a DTLS ClientHello")
    return ["meta l4proto udp udp length >= 22 @th,64,8 0x16 @th,72,16 { 0xfeff, 0xfefd, 0xfefc } @th,168,8 1"]


_EXPRESSIONS: dict[str, Callable[[Values, str], list[str]]] = {
    "everything": lambda values, side: [""],
    "udp": lambda values, side: ["meta l4proto udp"],
    "tcp": lambda values, side: ["meta l4proto tcp"],
    "icmp": lambda values, side: ["meta l4proto { icmp, icmpv6 }"],
    "port": _ports,
    "to": _places,
    "stun": _stun,
    "quic": _quic,
    "dtls-hello": _dtls,
}
"""Matcher → the alternatives that say the same, seen from the far end's `dport` (up) or `sport` (down)."""

_REASONS = {
    "prohibited": "admin-prohibited",
    "port": "port-unreachable",
    "host": "host-unreachable",
    "network": "no-route",
}
"""The reasons of `packet.UNREACHABLE_REASONS` as nft has them for both versions of ICMP."""


def _verdict(rule: Rule) -> str:
    [(verb, values)] = rule.source["do"].items()
    if rule.scope != "packet":
        raise _no(f"rule {rule.name!r} condemns a {rule.scope}, and a packet is all that is judged here")
    if verb == "drop":
        return "drop"
    if verb == "icmp":
        return f"reject with icmpx {_REASONS[values.get('reason', 'prohibited')]}"
    raise _no(f"the action `{verb}` of rule {rule.name!r}")


def _alternatives(rule: Rule, conditions: Values, side: str) -> list[str]:
    """All conjunctions of one alternative of each matcher."""
    found = [""]
    for name, values in conditions.items():
        if name not in _EXPRESSIONS:
            raise _no(f"the matcher `{name}` of rule {rule.name!r}")
        found = [f"{before} {one}".strip() for before in found for one in _EXPRESSIONS[name](values, side)]
    return found


def _chain(rule: Rule, number: int, way: str, side: str) -> tuple[list[str], list[str]]:
    """(chains, jumps): `unless` returns early from a rule's own chain."""
    name = f"rule{number}_{way}"
    body = []
    for matcher, values in rule.source.get("unless", {}).items():
        body += [f"    {one} return" for one in _alternatives(rule, {matcher: values}, side)]
    body += [f"    {one} {_verdict(rule)}".rstrip() for one in _alternatives(rule, rule.source["match"], side)]
    device = "access" if way == "up" else "core"
    return [f"  chain {name} {{", *body, "  }"], [f'    iifname "{device}" jump {name}']


def ruleset(profile: Profile, near: str = "access", far: str = "core") -> str:
    """The text for `nft -f`. `near` and `far` are the operator's devices. Raises SettingsError if not expressible."""
    chains: list[str] = []
    jumps: list[str] = []
    if profile.link:
        raise _no("a line's rate, delay and loss")
    for number, rule in enumerate(profile.rules):
        for way, side in (("up", "dport"), ("down", "sport")):
            if rule.direction in ("both", way):
                made, jump = _chain(rule, number, way, side)
                chains += made
                jumps += jump
    base = ["  chain forward {", "    type filter hook forward priority 0; policy accept;", *jumps, "  }"]
    text = "\n".join(["table inet jemaa_lab {", *chains, *base, "}"]) + "\n"
    return text.replace('"access"', f'"{near}"').replace('"core"', f'"{far}"')


def expressible(profile: Profile) -> bool:
    """Whether the kernel can do all of it."""
    try:
        ruleset(profile)
    except SettingsError:
        return False
    return True
