"""Memory. Who publishes what: opened after asking the rules, written in order, held to a rate, closed with a reason.

A person has one microphone and one picture; a second tab replaces the first, which is told. Every record is checked
here before a decoder sees it. Touched only on the event loop.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from jemaa.errors import JemaaError, ProtocolError, Refused
from jemaa.limits import (
    EARLY_PIECES,
    MAX_CHUNK_BYTES,
    MAX_RENDITIONS,
    MAX_UPLOAD_BYTES,
    PICTURE_BYTES_A_SECOND,
    PUBLICATION_IDLE_SECONDS,
    PUBLISH_CHUNKS_A_SECOND,
    PUBLISH_SOUND_MS_A_SECOND,
    SOUND_BYTES_A_SECOND,
)
from jemaa.meeting.ids import PersonId
from jemaa.meeting.roles import Actor
from jemaa.meeting.rules import is_removed, may_show, may_speak
from jemaa.meeting.state import State
from jemaa.sound.opus import RATE
from jemaa.sound.packet import packet_samples
from jemaa.wire.chunk import Chunk, decode_chunk

from .microphone import Microphone
from .picture import Camera, Rendition
from .programme import Programme
from .rate import Rate
from .uploads import Uploads

log = logging.getLogger("jemaa.live.publications")

PublicationKind = Literal["sound", "picture"]

FIRST_PUBLICATION = 1


class Unpublished(JemaaError):
    """The server has taken a publication away: `code` and `text` are what its publisher is told."""


class HasState(Protocol):
    """What this needs of a session."""

    @property
    def state(self) -> State: ...


@dataclass(slots=True, eq=False)
class Publication:
    """An open one. `tracks` are the numbers that its records carry; its first is its own number."""

    number: int
    tracks: tuple[int, ...]
    actor: Actor
    kind: PublicationKind
    source: Microphone | Camera
    rate: Rate
    """Its parts are milliseconds of sound, or pictures."""
    on_closed: Callable[[Unpublished], None]
    heard_at: float
    next_seqs: list[int]
    next_piece: int = 0
    early: dict[int, bytes] = field(default_factory=dict)
    wants_keyframe: bool = False
    """A picture's publisher who posts pieces is asked in the next answer; whoever reads this sets it back."""


