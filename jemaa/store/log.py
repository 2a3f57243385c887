"""Disk. The log: every event of every session, in order, for ever."""

import sqlite3
from collections.abc import Sequence

import msgspec

from jemaa.errors import StoreFailed
from jemaa.meeting.events import Event, Recorded
from jemaa.meeting.ids import SessionId
from jemaa.wire.message import event_from, event_to

from .database import Database


class Log:
    """Appends are on the disk when `append` returns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, session: SessionId, after: int, at: int, events: Sequence[Event]) -> list[Recorded]:
        """Add `events` behind event `after`, all or none.

        `StoreFailed` `log-forked` if `after` is not the newest event: somebody else owns this session.
        """
        recorded = [Recorded(after + place, at, event) for place, event in enumerate(events, 1)]
        rows = [(session, one.seq, one.at, msgspec.json.encode(event_to(one.event))) for one in recorded]

        def work(connection: sqlite3.Connection) -> list[Recorded]:
            try:
                if _newest(connection, session) != after:
                    raise StoreFailed("log-forked", "Another server process owns this session.")
                connection.executemany("INSERT INTO events (session, seq, at, body) VALUES (?, ?, ?, ?)", rows)
            except sqlite3.IntegrityError as error:
                raise StoreFailed("log-forked", "Another server process owns this session.") from error
            return recorded

        return await self._database.run(work)

    async def read(self, session: SessionId, since: int = 0, limit: int = -1) -> list[Recorded]:
        """Events with `seq > since`, oldest first, at most `limit` (-1: all)."""

        def work(connection: sqlite3.Connection) -> list[tuple[int, int, bytes]]:
            query = "SELECT seq, at, body FROM events WHERE session = ? AND seq > ? ORDER BY seq LIMIT ?"
            return connection.execute(query, (session, since, limit)).fetchall()

        rows = await self._database.run(work)
        return [Recorded(seq, at, event_from(msgspec.json.decode(body))) for seq, at, body in rows]


def _newest(connection: sqlite3.Connection, session: SessionId) -> int:
    found = connection.execute("SELECT max(seq) FROM events WHERE session = ?", (session,)).fetchone()[0]
    return found or 0
