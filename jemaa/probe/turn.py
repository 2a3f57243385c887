"""Probe room. TURN: Allocate and its twin, and TLS to the port of TURN over TLS."""

import asyncio

from jemaa.packets import stun as packets

from .ground import Ground
from .pairs import interleaved, twins
from .plain_tcp import is_thin, reached

TLS_PORT = 5349
_TRIES = 3
_MESSAGES = 2
"""It is the port that is asked about: what else comes makes no difference."""
_APART_SECONDS = 2.0


async def turn(ground: Ground) -> None:
    """`turn-3478-…`, `turn-HIGH-…`, `turn-5349-neutral`."""
    async with asyncio.TaskGroup() as group:
        if ground.udp_ports:
            ports = ground.listed(3478)
            sides = [side for port in ports for side in twins(ground, f"turn-{port}", port, packets.allocate)]
            group.create_task(interleaved(ground, sides))
        if TLS_PORT in ground.tcp_ports:
            group.create_task(_over_tls(ground))


async def _over_tls(ground: Ground) -> None:
    """And once more, some seconds later, where it did not go well."""
    tally = ground.book.open(f"turn-{TLS_PORT}-neutral", port=TLS_PORT, transport="tls", payload="neutral")
    await reached(ground, tally, ground.tls(port=TLS_PORT), _TRIES, messages=_MESSAGES)
    if is_thin(tally):
        await asyncio.sleep(_APART_SECONDS)
        again = ground.book.open(f"turn-{TLS_PORT}_again-neutral", port=TLS_PORT, transport="tls", payload="neutral")
        await reached(ground, again, ground.tls(port=TLS_PORT), _TRIES, messages=_MESSAGES)
