"""One connection: what may wait in it, however often and whatever its other end asks for."""

import asyncio
from pathlib import Path

import pytest

from jemaa.errors import Refused
from jemaa.limits import EVENT_BACKLOG_BYTES, LISTENER_BUFFER_BYTES, LISTENS_SECONDS
from jemaa.live.track import Track
from jemaa.web.attendance import TOO_SLOW, close_frame
from jemaa.web.hall import Hall
from jemaa.web.shapes import Listen

from .place import place
from .unread import attending

FRAME = bytes(25_000)


def filled(hall: Hall) -> list[Track]:
    """Both pictures with ten seconds of 4 Mb/s in their rings, a key frame each second."""
    tracks = [hall.picture("picture/low"), hall.picture("picture/high")]
    for track in tracks:
        for n in range(200):
            track.write(n * 50, (FRAME,), is_independent=n % 20 == 0, config=b"vp8 2x2" if n % 20 == 0 else b"")
    return tracks


def test_whoever_reads_nothing_and_changes_his_mind_all_the_time_costs_little(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            hall = await here.hall()
            filled(hall)
            attendance, transport = attending(hall)
            refused = 0
            for n in range(200):
                try:
                    attendance.listen(Listen(None, ("picture/low", "picture/high")[n % 2], 200, 10_000))
                except Refused as refusal:
                    assert refusal.code == "too-fast"
                    refused += 1
            assert refused > 100
            newest = 20 * (len(FRAME) + 20)
            assert len(transport.waiting) < newest + LISTENER_BUFFER_BYTES

    asyncio.run(story())


def test_whoever_has_read_gets_the_past_and_whoever_has_not_begins_when_he_has(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            hall = await here.hall()
            track = hall.picture("picture/low")
            for n in range(10):
                track.write(n * 50, (b"old" * 50,), is_independent=n == 0, config=b"vp8 2x2" if n == 0 else b"")
            reads, everything = attending(hall)
            reads.listen(Listen(None, "picture/low", 200, 0))
            assert everything.read().count(b"old" * 50) == 10
            attendance, transport = attending(hall)
            attendance.write(bytes(LISTENER_BUFFER_BYTES))
            attendance.listen(Listen(None, "picture/low", 200, 500))
            assert len(transport.read()) == LISTENER_BUFFER_BYTES
            track.write(500, (b"between",), is_independent=False)
            assert transport.waiting == b""
            track.write(550, (b"key",), config=b"vp8 2x2")
            assert transport.read().endswith(b"key")

    asyncio.run(story())


def test_the_past_that_one_asks_for_is_of_the_sound(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            hall = await here.hall()
            track = hall.picture("picture/low")
            for n in range(3):
                track.write(n * 1_000, (b"key %d" % n,), config=b"vp8 2x2")
            attendance, transport = attending(hall)
            attendance.listen(Listen(None, "picture/low", 200, 10_000))
            assert b"key 2" in (given := transport.read()) and b"key 1" not in given

    asyncio.run(story())


def test_whoever_does_not_read_what_he_is_told_is_sent_away(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            hall = await here.hall()
            attendance, transport = attending(hall)
            attendance.greet(bytes(1_000_000))
            for _ in range(10_000):
                attendance.tell(b"x" * 100)
            assert attendance.is_gone and attendance not in hall.attendances
            assert hall.counters["listeners_sent_away"] == 1
            assert transport.waiting.endswith(close_frame(TOO_SLOW, "too-slow")), "and nothing after that"
            assert len(transport.waiting) < 1_000_000 + EVENT_BACKLOG_BYTES + 200
            listens, _ = attending(hall)
            listens.write(bytes(EVENT_BACKLOG_BYTES + 1))
            listens.listen(Listen("sound/32"))
            assert listens.is_gone

    asyncio.run(story())


def test_a_refused_wish_leaves_what_is_heard(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            hall = await here.hall()
            attendance, _ = attending(hall)
            attendance.listen(Listen("sound/32"))
            for _ in range(int(LISTENS_SECONDS)):
                with pytest.raises(Refused, match="no-such-track"):
                    attendance.listen(Listen("sound/99"))
            attendance.listen(Listen("sound/12"))
            assert len(hall.fanout(hall.programme.tracks["sound/12"])) == 1

    asyncio.run(story())
