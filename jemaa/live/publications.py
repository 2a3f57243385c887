"""Memory. Who publishes what: opened after asking the rules, written in order, held to a rate, closed with a reason.

A person has one microphone and one picture; a second tab replaces the first, which is told. Every record is checked
here before a decoder sees it. Touched only on the event loop.
"""

import time
from collections.abc import Callable, Sequence
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
    PUBLISH_BURST_SECONDS,
    PUBLISH_CHUNKS_A_SECOND,
    SOUND_BYTES_A_SECOND,
)
from jemaa.meeting.ids import PersonId
from jemaa.meeting.roles import Actor
from jemaa.meeting.rules import is_removed, may_show, may_speak
from jemaa.meeting.state import State
from jemaa.wire.chunk import decode_chunk
from jemaa.wire.record import decode_records

from .microphone import Microphone
from .picture import Camera, Rendition
from .programme import Programme

PublicationKind = Literal["sound", "picture"]

FIRST_PUBLICATION = 1


class Unpublished(JemaaError):
    """The server has taken a publication away: `code` and `text` are what its publisher is told."""


class HasState(Protocol):
    """What this needs of a session."""

    @property
    def state(self) -> State: ...


class Rate:
    """An allowance that fills up steadily, of bytes and of chunks."""

    def __init__(self, bytes_a_second: int, now: float) -> None:
        self._bytes_a_second = bytes_a_second
        self._bytes = float(bytes_a_second * PUBLISH_BURST_SECONDS)
        self._chunks = float(PUBLISH_CHUNKS_A_SECOND * PUBLISH_BURST_SECONDS)
        self._then = now

    def spend(self, size: int, now: float) -> bool:
        """Whether a chunk of `size` bytes is within the allowance."""
        passed, self._then = now - self._then, now
        most_bytes = self._bytes_a_second * PUBLISH_BURST_SECONDS
        most_chunks = PUBLISH_CHUNKS_A_SECOND * PUBLISH_BURST_SECONDS
        self._bytes = min(most_bytes, self._bytes + passed * self._bytes_a_second) - size
        self._chunks = min(most_chunks, self._chunks + passed * PUBLISH_CHUNKS_A_SECOND) - 1
        return self._bytes >= 0 and self._chunks >= 0


@dataclass(slots=True, eq=False)
class Publication:
    """An open one. `tracks` are the numbers that its records carry; its first is its own number."""

    number: int
    tracks: tuple[int, ...]
    actor: Actor
    kind: PublicationKind
    source: Microphone | Camera
    rate: Rate
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
                rate=Rate(SOUND_BYTES_A_SECOND, self._now()),
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
            rate=Rate(PICTURE_BYTES_A_SECOND, self._now()),
            on_closed=on_closed,
            heard_at=self._now(),
            next_seqs=[0] * len(renditions),
        )
        return self._add(publication)

    def write(self, person: PersonId, data: bytes) -> None:
        """Records as they came from `live`; each names its publication. Those of a closed one are let pass.

        `ProtocolError`: what `wire` says, `chunk-order`, `not-opus`, `picture-frames`, `picture-config`.
        """
        for track, body in decode_records(data):
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
        publication.source.close()
        if reason is not None:
            publication.on_closed(reason)
        self._tell_changed()

    def enforce(self, state: State) -> None:
        """Close whatever the rules no longer allow."""
        for publication in self.all():
            person, role = publication.actor.person, publication.actor.role
            may = may_speak if publication.kind == "sound" else may_show
            if not may(state, person, role):
                self.close(publication, _why(state, person))

    def sweep(self) -> None:
        """Close what has been silent for too long: its publisher has vanished."""
        now = self._now()
        for publication in self.all():
            if now - publication.heard_at > PUBLICATION_IDLE_SECONDS:
                self.close(publication, Unpublished("publication-idle", "Nothing came from you for a while."))

    def _chunk(self, publication: Publication, track: int, body: bytes) -> None:
        now = self._now()
        if len(body) > MAX_CHUNK_BYTES:
            raise ProtocolError("chunk-too-large", f"A chunk has at most {MAX_CHUNK_BYTES} bytes.")
        if not publication.rate.spend(len(body), now):
            text = "This came much faster than anyone speaks; publishing was stopped."
            self.close(publication, Unpublished("too-fast", text))
            return
        chunk = decode_chunk(body)
        rendition = publication.tracks.index(track)
        if chunk.seq < publication.next_seqs[rendition]:
            raise ProtocolError("chunk-order", "The chunks of a track are numbered upwards.")
        publication.next_seqs[rendition] = chunk.seq + 1
        publication.heard_at = now
        if isinstance(publication.source, Microphone):
            publication.source.hear(chunk)
        else:
            publication.source.see(rendition, chunk)

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


def _why(state: State, person: PersonId) -> Unpublished:
    holder = state.floor.get(person)
    if is_removed(state, person):
        return Unpublished("removed", "You have been asked to leave this session.")
    if state.phase != "open":
        return Unpublished("session-not-open", "The session is not open now.")
    if holder is not None and holder.muted:
        return Unpublished("muted", "The chair has muted you.")
    return Unpublished("floor-taken", "The floor was taken back.")
