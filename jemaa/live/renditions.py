"""Memory. The encoders of one mix and the tracks they write: each encoding is made once for everybody."""

import secrets
from collections.abc import Callable

import numpy as np

from jemaa.meeting.ids import PersonId
from jemaa.sound.jitter import BLOCK
from jemaa.sound.mp3 import Mp3Encoder
from jemaa.sound.ogg import OggOpus
from jemaa.sound.opus import RATE, OpusEncoder, Samples
from jemaa.wire.chunk import Chunk

from .track import Track, TrackInfo

SOUND = (
    TrackInfo(1, "sound/32", "sound", "opus", 32, 20, 20, 960),
    TrackInfo(2, "sound/12", "sound", "opus", 12, 60, 240, 960),
    TrackInfo(3, "sound/8", "sound", "opus", 8, 60, 960, 3840),
)
THIN = SOUND[1]
"""What the thinnest of mobile lines carries live."""

MP3 = TrackInfo(4, "sound/mp3", "sound", "mp3", 24, 24, 240, 0)
FIRST_MIX = 100
"""Track numbers of mixes start here."""


def mix_name(person: PersonId) -> str:
    """What the track of a person's mix is called."""
    return f"mix/{person}"


def mix_info(number: int, person: PersonId) -> TrackInfo:
    """The programme less one person's own voice."""
    return TrackInfo(number, mix_name(person), "sound", "opus", 32, 20, 20, 960, person)


SILENCE = np.zeros(BLOCK, np.float32)
"""The block of a mix in which nobody speaks: this very object, so that it is known at a glance."""

_SETTLED_TICKS = 150
"""After three seconds of silence an encoder's frames no longer change: the last one is said again, for nothing."""


class OpusRendition:
    """One encoder and its track; with pages in Ogg beside it, if the radio plays it."""

    def __init__(self, info: TrackInfo, *, start_ms: int = 0, has_radio: bool = True) -> None:
        self.track = Track(info)
        self.ogg = OggOpus(secrets.randbits(32), title="Jemaa")
        self.radio = Track(_radio_info(info), _pages(self.ogg))
        self._has_radio = has_radio
        # Measured on speech: "audio" at 32 kb/s is as clear as "voip" and costs a third in silence; below, "voip" is.
        self._encoder = OpusEncoder(info.kbps, info.frame_ms, "audio" if info.kbps >= 24 else "voip")
        self._frames: list[bytes] = []
        self._a_chunk = info.chunk_ms // info.frame_ms
        self._time_ms = start_ms
        self._is_after_gap = False
        self._silent_ticks = 0
        self._held = 0
        self._silent_frame = b""

    def encode(self, samples: Samples) -> None:
        """Take in 20 ms; when a chunk is complete, write it."""
        info = self.track.info
        self._frames += self._encoded(samples)
        while len(self._frames) >= self._a_chunk:
            frames = tuple(self._frames[: self._a_chunk])
            del self._frames[: self._a_chunk]
            self.track.write(self._time_ms, frames, is_after_gap=self._is_after_gap)
            if self._has_radio:
                self.radio.write(self._time_ms, frames)
            self._is_after_gap = False
            self._time_ms += info.chunk_ms

    def skip(self, ms: int) -> None:
        """Media time jumps ahead."""
        self._time_ms += ms
        self._is_after_gap = True

    def _encoded(self, samples: Samples) -> list[bytes]:
        """The frames that are complete now. A long silence costs nothing: its ticks are held, and counted as frames."""
        if samples is not SILENCE:
            self._silent_ticks = 0
            held, self._held = self._held, 0
            frames = [frame for _ in range(held) for frame in self._encoder.encode(SILENCE)]
            return [*frames, *self._encoder.encode(samples)]
        self._silent_ticks += 1
        if self._silent_ticks <= _SETTLED_TICKS or self._encoder.is_midway:
            frames = self._encoder.encode(samples)
            self._silent_frame = frames[-1] if frames else self._silent_frame
            return frames
        self._held += 1
        if self._held * BLOCK * 1000 < self.track.info.frame_ms * RATE:
            return []
        self._held = 0
        return [self._silent_frame]


class Mp3Rendition:
    """MP3 for the radio: no chunks, only its frames."""

    def __init__(self) -> None:
        self.radio = Track(MP3, lambda _, chunk: b"".join(chunk.frames))
        self._encoder = Mp3Encoder(MP3.kbps)
        self._waiting: list[Samples] = []
        self._frames: list[bytes] = []
        self._time_ms = 0

    def encode(self, samples: Samples) -> None:
        """Take in 20 ms; ten frames are a chunk. A chunk's sound is encoded in one go: each call costs more than it."""
        self._waiting.append(samples)
        if len(self._waiting) * BLOCK * 1000 < MP3.chunk_ms * RATE:
            return
        self._frames += self._encoder.encode(np.concatenate(self._waiting))
        self._waiting = []
        if len(self._frames) >= MP3.chunk_ms // MP3.frame_ms:
            self.radio.write(self._time_ms, tuple(self._frames))
            self._time_ms += len(self._frames) * MP3.frame_ms
            self._frames = []

    def skip(self, ms: int) -> None:
        """Media time jumps ahead."""
        self._time_ms += ms


def _radio_info(info: TrackInfo) -> TrackInfo:
    name = f"radio/{info.kbps}"
    return TrackInfo(info.id, name, info.kind, info.codec, info.kbps, info.frame_ms, info.chunk_ms, 0)


def _pages(ogg: OggOpus) -> Callable[[TrackInfo, Chunk], bytes]:
    def pack(info: TrackInfo, chunk: Chunk) -> bytes:
        return ogg.page(chunk.frames, chunk.time_ms + info.chunk_ms)

    return pack
