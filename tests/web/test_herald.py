"""Being greeted and told: large greetings lock nobody out, and nobody is given more than he could read."""

import asyncio
import json
from pathlib import Path
from typing import Any

from jemaa.limits import EVENT_BACKLOG_BYTES, MAX_AGENDA_ITEMS
from jemaa.meeting.commands import Introduce, Say, SetAgenda
from jemaa.meeting.ids import PersonId
from jemaa.meeting.roles import Actor
from jemaa.web.attendance import TOO_SLOW, close_frame
from jemaa.web.hall import Hall

from .place import message, place
from .unread import attending

CHAIR = Actor(PersonId("pchair"), "chair")
LONG = "😀" * 2_000


async def large(hall: Hall) -> None:
    """The chair fills the agenda: 800 kB in every snapshot."""
    await hall.session.submit(CHAIR, Introduce("Chair"))
    await hall.session.submit(CHAIR, SetAgenda((LONG,) * MAX_AGENDA_ITEMS))


def test_a_large_greeting_is_no_backlog(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            hall = await here.hall()
            await large(hall)
            slow, waits = attending(hall)
            await hall.herald.greet(slow, None)
            greeting = len(waits.waiting)
            assert greeting > 2 * EVENT_BACKLOG_BYTES
            await hall.session.submit(CHAIR, Say("Welcome"))
            await asyncio.sleep(0)
            assert slow in hall.attendances and len(waits.waiting) > greeting
            while slow in hall.attendances:
                await hall.session.submit(CHAIR, Say(LONG))
                await asyncio.sleep(0)
            assert EVENT_BACKLOG_BYTES < len(waits.waiting) - greeting < EVENT_BACKLOG_BYTES + 2 * len(LONG.encode())
            assert waits.waiting.endswith(close_frame(TOO_SLOW, "too-slow"))

    asyncio.run(story())


def test_a_greeting_that_was_read_counts_no_more(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            hall = await here.hall()
            await large(hall)
            slow, waits = attending(hall)
            await hall.herald.greet(slow, None)
            waits.read(len(waits.waiting) - 10)
            await hall.session.submit(CHAIR, Say("Welcome"))
            await asyncio.sleep(0)
            slow.write(bytes(EVENT_BACKLOG_BYTES))
            await hall.session.submit(CHAIR, Say("Are you there?"))
            await asyncio.sleep(0)
            assert slow.is_gone

    asyncio.run(story())


def test_whoever_missed_more_than_he_could_read_gets_the_whole_instead(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            hall = await here.hall()
            await hall.session.submit(CHAIR, Introduce("Chair"))
            for _ in range(EVENT_BACKLOG_BYTES // len(LONG.encode()) + 1):
                await hall.session.submit(CHAIR, Say(LONG))
            newest = hall.session.state.seq
            socket = await (await here.join()).live(since=1)
            assert (await message(socket, "snapshot"))["seq"] == newest
            again = await (await here.join()).live(since=newest - 1)
            assert [event["seq"] for event in (await message(again, "events"))["events"]] == [newest]
            for since, kind in ((1, "snapshot"), (newest - 1, "events")):
                _, polled = await here.get(f"/events?since={since}")
                assert polled["seq"] == newest and kind in polled
            assert len(json.dumps(await snapshot(hall))) < EVENT_BACKLOG_BYTES / 2

    asyncio.run(story())


async def snapshot(hall: Hall) -> dict[str, Any]:
    """What a newcomer is told of the state."""
    value: dict[str, Any] = json.loads(hall.herald.snapshot().body)
    return value
