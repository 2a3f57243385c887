"""Probe room. What moves like a call, whatever is inside, against the same volume that moves otherwise."""

import asyncio

from .book import BETWEEN, Tally
from .datagram import Flow, flow, random_packet
from .ground import Ground
from .long_flow import streamed
from .residual import is_alive, is_alive_tls
from .trouble import named

EARLY_SECONDS, PAUSELESS_SECONDS, LATE_SECONDS = 4.5, 2.0, 3.0
"""Of one flow: before a filter by shape can be sure (5 s), the time in which it may become so, and after."""

CALL_BYTES, CALL_SECONDS = 160, 0.03
CONTROL_BYTES, CONTROL_SECONDS = 800, 0.15


async def shape(ground: Ground) -> None:
    """`shape-udp_early-random`, `_late`, `_control`, then the same over TLS; not where the control is dead. Beside each
    other where the line is wide, and so far that each connection costs seconds."""
    is_udp = bool(ground.udp_ports) and ground.udp_lives
    if is_udp and ground.tcp_ports and ground.line.is_wide and ground.line.is_far:
        async with asyncio.TaskGroup() as group:
            group.create_task(_udp(ground))
            group.create_task(_tls(ground))
        return
    if is_udp:
        await _udp(ground)
    if ground.tcp_ports and not ground.is_condemned:
        await _tls(ground)


async def _udp(ground: Ground) -> None:
    early, late, control = (
        ground.udp(f"shape-udp_{which}-random", ground.high, "random") for which in ("early", "late", "control")
    )
    unread = _between(ground, early)
    parts = [(early, EARLY_SECONDS), (unread, PAUSELESS_SECONDS), (late, LATE_SECONDS)]
    to = (ground.udp_host, ground.high)
    try:
        async with flow([early, unread, late], to) as call, flow([control], to) as other:
            async with asyncio.TaskGroup() as group:
                group.create_task(_sending(call, parts, CALL_BYTES, CALL_SECONDS, ground))
                all_seconds = sum(seconds for _, seconds in parts)
                group.create_task(_sending(other, [(control, all_seconds)], CONTROL_BYTES, CONTROL_SECONDS, ground))
            await asyncio.sleep(1.5 + ground.line.rtt)
    except OSError as error:
        early.failed(*named(error))
    ground.is_condemned = not await is_alive(ground, late, ground.high)


def _between(ground: Ground, like: Tally) -> Tally:
    """The seconds of a flow that say nothing either way: sent, and not kept."""
    book = ground.book
    return Tally(
        "between", "shape", BETWEEN, book.key, book.run, like.server, like.port, like.transport, like.payload, 0, 0.0
    )


async def _sending(sending: Flow, parts: list[tuple[Tally, float]], size: int, each: float, ground: Ground) -> None:
    filling = ground.filling()
    loop = asyncio.get_running_loop()
    for tally, seconds in parts:
        began = loop.time()
        tally.began, tally.at_ms = began, round(ground.book.seconds() * 1_000)
        for number in range(round(seconds / each)):
            await asyncio.sleep(max(0.0, began + number * each - loop.time()))
            sending.send(tally, lambda raw, _: random_packet(raw, size, filling))


async def _tls(ground: Ground) -> None:
    early, late, control = (
        ground.book.open(f"shape-tls_{which}-neutral", port=ground.tls_port, transport="tls", payload="neutral")
        for which in ("early", "late", "control")
    )
    parts = [(early, EARLY_SECONDS), (_between(ground, early), PAUSELESS_SECONDS), (late, LATE_SECONDS)]
    call = [(tally, round(seconds / CALL_SECONDS), CALL_SECONDS) for tally, seconds in parts]
    seconds = sum(seconds for _, seconds in parts)
    async with asyncio.TaskGroup() as group:
        group.create_task(streamed(ground, call, CALL_BYTES))
        group.create_task(
            streamed(ground, [(control, round(seconds / CONTROL_SECONDS), CONTROL_SECONDS)], CONTROL_BYTES)
        )
    await is_alive_tls(ground, late, ground.tls_port)
