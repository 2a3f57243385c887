"""Memory. The one picture: switched between publishers at key frames, never mixed.

Each publisher sends one to three renditions of his picture; `picture/low` and `picture/high` carry the smallest and the
largest of whoever is chosen, and `picture/still` a key frame of the smallest now and then. The picture before stays
until the new one has sent a key frame.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from jemaa.errors import ProtocolError
from jemaa.limits import JITTER_MAX_MS, STILL_BYTES
from jemaa.meeting.ids import PersonId
from jemaa.wire.chunk import Chunk, decode_chunk

from .track import Track, TrackInfo

LOW = TrackInfo(5, "picture/low", "picture", "vp8", 100, 0, 0, 480)
"""A piece with its key frame is 6 to 10 KB: where connections freeze after 16 it comes through, handshake and all."""
HIGH = TrackInfo(6, "picture/high", "picture", "vp8", 400, 0, 0, 960)
STILL = TrackInfo(7, "picture/still", "picture", "vp8", 6, 0, 0, 3840)

STILL_EVERY_MS = 8_000
"""Over 24 kb/s the sound leaves some 12, so that a key frame of 5 KB takes three to four seconds."""

_ASK_AGAIN_MS = 1_000
_WINDOW_MS = 4_000
"""How long a late picture is remembered, and as long again at the most."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """One encoding that a publisher offers."""

    name: str
    codec: str
    width: int
    height: int
    kbps: int


class _Lateness:
    """How much later than the earliest the pictures of the last seconds came."""

    def __init__(self) -> None:
        self._since_ms = 0
        self._windows = (0, 0)

    @property
    def most_ms(self) -> int:
        return min(max(self._windows), JITTER_MAX_MS)

    def note(self, late_ms: int, now_ms: int) -> None:
        passed = now_ms - self._since_ms
        before, current = self._windows
        if passed >= _WINDOW_MS:
            before, current = current if passed < 2 * _WINDOW_MS else 0, 0
            self._since_ms = now_ms
        self._windows = (before, max(current, late_ms))


class Camera:
    """A published picture. Written and closed by whoever holds the publication."""

    def __init__(
        self,
        person: PersonId,
        publication: int,
        renditions: Sequence[Rendition],
        want_keyframe: Callable[[], None],
        picture: "Picture",
    ) -> None:
        order = sorted(range(len(renditions)), key=lambda place: renditions[place].kbps)
        self.person = person
        self.publication = publication
        self.low, self.high = order[0], order[-1]
        self.is_open = True
        self._want_keyframe = want_keyframe
        self._picture = picture
        self._seqs: list[int | None] = [None] * len(renditions)
        self._offset_ms: int | None = None
        self._lateness = _Lateness()
        self._asked_ms: int | None = None

    def write(self, rendition: int, data: bytes) -> None:
        """The next chunk of a rendition. `ProtocolError` if it is none, or no picture."""
        self.see(rendition, decode_chunk(data))

    def see(self, rendition: int, chunk: Chunk) -> None:
        """As `write`, for a chunk that is decoded already. After `close` nothing happens."""
        if len(chunk.frames) != 1:
            raise ProtocolError("picture-frames", "A chunk of picture has exactly one frame.")
        if chunk.is_independent and not chunk.config:
            raise ProtocolError("picture-config", "A picture that starts decoding must name its codec and size.")
        if not self.is_open:
            return
        before, self._seqs[rendition] = self._seqs[rendition], chunk.seq
        if not chunk.is_independent and (before is None or chunk.seq != before + 1):
            self._seqs[rendition] = None  # what this one builds on is not here: wait for a key frame
            self.ask_keyframe()
            return
        if chunk.is_independent:
            self._asked_ms = None
        self._picture.show(self, rendition, chunk)

    def ask_keyframe(self) -> None:
        """Ask the publisher for a key frame, not more than once a second."""
        now_ms = self._picture.now_ms()
        if self._asked_ms is None or now_ms - self._asked_ms >= _ASK_AGAIN_MS:
            self._asked_ms = now_ms
            self._want_keyframe()

    def media_time(self, time_ms: int) -> int:
        """The publisher's time on the programme's line: the least delay seen so far counts as none."""
        now_ms = self._picture.now_ms()
        offset = now_ms - time_ms
        # A chunk that seems to come from the future shows that the delay was less than thought; the clock of one that
        # seems two seconds old has jumped.
        if self._offset_ms is None or offset < self._offset_ms or offset > self._offset_ms + 2_000:
            self._offset_ms = offset
        self._lateness.note(offset - self._offset_ms, now_ms)
        return time_ms + self._offset_ms

    @property
    def late_ms(self) -> int:
        """How late a picture of this camera may still come, by what was seen of late."""
        return self._lateness.most_ms

    def close(self) -> None:
        """Out of sight, now."""
        if self.is_open:
            self.is_open = False
            self._picture.camera_closed(self)


class _Screen:
    """One track of the picture, what it shows and what it will show."""

    def __init__(self, info: TrackInfo) -> None:
        self.track = Track(info)
        self.shown: tuple[Camera, int] | None = None
        self.coming: tuple[Camera, int] | None = None
        self._newest_ms = -1

    def show(self, source: tuple[Camera, int], chunk: Chunk) -> int | None:
        """Put what is to be seen on the track, in order, and never into a piece that may have been handed out.

        The media time that it got; None if it is not to be seen.
        """
        if source == self.coming and chunk.is_independent:
            self.shown, self.coming = source, None
        elif source == self.coming:
            source[0].ask_keyframe()
        if source != self.shown:
            return None
        media_ms = source[0].media_time(chunk.time_ms)
        self._newest_ms = max(self._newest_ms + 1, media_ms, self.track.newest_time_ms)
        self.track.write(self._newest_ms, chunk.frames, is_independent=chunk.is_independent, config=chunk.config)
        return self._newest_ms

    def advance(self, time_ms: int) -> None:
        """What ended so long ago that no late picture can belong to it is complete."""
        late_ms = self.shown[0].late_ms if self.shown else 0
        ended_ms = (time_ms - late_ms) // self.track.info.piece_ms * self.track.info.piece_ms
        if ended_ms > self.track.newest_time_ms:
            self.track.advance(ended_ms)


class _Stills:
    """For lines that have no room for a moving picture: of each camera its first key frame, and another after a while.

    One that is so large that it would stand before seconds of sound is left out.
    """

    def __init__(self) -> None:
        self.track = Track(STILL)
        self._of: Camera | None = None
        self._next_ms = 0

    def see(self, camera: Camera, media_ms: int, chunk: Chunk) -> None:
        """A chunk of the smallest rendition, as it was put on its own track."""
        is_due = media_ms >= self._next_ms or camera is not self._of
        if not (chunk.is_independent and is_due) or len(chunk.frames[0]) > STILL_BYTES:
            return
        self._of, self._next_ms = camera, media_ms + STILL_EVERY_MS
        self.track.write(media_ms, chunk.frames, config=chunk.config)


class Picture:
    """The cameras that are open, the one that is chosen, and the three tracks. `now_ms` is media time."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self.now_ms = now_ms
        self.selected: PersonId | None = None
        self._cameras: dict[PersonId, Camera] = {}
        self._low, self._high = _Screen(LOW), _Screen(HIGH)
        self._stills = _Stills()

    @property
    def tracks(self) -> Mapping[str, Track]:
        """By name."""
        return {one.track.info.name: one.track for one in (self._low, self._high, self._stills)}

    @property
    def people(self) -> list[PersonId]:
        """Whose camera is open."""
        return list(self._cameras)

    def open_camera(
        self, person: PersonId, publication: int, renditions: Sequence[Rendition], want_keyframe: Callable[[], None]
    ) -> Camera:
        """One a person; a second replaces the first."""
        if (before := self._cameras.get(person)) is not None:
            before.close()
        camera = self._cameras[person] = Camera(person, publication, renditions, want_keyframe, self)
        return camera

    def select(self, person: PersonId | None) -> None:
        """Show this person as soon as a key frame of his is there; None: nobody, now."""
        camera = self._cameras.get(person) if person is not None else None
        self.selected = person if camera else None
        for screen in (self._low, self._high):
            source = None if camera is None else (camera, camera.low if screen is self._low else camera.high)
            if source is None:
                screen.shown = None
            screen.coming = None if source == screen.shown else source
        if camera and (self._low.coming or self._high.coming):
            camera.ask_keyframe()

    def show(self, camera: Camera, rendition: int, chunk: Chunk) -> None:
        """A chunk of a camera that follows the one before."""
        self._high.show((camera, rendition), chunk)
        if (media_ms := self._low.show((camera, rendition), chunk)) is not None:
            self._stills.see(camera, media_ms, chunk)

    def advance(self, time_ms: int) -> None:
        """Media time has come so far: pieces without a picture are complete too."""
        for screen in (self._low, self._high):
            screen.advance(time_ms)
        self._stills.track.advance(self._low.track.newest_time_ms)

    def close_person(self, person: PersonId) -> None:
        """This person's camera off."""
        if (camera := self._cameras.get(person)) is not None:
            camera.close()

    def camera_closed(self, camera: Camera) -> None:
        """A camera says that it was closed."""
        del self._cameras[camera.person]
        if self.selected == camera.person:
            self.selected = None
        for screen in (self._low, self._high):
            screen.shown = None if screen.shown and screen.shown[0] is camera else screen.shown
            screen.coming = None if screen.coming and screen.coming[0] is camera else screen.coming
