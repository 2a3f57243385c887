"""To which of a server's addresses a check goes: the first to which there is a way, also where IPv4 is translated."""

import asyncio
from collections.abc import Callable
from ipaddress import IPv6Address

import pytest

from jemaa.probe.nat64 import WELL_KNOWN, Prefix, prefixes
from jemaa.probe.route import is_routed, route

NETWORKS_OWN = "2001:db8:64::"
V4, V6, MADE = "192.0.2.33", "2001:db8::33", "2001:db8:64::c000:221"
NAMES = {"meeting.example": [V4, V6], "old.example": [V4]}
TRANSLATING = {WELL_KNOWN: ["192.0.0.170", "192.0.0.171", f"{NETWORKS_OWN}c000:aa", f"{NETWORKS_OWN}c000:ab"]}


def way(offered: str, host: str, routed: Callable[[str], bool], names: dict[str, list[str]]) -> str:
    async def look(name: str) -> list[str]:
        return names.get(name, [])

    return asyncio.run(route(offered, host, look=look, routed=routed))


def both(_: str) -> bool:
    return True


def only_4(address: str) -> bool:
    return ":" not in address


def only_6(address: str) -> bool:
    return ":" in address


@pytest.mark.parametrize(
    ("offered", "host", "routed", "to"),
    [
        ("", "meeting.example", both, V4),
        ("", "meeting.example", only_6, V6),
        ("::", "meeting.example", only_6, V6),
        ("::", "meeting.example", only_4, V4),
        ("0.0.0.0", "meeting.example", only_4, V4),
        ("0.0.0.0", "meeting.example", only_6, ""),
        ("198.51.100.7", "meeting.example", only_6, ""),
        ("198.51.100.7", "meeting.example", both, "198.51.100.7"),
        ("2001:db8::7", "meeting.example", only_4, ""),
        ("", "old.example", only_6, ""),
        ("", "nobody.example", both, ""),
    ],
)
def test_the_first_address_with_a_way_to_it_is_taken(
    offered: str, host: str, routed: Callable[[str], bool], to: str
) -> None:
    assert way(offered, host, routed, NAMES) == to


@pytest.mark.parametrize(
    ("offered", "host", "to"),
    [
        ("198.51.100.7", "meeting.example", f"{NETWORKS_OWN}c633:6407"),
        ("0.0.0.0", "meeting.example", MADE),
        ("", "old.example", MADE),
        ("", "meeting.example", V6),
        ("2001:db8::7", "meeting.example", "2001:db8::7"),
    ],
)
def test_on_a_network_that_translates_an_ipv4_address_has_a_way(offered: str, host: str, to: str) -> None:
    assert way(offered, host, only_6, NAMES | TRANSLATING) == to


RFC_6052 = [
    (32, "2001:db8::", "2001:db8:c000:221::"),
    (40, "2001:db8:100::", "2001:db8:1c0:2:21::"),
    (48, "2001:db8:122::", "2001:db8:122:c000:2:2100::"),
    (56, "2001:db8:122:300::", "2001:db8:122:3c0:0:221::"),
    (64, "2001:db8:122:344::", "2001:db8:122:344:c0:2:2100:0"),
    (96, "2001:db8:122:344::", "2001:db8:122:344::c000:221"),
]
"""The table of §2.4."""


@pytest.mark.parametrize(("bits", "prefix", "made"), RFC_6052)
def test_addresses_are_made_as_the_rfc_has_them_and_their_prefix_is_found_again(
    bits: int, prefix: str, made: str
) -> None:
    one = Prefix(IPv6Address(prefix).packed, bits)
    assert one.address("192.0.2.33") == str(IPv6Address(made))
    assert prefixes([one.address("192.0.0.170"), one.address("192.0.0.171")]) == [one]


def test_what_does_not_show_the_prefix_says_nothing() -> None:
    twice = "2001:db8:c000:aa::c000:aa"
    assert not prefixes(["2001:db8::1", twice])


def test_the_public_prefix_stands_before_public_addresses_only() -> None:
    (public,) = prefixes(["64:ff9b::c000:aa"])
    assert public.carries("1.1.1.1") and not public.carries("10.0.0.1")


def test_this_machine_has_a_way_to_itself_and_none_to_a_link_without_saying_which() -> None:
    assert is_routed("127.0.0.1") and not is_routed("fe80::1")
