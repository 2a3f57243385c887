"""Probe room. TCP that looks like nothing, between connections on the same port that look like TLS."""

import asyncio

from .book import Tally
from .ground import Ground
from .pairs import GAP_SECONDS
from .residual import is_alive_tls
from .stream import Place, attempt

WEB_PORT = 80
_TRIES = 4
_MESSAGES = 4
_TLS_BYTES, _TCP_BYTES = 1_700, 1_200
"""Of an attempt, its handshake included, the way that has more of it."""


async def plain_tcp(ground: Ground) -> None:
    """`plain_tcp-80-before`, `-random`, `-after`, and beside them on the highest TCP port."""
    if not ground.tcp_ports:
        return
    high = max(ground.tcp_ports)
    ports = dict.fromkeys(port for port in (WEB_PORT, high) if port in ground.tcp_ports and port != ground.tls_port)
    async with asyncio.TaskGroup() as group:
        for port in ports:
            group.create_task(_on(ground, port))


async def _on(ground: Ground, port: int) -> None:
    await tries(ground, _open(ground, port, "before"), ground.tls(port=port), _TRIES)
    trigger = ground.book.open(f"plain_tcp-{port}-random", port=port, transport="tcp", payload="random")
    await tries(ground, trigger, Place(ground.tcp_host, port), _TRIES)
    if is_thin(trigger):
        await tries(ground, _open(ground, port, "after"), ground.tls(port=port), _TRIES)
    await is_alive_tls(ground, trigger, port)


def _open(ground: Ground, port: int, when: str) -> Tally:
    return ground.book.open(f"plain_tcp-{port}-{when}", port=port, transport="tls", payload="neutral")


def is_thin(tally: Tally) -> bool:
    """Whether at most half of it went well: then what comes after has to be seen."""
    return 2 * len(tally.answers) <= tally.sent


async def reached(ground: Ground, tally: Tally, place: Place, count: int, *, messages: int) -> None:
    """Attempts of an arm that only asks whether somebody is there: on a thin line no more than it takes."""
    if ground.line.carries_calls:
        await tries(ground, tally, place, count, messages=messages)
        return
    for _ in range(count):
        await tries(ground, tally, place, 1, messages=messages)
        if tally.answers:
            return


async def tries(ground: Ground, tally: Tally, place: Place, count: int, *, messages: int = _MESSAGES) -> None:
    """Attempts of an arm, each begun a moment after the one before it."""
    seconds = 2 * ground.line.patience

    async def one(filling: bytes) -> None:
        await ground.line.turn(_TLS_BYTES if place.name else _TCP_BYTES)
        await attempt(tally, place, filling, messages=messages, seconds=seconds)

    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(one(ground.filling()))
            await asyncio.sleep(GAP_SECONDS)
