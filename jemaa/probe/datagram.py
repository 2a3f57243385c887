"""Probe room. UDP: one packet from a new source port and its answer, and flows of many."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from jemaa.packets.stamp import STAMP_BYTES, in_text, inverted, stamps

from .book import Tally
from .line import Line
from .trouble import NotOurs, named

Address = tuple[str, int]


class _Socket(asyncio.DatagramProtocol):
    """Hands on what comes, errors of the network among it."""

    def __init__(self, heard: Callable[[bytes], None], erred: Callable[[Exception], None]) -> None:
        self._heard, self._erred = heard, erred

    def datagram_received(self, data: bytes, address: tuple[Any, ...]) -> None:
        """From the one address that the socket is connected to."""
        self._heard(data)

    def error_received(self, error: Exception) -> None:
        """An ICMP message, as the kernel tells it."""
        self._erred(error)


async def ask(tally: Tally, make: Callable[[bytes], bytes], to: Address, line: Line) -> bool:
    """Send one packet of an arm, made from its stamp, and wait for its answer; whether it came."""
    raw = tally.stamp()
    number, data = tally.sent - 1, make(raw)
    answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    try:
        await line.turn(len(data))

        def heard(got: bytes) -> None:
            """A late answer to an earlier packet from the same port is nobody's forgery."""
            if is_ours(got, raw) or not is_ours(got, tally.run):
                _settle(answer, got)

        async with _open(heard, lambda error: _fail(answer, error), to) as transport:
            began = time.monotonic()
            transport.sendto(data)
            got = await asyncio.wait_for(answer, line.patience)
            if not is_ours(got, raw):
                raise NotOurs("answer_not_ours", "http_replaced")
            tally.answered(number, rtt=time.monotonic() - began, size=len(got))
            return True
    except (OSError, NotOurs) as error:
        tally.failed(*named(error))
        return False


def is_ours(data: bytes, raw: bytes) -> bool:
    """Whether an answer bears a stamp (or its run), as it is, turned over, or in words."""
    word = in_text(raw).encode()
    return any(one in data for one in (raw, inverted(raw), word, inverted(word)))


class Flow:
    """Many packets from one source port; answers are counted as they come, whenever."""

    def __init__(self, tallies: list[Tally], transport: asyncio.DatagramTransport) -> None:
        self._transport = transport
        self._by_number = {tally.number: tally for tally in tallies}
        self._sent: dict[tuple[int, int], float] = {}

    def send(self, tally: Tally, make: Callable[[bytes, int], bytes]) -> None:
        """One packet, made from its stamp and number."""
        number = tally.sent
        data = make(tally.stamp(), number)
        self._sent[(tally.number, number)] = time.monotonic()
        self._transport.sendto(data)

    def heard(self, data: bytes) -> None:
        """An answer, of any arm of this flow."""
        for candidate in (data, inverted(data[:512])):
            for found in stamps(candidate):
                tally = self._by_number.get(found.arm)
                if tally is not None and found.run == tally.run and found.is_by(tally.key):
                    began = self._sent.pop((found.arm, found.number), None)
                    if began is not None:
                        tally.answered(found.number, rtt=time.monotonic() - began, size=len(data))
                    return

    def erred(self, error: Exception) -> None:
        """Of the flow as a whole."""
        for tally in self._by_number.values():
            tally.failed(*named(error))


@asynccontextmanager
async def flow(tallies: list[Tally], to: Address) -> AsyncIterator[Flow]:
    """A flow of these arms to one place. `OSError` where not even a socket can be had."""
    made: list[Flow] = []

    def heard(data: bytes) -> None:
        if made:
            made[0].heard(data)

    def erred(error: Exception) -> None:
        if made:
            made[0].erred(error)

    async with _open(heard, erred, to) as transport:
        made.append(Flow(tallies, transport))
        yield made[0]


@asynccontextmanager
async def _open(
    heard: Callable[[bytes], None], erred: Callable[[Exception], None], to: Address
) -> AsyncIterator[asyncio.DatagramTransport]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Socket(heard, erred), remote_addr=to)
    try:
        yield transport
    finally:
        transport.close()


def random_packet(raw: bytes, size: int, filling: bytes) -> bytes:
    """A stamp where random bytes have it, with eight of none of the known beginnings before it.

    The first byte is 0xE7: no STUN, DTLS, TURN, RTP or QUIC of version 1 (RFC 9443).
    """
    head = b"\xe7\x5b\x1d\x96\x6a\xc4\x38\xf1"
    return head + raw + filling[: max(0, size - len(head) - STAMP_BYTES)]


def _settle(answer: "asyncio.Future[bytes]", data: bytes) -> None:
    if not answer.done():
        answer.set_result(data)


def _fail(answer: "asyncio.Future[bytes]", error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
