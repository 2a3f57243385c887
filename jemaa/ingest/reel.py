"""Files. A media file as an endless row of encoded sound and pictures, in the order of their times.

Any file that FFmpeg reads. Runs in a thread of its own; nothing in it knows of a meeting.
"""

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import av
import numpy as np

from jemaa.errors import JemaaError
from jemaa.live.picture import Rendition
from jemaa.sound.opus import RATE, OpusEncoder, Samples

from .vp8 import PICTURES_A_SECOND, Vp8Encoder, fitted

SOUND_KBPS = 64
"""Half as much again as is needed: it is encoded a second time."""

FRAME_MS = 20
_LOOK_AHEAD_MS = 1_500
"""How far apart a file may keep the sound and the picture of one moment."""

_LEAST_SECONDS = 0.2
_NOT_MEDIA = {"tty", "bin", "rawvideo", "data"}
"""FFmpeg's ways to show any bytes at all."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a file; no renditions: no picture."""

    has_sound: bool
    renditions: tuple[Rendition, ...]


@dataclass(frozen=True, slots=True, order=True)
class Encoded:
    """Something to publish at `time_ms` since the start; `order` keeps those of one time apart."""

    time_ms: int
    order: int
    kind: Literal["sound", "picture"]
    rendition: int
    is_key: bool
    config: bytes
    data: bytes


def contents(path: Path) -> Contents:
    """Look into a file. `JemaaError` `no-such-file`, `not-media`."""
    if not path.is_file():
        raise JemaaError("no-such-file", f"There is no file {path}.")
    try:
        with av.open(f"file:{path}") as container:
            _check(container)
            video = _picture(container)
            found = Contents(bool(container.streams.audio), tuple(fitted(video.width, video.height)) if video else ())
            next(iter(container.decode(video or container.streams.audio[0])))
    except (av.FFmpegError, StopIteration, IndexError) as error:
        raise _not_media(path) from error
    return found


class Reel:
    """Reads a file again and again. `ask_keyframe` may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.contents = contents(path)
        self._sound = OpusEncoder(SOUND_KBPS, FRAME_MS, "audio")
        self._pictures = [Vp8Encoder(rendition) for rendition in self.contents.renditions]
        self._orders = itertools.count()
        self._sound_ms = 0
        self._picture_ms = -1
        self._begins_ms = 0
        self._wants_key = False

    def ask_keyframe(self) -> None:
        """Let the next picture be one that decoding can start with."""
        self._wants_key = True

    def play(self) -> Iterator[Encoded]:
        """Everything, without end, in the order of time. `JemaaError` `not-media` if the file breaks."""
        waiting: list[Encoded] = []
        while True:
            newest = self._begins_ms
            for encoded in self._once():
                heapq.heappush(waiting, encoded)
                newest = max(newest, encoded.time_ms)
                while waiting and waiting[0].time_ms <= newest - _LOOK_AHEAD_MS:
                    yield heapq.heappop(waiting)

    def _once(self) -> Iterator[Encoded]:
        """The file from beginning to end; what follows begins where the longer of sound and picture ended."""
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        try:
            with av.open(f"file:{self._path}") as container:
                streams = [stream for stream in (container.streams.audio[:1], _picture(container)) if stream]
                wanted = [stream[0] if isinstance(stream, tuple) else stream for stream in streams]
                start = (container.start_time or 0) / 1_000_000
                has_begun = False
                for frame in container.decode(*wanted):
                    if isinstance(frame, av.AudioFrame):
                        if not has_begun:
                            has_begun = True
                            yield from self._wait(self._begins_ms + _since(start, frame) - FRAME_MS // 2)
                        for part in resampler.resample(frame):
                            yield from self._hear(part.to_ndarray()[0])
                    elif isinstance(frame, av.VideoFrame):
                        yield from self._see(frame, self._begins_ms + _since(start, frame))
        except av.FFmpegError as error:
            raise _not_media(self._path) from error
        end_ms = max(self._sound_ms, self._picture_ms + 1000 // PICTURES_A_SECOND)
        if end_ms - self._begins_ms < _LEAST_SECONDS * 1000:
            raise _not_media(self._path)
        if self.contents.has_sound:
            yield from self._wait(end_ms)
        self._begins_ms = max(end_ms, self._sound_ms)

    def _hear(self, samples: Samples) -> Iterator[Encoded]:
        for frame in self._sound.encode(samples):
            yield Encoded(self._sound_ms, next(self._orders), "sound", 0, True, b"", frame)
            self._sound_ms += FRAME_MS

    def _wait(self, until_ms: int) -> Iterator[Encoded]:
        """Silence: the sound begins after the picture, or ends before it."""
        while self._sound_ms < until_ms:
            yield from self._hear(np.zeros(RATE * FRAME_MS // 1000, np.float32))

    def _see(self, frame: av.VideoFrame, time_ms: int) -> Iterator[Encoded]:
        if self._picture_ms >= 0 and time_ms - self._picture_ms < 1000 // PICTURES_A_SECOND - 3:
            return
        as_key, self._wants_key = self._wants_key or self._picture_ms < self._begins_ms, False
        self._picture_ms = time_ms
        for place, encoder in enumerate(self._pictures):
            for is_key, data in encoder.encode(frame, time_ms, as_key=as_key):
                config = encoder.config if is_key else b""
                yield Encoded(time_ms, next(self._orders), "picture", place, is_key, config, data)


def _since(start: float, frame: av.AudioFrame | av.VideoFrame) -> int:
    """Milliseconds since the file's own beginning (`start`, in seconds): a piece of a broadcast begins anywhere."""
    return 0 if frame.time is None else max(0, int((frame.time - start) * 1000))


def _picture(container: "av.container.InputContainer") -> "av.VideoStream | None":
    """The picture, unless it is the cover of a record."""
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            return stream
    return None


def _check(container: "av.container.InputContainer") -> None:
    seconds = (container.duration or 0) / 1_000_000
    is_still = "image2" in container.format.name or container.format.name.endswith("_pipe")
    if container.format.name in _NOT_MEDIA or is_still or 0 < seconds < _LEAST_SECONDS:
        raise IndexError("nothing that lasts")


def _not_media(path: Path) -> JemaaError:
    return JemaaError("not-media", f"{path.name} has no sound or moving picture that can be read.")
