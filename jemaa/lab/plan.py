"""Lab room. The plan of a lab's network: who stands where, as commands for `ip`.

    participant ── operator ── internet ──┬── server (two addresses)
                                          ├── second
                                          └── services (dns, proxy)

The resolver and the proxy are the operator's and stand behind its middlebox: what the participant sends them passes
it too, as everything does.
"""

from pathlib import Path

from . import places

ROOM = Path("/media")
"""Where the lab's processes see files of its own, in memory: they go with the lab."""

NODES = ("participant", "operator", "internet", "server", "second")

_WIRES = (
    ("participant", "up0", places.PARTICIPANT, "operator", "access", places.OPERATOR_ACCESS),
    ("operator", "core", places.OPERATOR_CORE, "internet", "op0", places.INTERNET),
    ("server", "up0", places.SERVER, "internet", "server", ("198.51.100.1", "fd4a:10::1")),
    ("second", "up0", places.SECOND, "internet", "second", ("203.0.113.1", "fd4a:20::1")),
)
_LENGTHS = (24, 64)
_SERVICES = {"dns": ("192.0.2.1", "fd4a:3::1")}


def wires() -> list[tuple[str, str, str, str]]:
    """(node, device, node, device) of each pair of devices."""
    pairs = [(a, device, b, other) for a, device, _, b, other, _ in _WIRES]
    return [*pairs, ("services", "up0", "internet", "services")]


def addresses(node: str) -> list[tuple[str, str, int]]:
    """(device, address, prefix length) of a node."""
    found = []
    for a, device, own, b, other, theirs in _WIRES:
        for name, dev, pair in ((a, device, own), (b, other, theirs)):
            if name == node:
                found += [(dev, text, length) for text, length in zip(pair, _LENGTHS, strict=True)]
    more = {
        "server": [("up0", places.SERVER_SECOND)],
        "services": [("up0", places.DNS), ("up0", places.PROXY)],
        "internet": [("services", _SERVICES["dns"])],
    }
    for device, pair in more.get(node, []):
        found += [(device, text, length) for text, length in zip(pair, _LENGTHS, strict=True)]
    return found


_GATEWAYS = {
    "participant": places.OPERATOR_ACCESS,
    "server": ("198.51.100.1", "fd4a:10::1"),
    "second": ("203.0.113.1", "fd4a:20::1"),
    "services": _SERVICES["dns"],
    "operator": places.INTERNET,
}


_TO_THE_OPERATOR = {"participant": "up0", "internet": "op0"}
"""Devices on which packets are as long as on a wire: else the kernel hands many segments on as one packet, and nftables
judges them as one."""


def commands(node: str) -> list[str]:
    """Lines for `ip -batch` that bring a node up."""
    lines = ["link set lo up"]
    lines += [f"link set {device} up" for device in sorted({device for device, _, _ in addresses(node)})]
    for device, text, length in addresses(node):
        lines.append(f"addr add {text}/{length} dev {device}" + (" nodad" if ":" in text else ""))
    if node in _TO_THE_OPERATOR:
        lines.append(f"link set {_TO_THE_OPERATOR[node]} gso_max_segs 1")
    if node in _GATEWAYS:
        for family, gateway in zip(("-4", "-6"), _GATEWAYS[node], strict=True):
            lines.append(f"{'-6 ' if family == '-6' else ''}route add default via {gateway}")
    if node == "internet":
        lines += [f"route add 100.64.0.0/24 via {places.OPERATOR_CORE[0]}"]
        lines += [f"-6 route add fd4a:1::/64 via {places.OPERATOR_CORE[1]}"]
    return lines


def through_middlebox() -> list[str]:
    """Lines that send what arrives on either side through the two devices of the middlebox, both families.

    What the middlebox writes to `far` comes in from `far` and goes on by the main table, and so the other way. When a
    middlebox dies its devices and their routes go too: then nothing passes, where the main table would let all pass.
    """
    lines = ["link set near up", "link set far up", "link set near txqueuelen 2000", "link set far txqueuelen 2000"]
    for family in ("", "-6 "):
        lines += [f"{family}route add unreachable default metric 9999 table {table}" for table in (101, 102)]
        lines += [f"{family}route add default dev near table 101", f"{family}route add default dev far table 102"]
        lines += [f"{family}rule add iif access table 101 pref 10", f"{family}rule add iif core table 102 pref 11"]
    return lines


FORWARDING = {
    "net/ipv4/ip_forward": "1",
    "net/ipv6/conf/all/forwarding": "1",
    "net/ipv4/conf/all/rp_filter": "0",
    "net/ipv4/conf/default/rp_filter": "0",
    "net/ipv4/conf/all/send_redirects": "0",
    "net/ipv4/conf/default/send_redirects": "0",
    "net/ipv6/conf/all/accept_dad": "0",
    "net/ipv6/conf/default/accept_dad": "0",
}
"""Settings of each node's own network, by their path under /proc/sys."""

FORWARDERS = ("operator", "internet")
ALL = (*NODES, "services")
"""`services` holds the resolver and the proxy; it is the operator's, and stands behind the middlebox."""
