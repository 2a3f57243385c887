"""Probe room. Random bytes to every UDP port: ports, the A/A pair, and a closed port that has to fail."""

import asyncio
from collections.abc import Callable

from .ground import Ground
from .pairs import Side, interleaved, is_thin, twins_again

_AA_ROUNDS = 10
_CLOSED_ROUNDS = 3


async def udp(ground: Ground) -> None:
    """`udp-PORT-random` for each port, and beside them the controls."""
    if not ground.udp_ports:
        return
    make = ground.random()
    pair = [Side(ground.udp(f"udp-aa_{which}-random", ground.high, "random"), make) for which in "ab"]
    closed = Side(ground.udp("udp-closed-random", _closed(ground), "random"), make)
    closed.tally.is_stamped = False  # nobody logs what comes there
    async with asyncio.TaskGroup() as group:
        group.create_task(_ports(ground, make))
        group.create_task(interleaved(ground, pair, rounds=_AA_ROUNDS))
        group.create_task(interleaved(ground, [closed], rounds=_CLOSED_ROUNDS))


async def _ports(ground: Ground, make: Callable[[bytes], bytes]) -> None:
    """And once more those that seem dead."""
    sides = [Side(ground.udp(f"udp-{port}-random", port, "random"), make) for port in ground.udp_ports]
    await interleaved(ground, sides)
    dead = [side for side in sides if is_thin(side)]
    if dead and len(dead) < len(sides):
        alive = next(side for side in sides if not is_thin(side))
        await interleaved(ground, twins_again(ground, [*dead, alive]))


def _closed(ground: Ground) -> int:
    """A high port that the server does not have."""
    taken = set(ground.udp_ports)
    return ground.book.chance.choice([port for port in range(30_000, 60_000) if port not in taken])
