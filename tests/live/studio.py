"""A programme with a clock of our own, people who speak into it, and ears."""

import numpy as np

from jemaa.live.microphone import Microphone
from jemaa.live.programme import TICK_MS, Programme
from jemaa.live.track import Track
from jemaa.meeting.ids import PersonId
from jemaa.sound.opus import Samples
from jemaa.wire.chunk import Chunk, encode_chunk
from tests.sound.speaking import frames_of, sound_of

AMINA, BADR = PersonId("amina"), PersonId("badr")


class Studio:
    """`pass_` lets time go by; voices say their next 20 ms in each tick. `stall` lets the machine stand still: what is
    said meanwhile comes at once, and what was to be mixed is made up for."""

    def __init__(self) -> None:
        self.seconds = 50.0
        self.programme = Programme("e1", lambda: self.seconds)
        self._voices: list[Voice] = []

    def speaks(self, person: PersonId, samples: Samples, number: int = 1) -> "Voice":
        voice = Voice(self.programme.open_microphone(person, number), samples)
        self._voices.append(voice)
        return voice

    def pass_(self, seconds: float) -> None:
        for _ in range(round(seconds * 1000 / TICK_MS)):
            for voice in self._voices:
                voice.say()
            self.seconds += TICK_MS / 1000
            self.programme.tick()

    def stall(self, seconds: float) -> None:
        ticks = round(seconds * 1000 / TICK_MS)
        self.seconds += ticks * TICK_MS / 1000
        for voice in self._voices:
            for _ in range(ticks):
                voice.say()
        for _ in range(ticks):
            self.programme.tick()


class Voice:
    """A publisher who sends a chunk of 20 ms after the other, until his words are over."""

    def __init__(self, microphone: Microphone, samples: Samples) -> None:
        self.microphone = microphone
        self._frames = frames_of(samples)
        self._next = 0

    def say(self) -> None:
        if self._next < len(self._frames):
            chunk = Chunk(self._next, 777_000 + self._next * 20, (self._frames[self._next],))
            self.microphone.write(encode_chunk(chunk))
            self._next += 1


def heard(track: Track) -> Samples:
    """Everything that is still in a track's ring."""
    return sound_of([frame for entry in track.from_independent(10**9) for frame in entry.frames])


def loudness(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples**2)))
