"""CPU. MP3 at 24 kb/s mono for players that know nothing newer (ISO/IEC 13818-3), by LAME through PyAV."""

from fractions import Fraction

import av
import numpy as np

from .opus import RATE, Samples

MP3_RATE = 24_000
"""Samples a second of the encoded sound: what 24 kb/s can carry well."""

FRAME_SAMPLES = 576
"""Samples in an MP3 frame at this rate: 24 ms."""


class Mp3Encoder:
    """Samples at 48 kHz in, whole MP3 frames out. No frame needs the one before it, so a player may join anywhere."""

    def __init__(self, kbps: int = 24) -> None:
        codec = av.CodecContext.create("libmp3lame", "w")
        codec.sample_rate = MP3_RATE
        codec.layout = "mono"
        codec.format = "fltp"
        codec.bit_rate = kbps * 1000
        codec.time_base = Fraction(1, MP3_RATE)
        codec.options = {"reservoir": "0", "compression_level": "7"}
        codec.open()
        self._codec = codec
        self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=MP3_RATE, frame_size=FRAME_SAMPLES)
        self._at = 0

    def encode(self, samples: Samples) -> list[bytes]:
        """The frames that are now complete."""
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None, :]), format="flt", layout="mono")
        frame.sample_rate = RATE
        frame.time_base = Fraction(1, RATE)
        frame.pts = self._at
        self._at += len(samples)
        packets = [packet for piece in self._resampler.resample(frame) for packet in self._codec.encode(piece)]
        return [bytes(packet) for packet in packets]
