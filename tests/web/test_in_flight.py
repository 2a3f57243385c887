"""What is on its way to somebody, by what the kernel says; and less of it where that takes long."""

import asyncio
import itertools
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from jemaa.live.easing import GROWN_SECONDS, MOST_SECONDS
from jemaa.tasks import Tasks
from jemaa.web.attendance import LIVE, STREAM, Attendance, Manner
from jemaa.web.hall import Hall
from jemaa.web.in_flight import InFlight
from jemaa.web.shapes import Listen

from .place import place, until
from .unread import Unread

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how much was acknowledged")

MUCH = 2_000_000
SMALL_BUFFER = 4_096


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[asyncio.Transport, socket.socket]]:
    """A transport, and its other end, which takes little in until it reads."""
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as door, socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        other.setblocking(False)
        await loop.sock_connect(other, door.getsockname())
        ours, _ = door.accept()
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
        try:
            yield transport, other
        finally:
            transport.abort()


async def read_all(transport: asyncio.Transport, other: socket.socket) -> None:
    """Read until nothing is on its way."""
    tasks = Tasks("test")
    tasks.start(_read(other), "other end")
    await until(lambda: not transport.get_write_buffer_size())
    await acknowledged(transport)
    await tasks.close()


async def _read(other: socket.socket) -> None:
    while await asyncio.get_running_loop().sock_recv(other, 65_536):
        pass


async def acknowledged(transport: asyncio.Transport) -> None:
    """Wait until nothing is on its way."""
    flight, looks = InFlight(transport), itertools.count()
    flight.age(next(looks))
    await until(lambda: flight.age(next(looks)) == 0.0)


def test_the_oldest_byte_that_was_not_acknowledged_has_its_age() -> None:
    async def story() -> None:
        async with connected() as (transport, other):
            flight = InFlight(transport)
            assert flight.age(100.0) == 0.0, "nothing was written"
            transport.write(b"little")
            await acknowledged(transport)
            transport.write(bytes(MUCH))
            ages = [flight.age(at) for at in (101.0, 101.2, 101.7)]
            assert ages == pytest.approx([0.0, 0.2, 0.7], abs=0.05), (
                "less the way there and back, which is nothing here"
            )
            await read_all(transport, other)
            assert flight.age(103.0) == 0.0
            transport.write(bytes(MUCH))
            assert flight.age(110.0) == pytest.approx(0.0, abs=0.05), "what is old of the time before does not count"

    asyncio.run(story())


def test_where_nothing_is_known_of_a_connection_nothing_is_said() -> None:
    assert InFlight(Unread()).age(1.0) is None

    async def gone() -> None:
        async with connected() as (transport, _other):
            flight = InFlight(transport)
            transport.write(bytes(MUCH))
            transport.abort()
            await until(lambda: flight.age(1.0) is None)

    asyncio.run(gone())


def hears(hall: Hall) -> str:
    """The one track that somebody hears."""
    (name,) = [name for name, track in hall.programme.tracks.items() if len(hall.fanout(track))]
    return name


@pytest.mark.parametrize(
    ("manner", "wish", "in_the_stall"),
    [
        (LIVE, Listen("sound/32", None, 20), "sound/12"),
        (LIVE, Listen("sound/8", None, 20), "sound/8"),
        (STREAM, Listen("sound/32", None, 20), "sound/32"),
    ],
    ids=["live", "little is asked for", "another path has seconds in reserve"],
)
def test_whoever_takes_nothing_in_gets_less_until_he_does(
    tmp_path: Path, manner: Manner, wish: Listen, in_the_stall: str
) -> None:
    async def story() -> None:
        async with place(tmp_path) as here, connected() as (transport, other):
            hall = await here.hall()
            attendance = Attendance(hall, transport, manner, None)
            attendance.listen(wish)
            await acknowledged(transport)
            attendance.look(100.0)
            attendance.write(bytes(MUCH))
            for at in (100.2, 100.3, 100.3 + GROWN_SECONDS):
                attendance.look(at)
            assert hears(hall) == in_the_stall
            assert hall.counters["listeners_eased"] == (in_the_stall != wish.sound)
            await read_all(transport, other)
            attendance.look(101.0)
            assert hears(hall) == wish.sound
            attendance.leave()

    asyncio.run(story())


def test_what_he_asks_for_meanwhile_he_gets(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here, connected() as (transport, _other):
            hall = await here.hall()
            attendance = Attendance(hall, transport, LIVE, None)
            attendance.listen(Listen("sound/32", None, 20))
            await acknowledged(transport)
            attendance.look(100.0)
            attendance.greet(bytes(MUCH))
            for at in (100.2, 100.3 + GROWN_SECONDS):
                attendance.look(at)
            attendance.refresh()
            assert hears(hall) == "sound/12", "a microphone that opens is no wish"
            attendance.listen(Listen("sound/8", None, 960))
            for at in (101.0, 101.0 + MOST_SECONDS):
                attendance.look(at)
            assert hears(hall) == "sound/8"
            attendance.leave()

    asyncio.run(story())
