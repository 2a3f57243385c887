"""Words as Opus, and how much of them can be understood afterwards."""

import io

import av
import numpy as np
from numpy.typing import NDArray
from pystoi import stoi

from jemaa.people.speech import DELEGATE_SPEECH, GUEST_SPEECH, say
from jemaa.sound.opus import RATE, OpusDecoder, OpusEncoder, Samples

BLOCK = RATE // 50


def words() -> Samples:
    """Some twenty seconds of speech, a whole number of 20 ms."""
    samples = np.concatenate([say(DELEGATE_SPEECH, voice="en-us+f3").samples, say(GUEST_SPEECH).samples])
    return samples[: len(samples) // BLOCK * BLOCK]


def tone(seconds: float, hertz: float = 440.0, peak: float = 0.5) -> Samples:
    return (peak * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32)


def frames_of(samples: Samples, *, kbps: int = 32, frame_ms: int = 20) -> list[bytes]:
    """What a publisher's encoder makes of it."""
    encoder = OpusEncoder(kbps, frame_ms)
    return [frame for at in range(0, len(samples), BLOCK) for frame in encoder.encode(samples[at : at + BLOCK])]


def sound_of(frames: "list[bytes] | tuple[bytes, ...]") -> Samples:
    decoder = OpusDecoder()
    return np.concatenate([decoder.decode(frame) for frame in frames])


def played(data: bytes, kind: str) -> Samples:
    """What FFmpeg plays of a file or stream of this kind, at our rate."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(io.BytesIO(data), "r", format=kind) as container:
        parts = [part.to_ndarray()[0] for f in container.decode(audio=0) for part in resampler.resample(f)]
    samples: Samples = np.concatenate(parts).astype(np.float32)
    return samples


def lag_of(source: Samples, heard: Samples, most: int = RATE) -> int:
    """Samples by which `heard` is later than `source`."""
    size = 2 * max(len(source), len(heard))
    found: NDArray[np.float64] = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(source, size)))
    return int(np.argmax(found[:most]))


def understood(source: Samples, heard: Samples) -> float:
    """STOI, once what was heard has been put under what was said."""
    heard = heard[lag_of(source, heard) :]
    length = min(len(source), len(heard))
    return float(stoi(source[:length], heard[:length], RATE))
