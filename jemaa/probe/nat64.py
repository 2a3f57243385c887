"""Probe room. IPv4 addresses on a network that has IPv6 alone and translates (NAT64): found by name, made by rule."""

import ipaddress
from collections.abc import Iterable
from typing import NamedTuple

WELL_KNOWN = "ipv4only.arpa"
"""Has IPv4 addresses only, so that an IPv6 address of it was made by the network (RFC 7050 §2.2)."""

_ITS_ADDRESSES = tuple(ipaddress.IPv4Address(one).packed for one in ("192.0.0.170", "192.0.0.171"))

_PUBLIC_ONLY = ipaddress.IPv6Network("64:ff9b::/96").network_address.packed[:12]

_PLACES: dict[int, tuple[int, int, int, int]] = {
    96: (12, 13, 14, 15),
    64: (9, 10, 11, 12),
    56: (7, 9, 10, 11),
    48: (6, 7, 9, 10),
    40: (5, 6, 7, 9),
    32: (4, 5, 6, 7),
}
"""Where the four bytes stand behind a prefix of so many bits: byte 8 is left out (RFC 6052 §2.2)."""


class Prefix(NamedTuple):
    """Sixteen bytes, and how many bits of them count."""

    packed: bytes
    bits: int

    def carries(self, ipv4: str) -> bool:
        """Whether it may stand before this address: the well-known one only before public ones (RFC 6052 §3.1)."""
        return not self.packed.startswith(_PUBLIC_ONLY) or ipaddress.IPv4Address(ipv4).is_global

    def address(self, ipv4: str) -> str:
        """The IPv6 address under which the network reaches this one."""
        made = bytearray(self.packed)
        for place, byte in zip(_PLACES[self.bits], ipaddress.IPv4Address(ipv4).packed, strict=True):
            made[place] = byte
        return str(ipaddress.IPv6Address(bytes(made)))


def prefixes(addresses: Iterable[str]) -> list[Prefix]:
    """What the IPv6 addresses of `WELL_KNOWN` say of the network, each once. One in which its IPv4 address stands at
    two places, or at none, says nothing (RFC 7050 §3)."""
    found: list[Prefix] = []
    for one in addresses:
        packed = ipaddress.IPv6Address(one.partition("%")[0]).packed
        fits = [bits for bits, places in _PLACES.items() if bytes(packed[at] for at in places) in _ITS_ADDRESSES]
        if len(fits) == 1:
            found.append(Prefix(_emptied(packed, fits[0]), fits[0]))
    return list(dict.fromkeys(found))


def _emptied(packed: bytes, bits: int) -> bytes:
    """Only the prefix of it: what stands behind the address is of no meaning (RFC 6052 §2.2)."""
    return packed[: bits // 8] + bytes(16 - bits // 8)
