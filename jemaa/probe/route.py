"""Probe room. Where the services are: the first of the server's addresses to whose kind this machine has a way."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable

from .nat64 import WELL_KNOWN, prefixes

ANY_IPV4, ANYWHERE = "0.0.0.0", ("0.0.0.0", "::")
"""What a server says that measures at every address that it has: of IPv4, or of both."""

Look = Callable[[str], Awaitable[list[str]]]


async def addresses(host: str) -> list[str]:
    """Of a name, those of IPv4 first; none where it has none."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return sorted((str(one[4][0]) for one in found), key=lambda one: ":" in one)


def is_routed(address: str) -> bool:
    """Whether this machine has a way to addresses of this kind: an IPv6-only network blocks no IPv4."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.connect((address, 9))
    except OSError:
        return False
    return True


async def route(offered: str, host: str, *, look: Look = addresses, routed: Callable[[str], bool] = is_routed) -> str:
    """Where to send to: the address that the server offered or, where it measures at all of its own, one of `host`.

    Where the network has IPv6 alone an IPv4 address is reached through its NAT64, if it has one. Empty if there is no
    way.
    """
    known = [offered] if offered and offered not in ANYWHERE else _of_kind(offered, await look(host))
    first = next(filter(routed, known), "")
    return first or next(filter(routed, await _translated(known, look)), "")


async def is_of_unrouted_kind(host: str) -> bool:
    """Whether a host has addresses, and this machine has a way to none of them, whatever the network lets through."""
    found = await addresses(host)
    return bool(found) and not any(map(is_routed, found))


def _of_kind(offered: str, found: Iterable[str]) -> list[str]:
    """Where nobody listens by IPv6 its silence would look like a network's."""
    return [one for one in found if offered != ANY_IPV4 or ":" not in one]


async def _translated(known: Iterable[str], look: Look) -> list[str]:
    plain = [one for one in known if ":" not in one]
    if not plain:
        return []
    made = prefixes(one for one in await look(WELL_KNOWN) if ":" in one)
    return [prefix.address(one) for one in plain for prefix in made if prefix.carries(one)]
