"""Calls that go on: pairs of a call and its twin, at rates that take turns, as long as harmless packets get through."""

import asyncio
from collections import Counter

from jemaa.facts.record import Arm, Series
from jemaa.packets.offer import Offer
from jemaa.packets.stamp import MAX_NUMBER
from jemaa.probe.book import Book
from jemaa.probe.ground import Ground, Wishes
from jemaa.probe.line import Line
from jemaa.probe.long_call import CALL_SECONDS, EACH_SECONDS, PAIRS, calls
from jemaa.probe.long_flow import LONG_SECONDS
from jemaa.probe.page import Page
from tests.reflector.test_reflector import HERE

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
