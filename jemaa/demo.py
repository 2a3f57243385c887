"""The demo: a meeting of its own, open at once, whose floor is a media file.

It is reopened when its data is there already. Other meetings in the same folder are none of its business."""

import logging
from dataclasses import dataclass
from pathlib import Path

from jemaa.errors import Refused
from jemaa.halls import OpenHalls
from jemaa.ingest.file import FileRoom
from jemaa.meeting.apply import replay
from jemaa.meeting.commands import Introduce, OpenSession, StartItem
from jemaa.meeting.events import PersonIntroduced, Recorded
from jemaa.meeting.ids import PersonId
from jemaa.meeting.roles import Actor
from jemaa.store.log import Log
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
        """Make the meeting, or find the one made before, open it, and let the file play until the server ends."""
        meeting = await _earlier(records, halls.event_log) or await records.create(TITLE, agenda=AGENDA)
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


async def _earlier(records: Meetings, event_log: Log) -> MeetingRecord | None:
    """The newest meeting that a demo made and nobody has closed."""
    for meeting in await records.all():
        if meeting.closed_at is None:
            recorded = await event_log.read(meeting.sessions[0].id)
            if _is_ours(recorded) and replay(recorded).phase != "closed":
                return meeting
    return None


def _is_ours(recorded: list[Recorded]) -> bool:
    """The first thing that happens in a demo is that its room says its name, and no one else has such an id."""
    first = recorded[1].event if len(recorded) > 1 else None
    return isinstance(first, PersonIntroduced) and first.person == _ROOM.person
