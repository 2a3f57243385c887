"""Probe room. Calls that go on: flows of what looks like a call's sound, beside their twins, one pair after another."""

import asyncio

from .ground import Ground
from .long_flow import LONG_SECONDS
from .residual import is_alive
from .rtp import sound

CALL_SECONDS = 80.0
"""Beyond the ages at which networks were said to cut, 20 to 60 s. A stamp tells 4,096 packets of a flow apart
(`packets/stamp.py`), so that a flow is no longer."""

EACH_SECONDS = (0.02, 0.04)
"""Between packets, in turns: what is cut at an age ends at one age in both, what is cut at a volume at one volume."""

PAIRS = 6
KBPS = 325.0
"""Two flows there and back, and as much again for all that goes beside them."""

_PAUSE_SECONDS = 1.5


async def long_call(ground: Ground) -> None:
    """`rtp-call_1-genuine`, `rtp-call_1-inverted` and so on, as many as end before the quiet flows of a long check."""
    left = LONG_SECONDS - ground.book.seconds()
    await calls(ground, min(PAIRS, int(left / (CALL_SECONDS + _PAUSE_SECONDS))), CALL_SECONDS)


async def calls(ground: Ground, count: int, seconds: float) -> None:
    """So many pairs of so many seconds, each for as long as harmless packets still get through after the one before."""
    if not ground.udp_ports or not ground.udp_lives:
        return
    for number in range(count):
        genuine, inverted = (
            ground.udp(f"rtp-call_{number + 1}-{kind}", ground.high, kind) for kind in ("genuine", "inverted")
        )
        each = EACH_SECONDS[number % len(EACH_SECONDS)]
        async with asyncio.TaskGroup() as group:
            for tally in (genuine, inverted):
                ground.book.with_series(tally)
                group.create_task(sound(ground, tally, seconds, each))
        if not await is_alive(ground, genuine, ground.high):
            ground.is_condemned = True
            return
