"""Probe room. Interleaved comparisons: of each pair one packet of either, by chance, each from a new source port."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jemaa.packets.stamp import inverted

from .book import Tally
from .datagram import ask
from .ground import Ground

ROUNDS = 5
GAP_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Side:
    """One arm of an interleaved comparison, and how its packets are made of stamps."""

    tally: Tally
    make: Callable[[bytes], bytes]


def twins(ground: Ground, stem: str, port: int, make: Callable[[bytes], bytes]) -> list[Side]:
    """`{stem}-genuine` and `{stem}-inverted`."""
    return [
        Side(ground.udp(f"{stem}-genuine", port, "genuine"), make),
        Side(ground.udp(f"{stem}-inverted", port, "inverted"), lambda raw: inverted(make(raw))),
    ]


def twins_again(ground: Ground, sides: Sequence[Side]) -> list[Side]:
    """The same sides as arms of their own, `_again` behind the detail: what differed once has to differ twice."""
    found = []
    for side in sides:
        stem, _, last = side.tally.id.rpartition("-")
        tally = ground.book.open(
            f"{stem}_again-{last}", port=side.tally.port, transport=side.tally.transport, payload=side.tally.payload
        )
        found.append(Side(tally, side.make))
    return found


def is_thin(side: Side) -> bool:
    """Whether at most half of it came back."""
    return 2 * len(side.tally.answers) <= side.tally.sent


async def interleaved(ground: Ground, sides: Sequence[Side], *, rounds: int = ROUNDS) -> None:
    """One packet of each side a round, in an order by chance, each from a new source port."""
    async with asyncio.TaskGroup() as group:
        for _ in range(rounds):
            order = list(sides)
            ground.book.chance.shuffle(order)
            for side in order:
                to = (ground.udp_host, side.tally.port)
                group.create_task(ask(side.tally, side.make, to, ground.line))
                await asyncio.sleep(max(0.02, GAP_SECONDS / len(order)))
