"""Web room. All that the sockets need of one session, in one place: its owner task, programme, publications, listeners.

Made and kept running by `serve.py`. Touched only on the event loop.
"""

import asyncio
import hashlib
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from jemaa.counters import Counters
from jemaa.errors import Refused
from jemaa.live.fanout import Fanout
from jemaa.live.outcomes import Outcomes
from jemaa.live.presence import Presence
from jemaa.live.programme import Programme
from jemaa.live.publications import Publications
from jemaa.live.session import Session
from jemaa.live.track import Track
from jemaa.meeting.events import InvitationRevoked, Recorded
from jemaa.meeting.ids import MeetingId, PersonId, SessionId
from jemaa.meeting.rules import may_read
from jemaa.meeting.state import State
from jemaa.wire.token import Pass

from .herald import Herald
from .wholes import Wholes

if TYPE_CHECKING:
    from .attendance import Attendance

STATUS_SECONDS = 0.5
"""The status is looked at this often, and sent when what it says to do has changed."""

LOOK_SECONDS = 0.2
"""How often it is seen how long what was sent to each listener is on its way, where he is one of a hundred."""

LOOKS_A_SECOND = 500
"""At the most. A look takes 3 µs, a listener 34 a second in all: of a thousand each is looked at every two seconds, and
his page finds it out first."""

FIGURES_EVERY = 10
"""Levels and counts alone are worth a message only every so many looks: a thousand listeners are a thousand writes."""


@dataclass(frozen=True, slots=True)
class Room:
    """A session of a meeting, as the list of meetings shows it."""

    id: SessionId
    room: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting, as the list shows it."""

    id: MeetingId
    title: str
    is_public: bool
    is_closed: bool
    rooms: tuple[Room, ...]


class Halls(Protocol):
    """Where halls come from: `serve.py` opens one by replay when it is first asked for."""

    async def hall(self, session: SessionId) -> "Hall | None": ...

    async def meetings(self) -> list[Meeting]: ...

    def open_halls(self) -> list["Hall"]: ...


class Hall:
    """One session's sockets."""

    def __init__(
        self,
        meeting: Meeting,
        session: Session,
        programme: Programme,
        publications: Publications,
        presence: Presence,
        outcomes: Outcomes,
        counters: Counters,
    ) -> None:
        self.meeting = meeting.id
        self.is_public = meeting.is_public
        self.id = session.id
        self.session = session
        self.programme = programme
        self.publications = publications
        self.presence = presence
        self.outcomes = outcomes
        self.counters = counters
        self.herald = Herald(session)
        self.wholes = Wholes(self.herald)
        self.attendances: dict[Attendance, None] = {}
        self.radios: dict[asyncio.Transport, Pass | None] = {}
        self._fanouts: dict[Track, Fanout] = {}
        programme.on_mix_changed(self._mix_changed)
        session.on_applied(self._applied)

    def sound_for(self, person: Pass | None, wanted: str) -> Track:
        """The track that this person gets who asks for `wanted`. `Refused` `no-such-track`."""
        track = self.programme.sound_for(person.person if person else None, wanted)
        if track is None or track.info.kind != "sound":
            raise _no_track()
        return track

    def picture(self, wanted: str) -> Track:
        """A track of the picture. `Refused` `no-such-track`."""
        track = self.programme.tracks.get(wanted)
        if track is None or track.info.kind != "picture":
            raise _no_track()
        return track

    def track(self, person: Pass | None, name: str) -> Track:
        """A track by its very name, for pieces. `Refused` `no-such-track`; nobody gets another's mix."""
        track = self.programme.tracks.get(name)
        if track is None or track.info.piece_ms == 0:
            raise _no_track()
        if track.info.private_to is not None and (person is None or person.person != track.info.private_to):
            raise _no_track()
        return track

    def fanout(self, track: Track) -> Fanout:
        """The one fan-out of a track."""
        if track not in self._fanouts:
            for ended in [one for one in self._fanouts if one.is_closed]:
                self._fanouts.pop(ended).close()
            self._fanouts[track] = Fanout(track, self.counters)
        return self._fanouts[track]

    def may_attend(self, person: Pass | None) -> bool:
        """Whether the link that this person came by, if it was one, is still good."""
        return person is None or may_read(self.session.state, person.invitation)

    def passes_by(self, path: str, key: str) -> None:
        """Count somebody who comes by single requests, by a key that is not kept as it is."""
        self.presence.seen(path, hashlib.blake2b(key.encode(), digest_size=8).hexdigest())

    def status(self) -> dict[str, Any]:
        """The status message of docs/protocol.md §3.3."""
        status = self.programme.status()
        status["listeners"] = self.presence.counts()
        status["recommended_batch_ms"] = self.presence.recommended_batch_ms
        return status

    def status_body(self) -> bytes:
        """The same as JSON."""
        return msgspec.json.encode(self.status())

    async def announce(self) -> None:
        """Task: keep everybody's status new, with as few messages as that takes."""
        told: str | None = None
        figures, looks = "", 0
        while True:
            status = self.status()
            looks += 1
            what, numbers = _essence(status)
            is_news = what != told
            if is_news or (numbers != figures and looks >= FIGURES_EVERY):
                told, figures, looks = what, numbers, 0
                self.herald.tell_status(msgspec.json.encode(status), is_news=is_news)
            await asyncio.sleep(STATUS_SECONDS)

    async def ease(self) -> None:
        """Task: whoever's line has become too thin gets less, before he can ask for it."""
        while True:
            await asyncio.sleep(max(LOOK_SECONDS, len(self.attendances) / LOOKS_A_SECOND))
            now = time.monotonic()
            for attendance in list(self.attendances):
                attendance.look(now)

    def send_everyone_away(self, farewell: bytes) -> None:
        """The server ends: `farewell` is a close frame for `live`; streams just end."""
        for attendance in list(self.attendances):
            attendance.send_away(farewell if attendance.is_live else None)
        for transport in list(self.radios):
            transport.abort()

    def _mix_changed(self, person: PersonId) -> None:
        for attendance in list(self.attendances):
            if attendance.person and attendance.person.person == person:
                attendance.refresh()

    def _applied(self, recorded: Recorded, _state: State) -> None:
        """Whoever came in with a link that is withdrawn now goes, on whichever path he listens."""
        if not isinstance(recorded.event, InvitationRevoked):
            return
        for attendance in list(self.attendances):
            if not self.may_attend(attendance.person):
                attendance.revoke()
        for transport, person in list(self.radios.items()):
            if not self.may_attend(person):
                transport.abort()


def _essence(status: dict[str, Any]) -> tuple[str, str]:
    """What a client acts on, and the figures that it only shows. Neither has the time, which always differs."""
    people = [{key: value for key, value in one.items() if key != "level"} for one in status["publishing"]]
    what = [status["epoch"], status["tracks"], people, status["picture"], status["recommended_batch_ms"]]
    levels = [None if one["level"] is None else round(one["level"] / 6) for one in status["publishing"]]
    return json.dumps(what), json.dumps([levels, status["listeners"]])


def _no_track() -> Refused:
    return Refused("no-such-track", "There is no such track in this session now.")
