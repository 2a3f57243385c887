"""CPU. Opus (RFC 6716), mono at 48 kHz: samples to frames and back, by libopus through PyAV."""

from fractions import Fraction
from typing import Literal

import av
import numpy as np
from numpy.typing import NDArray

from jemaa.errors import ProtocolError

RATE = 48_000
"""Samples a second of all sound in this house."""

PRE_SKIP = 312
"""Samples that libopus' encoder puts before the first real one (RFC 7845 §4.2): 6.5 ms."""

Samples = NDArray[np.float32]
"""Mono sound between -1 and 1, at `RATE`."""

Application = Literal["voip", "audio"]

_TIME_BASE = Fraction(1, RATE)


class OpusEncoder:
    """One rendition's encoder. Give it samples as they come; whole frames come out."""

    def __init__(self, kbps: int, frame_ms: int, application: Application = "voip") -> None:
        codec = av.CodecContext.create("libopus", "w")
        codec.sample_rate = RATE
        codec.layout = "mono"
        codec.format = "flt"
        codec.bit_rate = kbps * 1000
        codec.time_base = _TIME_BASE
        codec.options = {"frame_duration": str(frame_ms), "application": application, "vbr": "constrained"}
        codec.open()
        self._codec = codec
        self._frame = RATE * frame_ms // 1000
        self._waiting: list[Samples] = []
        self._have = 0
        self._at = 0

    @property
    def is_midway(self) -> bool:
        """Whether a frame has been begun."""
        return self._have > 0

    def encode(self, samples: Samples) -> list[bytes]:
        """The frames that are now complete; most often none or one. `samples` divides a frame evenly."""
        self._waiting.append(samples)
        self._have += len(samples)
        if self._have < self._frame:
            return []
        whole = self._waiting[0] if len(self._waiting) == 1 else np.concatenate(self._waiting)
        frames: list[bytes] = []
        start = 0
        while start + self._frame <= len(whole):
            frames += self._packets(whole[start : start + self._frame])
            start += self._frame
        rest = whole[start:]
        self._waiting = [rest] if len(rest) else []
        self._have = len(rest)
        return frames

    def _packets(self, samples: Samples) -> list[bytes]:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None, :]), format="flt", layout="mono")
        frame.sample_rate = RATE
        frame.time_base = _TIME_BASE
        frame.pts = self._at
        self._at += len(samples)
        return [bytes(packet) for packet in self._codec.encode(frame)]


class OpusDecoder:
    """One publication's decoder. A stereo publisher is heard in mono."""

    def __init__(self) -> None:
        codec = av.CodecContext.create("libopus", "r")
        codec.sample_rate = RATE
        codec.layout = "mono"
        codec.open()
        self._codec = codec

    def decode(self, frame: bytes) -> Samples:
        """The samples of one frame. `ProtocolError` `not-opus` if it is none."""
        try:
            decoded = self._codec.decode(av.Packet(frame)) if frame else []
        except av.FFmpegError:
            decoded = []
        if not decoded:
            raise ProtocolError("not-opus", "A frame of this sound is not Opus.")
        return np.concatenate([_samples(one) for one in decoded])


def _samples(frame: av.AudioFrame) -> Samples:
    """Interleaved 16-bit or float sound as mono floats."""
    array = frame.to_ndarray()
    planes = array.reshape(-1, len(frame.layout.channels)).T if frame.format.is_packed else array
    mono = planes.mean(axis=0) if len(planes) > 1 else planes[0]
    samples: Samples = (mono / np.float32(32768) if array.dtype == np.int16 else mono).astype(np.float32)
    return samples
