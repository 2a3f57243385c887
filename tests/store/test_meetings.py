"""Meetings and the key that signs their links."""

import asyncio
from pathlib import Path

import pytest

from jemaa.errors import Refused
from jemaa.meeting import events as e
from jemaa.meeting.ids import MeetingId, SessionId
from jemaa.store.log import Log
from jemaa.store.meetings import Meetings

from .test_database import opened


def test_a_meeting_has_a_session_a_room_and_each_begins_its_log(tmp_path: Path) -> None:
    async def story() -> None:
        with opened(tmp_path / "db") as database:
            meetings = Meetings(database)
            made = await meetings.create("ICANN 55", rooms=("Atlas", "Menara"), agenda=("Welcome",), public=False)
            assert [session.room for session in made.sessions] == ["Atlas", "Menara"]
            assert await meetings.find(made.id) == made
            assert await meetings.of_session(made.sessions[1].id) == made
            (first,) = await Log(database).read(made.sessions[0].id)
            assert first.event == e.SessionCreated("ICANN 55", "Atlas", ("Welcome",))
            assert await meetings.find(MeetingId("none")) is None
            assert await meetings.of_session(SessionId("none")) is None

    asyncio.run(story())


def test_another_process_sees_a_new_meeting_and_signs_with_the_same_key(tmp_path: Path) -> None:
    async def story() -> None:
        with opened(tmp_path / "db") as mine, opened(tmp_path / "db") as theirs:
            made = await Meetings(mine).create("Town hall")
            assert await Meetings(theirs).all() == [made]
            key = await Meetings(mine).signing_key()
            assert len(key) == 32
            assert await Meetings(theirs).signing_key() == key

    asyncio.run(story())


def test_a_closed_meeting_says_when_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        with opened(tmp_path / "db") as database:
            meetings = Meetings(database)
            made = await meetings.create("Town hall")
            await meetings.close(made.id)
            (closed,) = await meetings.all()
            assert closed.closed_at is not None
            with pytest.raises(Refused, match="no-such-meeting"):
                await meetings.close(MeetingId("none"))
            with pytest.raises(Refused, match="text-empty"):
                await meetings.create("  ")

    asyncio.run(story())
