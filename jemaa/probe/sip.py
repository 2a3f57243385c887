"""Probe room. SIP's OPTIONS and its twin, on SIP's port and on one of no meaning."""

from jemaa.packets import sip as packets

from .ground import Ground
from .pairs import interleaved, twins

PORT = 5060


async def sip(ground: Ground) -> None:
    """`sip-5060-…`, `sip-HIGH-…`."""
    if not ground.udp_ports:
        return

    def make(raw: bytes) -> bytes:
        return packets.options(ground.neutral_name, raw)

    await interleaved(
        ground, [side for port in ground.listed(PORT) for side in twins(ground, f"sip-{port}", port, make)]
    )
