"""The demo: a meeting of its own, open at once, whose floor is a media file.

It is reopened when its data is there already."""

import logging
from dataclasses import dataclass
from pathlib import Path

from jemaa.errors import Refused
from jemaa.halls import OpenHalls
from jemaa.ingest.file import FileRoom
from jemaa.meeting.commands import Introduce, OpenSession, StartItem
from jemaa.meeting.ids import PersonId
from jemaa.meeting.roles import Actor
from jemaa.store.meetings import MeetingRecord, Meetings
from jemaa.tasks import Tasks

log = logging.getLogger("jemaa.demo")

SAMPLE = Path(__file__).parent / "ingest" / "sample" / "welcome.webm"
TITLE = "A public meeting"
AGENDA = ("Welcome", "Questions from the floor", "Any other business")
_ROOM = Actor(PersonId("room"), "room")
_CHAIR = Actor(PersonId("demo"), "chair")


@dataclass(frozen=True, slots=True)
class Demo:
    """What `jemaa demo` adds to a server."""

    floor: Path

    async def open(self, records: Meetings, halls: OpenHalls, tasks: Tasks) -> MeetingRecord:
        """Make the meeting, or find it, open it, and let the file play on its floor until the server ends."""
        found = [meeting for meeting in await records.all() if meeting.closed_at is None]
        meeting = found[-1] if found else await records.create(TITLE, agenda=AGENDA)
        hall = await halls.hall(meeting.sessions[0].id)
        assert hall is not None  # its meeting was found or made just now
        halls.keep(hall.id)
        session = hall.session
        if session.state.phase == "announced":
            await session.submit(_ROOM, Introduce("Meeting room"))
            await session.submit(_CHAIR, OpenSession())
            try:
                await session.submit(_CHAIR, StartItem(0))
            except Refused:
                log.debug("this meeting has no agenda")
        tasks.start(FileRoom(self.floor, hall.publications, _ROOM).run(), "floor from a file")
        return meeting
