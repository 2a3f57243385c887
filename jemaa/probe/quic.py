"""Probe room. QUIC's first packet of version 1, after and before a question for versions of the same form."""

from jemaa.facts.record import Payload
from jemaa.packets import quic as packets
from jemaa.packets import tls

from .ground import Ground
from .pairs import Side, interleaved, is_thin, twins_again
from .residual import is_alive

PORT = 443


async def quic(ground: Ground) -> None:
    """`quic-443-before`, `-genuine`, and if that fails `-after`: it may condemn the port, so nothing is interleaved."""
    if PORT not in ground.udp_ports or not packets.CAN_SEAL:
        return
    before = _side(ground, f"quic-{PORT}-before", PORT)
    await interleaved(ground, [before])
    genuine = _side(ground, f"quic-{PORT}-genuine", PORT, ground.neutral_name)
    await interleaved(ground, [genuine])
    if is_thin(genuine):
        after = _side(ground, f"quic-{PORT}-after", PORT)
        await interleaved(ground, [after])
        if not is_thin(after):
            await interleaved(ground, twins_again(ground, [genuine]))
    await is_alive(ground, genuine.tally, PORT)


async def quic_name(ground: Ground) -> None:
    """`quic-HIGH-neutral` and `quic-HIGH-voip_name`: a listed name may condemn the host, so this comes late."""
    if not (ground.udp_ports and ground.udp_lives and packets.CAN_SEAL):
        return
    if ground.offer is None or not ground.offer.voip_name:
        return
    high = ground.high
    neutral = _side(ground, f"quic-{high}-neutral", high, ground.neutral_name)
    named = _side(ground, f"quic-{high}-voip_name", high, ground.offer.voip_name)
    await interleaved(ground, [neutral, named])
    ground.is_condemned = not await is_alive(ground, named.tally, high)


def _side(ground: Ground, id_: str, port: int, name: str = "") -> Side:
    """With a name an Initial of version 1, without one the question."""
    payload: Payload = "voip_name" if id_.endswith("voip_name") else "genuine" if id_.endswith("genuine") else "neutral"
    tally = ground.book.open(id_, port=port, transport="quic", payload=payload)
    filling = ground.filling()
    if not name:
        return Side(tally, lambda raw: packets.version_question(raw, filling))
    hello = tls.client_hello(name, filling[:32])
    return Side(tally, lambda raw: packets.initial(raw, hello))
