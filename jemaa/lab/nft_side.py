"""Lab room. One kind of packet as the kernel's rules see it, and what they remember by it, in sets.

There are eight: both ways, both versions of IP, and with ports or without. A fragment that is not the first has no
ports, nor has ICMP; the middlebox knows flows without ports by protocol and addresses (`packet.Packet.key`).
Sets forget by the kernel's ticks (CONFIG_HZ): up to a hundredth of a second early or late.
"""

from dataclasses import dataclass, field

from .packet import Direction

_WAYS: tuple[Direction, ...] = ("up", "down")
_SIZE = 65_535
"""Elements of a set: as many as the kernel gives a dynamic one by itself."""


@dataclass(frozen=True, slots=True)
class Side:
    """Packets of one way, one version and one shape."""

    way: Direction
    version: int
    has_ports: bool

    @property
    def name(self) -> str:
        """For chains."""
        return f"{self.way}_ip{self.version}_{'ports' if self.has_ports else 'bare'}"

    @property
    def ip(self) -> str:
        """The word for its version of IP."""
        return "ip" if self.version == 4 else "ip6"

    @property
    def far(self) -> str:
        """The far end's address."""
        return f"{self.ip} {'daddr' if self.way == 'up' else 'saddr'}"

    @property
    def far_port(self) -> str:
        """The far end's port."""
        return "th dport" if self.way == "up" else "th sport"

    def key(self, scope: str) -> str:
        """What tells one flow (or packet: its flow), service or host from another; the same for both ways."""
        near, near_port = ("saddr", "th sport") if self.way == "up" else ("daddr", "th dport")
        ends = f"{self.ip} {near} . {self.far}"
        if scope == "host":
            return ends
        ends = f"meta l4proto . {ends}"
        if not self.has_ports:
            return ends
        return f"{ends} . {self.far_port}" if scope == "service" else f"{ends} . {near_port} . {self.far_port}"

    def type(self, scope: str) -> str:
        """The type of that key."""
        address = f"ipv{self.version}_addr"
        ends = f"{address} . {address}"
        if scope == "host":
            return ends
        ports = {"service": 1}.get(scope, 2) if self.has_ports else 0
        return " . ".join(["inet_proto", ends, *["inet_service"] * ports])

    def suffix(self, scope: str) -> str:
        """What sets of this key are called after: a host is the same with ports and without."""
        return f"_ip{self.version}" if scope == "host" else f"_ip{self.version}{'_ports' if self.has_ports else ''}"


SIDES = tuple(Side(way, version, ports) for way in _WAYS for version in (4, 6) for ports in (True, False))


@dataclass(slots=True)
class Memory:
    """The sets of a ruleset, and what has to be done with them for each packet of a side, whatever becomes of it."""

    sets: dict[str, str] = field(default_factory=dict)
    """Name → type and timeout."""
    of_flows: dict[str, list[str]] = field(default_factory=dict)
    """Suffix → the sets that forget a flow."""
    begun: dict[Side, list[str]] = field(default_factory=dict)
    """What is done when a flow begins."""
    counted: dict[Side, list[str]] = field(default_factory=dict)
    """What is done with every packet, before anything is judged."""

    def hold(self, name: str, side: Side, scope: str, *, seconds: float = 0) -> str:
        """A set for keys of this scope, made when first asked for; its name for use. Elements are forgotten after
        `seconds` if there are any, and those of flows when another flow begins with the same ends."""
        used = self._made(name, side, scope, seconds)
        known = self.of_flows.setdefault(side.suffix(scope), [])
        if scope in ("packet", "flow") and used not in known:
            known.append(used)
        return used

    def _made(self, name: str, side: Side, scope: str, seconds: float) -> str:
        whole = name + side.suffix(scope)
        flags = f"dynamic, timeout; timeout {milliseconds(seconds)}" if seconds else "dynamic"
        self.sets[whole] = f"type {side.type(scope)}; flags {flags}; size {_SIZE}"
        return f"@{whole}"

    def found(self, name: str, side: Side, scope: str) -> str:
        """Such a set's name for use; empty if there is none."""
        whole = name + side.suffix(scope)
        return f"@{whole}" if whole in self.sets else ""

    def chains(self, side: Side, idle_seconds: float) -> tuple[list[str], list[str]]:
        """(chains, lines) by which flows are known: they begin, are silent for so long, or are closed and begin anew.

        As `flow.FlowTable` has it. Nothing if nothing is remembered of flows.
        """
        if not self.of_flows.get(side.suffix("flow")):
            return [], []
        key, begin = side.key("flow"), f"begin_{side.name}"
        forgetting = [f"    delete {used} {{ {key} }}" for used in self.of_flows[side.suffix("flow")]]
        known = self._made("flows", side, "flow", idle_seconds)
        body = [*forgetting, f"    add {known} {{ {key} }}", *self.begun.get(side, [])]
        lines = [f"    {key} != {known} jump {begin}", f"    update {known} {{ {key} }}"]
        if side.has_ports:
            closed = self._made("closed", side, "flow", 0)
            body.insert(0, f"    delete {closed} {{ {key} }}")
            lines.insert(0, f"    tcp flags & (syn | ack) == syn {key} {closed} jump {begin}")
            lines.append(f"    tcp flags & (fin | rst) != 0 add {closed} {{ {key} }}")
        return [f"  chain {begin} {{", *body, "  }"], [*lines, *self.counted.get(side, [])]


def milliseconds(seconds: float) -> str:
    """A time as nft reads it."""
    return f"{max(1, round(seconds * 1000))}ms"
