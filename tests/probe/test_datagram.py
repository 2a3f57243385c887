"""One packet and its answer: ours, late, another's, or none."""

import asyncio
from collections.abc import Callable

import pytest

from jemaa.facts.record import Arm
from jemaa.packets import stun
from jemaa.packets.stamp import inverted, stamp
from jemaa.probe.book import Book, Tally
from jemaa.probe.datagram import ask, flow, random_packet
from jemaa.probe.line import Line
from tests.reflector.test_reflector import HERE, free_ports

QUICK = Line(rtt=0.0)


class Responder(asyncio.DatagramProtocol):
    """Answers each packet with what `say` makes of it."""

    def __init__(self, say: Callable[[bytes], list[bytes]]) -> None:
        self._say = say

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        for one in self._say(data):
            self._transport.sendto(one, address)  # type: ignore[attr-defined]  # a datagram transport's


def opened() -> Tally:
    book = Book(1)
    book.key, book.run = bytes(32), b"runs"
    return book.open("stun-1-genuine", port=1, transport="udp", payload="genuine")


def asked(say: Callable[[bytes], list[bytes]]) -> Arm:
    """The arm after one packet."""

    async def test() -> Arm:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: Responder(say), local_addr=(HERE, 0))
        tally = opened()
        await ask(tally, stun.binding, transport.get_extra_info("sockname"), QUICK)
        transport.close()
        return tally.arm(None)

    return asyncio.run(asyncio.wait_for(test(), 10))


def late(number: int) -> bytes:
    return stun.binding(stamp(bytes(32), b"runs", 0, number))


@pytest.mark.parametrize("turned", [False, True])
def test_an_answer_with_the_stamp_counts(turned: bool) -> None:
    assert asked(lambda data: [inverted(data) if turned else data]).rx_client == 1


def test_a_late_answer_to_an_earlier_packet_is_passed_over() -> None:
    arm = asked(lambda data: [late(99), inverted(late(98)), data])
    assert (arm.rx_client, arm.failure, arm.artefact) == (1, None, None)


def test_anothers_answer_is_said_to_be_so() -> None:
    arm = asked(lambda data: [b"HTTP/1.1 200 OK"])
    assert (arm.rx_client, arm.failure, arm.artefact) == (0, "answer_not_ours", "http_replaced")


def test_silence_is_a_timeout_and_a_closed_port_is_refused() -> None:
    assert asked(lambda data: []).failure == "generic_timeout_error"
    tally = opened()
    asyncio.run(ask(tally, stun.binding, (HERE, free_ports(1)[0]), QUICK))
    assert tally.arm(None).failure == "connection_refused"


def test_a_flow_counts_each_answer_once_in_whatever_order() -> None:
    async def test() -> Arm:
        held: list[bytes] = []

        def say(data: bytes) -> list[bytes]:
            held.append(data)
            return [*reversed(held), b"stray"] if len(held) == 3 else []

        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: Responder(say), local_addr=(HERE, 0))
        tally = opened()
        async with flow([tally], transport.get_extra_info("sockname")) as sending:
            for _ in range(3):
                sending.send(tally, lambda raw, _: random_packet(raw, 60, bytes(60)))
            async with asyncio.timeout(5):
                while len(tally.answers) < 3:  # noqa: ASYNC110 – counts set no event
                    await asyncio.sleep(0.005)
        transport.close()
        return tally.arm(None)

    arm = asyncio.run(asyncio.wait_for(test(), 10))
    assert (arm.sent, arm.rx_client) == (3, 3)
