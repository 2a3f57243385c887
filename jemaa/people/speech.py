"""People room. Spoken sentences for microphones, to be found again at loudspeakers: espeak-ng's, so reproducible."""

import io
import subprocess
import wave
from dataclasses import dataclass
from functools import cache
from math import gcd
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

RATE = 48_000
"""Samples a second of everything that the harness says, records and compares."""

Samples = NDArray[np.float32]

CHAIR_SPEECH = (
    "Good morning, and welcome to this public meeting. The first item on our agenda is the price of water "
    "in the old town, and after it the question of who may use the square on market days."
)
DELEGATE_SPEECH = (
    "Thank you for the floor. My village has waited eleven years for a bridge, and every winter "
    "seven families cannot reach the clinic; please explain when building will begin."
)
GUEST_SPEECH = (
    "I listen from another country, through a slow telephone line. Yesterday the operator blocked our "
    "calls, yet I could follow each vote, read all captions and send this question."
)


@dataclass(frozen=True, slots=True)
class Speech:
    """One utterance: its words and its sound, mono at `RATE`, between -1 and 1."""

    text: str
    samples: Samples

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / RATE

    def part(self, start: float, end: float) -> "Speech":
        """The sound between two times in seconds."""
        return Speech(self.text, self.samples[int(start * RATE) : int(end * RATE)])

    def repeated(self, seconds: float) -> "Speech":
        """Said again and again until `seconds` are full."""
        times = int(seconds * RATE / len(self.samples)) + 1
        return Speech(self.text, np.tile(self.samples, times)[: int(seconds * RATE)])

    def write(self, path: Path) -> Path:
        """Save as a 16-bit WAV file; the path is returned."""
        with wave.open(str(path), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes((np.clip(self.samples, -1, 1) * 32767).astype("<i2").tobytes())
        return path


@cache
def say(text: str, *, voice: str = "en-us+m3", speed: int = 165) -> Speech:
    """Have espeak-ng say `text`; `speed` in words a minute. Trimmed at both ends, peak at -4 dB."""
    sound = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", str(speed), "--stdout", text], check=True, capture_output=True
    ).stdout
    with wave.open(io.BytesIO(sound)) as spoken:
        rate = spoken.getframerate()
        # A stream's header claims an endless length, so everything that follows it is taken.
        samples = np.frombuffer(spoken.readframes(2**30), "<i2").astype(np.float32) / 32768
    common = gcd(RATE, rate)
    resampled = resample_poly(samples, RATE // common, rate // common).astype(np.float32)
    return Speech(text, _without_edges(resampled) * np.float32(0.63 / np.abs(resampled).max()))


def unbroken(text: str, *, voice: str = "en-us+m3") -> Speech:
    """Speech without a pause of more than 60 ms: for tests of the moment at which a voice stops."""
    samples = say(text, voice=voice).samples
    block = RATE // 50
    blocks = samples[: len(samples) // block * block].reshape(-1, block)
    loud = np.abs(blocks).max(axis=1) > 0.03
    near = np.convolve(loud, np.ones(3), mode="same") > 0
    return Speech(text, blocks[near].reshape(-1))


def _without_edges(samples: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    return samples[loud[0] : loud[-1] + 1]
