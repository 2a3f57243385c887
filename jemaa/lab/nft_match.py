"""Lab room. Matchers as the kernel has them: each gives the alternatives that say the same, of one side's packets.

No alternative is "never, of these packets". Payload offsets are in bits: of UDP from its header, so that a payload
begins at 64; of TCP from where the payload begins, wherever that is.
"""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jemaa.errors import SettingsError

from . import stun
from .nft_side import Memory, Side
from .params import Params
from .places import networks

Values = dict[str, Any]
_COOKIE = f"{int.from_bytes(stun.COOKIE, 'big'):#x}"


@dataclass(frozen=True, slots=True)
class Asked:
    """One matcher of one rule: its values, on which side, and where its memory is. `place` is its own in a ruleset."""

    rule: str
    values: Values
    side: Side
    memory: Memory
    place: str

    def no(self, what: str) -> SettingsError:
        """What the kernel cannot do for this rule."""
        return no(f"{what}, as rule {self.rule!r} asks")


def no(what: str) -> SettingsError:
    """What the kernel is not able "to …"."""
    return SettingsError("lab-not-in-kernel", f"the kernel by itself is not able {what}; use the middlebox")


def _protocol(name: str) -> Callable[[Asked], list[str]]:
    return lambda asked: [f"meta l4proto {name}"]


def _icmp(asked: Asked) -> list[str]:
    return [] if asked.side.has_ports else ["meta l4proto { icmp, icmpv6 }"]


def _ports(asked: Asked) -> list[str]:
    if not asked.side.has_ports:
        return []
    joined: list[tuple[int, int]] = []  # nft takes no two ranges that overlap
    for low, high in sorted(Params("port", {"ports": asked.values["ports"]}).ports("ports")):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    ports = ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in joined)
    return [f"{asked.side.far_port} {{ {ports} }}"]


def _places(asked: Asked) -> list[str]:
    found = [one for one in networks("to", tuple(asked.values["places"])) if one.version == asked.side.version]
    texts = ", ".join(map(str, ipaddress.collapse_addresses(found)))  # type: ignore[type-var] # all are of one version
    return [f"{asked.side.far} {{ {texts} }}"] if texts else []


def _age(asked: Asked) -> list[str]:
    """Young is who is in a set that forgets him at that age."""
    side, memory = asked.side, asked.memory
    key = side.key("flow")
    young = memory.hold(f"young{asked.place}", side, "flow", seconds=float(asked.values["seconds"]))
    memory.begun.setdefault(side, []).append(f"    update {young} {{ {key} }}")
    return [f"{key} != {young}"]


def _volume(asked: Asked) -> list[str]:
    """Each way has its count, and who is over in one that is asked about is in a set."""
    side, memory, which = asked.side, asked.memory, asked.values.get("direction", "either")
    if not asked.values.get("whole"):
        raise asked.no("to count payload without headers (`whole = true` counts both)")
    key, over = side.key("flow"), memory.hold(f"over{asked.place}", side, "flow")
    if which in ("either", side.way):
        counts = memory.hold(f"count{asked.place}{side.way}", side, "flow")
        quota = f"quota over {int(asked.values['count'])} bytes"
        line = f"    meta l4proto {{ tcp, udp }} update {counts} {{ {key} {quota} }} add {over} {{ {key} }}"
        memory.counted.setdefault(side, []).append(line)
    return [f"{key} {over}"]


def _stun(asked: Asked) -> list[str]:
    return _messages(asked.side, int(asked.values.get("least", 28)), "")


def _stun_message(asked: Asked) -> list[str]:
    methods, types = asked.values.get("methods") or [], asked.values.get("types") or []
    kinds = range(stun.MOST_TYPE + 1)
    wanted = [one for one in kinds if (not methods or stun.method(one) in methods) and (not types or one in types)]
    listed = f"{{ {', '.join(map(hex, wanted))} }}" if len(wanted) < len(kinds) else ""
    return _messages(asked.side, stun.HEADER_BYTES, listed)


def _messages(side: Side, least: int, types: str) -> list[str]:
    """STUN over UDP; over TCP at the start of a segment, with and without its length before it (RFC 4571)."""
    if not side.has_ports:
        return []

    def message(base: str, at: int) -> str:
        kind = f"@{base},{at},16 {types} " if types else f"@{base},{at},2 0 "
        return f"{kind}@{base},{at + 30},2 0 @{base},{at + 32},32 {_COOKIE}"

    def has(count: int) -> str:
        return f"@ih,{8 * count - 8},8 >= 0"  # a byte that is not there makes no match

    return [
        f"meta l4proto udp udp length >= {8 + least} {message('th', 64)}",
        f"meta l4proto tcp {has(least)} {message('ih', 0)}",
        f"meta l4proto tcp {has(least + 2)} {message('ih', 16)}",
    ]


def _quic(asked: Asked) -> list[str]:
    versions = ", ".join(f"{one:#010x}" for one in sorted(set(asked.values.get("versions") or [1])))
    return _datagrams(asked.side, f"@th,64,2 3 @th,72,32 {{ {versions} }}")


def _dtls(kind: int) -> Callable[[Asked], list[str]]:
    def hello(asked: Asked) -> list[str]:
        if any(asked.values.values()):
            raise asked.no("to read what a DTLS hello has in it")
        versions = "@th,72,16 { 0xfeff, 0xfefd, 0xfefc }"
        return _datagrams(asked.side, f"udp length >= 22 @th,64,8 0x16 {versions} @th,168,8 {kind}")

    return hello


def _rtp(asked: Asked) -> list[str]:
    if asked.values.get("packets", 3) != 1:
        raise asked.no("to tell packets in a row that look like RTP from one (`packets = 1`)")
    ports = f"{asked.side.far_port} >= {int(asked.values.get('exempt_below', 1024))}"
    kinds = "@th,72,8 { 0-34, 96-162, 224-255 }"  # 0-34 and 96-127, with the marker bit or without
    return _datagrams(asked.side, f"{ports} udp length >= 20 @th,64,2 2 {kinds}")


def _datagrams(side: Side, expression: str) -> list[str]:
    return [f"meta l4proto udp {expression}"] if side.has_ports else []


_EXPRESSIONS: dict[str, Callable[[Asked], list[str]]] = {
    "everything": lambda asked: [""],
    "udp": _protocol("udp"),
    "tcp": _protocol("tcp"),
    "icmp": _icmp,
    "port": _ports,
    "to": _places,
    "age": _age,
    "bytes": _volume,
    "stun": _stun,
    "stun-message": _stun_message,
    "quic": _quic,
    "dtls-hello": _dtls(1),
    "dtls-server-hello": _dtls(2),
    "rtp": _rtp,
}


def alternatives(name: str, asked: Asked) -> list[str]:
    """A matcher's. SettingsError if the kernel has no such thing."""
    if name not in _EXPRESSIONS:
        raise asked.no(f"to match `{name}`")
    return _EXPRESSIONS[name](asked)
