"""Recorded questions arrive in pieces, in any order, more than once."""

import asyncio
import os
from pathlib import Path

import pytest

from jemaa.errors import Refused, StoreFailed
from jemaa.limits import MAX_NOTE_BYTES, MAX_NOTE_PIECES, MAX_NOTES_A_PERSON
from jemaa.meeting.ids import NoteId, PersonId, SessionId
from jemaa.store.notes import Notes

SESSION, PERSON = SessionId("s1"), PersonId("p1")


def test_pieces_in_any_order_make_the_recording(tmp_path: Path) -> None:
    async def story() -> None:
        notes = Notes(tmp_path)
        info = await notes.create(SESSION, PERSON, 60)
        for n in (2, 0, 2):
            await notes.put(info, n, b"piece %d" % n)
        assert await notes.have(info) == [0, 2]
        with pytest.raises(Refused, match="note-incomplete"):
            await notes.finish(info, 3)
        await notes.put(info, 1, b"piece 1")
        done = await notes.finish(info, 3)
        assert await notes.read(done) == [b"piece 0", b"piece 1", b"piece 2"]
        assert await Notes(tmp_path).info(SESSION, info.note) == done
        await notes.put(done, 0, b"changed")
        assert (await notes.read(done))[0] == b"piece 0"
        assert not any(tmp_path.rglob("*.tmp"))  # noqa: ASYNC240

    asyncio.run(story())


def test_nobody_finds_what_is_not_there_or_lies_elsewhere(tmp_path: Path) -> None:
    async def story() -> None:
        notes = Notes(tmp_path)
        mine = await notes.create(SESSION, PERSON, 60)
        for session, note in (
            (SessionId("s2"), mine.note),
            (SESSION, NoteId("none")),
            (SESSION, NoteId("../s1")),
            (SESSION, NoteId("a" * 5_000)),
        ):
            with pytest.raises(Refused, match="no-such-note"):
                await notes.info(session, note)

    asyncio.run(story())


def test_a_recording_has_an_end(tmp_path: Path) -> None:
    async def story() -> None:
        notes = Notes(tmp_path)
        info = await notes.create(SESSION, PERSON, 60)
        for n in (-1, MAX_NOTE_PIECES):
            with pytest.raises(Refused, match="note-too-long"):
                await notes.put(info, n, b"x")
        with pytest.raises(Refused, match="note-too-long"):
            await notes.put(info, 0, b"x" * (MAX_NOTE_BYTES + 1))
        with pytest.raises(Refused, match="note-incomplete"):
            await notes.finish(info, 0)

    asyncio.run(story())


def test_nobody_fills_the_disk_with_recordings(tmp_path: Path) -> None:
    async def story() -> None:
        notes = Notes(tmp_path)
        for _ in range(MAX_NOTES_A_PERSON):
            await notes.create(SESSION, PERSON, 60)
        with pytest.raises(Refused, match="too-many-notes"):
            await notes.create(SESSION, PERSON, 60)
        await notes.create(SESSION, PersonId("p2"), 60)
        await notes.create(SessionId("s2"), PERSON, 60)

    asyncio.run(story())


def test_abandoned_recordings_make_room_and_finished_ones_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jemaa.store.notes.MAX_NOTES_A_SESSION", 2)

    async def story() -> None:
        notes = Notes(tmp_path)
        finished = await notes.create(SESSION, PersonId("p1"), 60)
        await notes.put(finished, 0, b"sound")
        await notes.finish(finished, 1)
        abandoned = await notes.create(SESSION, PersonId("p2"), 60)
        with pytest.raises(Refused, match="too-many-notes"):
            await notes.create(SESSION, PersonId("p3"), 60)
        for note in (finished.note, abandoned.note):
            os.utime(tmp_path / SESSION / note, (0, 0))
        await notes.create(SESSION, PersonId("p3"), 60)
        assert (await notes.info(SESSION, finished.note)).pieces == 1
        with pytest.raises(Refused, match="no-such-note"):
            await notes.info(SESSION, abandoned.note)

    asyncio.run(story())


def test_when_the_disk_fails_the_asker_hears_and_what_was_acknowledged_stays(tmp_path: Path) -> None:
    async def story() -> None:
        notes = Notes(tmp_path)
        info = await notes.create(SESSION, PERSON, 60)
        await notes.put(info, 0, b"kept")
        folder = tmp_path / SESSION / info.note
        folder.rename(folder.with_suffix(".away"))
        with pytest.raises(StoreFailed, match="store-failed"):
            await notes.put(info, 1, b"lost")
        folder.with_suffix(".away").rename(folder)
        assert await notes.have(info) == [0]

    asyncio.run(story())
