"""Probe room. Blocks of what looks like a call's sound, and of its twin, one after the other."""

import asyncio
import itertools

from jemaa.packets import rtp as packets
from jemaa.packets.stamp import inverted

from .book import Tally
from .datagram import flow
from .ground import Ground
from .residual import is_alive
from .trouble import named

PAIRS = 8
BLOCK_SECONDS = 2.0
PACKET_BYTES = 160
_EACH_SECONDS = 0.02


async def rtp(ground: Ground) -> None:
    """`rtp-1-genuine`, `rtp-1-inverted` and so on: which goes first in a pair is chance."""
    if not ground.udp_ports or not ground.udp_lives:
        return
    async with asyncio.TaskGroup() as group:
        for number in range(1, PAIRS + 1):
            kinds = ["genuine", "inverted"]
            ground.book.chance.shuffle(kinds)
            for kind in kinds:
                tally = ground.udp(f"rtp-{number}-{kind}", ground.high, "genuine" if kind == "genuine" else "inverted")
                ground.book.with_series(tally)
                is_sent = asyncio.Event()
                group.create_task(_block(ground, tally, is_sent))
                await is_sent.wait()
    await is_alive(ground, ground.book.tallies[f"rtp-{PAIRS}-genuine"], ground.high)


async def _block(ground: Ground, tally: Tally, is_sent: asyncio.Event) -> None:
    """`sound`, and what is late still counts, beside the next block."""
    try:
        await sound(ground, tally, BLOCK_SECONDS, _EACH_SECONDS, is_sent)
    finally:
        is_sent.set()


async def sound(
    ground: Ground, tally: Tally, seconds: float, each: float, is_sent: asyncio.Event | None = None
) -> None:
    """A flow of its own of so many seconds, by the clock and not by sleeps that add up; its answers are waited for
    after `is_sent`."""
    ssrc = ground.book.chance.getrandbits(32)

    def make(raw: bytes, number: int) -> bytes:
        data = packets.packet(raw, PACKET_BYTES, number=number, ssrc=ssrc)
        return data if tally.payload == "genuine" else inverted(data)

    loop = asyncio.get_running_loop()
    try:
        async with flow([tally], (ground.udp_host, tally.port)) as sending:
            began = loop.time()
            for number in itertools.count():
                if number * each >= seconds:
                    break
                await asyncio.sleep(max(0.0, began + number * each - loop.time()))
                sending.send(tally, make)
            if is_sent is not None:
                is_sent.set()
            await asyncio.sleep(min(2.5, 0.5 + 2 * ground.line.rtt))
    except OSError as error:
        tally.failed(*named(error))
