"""Probe room. Quiet flows that live long, begun at different times: what a network cuts ends at one age."""

import asyncio

from .book import Tally
from .datagram import flow, random_packet
from .ground import Ground
from .stream import conversation
from .trouble import EXPECTED, named

FLOWS = 4
SECONDS, LITE_SECONDS, LONG_SECONDS = 36.0, 30.0, 600.0
APART_SECONDS = 1.5
NEW_MESSAGES, NEW_SECONDS = 6, 3.0
_EACH_SECONDS = 0.5
_MESSAGE_BYTES = 60
_UDP_KBPS, _TLS_KBPS = 1.4, 2.5
"""Of one flow, headers and acknowledgements included."""


async def long_flow(ground: Ground) -> None:
    """`long_flow-udp_N-random`, `long_flow-tls_N-neutral` side by side, in their last seconds a new flow of each: flows
    that were cut at an age that can be told (`EARLY_SECONDS` of `verdict/compare.py`) are dead by then.
    """
    wishes = ground.wishes
    is_short = wishes.lite or not ground.line.carries_calls
    seconds = LONG_SECONDS if wishes.long else LITE_SECONDS if is_short else SECONDS
    messages = round(seconds / _EACH_SECONDS)
    if ground.tcp_ports and ground.line.is_narrow:
        ground.book.leave_out("long_flow", "thin_line")
    kinds = bool(ground.udp_ports) * _UDP_KBPS + (bool(ground.tcp_ports) and not ground.line.is_narrow) * _TLS_KBPS
    ground.line.unpaced_kbps = FLOWS * kinds
    async with asyncio.TaskGroup() as group:
        for number in range(FLOWS):
            if number:
                await asyncio.sleep(APART_SECONDS)
            _begin(ground, group, str(number + 1), messages)
        await asyncio.sleep(seconds - NEW_SECONDS)
        _begin(ground, group, "new", NEW_MESSAGES)
    ground.line.unpaced_kbps = 0.0


def _begin(ground: Ground, group: asyncio.TaskGroup, word: str, messages: int) -> None:
    if ground.udp_ports:
        group.create_task(_udp(ground, f"long_flow-udp_{word}-random", messages))
    if ground.tcp_ports and not ground.line.is_narrow:
        group.create_task(_tls(ground, f"long_flow-tls_{word}-neutral", messages))


async def _udp(ground: Ground, id_: str, messages: int) -> None:
    tally = ground.udp(id_, ground.high, "random")
    ground.book.with_series(tally)
    filling = ground.filling(_MESSAGE_BYTES)
    try:
        async with flow([tally], (ground.udp_host, ground.high)) as sending:
            await ticking(
                messages, lambda: sending.send(tally, lambda raw, _: random_packet(raw, _MESSAGE_BYTES, filling))
            )
            await asyncio.sleep(min(3.0, 0.5 + 2 * ground.line.rtt))
    except OSError as error:
        tally.failed(*named(error))


async def ticking(messages: int, send: object) -> None:
    """Twice a second, by the clock."""
    assert callable(send)
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(messages):
        await asyncio.sleep(max(0.0, began + number * _EACH_SECONDS - loop.time()))
        send()


async def _tls(ground: Ground, id_: str, messages: int) -> None:
    tally = ground.book.open(id_, port=ground.tls_port, transport="tls", payload="neutral")
    ground.book.with_series(tally)
    await streamed(ground, [(tally, messages, _EACH_SECONDS)], _MESSAGE_BYTES)


async def streamed(ground: Ground, parts: list[tuple[Tally, int, float]], size: int) -> None:
    """Messages of several arms after each other on one TLS connection, in their rhythms; echoes as they come."""
    filling = ground.filling()
    loop = asyncio.get_running_loop()
    waiting: list[tuple[Tally, int, float]] = []
    try:
        async with conversation(ground.tls(), 4 * ground.line.patience) as talk, asyncio.TaskGroup() as group:
            total = sum(count for _, count, _ in parts)

            async def hear() -> None:
                for number in range(total):
                    await talk.read(size)
                    tally, of_arm, began = waiting[number]
                    tally.answered(of_arm, rtt=loop.time() - began, size=size)

            async def speak() -> None:
                for tally, count, each in parts:
                    began = loop.time()
                    for number in range(count):
                        await asyncio.sleep(max(0.0, began + number * each - loop.time()))
                        data = random_packet(tally.stamp(), size, filling)
                        waiting.append((tally, tally.sent - 1, loop.time()))
                        talk.send(data)

            hearing = group.create_task(hear())
            await group.create_task(speak())
            _, late = await asyncio.wait([hearing], timeout=min(6.0, 2 + 4 * ground.line.rtt))
            for task in late:
                task.cancel()
    except* EXPECTED as errors:
        for tally, count, _ in parts:
            tally.sent = count
            if len(tally.answers) < count:
                tally.failed(*named(errors.exceptions[0]))
