"""Disk. Which meetings there are, their sessions, and the key that signs their links."""

import secrets
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from jemaa.errors import Refused
from jemaa.meeting.events import SessionCreated
from jemaa.meeting.ids import MeetingId, SessionId
from jemaa.meeting.text import clean_line
from jemaa.wire.message import event_to

from .database import Database

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letter that is taken for another when a link is read aloud."""


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One sitting in one room."""

    id: SessionId
    room: str


@dataclass(frozen=True, slots=True)
class MeetingRecord:
    """An event with an agenda; times are Unix ms."""

    id: MeetingId
    title: str
    public: bool
    created_at: int
    closed_at: int | None
    sessions: tuple[SessionRecord, ...]


class Meetings:
    """The table of meetings; several processes may use one file (`jemaa meeting new` beside a running server)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, title: str, *, rooms: Sequence[str] = ("",), agenda: Sequence[str] = (), public: bool = True
    ) -> MeetingRecord:
        """A new meeting with one session a room. `Refused` where a text is empty or too long."""
        now = time.time_ns() // 1_000_000
        title = clean_line(title, limit=200)
        records = tuple(SessionRecord(SessionId(_new_id()), clean_line(room, required=False)) for room in rooms)
        meeting = MeetingRecord(MeetingId(_new_id()), title, public, now, None, records)
        items = tuple(clean_line(item, limit=2000) for item in agenda)

        def work(connection: sqlite3.Connection) -> MeetingRecord:
            connection.execute(
                "INSERT INTO meetings (id, title, public, created_at) VALUES (?, ?, ?, ?)",
                (meeting.id, title, int(public), now),
            )
            for place, session in enumerate(records):
                connection.execute(
                    "INSERT INTO sessions (id, meeting, room, place) VALUES (?, ?, ?, ?)",
                    (session.id, meeting.id, session.room, place),
                )
                first = msgspec.json.encode(event_to(SessionCreated(title, session.room, items)))
                connection.execute(
                    "INSERT INTO events (session, seq, at, body) VALUES (?, 1, ?, ?)", (session.id, now, first)
                )
            return meeting

        return await self._database.run(work)

    async def all(self) -> list[MeetingRecord]:
        """Every meeting, newest first."""

        def work(connection: sqlite3.Connection) -> list[MeetingRecord]:
            rows = connection.execute("SELECT * FROM meetings ORDER BY created_at DESC, id").fetchall()
            return [_meeting(connection, row) for row in rows]

        return await self._database.run(work)

    async def find(self, meeting: MeetingId) -> MeetingRecord | None:
        """One meeting by its id."""

        def work(connection: sqlite3.Connection) -> MeetingRecord | None:
            row = connection.execute("SELECT * FROM meetings WHERE id = ?", (meeting,)).fetchone()
            return _meeting(connection, row) if row else None

        return await self._database.run(work)

    async def of_session(self, session: SessionId) -> MeetingRecord | None:
        """The meeting that a session belongs to."""

        def work(connection: sqlite3.Connection) -> MeetingRecord | None:
            query = "SELECT m.* FROM meetings m JOIN sessions s ON s.meeting = m.id WHERE s.id = ?"
            row = connection.execute(query, (session,)).fetchone()
            return _meeting(connection, row) if row else None

        return await self._database.run(work)

    async def close(self, meeting: MeetingId) -> None:
        """Mark a meeting as over: it is no longer listed, and a server that has its sessions open ends them.

        `Refused` `no-such-meeting`.
        """
        now = time.time_ns() // 1_000_000

        def work(connection: sqlite3.Connection) -> int:
            query = "UPDATE meetings SET closed_at = coalesce(closed_at, ?) WHERE id = ?"
            return connection.execute(query, (now, meeting)).rowcount

        if await self._database.run(work) == 0:
            raise Refused("no-such-meeting", "There is no meeting with that id; `jemaa meeting list` shows them.")

    async def signing_key(self) -> bytes:
        """The 32 bytes that sign links and person tokens; made on first use, kept in the database file."""

        def work(connection: sqlite3.Connection) -> bytes:
            connection.execute(
                "INSERT OR IGNORE INTO secrets (name, value) VALUES ('signing-key', ?)", (secrets.token_bytes(32),)
            )
            key: bytes = connection.execute("SELECT value FROM secrets WHERE name = 'signing-key'").fetchone()[0]
            return key

        return await self._database.run(work)


def _new_id() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(10))


def _meeting(connection: sqlite3.Connection, row: tuple[str, str, int, int, int | None]) -> MeetingRecord:
    query = "SELECT id, room FROM sessions WHERE meeting = ? ORDER BY place"
    sessions = tuple(SessionRecord(SessionId(id_), room) for id_, room in connection.execute(query, (row[0],)))
    return MeetingRecord(MeetingId(row[0]), row[1], bool(row[2]), row[3], row[4], sessions)
