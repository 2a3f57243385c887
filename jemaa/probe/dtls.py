"""Probe room. The first packet of a DTLS handshake in the order of several stacks, and its twins."""

from collections.abc import Callable

from jemaa.packets import dtls as packets

from .ground import Ground
from .pairs import interleaved, is_thin, twins, twins_again
from .residual import is_alive


async def dtls(ground: Ground) -> None:
    """`dtls-STACK-genuine` and `-inverted` on the high port."""
    if not ground.udp_ports:
        return
    sides = [side for stack in packets.STACKS for side in twins(ground, f"dtls-{stack}", ground.high, _hello_of(stack))]
    await interleaved(ground, sides)
    pairs = list(zip(sides[::2], sides[1::2], strict=True))
    thin = [pair for pair in pairs if is_thin(pair[0]) and not is_thin(pair[1])]
    if thin and len(thin) < len(pairs):
        await interleaved(ground, twins_again(ground, [side for pair in thin for side in pair]))
    await is_alive(ground, ground.book.tallies["dtls-browser-genuine"], ground.high)


def _hello_of(stack: str) -> Callable[[bytes], bytes]:
    return lambda raw: packets.client_hello(stack, raw)
