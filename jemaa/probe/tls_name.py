"""Probe room. A name that looks like a calling service, in TLS to an address where a neutral one passes."""

from .ground import Ground
from .plain_tcp import is_thin, tries
from .residual import is_alive_tls

_BEFORE = "tls_name-before-neutral"
_TRIES = 5
_PROXY_TRIES = 3
_MESSAGES, _THIN_MESSAGES = 2, 1
"""The name stands in the first packet: what has come so far is not cut for it."""


async def before(ground: Ground) -> None:
    """`tls_name-before-neutral`, which offends nobody: beside the last of the quiet flows."""
    if ground.tcp_ports:
        opened = ground.book.open(_BEFORE, port=ground.tls_port, transport="tls", payload="neutral")
        await tries(ground, opened, ground.tls(), _TRIES, messages=_messages(ground))


async def tls_name(ground: Ground) -> None:
    """`tls_name-voip-voip_name`, `-after-neutral`; after all that a condemned host would spoil."""
    if not ground.tcp_ports or ground.offer is None or not ground.offer.voip_name:
        return
    port, opened = ground.tls_port, ground.book.open
    trigger = opened("tls_name-voip-voip_name", port=port, transport="tls", payload="voip_name")
    await tries(ground, trigger, ground.tls(name=ground.offer.voip_name), _TRIES, messages=_messages(ground))
    if is_thin(trigger):
        after = opened("tls_name-after-neutral", port=port, transport="tls", payload="neutral")
        await tries(ground, after, ground.tls(), _TRIES, messages=_messages(ground))
        if after.answers:
            again = opened("tls_name-voip_again-voip_name", port=port, transport="tls", payload="voip_name")
            await tries(ground, again, ground.tls(name=ground.offer.voip_name), _TRIES, messages=_messages(ground))
    was_alive = bool(ground.book.tallies[_BEFORE].answers)
    ground.is_condemned = not await is_alive_tls(ground, trigger, port) and was_alive


def _messages(ground: Ground) -> int:
    return _MESSAGES if ground.line.carries_calls else _THIN_MESSAGES


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
