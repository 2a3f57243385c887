"""Disk. Recorded questions: pieces that arrive in any order, each on the disk before it is acknowledged."""

import asyncio
import hashlib
import json
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

from jemaa.errors import Refused, StoreFailed
from jemaa.limits import (
    MAX_NOTE_BYTES,
    MAX_NOTE_PIECES,
    MAX_NOTES_A_PERSON,
    MAX_NOTES_A_SESSION,
    NOTE_ABANDONED_SECONDS,
)
from jemaa.meeting.ids import NoteId, PersonId, SessionId

P = ParamSpec("P")
T = TypeVar("T")

_NOTE_ID = re.compile("[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class NoteInfo:
    """Whose recording, and how many pieces it has once finished."""

    note: NoteId
    session: SessionId
    person: PersonId
    pieces: int | None


class Notes:
    """A folder a note: `about.json` and one file a piece."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taking = threading.Lock()
        """Held while room is looked for and taken, and while a file gets its name: many threads do so at once, and each
        must see what the others took."""

    async def create(self, session: SessionId, person: PersonId) -> NoteInfo:
        """An empty recording. `Refused` `too-many-notes` if this person, or the session, has its fill."""
        info = NoteInfo(NoteId(_mark(person) + secrets.token_hex(8)), session, person, None)
        await self._do(self._create, info)
        return info

    async def info(self, session: SessionId, note: NoteId) -> NoteInfo:
        """`Refused` `no-such-note` if there is none in this session."""
        return await self._do(self._read_about, session, note)

    async def put(self, info: NoteInfo, n: int, data: bytes) -> None:
        """Keep piece `n`; the same piece again changes nothing."""
        if info.pieces is not None:
            return
        if not 0 <= n < MAX_NOTE_PIECES:
            raise Refused("note-too-long", "This recording is longer than a question may be.")
        await self._do(self._write_piece, info, n, data)

    async def have(self, info: NoteInfo) -> list[int]:
        """The numbers of the pieces that are here."""
        return await self._do(self._list, info)

    async def finish(self, info: NoteInfo, pieces: int) -> NoteInfo:
        """Complete with pieces 0 … `pieces`-1; `Refused` `note-incomplete` names the first that is missing."""
        missing = sorted(set(range(min(pieces, MAX_NOTE_PIECES))) - set(await self.have(info)))
        if missing or not 0 < pieces <= MAX_NOTE_PIECES:
            raise Refused("note-incomplete", f"Pieces are missing: {missing[:20]}.")
        done = NoteInfo(info.note, info.session, info.person, pieces)
        await self._do(self._write_about, done)
        return done

    async def read(self, info: NoteInfo) -> list[bytes]:
        """All pieces of a finished recording, in order."""
        return await self._do(self._read_pieces, info)

    async def _do(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        try:
            return await asyncio.to_thread(work, *arguments, **named)
        except OSError as error:
            raise StoreFailed("store-failed", "The server's disk failed; nothing was recorded.") from error

    def _path(self, session: SessionId, note: NoteId) -> Path:
        return self._folder / session / note

    def _create(self, info: NoteInfo) -> None:
        with self._taking:
            self._make_room(info)
            self._path(info.session, info.note).mkdir()
        self._write_about(info)

    def _make_room(self, info: NoteInfo) -> None:
        folder = self._folder / info.session
        folder.mkdir(parents=True, exist_ok=True)
        notes = [entry.name for entry in folder.iterdir()]
        if sum(name.startswith(_mark(info.person)) for name in notes) >= MAX_NOTES_A_PERSON:
            raise Refused("too-many-notes", "You have left very many recordings; please ask in writing.")
        if len(notes) >= MAX_NOTES_A_SESSION and not self._forget_abandoned(info.session, notes):
            raise Refused("too-many-notes", "This session has no room for more recordings; please ask in writing.")

    def _forget_abandoned(self, session: SessionId, notes: list[str]) -> bool:
        """Whether that made room."""
        long_ago = time.time() - NOTE_ABANDONED_SECONDS
        gone = 0
        for note in notes:
            folder = self._folder / session / note
            about = folder / "about.json"
            if folder.stat().st_mtime < long_ago and not (about.exists() and json.loads(about.read_bytes())["pieces"]):
                shutil.rmtree(folder)
                gone += 1
        return gone > 0

    def _write_about(self, info: NoteInfo) -> None:
        about = {"person": info.person, "pieces": info.pieces}
        path, data = self._path(info.session, info.note) / "about.json", json.dumps(about).encode()
        self._write(_aside(path, len(data)), path, data)

    def _read_about(self, session: SessionId, note: NoteId) -> NoteInfo:
        if not _NOTE_ID.fullmatch(note):
            raise Refused("no-such-note", "There is no such recording.")
        try:
            about = json.loads((self._path(session, note) / "about.json").read_bytes())
        except FileNotFoundError:
            raise Refused("no-such-note", "There is no such recording.") from None
        return NoteInfo(note, session, PersonId(about["person"]), about["pieces"])

    def _write_piece(self, info: NoteInfo, n: int, data: bytes) -> None:
        folder = self._path(info.session, info.note)
        path = folder / f"{n:05d}"
        if path.exists():
            return
        with self._taking:
            if _size(folder) + len(data) > MAX_NOTE_BYTES:
                raise Refused("note-too-long", "This recording is larger than a question may be.")
            if shutil.disk_usage(folder).free < len(data):
                raise StoreFailed("store-failed", "The server's disk is full; nothing was recorded.")
            aside = _aside(path, len(data))
        self._write(aside, path, data)

    def _write(self, aside: Path, path: Path, data: bytes) -> None:
        """Whole or not at all, also after a power cut: write aside, fsync, rename, fsync the folder."""
        try:
            with aside.open("r+b") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            with self._taking:
                aside.rename(path)
        finally:
            aside.unlink(missing_ok=True)
        _sync(path.parent)

    def _list(self, info: NoteInfo) -> list[int]:
        folder = self._path(info.session, info.note)
        return sorted(int(piece.name) for piece in folder.iterdir() if piece.name.isdigit())

    def _read_pieces(self, info: NoteInfo) -> list[bytes]:
        folder = self._path(info.session, info.note)
        return [(folder / f"{n:05d}").read_bytes() for n in range(info.pieces or 0)]


def _mark(person: PersonId) -> str:
    """What the names of a person's recordings begin with, so that they are counted without being read."""
    return hashlib.blake2b(person.encode(), digest_size=4).hexdigest()


def _size(folder: Path) -> int:
    """Bytes of everything in a folder, also of what is being written. What was given up meanwhile counts nothing."""
    size = 0
    for entry in folder.iterdir():
        with suppress(FileNotFoundError):
            size += entry.stat().st_size
    return size


def _aside(path: Path, size: int) -> Path:
    """A new file beside `path`, as long as what will be written: whoever adds up sizes counts it already."""
    aside = path.with_suffix(f".{secrets.token_hex(4)}.tmp")
    with aside.open("xb") as file:
        file.truncate(size)
    return aside


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
