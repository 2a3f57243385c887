"""The measuring server on the loopback: it counts and answers checks, and is silent to all others."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import uvloop

from jemaa.errors import SettingsError
from jemaa.packets import dtls, stun
from jemaa.packets.offer import Offer
from jemaa.packets.stamp import inverted, stamp
from jemaa.probe.datagram import random_packet
from jemaa.probe.stream import MESSAGE_BYTES, Place, conversation, fingerprint
from jemaa.reflector.reflector import Reflector, Services

HERE = "127.0.0.1"


def free_ports(count: int, kind: int = socket.SOCK_DGRAM) -> tuple[int, ...]:
    """Ports of the loopback that nobody uses now."""
    sockets = [socket.socket(socket.AF_INET, kind) for _ in range(count)]
    for one in sockets:
        one.bind((HERE, 0))
    ports = tuple(int(one.getsockname()[1]) for one in sockets)
    for one in sockets:
        one.close()
    return ports


@asynccontextmanager
async def reflector(**more: Any) -> AsyncIterator[tuple[Reflector, Offer]]:
    udp, tcp = free_ports(2), free_ports(1, socket.SOCK_STREAM)
    services = replace(Services(udp_host=HERE, udp=udp, tcp_host=HERE, tcp=tcp), **more)
    made = Reflector(services)
    await made.start()
    try:
        yield made, made.offer()
    finally:
        await made.close()


def stamped(offer: Offer, arm: int, number: int) -> bytes:
    return stamp(bytes.fromhex(offer.key), bytes.fromhex(offer.run), arm, number)


def on_both_loops(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[str], None]:
    """The server runs on uvloop, whose sockets differ from asyncio's own."""

    @pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
    def both(loop: str) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop if loop == "uvloop" else None) as runner:
            runner.run(asyncio.wait_for(test(), 20))

    return both


async def asked(port: int, *packets: bytes) -> list[bytes]:
    """Answers that came to these packets; the last packet has to be one that is answered."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.setblocking(False)
        one.connect((HERE, port))
        for packet in packets:
            await loop.sock_sendall(one, packet)
        found = [await loop.sock_recv(one, 2_048)]
        while True:
            try:
                found.append(one.recv(2_048))
            except BlockingIOError:
                return found


@on_both_loops
async def test_a_stamped_packet_is_answered_and_counted() -> None:
    async with reflector() as (made, offer):
        (answer,) = await asked(offer.udp[0], stun.binding(stamped(offer, 3, 0)))
        assert answer[:2] == b"\x01\x01" and len(answer) < stun.REQUEST_BYTES
        counts = made.counts(offer.run)
        assert counts is not None and counts.arms[3].count == 1


@on_both_loops
async def test_whoever_is_no_check_gets_silence() -> None:
    """Of all these only the last bears a stamp: one answer comes, and it is the last one's."""
    async with reflector() as (made, offer):
        other = made.offer()
        forged = stamp(bytes.fromhex(other.key), bytes.fromhex(offer.run), 1, 1)
        strangers = [
            b"",
            b"x",
            bytes(1_200),
            stun.binding(bytes(12)),
            stun.binding(forged),
            b"OPTIONS sip:a SIP/2.0\r\n",
        ]
        mine = random_packet(stamped(offer, 2, 0), 60, bytes(60))
        assert await asked(offer.udp[0], *strangers, mine) == [mine]


@on_both_loops
async def test_a_twin_gets_the_twin_of_the_answer() -> None:
    async with reflector() as (_, offer):
        raw = stamped(offer, 1, 0)
        (genuine,) = await asked(offer.udp[0], dtls.client_hello("browser", raw))
        (twin,) = await asked(offer.udp[0], inverted(dtls.client_hello("browser", raw)))
        assert inverted(twin) == genuine == dtls.hello_verify(raw)


