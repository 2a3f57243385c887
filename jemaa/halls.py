"""The halls of one server: each session opened by replay when somebody first asks for it, closed when nobody is there.

Part of the composition root: here a session meets its programme, its floor and the store.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from jemaa.counters import Counters
from jemaa.errors import JemaaError
from jemaa.limits import IDLE_HALL_SECONDS
from jemaa.live.floor import Floor
from jemaa.live.outcomes import Outcomes
from jemaa.live.presence import Presence
from jemaa.live.programme import Programme
from jemaa.live.publications import Publications
from jemaa.live.session import Session
from jemaa.meeting.commands import CloseSession
from jemaa.meeting.ids import NoteId, PersonId, SessionId
from jemaa.meeting.roles import Actor
from jemaa.store.log import Log
from jemaa.store.meetings import MeetingRecord, Meetings
from jemaa.store.notes import Notes
from jemaa.tasks import Tasks
from jemaa.web.attendance import RESTARTING, close_frame
from jemaa.web.hall import Hall, Meeting, Room

log = logging.getLogger("jemaa.halls")

SWEEP_SECONDS = 30.0
RETRY_SECONDS = 1.0
"""What fails again and again does so no faster."""

_OPERATOR = Actor(PersonId("operator"), "chair")
"""Whose hand ends the sessions of a closed meeting, in their logs."""

Resident = Callable[[Hall], Coroutine[Any, Any, None]]
"""What the server itself does in a hall, for as long as that hall is open."""


@dataclass(slots=True)
class _Open:
    """A hall and what keeps it running."""

    hall: Hall
    tasks: Tasks
    used_at: float


@dataclass(slots=True)
class _NotesOf:
    """The recordings of one session, as its floor reads them."""

    notes: Notes
    session: SessionId

    async def pieces(self, note: NoteId) -> list[bytes]:
        """Of a finished recording, in order."""
        return await self.notes.read(await self.notes.info(self.session, note))


@dataclass(slots=True)
class OpenHalls:
    """Opens, finds and closes halls. Touched only on the event loop."""

    event_log: Log
    records: Meetings
    notes: Notes
    counters: Counters
    tasks: Tasks
    _open: dict[SessionId, _Open] = field(default_factory=dict)
    _residents: dict[SessionId, Resident] = field(default_factory=dict)
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def hall(self, session: SessionId) -> Hall | None:
        """The hall of this session; None if there is no such session, also not in a meeting made a moment ago."""
        found = self._open.get(session)
        if found is None:
            # One at a time: a crowd that comes back after a restart must not replay the same log a thousand times.
            async with self._opening:
                found = self._open.get(session) or await self._opened(session)
        if found is None:
            return None
        found.used_at = time.monotonic()
        return found.hall

    async def meetings(self) -> list[Meeting]:
        """Every meeting, newest first."""
        return [_shown(record) for record in await self.records.all()]

    def open_halls(self) -> list[Hall]:
        """Those that are open now."""
        return [found.hall for found in self._open.values()]

    async def reside(self, session: SessionId, resident: Resident) -> None:
        """Let something of the server's own live in a hall, which is never closed for want of people then."""
        self._residents[session] = resident
        found = self._open.get(session)
        if found is None:
            await self.hall(session)
        else:
            found.tasks.start(resident(found.hall), "resident")

    async def run(self) -> None:
        """Task: end the sessions of closed meetings, and close what nobody has used for a while; a silent programme
        costs processor time too."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            for session, found in list(self._open.items()):
                await self._end_if_over(found.hall)
                if self._open.get(session) is not found:
                    continue
                if session not in self._residents and _is_idle(found):
                    del self._open[session]
                    await found.tasks.close()
                    log.info("session %s is asleep: nobody is there", session)

    async def close(self) -> None:
        """Stop every hall."""
        found, self._open = list(self._open.values()), {}
        for one in found:
            await one.tasks.close()

    async def _opened(self, session: SessionId) -> _Open | None:
        record = await self.records.of_session(session)
        if record is None:
            return None
        sitting = await Session.reopened(session, self.event_log)
        programme = Programme(secrets.token_hex(4), time.monotonic)
        publications = Publications(sitting, programme)
        tasks = Tasks(f"session {session}")
        floor = Floor(sitting, programme, publications, _NotesOf(self.notes, session), tasks)
        # What was begun under a key is ended, also while the session falls asleep: its tasks are the server's.
        outcomes = Outcomes(self.tasks)
        hall = Hall(_shown(record), sitting, programme, publications, Presence(), outcomes, self.counters)
        hall.herald.tell_status(hall.status_body())
        for name, run in (
            ("owner", sitting.run),
            ("mix", programme.run),
            ("floor", floor.run),
            ("status", hall.announce),
            ("easing", hall.ease),
        ):
            tasks.start(run(), name).add_done_callback(partial(self._ended, session))
        opened = self._open[session] = _Open(hall, tasks, time.monotonic())
        if session in self._residents:
            tasks.start(self._residents[session](hall), "resident")
        log.info("session %s is open at event %d", session, sitting.state.seq)
        if record.closed_at is not None:
            await self._end_if_over(hall)
        return opened

    async def _end_if_over(self, hall: Hall) -> None:
        """If the meeting was closed, maybe by another process, nothing more happens in this session of it.

        Only the owner task writes to the session's log, so the other process cannot end it by itself.
        """
        if hall.session.state.phase == "closed":
            return
        try:
            record = await self.records.of_session(hall.id)
            if record is not None and record.closed_at is not None:
                await hall.session.submit(_OPERATOR, CloseSession())
        except JemaaError as error:
            log.warning("whether session %s is over is looked at again later: %s", hall.id, error)

    def _ended(self, session: SessionId, task: asyncio.Task[None]) -> None:
        """Without one of its tasks a hall is silent or deaf: better that everyone comes back to a new one at once."""
        if task.cancelled() or task.exception() is None or session not in self._open:
            return
        found = self._open.pop(session)
        self.counters.add("halls_failed")
        log.error("session %s is opened anew after a failure of ours", session)
        found.hall.send_everyone_away(close_frame(RESTARTING, "internal"))
        self.tasks.start(self._anew(session, found), f"anew {session}")

    async def _anew(self, session: SessionId, failed: _Open) -> None:
        await failed.tasks.close()
        await asyncio.sleep(RETRY_SECONDS)
        if session in self._residents:
            await self.hall(session)


def _is_idle(found: _Open) -> bool:
    hall = found.hall
    nobody = not hall.attendances and not hall.radios and not hall.publications.all()
    return nobody and time.monotonic() - found.used_at > IDLE_HALL_SECONDS


def _shown(record: MeetingRecord) -> Meeting:
    rooms = tuple(Room(session.id, session.room) for session in record.sessions)
    return Meeting(record.id, record.title, record.public, record.closed_at is not None, rooms)
