"""Memory. What the procedure says, done to sound and picture: a session's events govern its programme.

Everything here happens in the same turn of the event loop in which the event was applied, so that nobody is heard for
a moment longer than the log allows.
"""

import asyncio
import logging
from typing import Protocol

from jemaa.errors import JemaaError
from jemaa.meeting.events import FloorGiven, NotePlayed, PersonUnmuted, Recorded
from jemaa.meeting.ids import NoteId, PersonId
from jemaa.meeting.state import State
from jemaa.sound.level import SILENCE_DB
from jemaa.tasks import Tasks

from .note import note_frames
from .playing import Playing
from .programme import Programme
from .publications import Publications
from .session import Session

log = logging.getLogger("jemaa.live.floor")

_LOOK_SECONDS = 0.5
_HEARD_DB = -45.0
"""A microphone above this is somebody speaking."""

_STAYS_LOOKS = 4
"""How many looks in a row somebody must have been the loudest before the picture goes to him: two seconds."""


class ReadsNotes(Protocol):
    """What this needs of the store: the pieces of a finished recording, in order."""

    async def pieces(self, note: NoteId) -> list[bytes]: ...


class Floor:
    """One a session. Make it before the session runs; keep `run()` running."""

    def __init__(
        self, session: Session, programme: Programme, publications: Publications, notes: ReadsNotes, tasks: Tasks
    ) -> None:
        self._session = session
        self._programme = programme
        self._publications = publications
        self._notes = notes
        self._tasks = tasks
        self._playing: Playing | None = None
        self._loudest: PersonId | None = None
        self._looks = 0
        session.on_applied(self._applied)
        publications.on_changed(self._choose_picture)

    async def run(self) -> None:
        """Twice a second: who speaks gets the picture, who vanished is closed."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            self._publications.sweep()
            self._follow_voice()

    def _applied(self, recorded: Recorded, state: State) -> None:
        self._publications.enforce(state)
        match recorded.event:
            case FloorGiven(person=person) | PersonUnmuted(person=person):
                self._turn_to(person)
            case NotePlayed(question=question):
                note = state.questions[question].note
                if note is not None:
                    self._stop_playing()
                    self._tasks.start(self._play(note, recorded.seq), f"note {note}")
            case _:
                pass
        if state.playing is None:
            self._stop_playing()

    async def _play(self, note: NoteId, seq: int) -> None:
        """Fetch a recording and let everyone hear it, unless the moment has passed while the disk was read."""
        try:
            frames = note_frames(await self._notes.pieces(note))
        except JemaaError as error:
            log.error("note %s cannot be played (event %d): %s", note, seq, error.code)
            return
        state = self._session.state
        if state.playing is None or state.questions[state.playing].note != note:
            return
        self._stop_playing()
        self._playing = self._programme.play(frames)

    def _stop_playing(self) -> None:
        if self._playing is not None:
            self._playing.stop()
            self._playing = None

    def _turn_to(self, person: PersonId) -> None:
        """Show this person, if there is a picture of him."""
        self._loudest, self._looks = person, _STAYS_LOOKS
        if person in self._programme.picture.people:
            self._programme.select_picture(person)

    def _choose_picture(self) -> None:
        """A camera opened or closed: keep whoever is shown, else the latest holder with a camera, else the room."""
        people = self._programme.picture.people
        selected = self._programme.picture.selected
        rooms = [one.actor.person for one in self._publications.all() if one.actor.role == "room"]
        if selected in people and selected not in rooms:
            return
        holders = [person for person in self._session.state.floor if person in people]
        offered = [*reversed(holders), *(person for person in rooms if person in people), *people]
        wanted = offered[0] if offered else None
        if wanted != selected:
            self._programme.select_picture(wanted)

    def _follow_voice(self) -> None:
        """Of several who speak the one who goes on speaking is shown; a cough changes nothing."""
        people = self._programme.picture.people
        levels = {person: db for person, db in self._programme.levels.items() if person in people and db > _HEARD_DB}
        loudest = max(levels, key=lambda person: levels.get(person, SILENCE_DB), default=None)
        if loudest is None:
            return
        self._looks = self._looks + 1 if loudest == self._loudest else 1
        self._loudest = loudest
        if self._looks >= _STAYS_LOOKS and self._programme.picture.selected != loudest:
            self._programme.select_picture(loudest)
