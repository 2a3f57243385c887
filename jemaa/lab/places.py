"""Lab room. Who has which address in a lab, so that a profile can say `server` or `dns` and mean it.

Addresses are of the ranges kept for examples and for carriers' translation (RFC 5737, RFC 6598, RFC 4193); they
exist only in namespaces that a lab made, so any number of labs use the same ones at once.
"""

import ipaddress

from jemaa.errors import SettingsError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

PARTICIPANT = ("100.64.0.2", "fd4a:1::2")
OPERATOR_ACCESS = ("100.64.0.1", "fd4a:1::1")
OPERATOR_CORE = ("100.65.0.2", "fd4a:2::2")
INTERNET = ("100.65.0.1", "fd4a:2::1")
SERVER = ("198.51.100.10", "fd4a:10::10")
SERVER_SECOND = ("198.51.100.11", "fd4a:10::11")
"""The second address of the same server."""
SECOND = ("203.0.113.20", "fd4a:20::20")
"""The second server: another host in another network."""
DNS = ("192.0.2.53", "fd4a:3::53")
"""The operator's resolver, which may lie."""
PROXY = ("192.0.2.80", "fd4a:3::80")
"""The operator's or the company's proxy."""

GOOGLE = ("203.0.113.128/26", "fd4a:20:80::/48")
"""Stands in for the prefixes of Google's relays; no node of a lab is there."""

PLACES: dict[str, tuple[str, ...]] = {
    "participant": PARTICIPANT,
    "server": SERVER,
    "server-second": SERVER_SECOND,
    "second": SECOND,
    "dns": DNS,
    "proxy": PROXY,
}

NAMES: dict[str, tuple[str, ...]] = {
    "meeting.example": SERVER,
    "www.meeting.example": SERVER,
    "other.meeting.example": SERVER_SECOND,
    "second.example": SECOND,
    "call.example": SECOND,
    "proxy.example": PROXY,
}
"""What an honest resolver of the lab answers. `call.example` is the name that looks like a calling service."""

BOGON = "10.10.34.34"
"""Where a resolver that lies sends people: nowhere."""


def networks(where: str, words: tuple[str, ...]) -> tuple[Network, ...]:
    """Places, addresses and prefixes as networks; SettingsError for a word that is none of these."""
    found: list[Network] = []
    for word in words:
        for text in PLACES.get(word, (word,)):
            try:
                found.append(ipaddress.ip_network(text))
            except ValueError:
                known = ", ".join(PLACES)
                raise SettingsError(
                    "lab-profile-invalid", f"{where}: {word!r} is no address, no prefix and no place ({known})"
                ) from None
    return tuple(found)


def inside(narrow: tuple[Network, ...], wide: tuple[Network, ...]) -> tuple[Network, ...]:
    """Those of `narrow` that lie whole in one of `wide`."""
    return tuple(
        one for one in narrow if any(one.network_address in two and one.broadcast_address in two for two in wide)
    )


def is_within(packed: bytes, wanted: tuple[Network, ...]) -> bool:
    """Whether an address (its bytes) is in one of these."""
    found = ipaddress.ip_address(packed)
    return any(found in network for network in wanted if network.version == found.version)
