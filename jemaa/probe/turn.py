"""Probe room. TURN: Allocate and its twin, and TLS to the port of TURN over TLS."""

import asyncio

from jemaa.packets import stun as packets

from .ground import GAP_SECONDS, Ground, interleaved, twins
from .stream import attempt

TLS_PORT = 5349
_TRIES = 3


async def turn(ground: Ground) -> None:
    """`turn-3478-…`, `turn-HIGH-…`, `turn-5349-neutral`."""
    async with asyncio.TaskGroup() as group:
        if ground.udp_ports:
            ports = ground.listed(3478)
            sides = [side for port in ports for side in twins(ground, f"turn-{port}", port, packets.allocate)]
            group.create_task(interleaved(ground, sides))
        if TLS_PORT in ground.tcp_ports:
            tally = ground.book.open(f"turn-{TLS_PORT}-neutral", port=TLS_PORT, transport="tls", payload="neutral")
            for _ in range(_TRIES):
                seconds = 2 * ground.line.patience
                group.create_task(attempt(tally, ground.tls(port=TLS_PORT), ground.filling(), seconds=seconds))
                await asyncio.sleep(GAP_SECONDS)