class Publications:
    """The registry of one session."""

    def __init__(self, session: HasState, programme: Programme, now: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._programme = programme
        self._now = now
        self._next = FIRST_PUBLICATION
        self._open: dict[int, Publication] = {}
        self._by_track: dict[int, Publication] = {}
        self._changed: list[Callable[[], None]] = []
        self.uploads = Uploads(now)
        """What people send, here and elsewhere in the session."""

    def on_changed(self, listener: Callable[[], None]) -> None:
        """Call `listener` after a publication was opened or closed."""
        self._changed.append(listener)

    def all(self) -> list[Publication]:
        """Every open publication."""
        return list(self._open.values())

    def get(self, number: int, person: PersonId) -> Publication:
        """This person's publication. `Refused` `no-such-publication`: also when it is another's."""
        publication = self._open.get(number)
        if publication is None or publication.actor.person != person:
            raise Refused("no-such-publication", "This is not being published (any more).")
        return publication

    def open_sound(self, actor: Actor, on_closed: Callable[[Unpublished], None]) -> Publication:
        """Open a microphone. `Refused` `not-your-turn`. `on_closed` is called unless its publisher closes it."""
        if not may_speak(self._session.state, actor.person, actor.role):
            raise Refused("not-your-turn", "You can speak when you have been given the floor.")
        self._replace(actor.person, "sound")
        number = self._take_numbers(1)[0]
        microphone = self._programme.open_microphone(actor.person, number)
        return self._add(
            Publication(
                number=number,
                tracks=(number,),
                actor=actor,
                kind="sound",
                source=microphone,
                rate=Rate(SOUND_BYTES_A_SECOND, PUBLISH_SOUND_MS_A_SECOND),
                on_closed=on_closed,
                heard_at=self._now(),
                next_seqs=[0],
            )
        )

    def open_picture(
        self,
        actor: Actor,
        renditions: Sequence[Rendition],
        on_closed: Callable[[Unpublished], None],
        on_keyframe: Callable[[int], None] | None = None,
    ) -> Publication:
        """Open a camera or screen. `Refused` `not-your-turn`, `bad-renditions`. `on_keyframe` gets the number."""
        if not may_show(self._session.state, actor.person, actor.role):
            raise Refused("not-your-turn", "You can be seen when you have been given the floor.")
        if not 1 <= len(renditions) <= MAX_RENDITIONS:
            raise Refused("bad-renditions", f"A picture is published in one to {MAX_RENDITIONS} renditions.")
        self._replace(actor.person, "picture")
        numbers = self._take_numbers(len(renditions))

        def want_keyframe() -> None:
            publication.wants_keyframe = True
            if on_keyframe is not None:
                on_keyframe(numbers[0])

        camera = self._programme.open_camera(actor.person, numbers[0], renditions, want_keyframe)
        publication = Publication(
            number=numbers[0],
            tracks=numbers,
            actor=actor,
            kind="picture",
            source=camera,
            rate=Rate(PICTURE_BYTES_A_SECOND, PUBLISH_CHUNKS_A_SECOND),
            on_closed=on_closed,
            heard_at=self._now(),
            next_seqs=[0] * len(renditions),
        )
        return self._add(publication)

    def write(self, person: PersonId, data: bytes) -> None:
        """Records as they came from `live`; each names its publication. Those of a closed one are let pass.

        `ProtocolError`: what `wire` says, `too-fast`, `chunk-order`, `not-opus`, `picture-frames`, `picture-config`.
        """
        for track, body in self.uploads.records(person, data):
            publication = self._by_track.get(track)
            if publication is not None and publication.actor.person == person:
                self._chunk(publication, track, body)

    def write_piece(self, publication: Publication, n: int, data: bytes) -> int:
        """Piece `n` of what is published by `pieces`; the number that is wanted next. Repeats change nothing.

        `Refused` `piece-order` if it is too early to keep, `ProtocolError` as `write` and `piece-too-large`.
        """
        if len(data) > MAX_UPLOAD_BYTES:
            raise ProtocolError("piece-too-large", f"A piece has at most {MAX_UPLOAD_BYTES} bytes.")
        if n > publication.next_piece + EARLY_PIECES:
            raise Refused("piece-order", f"Send piece {publication.next_piece} first.")
        if n >= publication.next_piece:
            publication.early[n] = data
        while (due := publication.early.pop(publication.next_piece, None)) is not None:
            publication.next_piece += 1
            self.write(publication.actor.person, due)
        return publication.next_piece

    def close(self, publication: Publication, reason: Unpublished | None = None) -> None:
        """End it at once. With a `reason` its publisher is told; without, it was he who closed it."""
        if self._open.pop(publication.number, None) is None:
            return
        for track in publication.tracks:
            del self._by_track[track]
        publication.early.clear()
        try:
            publication.source.close()
        finally:
            self._tell_closed(publication, reason)

    def enforce(self, state: State) -> None:
        """Close whatever the rules no longer allow, each whatever becomes of the others."""
        found = [(one, _why(state, one.actor.person)) for one in self.all() if not _may(state, one)]
        self._close_each(found)

    def sweep(self) -> None:
        """Close what has been silent for too long, each by itself as in `enforce`: its publisher has vanished."""
        now = self._now()
        idle = Unpublished("publication-idle", "Nothing came from you for a while.")
        self._close_each([(one, idle) for one in self.all() if now - one.heard_at > PUBLICATION_IDLE_SECONDS])

    def _chunk(self, publication: Publication, track: int, body: bytes) -> None:
        now = self._now()
        if len(body) > MAX_CHUNK_BYTES:
            raise ProtocolError("chunk-too-large", f"A chunk has at most {MAX_CHUNK_BYTES} bytes.")
        chunk = decode_chunk(body)
        parts = _sound_ms(chunk) if publication.kind == "sound" else 1
        if not publication.rate.take(len(body), parts, now):
            text = "This came much faster than anyone speaks; publishing was stopped."
            self.close(publication, Unpublished("too-fast", text))
            return
        rendition = publication.tracks.index(track)
        if chunk.seq < publication.next_seqs[rendition]:
            raise ProtocolError("chunk-order", "The chunks of a track are numbered upwards.")
        publication.next_seqs[rendition] = chunk.seq + 1
        publication.heard_at = now
        if isinstance(publication.source, Microphone):
            publication.source.hear(chunk)
        else:
            publication.source.see(rendition, chunk)

    def _close_each(self, found: Iterable[tuple[Publication, Unpublished]]) -> None:
        """One that fails (our bug) must not keep the next microphone open."""
        for publication, reason in found:
            try:
                self.close(publication, reason)
            except Exception:
                log.exception("publication %d was closed (%s) with a failure", publication.number, reason.code)

    def _tell_closed(self, publication: Publication, reason: Unpublished | None) -> None:
        try:
            if reason is not None:
                publication.on_closed(reason)
        finally:
            self._tell_changed()

    def _replace(self, person: PersonId, kind: PublicationKind) -> None:
        for publication in self.all():
            if publication.actor.person == person and publication.kind == kind:
                self.close(publication, Unpublished("replaced", "You are publishing this from another tab now."))

    def _take_numbers(self, count: int) -> tuple[int, ...]:
        first, self._next = self._next, self._next + count
        return tuple(range(first, first + count))

    def _add(self, publication: Publication) -> Publication:
        self._open[publication.number] = publication
        self._by_track |= dict.fromkeys(publication.tracks, publication)
        self._tell_changed()
        return publication

    def _tell_changed(self) -> None:
        for listener in self._changed:
            listener()


def _sound_ms(chunk: Chunk) -> float:
    return sum(packet_samples(frame) for frame in chunk.frames) * 1000 / RATE


def _may(state: State, publication: Publication) -> bool:
    may = may_speak if publication.kind == "sound" else may_show
    return may(state, publication.actor.person, publication.actor.role)


def _why(state: State, person: PersonId) -> Unpublished:
    holder = state.floor.get(person)
    if is_removed(state, person):
        return Unpublished("removed", "You have been asked to leave this session.")
    if state.phase != "open":
        return Unpublished("session-not-open", "The session is not open now.")
    if holder is not None and holder.muted:
        return Unpublished("muted", "The chair has muted you.")
    return Unpublished("floor-taken", "The floor was taken back.")
