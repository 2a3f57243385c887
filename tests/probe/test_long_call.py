"""Calls that go on: pairs of a call and its twin, at rates that take turns, as long as harmless packets get through.

And what is said of them behind the lab's networks that end calls, by the lab's own clock: 6 s.
"""

import asyncio
import random
from collections import Counter

import msgspec
import pytest

from jemaa.facts.record import Arm, Measurement, Payload, Series
from jemaa.packets import rtp
from jemaa.packets.offer import Offer
from jemaa.packets.stamp import MAX_NUMBER, inverted, stamp
from jemaa.probe.book import Book
from jemaa.probe.ground import Ground, Wishes
from jemaa.probe.line import Line
from jemaa.probe.long_call import CALL_SECONDS, EACH_SECONDS, PAIRS, calls
from jemaa.probe.long_flow import LONG_SECONDS
from jemaa.probe.page import Page
from jemaa.probe.rtp import PACKET_BYTES
from jemaa.verdict.finding import ACCUSES
from jemaa.verdict.judge import judge
from tests.lab.traffic import Network
from tests.reflector.test_reflector import HERE
from tests.verdict.world import World, measured

KEY = bytes(32)
MOST = 10


class Cutting(asyncio.DatagramProtocol):
    """Sends back what comes; of a flow whose first byte is that of RTP no more than the first packets. `dies`: and then
    nothing more to anybody.
    """

    def __init__(self, dies: bool) -> None:
        self._dies, self._is_dead = dies, False
        self._seen: Counter[tuple[str, int]] = Counter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        if data[0] >> 6 == 2:
            self._seen[address] += 1
            if self._seen[address] > MOST:
                self._is_dead = self._dies
                return
        if not self._is_dead:
            self._transport.sendto(data, address)  # type: ignore[attr-defined]  # a datagram transport's


def called(*, dies: bool = False) -> tuple[Ground, dict[str, Arm], dict[str, Series]]:
    """Three pairs of half a second behind such a network."""

    async def test() -> Ground:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: Cutting(dies), local_addr=(HERE, 0))
        port = transport.get_extra_info("sockname")[1]
        book = Book(1)
        book.key, book.run = KEY, b"runs"
        offer = Offer(run=b"runs".hex(), key=KEY.hex(), seconds=60, udp=[port])
        ground = Ground(Page(f"http://{HERE}"), book, Wishes(long=True), Line(rtt=0.0), offer, udp_host=HERE)
        await calls(ground, 3, 0.5)
        transport.close()
        return ground

    ground = asyncio.run(asyncio.wait_for(test(), 30))
    every = ground.book.tallies.values()
    return ground, {one.id: one.arm(None) for one in every}, {one.id: one.series(None) for one in every}


def test_a_call_that_is_cut_stops_after_as_much_at_either_rate_and_its_twin_goes_on() -> None:
    ground, arms, series = called()
    assert [arms[f"rtp-call_{n}-genuine"].sent for n in (1, 2, 3)] == [25, 13, 25]
    assert [series[f"rtp-call_{n}-genuine"].bytes for n in (1, 2, 3)] == [160 * MOST] * 3
    first, second = (series[f"rtp-call_{n}-genuine"].last_rx_s or 0.0 for n in (1, 2))
    assert second > first, "fewer a second take longer"
    assert all(arms[f"rtp-call_{n}-inverted"].rx_client == arms[f"rtp-call_{n}-inverted"].sent for n in (1, 2, 3))
    assert [one.ok for one in ground.book.residual] == [True] * 3 and not ground.is_condemned


def test_where_the_address_is_condemned_no_more_calls_are_made() -> None:
    ground, arms, _ = called(dies=True)
    assert list(arms) == ["rtp-call_1-genuine", "rtp-call_1-inverted"] and ground.is_condemned


def test_all_of_them_fit_beside_the_quiet_flows_and_their_packets_can_be_told_apart() -> None:
    assert PAIRS * CALL_SECONDS < LONG_SECONDS and CALL_SECONDS / min(EACH_SECONDS) <= MAX_NUMBER


KINDS: tuple[Payload, ...] = ("genuine", "inverted")


def talked(network: Network, number: int, chance: random.Random) -> tuple[list[Arm], list[Series]]:
    """One pair as the check sends it, through this network and back: what both ends saw."""
    each = EACH_SECONDS[number % len(EACH_SECONDS)]
    sent, began, ssrc = round(CALL_SECONDS / each), network.now, chance.getrandbits(32)
    up, down, last = Counter[str](), Counter[str](), dict[str, float]()
    for count in range(sent):
        network.now = began + count * each
        for at, kind in enumerate(KINDS):
            raw = stamp(KEY, b"runs", 2 * number + at, count)
            data = rtp.packet(raw, PACKET_BYTES, number=count, ssrc=ssrc)
            data, here = data if kind == "genuine" else inverted(data), 50_000 + 2 * number + at
            if network.up(data, here=here):
                up[kind] += 1
                if network.down(data, here=here):
                    down[kind] += 1
                    last[kind] = network.now - began
    names = {kind: f"rtp-call_{number + 1}-{kind}" for kind in KINDS}
    return [
        Arm(id=names[kind], step="rtp", server="reference-1", port=40_000, transport="udp", payload=kind, sent=sent,
            rx_client=down[kind], rx_server=up[kind])
        for kind in KINDS
    ], [
        Series(arm=names[kind], up=[], down=[], last_rx_s=last.get(kind), bytes=down[kind] * PACKET_BYTES)
        for kind in KINDS
    ]  # fmt: skip


def checked(profile: str, seed: int) -> Measurement:
    """A long check whose calls this network of the lab has judged, packet by packet; all else came through."""
    network, chance, whole = Network(profile, seed=seed), random.Random(seed), measured(World(), seed)
    arms, series = list(whole.arms), list(whole.series)
    for number in range(PAIRS):
        more_arms, more_series = talked(network, number, chance)
        arms += more_arms
        series += more_series
        network.now += 2.0
    return msgspec.structs.replace(whole, arms=arms, series=series)


@pytest.mark.parametrize(
    ("profile", "seed", "node"),
    [
        ("call-age:seconds=45", 1, "rtp.kill.time"),
        ("call-bytes:count=200000", 2, "rtp.kill.bytes"),
        ("call-age:seconds=25@link-4g-congested", 3, "rtp.kill.time"),
        ("call-bytes@link-4g-congested", 4, "rtp.kill.bytes"),
        ("link-4g-congested", 5, ""),
    ],
)
def test_what_ends_calls_in_the_lab_is_named_and_a_bad_line_is_not(profile: str, seed: int, node: str) -> None:
    accused = {one.node: one.verdict for one in judge(checked(profile, seed)) if one.verdict in ACCUSES}
    assert accused == ({node: "blocked"} if node else {})
