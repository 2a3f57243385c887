"""What the server itself has no time for is told to the run whose it is, and to nobody else's."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

from jemaa.bucket import Bucket
from jemaa.limits import CHECK_PACKETS_A_SECOND, MAX_CHECK_ARMS, MAX_CHECK_HANDSHAKES
from jemaa.packets import stun
from jemaa.packets.offer import Counts, Offer
from jemaa.packets.stamp import inverted, stamp
from jemaa.probe.datagram import random_packet
from jemaa.probe.stream import MESSAGE_BYTES, Place, conversation
from jemaa.probe.trouble import EXPECTED
from jemaa.reflector.budget import Budget
from jemaa.reflector.certificate import make
from jemaa.reflector.handshake import Handshakes
from jemaa.reflector.ledger import Ledger
from jemaa.reflector.purse import BURST_SECONDS, Purse
from jemaa.reflector.reflector import Reflector
from tests.reflector.test_handshake import hello
from tests.reflector.test_reflector import HERE, asked, on_both_loops, reflector, stamped

ALL = int(BURST_SECONDS * CHECK_PACKETS_A_SECOND)
RECORD = b"\x16\xfe\xfd" + bytes(40)


NOTHING = Bucket(0.0, 0.0)


def emptied(made: Reflector) -> Purse:
    """The loopback's, without anything left for packets and messages."""
    purse = made._budget.purse(HERE)
    purse._packets = NOTHING
    return purse


async def sent(port: int, *packets: bytes) -> None:
    """Datagrams that nobody waits for an answer to."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.setblocking(False)
        one.connect((HERE, port))
        for packet in packets:
            await loop.sock_sendall(one, packet)


async def told(made: Reflector, offer: Offer, is_told: Callable[[Counts], bool]) -> Counts:
    """What the server says of this run, once it says that."""
    async with asyncio.timeout(10):
        while (counts := made.counts(offer.run)) is None or not is_told(counts):  # noqa: ASYNC110 – the server's state
            await asyncio.sleep(0.005)
    return counts


def test_what_is_turned_away_counts_once_by_arm_and_a_strangers_not_at_all() -> None:
    ledger = Ledger()
    run, key = ledger.begin(0.0)
    packets = [stun.binding(stamp(key, run, 4, number)) for number in (0, 1, 1, 2)]
    assert ledger.see(packets[0], 1.0) and all(ledger.turn_away(one, 1.0) for one in packets)
    assert ledger.turn_away(inverted(stun.binding(stamp(key, run, 5, 0))), 1.0)
    assert not ledger.turn_away(stun.binding(bytes(12)), 1.0) and not ledger.turn_away(b"", 1.0)
    counts = ledger.counts(run, 2.0)
    assert counts is not None and not counts.unread
    assert {arm: (one.count, one.turned_away) for arm, one in counts.arms.items()} == {4: (1, 3), 5: (0, 1)}


def test_arms_are_bounded_here_too() -> None:
    ledger = Ledger()
    run, key = ledger.begin(0.0)
    for arm in range(MAX_CHECK_ARMS + 1):
        assert ledger.turn_away(stun.binding(stamp(key, run, arm, 0)), 1.0)
    counts = ledger.counts(run, 1.0)
    assert counts is not None and len(counts.arms) == MAX_CHECK_ARMS


def test_what_nobody_knows_the_run_of_is_told_to_those_of_the_same_source_since_they_began() -> None:
    ledger, budget = Ledger(), Budget()
    here, there = budget.purse("192.0.2.1"), budget.purse("192.0.2.2")
    here.leave("packets", 1.0)
    (mine, my_key), (other, other_key) = ledger.begin(2.0), ledger.begin(2.0)
    ledger.see(stun.binding(stamp(my_key, mine, 1, 0)), 3.0, here)
    ledger.see(stun.binding(stamp(other_key, other, 1, 0)), 3.0, there)
    here.leave("connections", 4.0)
    found = [ledger.counts(run, 5.0) for run in (mine, other)]
    assert [one.unread for one in found if one] == [["connections"], []]


def test_connections_are_not_paid_for_with_packets() -> None:
    purse = Budget().purse("192.0.2.1")
    while purse.take(0, 0.0):
        pass
    assert sum(purse.connect(0.0) for _ in range(2 * ALL)) == ALL


@on_both_loops
async def test_packets_and_messages_for_which_there_is_nothing_left_are_told() -> None:
    async with reflector() as (made, offer):
        assert await asked(offer.udp[0], stun.binding(stamped(offer, 1, 0)))
        emptied(made)
        async with conversation(Place(HERE, offer.tcp[0]), 5) as talk:
            talk.send(random_packet(stamped(offer, 2, 0), MESSAGE_BYTES, bytes(MESSAGE_BYTES)))
            with suppress(*EXPECTED):  # it ends
                assert not await talk.some()
        await sent(offer.udp[1], RECORD, *(stun.binding(stamped(offer, 1, number)) for number in (1, 2)))
        counts = await told(made, offer, lambda counts: counts.arms[1].turned_away == 2)
        assert {arm: (one.count, one.turned_away) for arm, one in counts.arms.items()} == {1: (1, 2), 2: (1, 1)}
        assert counts.unread == ["handshakes"], "a record of a handshake bears no stamp"


@on_both_loops
async def test_a_connection_that_is_turned_away_is_told_as_nobodys() -> None:
    async with reflector() as (made, offer):
        await asked(offer.udp[0], stun.binding(stamped(offer, 1, 0)))
        made._budget.purse(HERE)._connections = NOTHING
        reader, writer = await asyncio.open_connection(HERE, offer.tcp[0])
        assert await reader.read() == b""
        writer.close()
        counts = made.counts(offer.run)
        assert counts is not None and counts.unread == ["connections"]


@on_both_loops
async def test_where_there_is_no_time_even_to_look_it_is_told_as_nobodys() -> None:
    async with reflector() as (made, offer):
        await asked(offer.udp[0], stun.binding(stamped(offer, 1, 0)))
        emptied(made)._looks = NOTHING
        await sent(offer.udp[0], stun.binding(stamped(offer, 1, 1)))
        counts = await told(made, offer, lambda counts: bool(counts.unread))
        assert counts.unread == ["packets"] and counts.arms[1].turned_away == 0


@on_both_loops
async def test_what_the_system_drops_before_the_server_sees_it_is_told_to_all() -> None:
    async with reflector() as (made, offer):
        other = made.offer()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            for _ in range(2_000):  # while the server has no turn: more than a socket keeps
                one.sendto(bytes(1_000), (HERE, offer.udp[0]))
        counts = [made.counts(run) for run in (offer.run, other.run, made.offer().run)]
        assert [one.unread for one in counts if one] == [["packets"], ["packets"], []]


def test_a_handshake_that_makes_room_for_others_is_told() -> None:
    shakes, budget = Handshakes(Ledger(), make()), Budget()
    mine, others = budget.purse("192.0.2.1"), budget.purse("192.0.2.2")
    for number in range(MAX_CHECK_HANDSHAKES + 1):
        hello(shakes, (HERE, 1_000 + number), mine if not number else others)
    assert mine.unread(0.0) == {"handshakes"} and not others.unread(0.0)
