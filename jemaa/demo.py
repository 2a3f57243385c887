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

    async def open(self, records: Meetings, halls: OpenHalls) -> MeetingRecord:
        """Make the meeting, or find it, open it, and let the file play on its floor until the server ends."""
        found = [meeting for meeting in await records.all() if meeting.closed_at is None]
        meeting = found[-1] if found else await records.create(TITLE, agenda=AGENDA)
        hall = await halls.hall(meeting.sessions[0].id)
        assert hall is not None  # its meeting was found or made just now
        session = hall.session
        if session.state.phase == "announced":
            await session.submit(_ROOM, Introduce("Meeting room"))
            await session.submit(_CHAIR, OpenSession())
            try:
                await session.submit(_CHAIR, StartItem(0))
            except Refused:
                log.debug("this meeting has no agenda")
        await halls.reside(hall.id, lambda there: FileRoom(self.floor, there.publications, _ROOM).run())
        return meeting
