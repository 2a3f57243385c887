"""Probe room. STUN: plain, as known apps mark it, and their twins."""

from collections.abc import Callable

from jemaa.packets import stun as packets
from jemaa.packets.stamp import inverted

from .ground import Ground
from .pairs import Side, interleaved, is_thin, twins, twins_again
from .residual import is_alive


async def stun(ground: Ground) -> None:
    """`stun-3478-…`, `stun-HIGH-…`, and `stun-app_NAME-genuine` on the high port."""
    if not ground.udp_ports:
        return
    sides = [side for port in ground.listed(3478) for side in twins(ground, f"stun-{port}", port, packets.binding)]
    sides += [Side(ground.udp(f"stun-app_{app}-genuine", ground.high, "genuine"), _of(app)) for app in packets.APPS]
    twin = ground.udp("stun-app-inverted", ground.high, "inverted")
    sides.append(Side(twin, lambda raw: inverted(packets.of_app("whatsapp", raw))))
    await interleaved(ground, sides)
    plain = [side for side in sides if side.tally.id.startswith(f"stun-{ground.high}-")]
    apps = [side for side in sides if "-app_" in side.tally.id and is_thin(side)]
    if apps and not is_thin(plain[0]):
        await interleaved(ground, twins_again(ground, [*apps, plain[0], sides[-1]]))
    await is_alive(ground, ground.book.tallies[f"stun-{ground.high}-genuine"], ground.high)


def _of(app: str) -> Callable[[bytes], bytes]:
    return lambda raw: packets.of_app(app, raw)
