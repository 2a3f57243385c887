"""Probe room. A name that looks like a calling service, in TLS to an address where a neutral one passes."""

from .ground import Ground
from .plain_tcp import is_thin, tries
from .residual import is_alive_tls

_TRIES = 5
_PROXY_TRIES = 3
_MESSAGES = 2
"""The name stands in the first: what has come so far is not cut for it."""


async def tls_name(ground: Ground) -> None:
    """`tls_name-before-neutral`, `-voip-voip_name`, `-after-neutral`; last but one, for a host may be condemned."""
    if not ground.tcp_ports or ground.offer is None:
        return
    port = ground.tls_port
    opened = ground.book.open
    before = opened("tls_name-before-neutral", port=port, transport="tls", payload="neutral")
    await tries(ground, before, ground.tls(), _TRIES, messages=_MESSAGES)
    if not ground.offer.voip_name:
        return
    trigger = opened("tls_name-voip-voip_name", port=port, transport="tls", payload="voip_name")
    await tries(ground, trigger, ground.tls(name=ground.offer.voip_name), _TRIES, messages=_MESSAGES)
    if is_thin(trigger):
        after = opened("tls_name-after-neutral", port=port, transport="tls", payload="neutral")
        await tries(ground, after, ground.tls(), _TRIES, messages=_MESSAGES)
        if after.answers:
            again = opened("tls_name-voip_again-voip_name", port=port, transport="tls", payload="voip_name")
            await tries(ground, again, ground.tls(name=ground.offer.voip_name), _TRIES, messages=_MESSAGES)
    ground.is_condemned = not await is_alive_tls(ground, trigger, port) and bool(before.answers)


async def connect(ground: Ground) -> None:
    """`tls_name-connect_name-neutral` and `-connect_ip-neutral`: what the proxy's CONNECT takes."""
    if not ground.page.proxy or not ground.tcp_ports:
        return
    port, opened = ground.tls_port, ground.book.open
    by_name = opened("tls_name-connect_name-neutral", port=port, transport="tls", payload="neutral")
    by_ip = opened("tls_name-connect_ip-neutral", port=port, transport="tls", payload="neutral")
    name = next((name for name, where in _addresses(ground) if ground.tcp_host in where), "")
    if name:
        await tries(ground, by_name, ground.tls(proxy=ground.page.proxy, host=name), _PROXY_TRIES)
    await tries(ground, by_ip, ground.tls(proxy=ground.page.proxy), _PROXY_TRIES)


def _addresses(ground: Ground) -> list[tuple[str, list[str]]]:
    return list(ground.offer.addresses.items()) if ground.offer is not None else []