@on_both_loops
async def test_a_flood_gets_no_more_than_its_budget_back() -> None:
    async with reflector() as (made, offer):
        packets = [random_packet(stamped(offer, 1, n), 1_000, bytes(1_000)) for n in range(2_000)]
        await asked(offer.udp[0], *packets)
        counts = made.counts(offer.run)
        assert counts is not None and counts.arms[1].count <= 3 * 200 + 200, "three seconds of 200 kB, and one more"


@on_both_loops
async def test_many_messages_come_back_over_tcp_and_over_tls() -> None:
    async with reflector() as (made, offer):
        for arm, name in ((1, None), (2, "meeting.example")):
            async with conversation(Place(HERE, offer.tcp[0], name, offer.tls_sha256), 5) as talk:
                for number in range(4):
                    await talk.exchange(random_packet(stamped(offer, arm, number), MESSAGE_BYTES, bytes(MESSAGE_BYTES)))
        counts = made.counts(offer.run)
        assert counts is not None and [counts.arms[arm].count for arm in (1, 2)] == [4, 4]


@on_both_loops
async def test_a_stranger_on_tcp_is_left_without_a_word() -> None:
    async with reflector() as (_, offer):
        reader, writer = await asyncio.open_connection(HERE, offer.tcp[0])
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


@on_both_loops
async def test_beyond_so_many_connections_the_next_is_closed_and_told_until_one_ends() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jemaa.reflector.tcp.MAX_CHECK_FLOWS", 2)
        async with reflector() as (made, offer):
            place = Place(HERE, offer.tcp[0])
            message = random_packet(stamped(offer, 1, 0), MESSAGE_BYTES, bytes(MESSAGE_BYTES))
            async with conversation(place, 5) as one:
                async with conversation(place, 5) as other:
                    for talk in (one, other):
                        await talk.exchange(message)
                    with pytest.raises((OSError, EOFError)):
                        async with conversation(place, 5) as third:
                            await third.exchange(message)
                counts = made.counts(offer.run)
                assert counts is not None and counts.arms[1].count == 1, "the same message, twice"
                await until_taken(place, message)


async def until_taken(place: Place, message: bytes) -> None:
    """Until the server has seen that a connection is over, and takes another."""
    async with asyncio.timeout(10):
        while True:
            try:
                async with conversation(place, 5) as talk:
                    return await talk.exchange(message)
            except (OSError, EOFError):
                await asyncio.sleep(0.01)


@on_both_loops
async def test_the_certificate_is_the_one_of_the_offer() -> None:
    async with reflector() as (_, offer):
        place = Place(HERE, offer.tcp[0], "meeting.example")
        assert await fingerprint(place, 5) == offer.tls_sha256


@on_both_loops
async def test_a_peer_is_told_of_as_it_is() -> None:
    async with reflector() as (_, offer):
        there, gone = f"{HERE}:{offer.tcp[0]}", f"{HERE}:{free_ports(1, socket.SOCK_STREAM)[0]}"
        async with reflector(peers=(there, gone)) as (watching, _):
            while len(peers := watching.offer().peers) < 2:  # noqa: ASYNC110 – the first round sets no event for us
                await asyncio.sleep(0.01)
            assert peers == {there: True, gone: False}


@on_both_loops
async def test_without_ports_there_is_an_offer_and_no_socket() -> None:
    made = Reflector(Services())
    await made.start()
    offer = made.offer()
    assert not offer.udp and not offer.tcp and not offer.handshake and not offer.tls_sha256
    assert made.counts("no hexadecimal") is None and made.counts("00000000") is None
    await made.close()


@on_both_loops
async def test_a_port_that_is_taken_is_said_and_all_others_are_given_back() -> None:
    with socket.socket() as taken:
        taken.bind((HERE, 0))
        taken.listen()
        (udp,) = free_ports(1)
        made = Reflector(Services(udp_host=HERE, udp=(udp,), tcp_host=HERE, tcp=(taken.getsockname()[1],)))
        with pytest.raises(SettingsError, match="cannot-listen"):
            await made.start()
        await made.close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind((HERE, udp))
