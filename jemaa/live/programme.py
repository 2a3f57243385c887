"""Memory. The programme: the one sound and the one picture that everybody gets, and for who speaks the mix-minus.

Every 20 ms each open microphone gives a block; their sum is limited, encoded once a rendition and written to the
tracks. Whoever speaks gets the sum less his own block. Nobody is asked whether he may be heard here: that is the
floor's business (`floor.py`), which opens and closes the microphones.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from jemaa.limits import CATCH_UP_MS
from jemaa.meeting.ids import PersonId
from jemaa.sound.level import Limiter
from jemaa.sound.opus import Samples

from .microphone import Microphone
from .picture import Camera, Picture, Rendition
from .playing import Playing
from .renditions import FIRST_MIX, SILENCE, SOUND, Mp3Rendition, OpusRendition, mix_info, mix_name
from .track import Track

log = logging.getLogger("jemaa.live.programme")

TICK_MS = 20
_JUMP_MS = 3840
"""Media time jumps by whole pieces of every rendition, so that they stay aligned."""


class _Minus:
    """What one speaker hears."""

    def __init__(self, number: int, person: PersonId, start_ms: int) -> None:
        self.limiter = Limiter()
        self.rendition = OpusRendition(mix_info(number, person), start_ms=start_ms, has_radio=False)


class Programme:
    """One a session; touched only on the event loop. Keep `run()` running."""

    def __init__(self, epoch: str, now: Callable[[], float]) -> None:
        self.epoch = epoch
        self._now = now
        self._began = now()
        self._next_ms = 0
        self._opus = {info.name: OpusRendition(info) for info in SOUND}
        self._mp3 = Mp3Rendition()
        self._limiter = Limiter()
        self._microphones: dict[PersonId, Microphone] = {}
        self._minus: dict[PersonId, _Minus] = {}
        self._playing: list[Playing] = []
        self._next_mix = FIRST_MIX
        self._mix_listeners: list[Callable[[PersonId], None]] = []
        self.picture = Picture(lambda: self.time_ms)

    @property
    def time_ms(self) -> int:
        """Media time now: what is mixed next carries it."""
        return self._next_ms

    @property
    def tracks(self) -> Mapping[str, Track]:
        """Every track that chunks are sent of, by name; mixes are private to a person."""
        tracks = {name: rendition.track for name, rendition in self._opus.items()}
        tracks |= self.picture.tracks
        return tracks | {minus.rendition.track.info.name: minus.rendition.track for minus in self._minus.values()}

    def track_by_id(self, number: int) -> Track | None:
        """The track with this number, if there is one."""
        return next((track for track in self.tracks.values() if track.info.id == number), None)

    def radio_opus(self, kbps: int) -> tuple[bytes, Track] | None:
        """The two header pages, and a track whose `record`s are Ogg pages; None for a rate that is not offered."""
        rendition = self._opus.get(f"sound/{kbps}")
        return (rendition.ogg.headers, rendition.radio) if rendition else None

    @property
    def radio_mp3(self) -> Track:
        """A track whose `record`s are MP3 frames."""
        return self._mp3.radio

    # --- who is heard -----------------------------------------------------------------------------------
    def open_microphone(self, person: PersonId, publication: int) -> Microphone:
        """Put a person's voice into the programme; he has one microphone, a second replaces the first."""
        if (before := self._microphones.get(person)) is not None:
            before.close()
        microphone = Microphone(person, publication, self._mix_now, self._microphone_closed)
        self._microphones[person] = microphone
        self._minus[person] = _Minus(self._next_mix, person, self._next_ms)
        self._next_mix += 1
        self._tell_mix_changed(person)
        return microphone

    def open_camera(
        self,
        person: PersonId,
        publication: int,
        renditions: Sequence[Rendition],
        want_keyframe: Callable[[], None],
    ) -> Camera:
        """Offer a person's picture; it is seen when `select_picture` says so."""
        return self.picture.open_camera(person, publication, renditions, want_keyframe)

    def select_picture(self, person: PersonId | None) -> None:
        """Whose picture everybody sees, from his next key frame on."""
        self.picture.select(person)

    def close_person(self, person: PersonId) -> None:
        """Microphone and camera off, now."""
        if (microphone := self._microphones.get(person)) is not None:
            microphone.close()
        self.picture.close_person(person)

    def play(self, frames: Sequence[bytes]) -> Playing:
        """Let everyone hear a recording."""
        playing = Playing(frames)
        self._playing.append(playing)
        return playing

    def mix_track(self, person: PersonId) -> Track | None:
        """The programme less this person's voice, while his microphone is open."""
        minus = self._minus.get(person)
        return minus.rendition.track if minus else None

    def sound_for(self, person: PersonId | None, wanted: str) -> Track | None:
        """What this person shall hear who asks for `wanted`: his mix while he speaks; None if there is no such track.

        Nobody gets another person's mix. Who asks for his own and does not speak gets the whole programme, which it is.
        """
        if person is not None and (mix := self.mix_track(person)) is not None:
            return mix
        is_own_mix = person is not None and wanted == mix_name(person)
        track = self.tracks.get(SOUND[0].name if is_own_mix else wanted)
        return track if track is not None and track.info.private_to in (None, person) else None

    @property
    def levels(self) -> dict[PersonId, float]:
        """How loud each open microphone is, in dBFS."""
        return {person: microphone.level_db for person, microphone in self._microphones.items()}

    def on_mix_changed(self, listener: Callable[[PersonId], None]) -> Callable[[], None]:
        """Call `listener` when a person's mix has begun or ended; the answer stops that."""
        self._mix_listeners = [*self._mix_listeners, listener]

        def stop() -> None:
            self._mix_listeners = [one for one in self._mix_listeners if one is not listener]

        return stop

    def status(self) -> dict[str, Any]:
        """The status message of docs/protocol.md §3.3, less `listeners` and `recommended_batch_ms`."""
        people = dict.fromkeys([*self._microphones, *self.picture.people])
        return {
            "op": "status",
            "epoch": self.epoch,
            "time": self._next_ms,
            "tracks": [_described(track) for track in self.tracks.values()],
            "publishing": [self._publishing(person) for person in people],
            "picture": self.picture.selected,
        }

    # --- the mix ----------------------------------------------------------------------------------------
    async def run(self) -> None:
        """Mix for ever, on time; what was late is made up for, in turns with everybody else."""
        while True:
            late = self._late_ms()
            if late < 0:
                await asyncio.sleep(-late / 1000)
                continue
            if late > CATCH_UP_MS:
                self._jump(int(late // _JUMP_MS) * _JUMP_MS)
            self.tick()
            await asyncio.sleep(0)

    def tick(self) -> None:
        """Mix and encode the next 20 ms."""
        now = self._mix_now()
        # A microphone whose frame turns out bad may close in here, so we walk over copies.
        blocks = {person: microphone.pull(now) for person, microphone in list(self._microphones.items())}
        notes = [block for playing in self._playing if (block := playing.pull()) is not None]
        self._playing = [playing for playing in self._playing if not playing.is_over]
        total = _sum([*blocks.values(), *notes])
        self._next_ms += TICK_MS
        everyone = self._limiter.limit(total)
        for rendition in self._opus.values():
            rendition.encode(everyone)
        self._mp3.encode(everyone)
        for person, minus in list(self._minus.items()):
            rest = [block for other, block in blocks.items() if other != person]
            minus.rendition.encode(minus.limiter.limit(_sum([*rest, *notes])))
        self.picture.advance(self._next_ms)

    def _mix_now(self) -> float:
        """Seconds, never later than the next block is due. Where the machine stands still the mix does too: what has
        come meanwhile is in time for it, and to a jitter buffer no line has held it back."""
        return min(self._now(), self._due())

    def _late_ms(self) -> float:
        return (self._now() - self._due()) * 1000

    def _due(self) -> float:
        """When the next block is."""
        return self._began + (self._next_ms + TICK_MS) / 1000

    def _jump(self, ms: int) -> None:
        """The machine slept: media time goes on where the clock is."""
        self._next_ms += ms
        self._mp3.skip(ms)
        for rendition in (*self._opus.values(), *(minus.rendition for minus in self._minus.values())):
            rendition.skip(ms)

    def _microphone_closed(self, microphone: Microphone) -> None:
        person = microphone.person
        del self._microphones[person]
        self._minus.pop(person).rendition.track.close()
        self._tell_mix_changed(person)

    def _tell_mix_changed(self, person: PersonId) -> None:
        """Who is told has no say: a microphone closes, and the next one too, whatever becomes of a listener."""
        for listener in self._mix_listeners:
            try:
                listener(person)
            except Exception:
                log.exception("a listener failed when the mix of %s changed", person)

    def _publishing(self, person: PersonId) -> dict[str, Any]:
        microphone = self._microphones.get(person)
        level = round(microphone.level_db, 1) if microphone else None
        return {"person": person, "sound": bool(microphone), "picture": person in self.picture.people, "level": level}


def _sum(blocks: list[Samples]) -> Samples:
    """The sum; blocks of others are never changed."""
    if not blocks:
        return SILENCE
    total = blocks[0]
    for block in blocks[1:]:
        total = total + block
    return total


def _described(track: Track) -> dict[str, Any]:
    described = asdict(track.info)
    del described["private_to"]
    return described
