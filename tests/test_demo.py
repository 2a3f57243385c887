"""`jemaa demo` in a folder that is somebody's: it opens its own meeting and no other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from jemaa.config import load_config
from jemaa.demo import SAMPLE, TITLE, Demo
from jemaa.meeting.commands import CloseSession
from jemaa.meeting.ids import PersonId, SessionId
from jemaa.meeting.roles import Actor
from jemaa.meeting.state import State
from jemaa.serve import Running, open_database, start
from jemaa.store.meetings import Meetings


@asynccontextmanager
async def demonstration(folder: Path) -> AsyncIterator[Running]:
    """A server that was started by `jemaa demo --data`."""
    config = load_config({"data": str(folder), "listen": "127.0.0.1:0"}, environment={})
    database = open_database(folder)
    try:
        running = await start(config, database, Demo(SAMPLE))
        try:
            yield running
        finally:
            await running.close()
    finally:
        database.close()


async def state_of(running: Running, session: SessionId) -> State:
    hall = await running.halls.hall(session)
    assert hall is not None  # its meeting was made by this test
    return hall.session.state


def test_other_meetings_in_its_folder_stay_as_they_are(tmp_path: Path) -> None:
    async def story() -> None:
        database = open_database(tmp_path)
        others = [await Meetings(database).create(title) for title in ("Assembly", TITLE)]
        database.close()
        async with demonstration(tmp_path) as running:
            ours = running.shown[0]
            assert ours.id not in {other.id for other in others}
            for other in others:
                assert (await state_of(running, other.sessions[0].id)).phase == "announced"
            assert (await state_of(running, ours.sessions[0].id)).phase == "open"
        async with demonstration(tmp_path) as running:
            assert running.shown[0].id == ours.id
            hall = await running.halls.hall(ours.sessions[0].id)
            assert hall is not None
            await hall.session.submit(Actor(PersonId("p1"), "chair"), CloseSession())
        async with demonstration(tmp_path) as running:
            assert running.shown[0].id not in {ours.id, *(other.id for other in others)}
            await running.records.close(running.shown[0].id)
            taken_off = running.shown[0].id
        async with demonstration(tmp_path) as running:
            assert running.shown[0].id not in {taken_off, ours.id}

    asyncio.run(story())
