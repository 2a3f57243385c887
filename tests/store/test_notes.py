"""Recorded questions arrive in pieces, in any order, more than once."""

import asyncio
import os
from pathlib import Path

import pytest

from jemaa.errors import JemaaError, Refused, StoreFailed
from jemaa.limits import MAX_NOTE_BYTES, MAX_NOTE_PIECES, MAX_NOTES_A_PERSON
from jemaa.meeting.ids import NoteId, PersonId, SessionId
from jemaa.store.notes import NoteInfo, Notes

SESSION, PERSON = SessionId("s1"), PersonId("p1")


def test_pieces_in_any_order_make_the_recording(tmp_path: Path) -> None:
    async def story() -> None:
        notes = Notes(tmp_path)
        info = await notes.create(SESSION, PERSON)
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
        mine = await notes.create(SESSION, PERSON)
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
        info = await notes.create(SESSION, PERSON)
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
            await notes.create(SESSION, PERSON)
        with pytest.raises(Refused, match="too-many-notes"):
            await notes.create(SESSION, PERSON)
        await notes.create(SESSION, PersonId("p2"))
        await notes.create(SessionId("s2"), PERSON)

    asyncio.run(story())


def test_nobody_fills_it_by_asking_for_many_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        notes = Notes(tmp_path)
        made = await asyncio.gather(*(notes.create(SESSION, PERSON) for _ in range(120)), return_exceptions=True)
        assert sum(not isinstance(one, Exception) for one in made) == MAX_NOTES_A_PERSON
        assert {one.code for one in made if isinstance(one, Refused)} == {"too-many-notes"}
        assert all(isinstance(one, Refused | NoteInfo) for one in made)

    asyncio.run(story())


def test_many_pieces_at_once_are_all_kept_and_no_more_than_may_be(tmp_path: Path) -> None:
    async def story() -> None:
        notes = Notes(tmp_path)
        info = await notes.create(SESSION, PERSON)
        size = MAX_NOTE_BYTES // 100
        kept = await asyncio.gather(*(notes.put(info, n, bytes(size)) for n in range(130)), return_exceptions=True)
        assert {one.code for one in kept if isinstance(one, JemaaError)} == {"note-too-long"}
        assert len(await notes.have(info)) == kept.count(None)
        total = sum(piece.stat().st_size for piece in (tmp_path / SESSION / info.note).iterdir())
        assert MAX_NOTE_BYTES - 2 * size < total <= MAX_NOTE_BYTES

    asyncio.run(story())


def test_a_file_that_goes_while_sizes_are_added_up_is_no_failure_of_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = Path.stat

    def gone(self: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if self.suffix == ".tmp":
            raise FileNotFoundError(self)
        return stat(self, follow_symlinks=follow_symlinks)

    async def story() -> None:
        notes = Notes(tmp_path)
        info = await notes.create(SESSION, PERSON)
        (tmp_path / SESSION / info.note / "00007.another.tmp").touch()
        monkeypatch.setattr(Path, "stat", gone)
        await notes.put(info, 0, b"piece")
        monkeypatch.undo()
        assert await notes.have(info) == [0]

    asyncio.run(story())


def test_abandoned_recordings_make_room_and_finished_ones_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jemaa.store.notes.MAX_NOTES_A_SESSION", 2)

    async def story() -> None:
        notes = Notes(tmp_path)
        finished = await notes.create(SESSION, PersonId("p1"))
        await notes.put(finished, 0, b"sound")
        await notes.finish(finished, 1)
        abandoned = await notes.create(SESSION, PersonId("p2"))
        with pytest.raises(Refused, match="too-many-notes"):
            await notes.create(SESSION, PersonId("p3"))
        for note in (finished.note, abandoned.note):
            os.utime(tmp_path / SESSION / note, (0, 0))
        await notes.create(SESSION, PersonId("p3"))
        assert (await notes.info(SESSION, finished.note)).pieces == 1
        with pytest.raises(Refused, match="no-such-note"):
            await notes.info(SESSION, abandoned.note)

    asyncio.run(story())


def test_when_the_disk_fails_the_asker_hears_and_what_was_acknowledged_stays(tmp_path: Path) -> None:
    async def story() -> None:
        notes = Notes(tmp_path)
        info = await notes.create(SESSION, PERSON)
        await notes.put(info, 0, b"kept")
        folder = tmp_path / SESSION / info.note
        folder.rename(folder.with_suffix(".away"))
        with pytest.raises(StoreFailed, match="store-failed"):
            await notes.put(info, 1, b"lost")
        folder.with_suffix(".away").rename(folder)
        assert await notes.have(info) == [0]

    asyncio.run(story())
