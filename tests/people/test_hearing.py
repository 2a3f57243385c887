"""The ears of the end-to-end tests are tested themselves: they must hear what is there, and nothing else."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from jemaa.people import hearing
from jemaa.people.clarity import intelligibility
from jemaa.people.speech import CHAIR_SPEECH, DELEGATE_SPEECH, GUEST_SPEECH, RATE, Samples, Speech, say, unbroken

CHAIR = say(CHAIR_SPEECH, voice="en-us+m3")
DELEGATE = say(DELEGATE_SPEECH, voice="en-us+f3")
GUEST = say(GUEST_SPEECH, voice="en-gb+m7")
SAME_VOICE = say(GUEST_SPEECH, voice="en-us+m3")


def silence(seconds: float) -> Samples:
    """Not digital silence: the noise of a quiet sound card."""
    return np.random.default_rng(7).normal(0, 1e-4, int(seconds * RATE)).astype(np.float32)


def scene(*voices: tuple[Speech, float, float], seconds: float = 20) -> Samples:
    """A recording with each voice at its time and gain."""
    recording = silence(seconds)
    for speech, start, gain in voices:
        at = round(start * RATE)
        space = recording[at : at + len(speech.samples)]
        space += gain * speech.samples[: len(space)]
    return recording


def coded(samples: Samples, kbps: int, directory: Path) -> Samples:
    """Through Opus and back, in 60 ms frames."""
    Speech("", samples).write(directory / "in.wav")
    encode = ["-c:a", "libopus", "-b:a", f"{kbps}k", "-frame_duration", "60", str(directory / "coded.ogg")]
    subprocess.run(["ffmpeg", "-y", "-v", "error", "-i", str(directory / "in.wav"), *encode], check=True)
    decode = ["-i", str(directory / "coded.ogg"), "-f", "s16le", "-ar", str(RATE), "-ac", "1", "-"]
    raw = subprocess.run(["ffmpeg", "-v", "error", *decode], check=True, capture_output=True).stdout
    return np.frombuffer(raw, "<i2").astype(np.float32) / np.float32(32768)


@pytest.mark.parametrize("start", [1.234, 5.0])
def test_finds_a_voice_to_the_millisecond(start: float) -> None:
    recording = scene((CHAIR, start, 0.5))
    assert hearing.delay_of(CHAIR, recording) == pytest.approx(start, abs=0.001)


@pytest.mark.parametrize("kbps", [8, 12, 32])
def test_hears_through_a_codec_and_measures_what_it_cost(kbps: int, tmp_path: Path) -> None:
    recording = coded(scene((DELEGATE, 2.0, 0.5)), kbps, tmp_path)
    assert hearing.hears(DELEGATE, recording)
    assert not hearing.hears(GUEST, recording)
    assert 0.85 < intelligibility(DELEGATE, recording) < 1


def test_hears_each_voice_of_a_mixture_and_no_other() -> None:
    recording = scene((CHAIR, 1.0, 0.4), (DELEGATE, 3.0, 0.4))
    assert hearing.hears(CHAIR, recording)
    assert hearing.hears(DELEGATE, recording)
    assert not hearing.hears(GUEST, recording)


@pytest.mark.parametrize("gain", [0.5, 0.3])
def test_hears_a_lower_voice_below_a_louder_one(gain: float) -> None:
    recording = scene((CHAIR, 1.0, 0.5), (DELEGATE, 2.0, 0.5 * gain))
    assert hearing.hears(DELEGATE, recording)


def test_the_same_voice_with_other_words_is_not_the_speech() -> None:
    recording = scene((CHAIR, 1.0, 0.5))
    assert not hearing.hears(SAME_VOICE, recording)


def test_noise_and_silence_hold_no_voice() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 20 * RATE).astype(np.float32)
    assert not hearing.hears(CHAIR, noise)
    assert not hearing.hears(CHAIR, np.zeros(20 * RATE, np.float32))
    assert not hearing.hears(CHAIR, silence(20))


def test_hears_part_of_a_speech_that_is_said_again_and_again() -> None:
    recording = CHAIR.repeated(25).samples * np.float32(0.4)
    part = CHAIR.part(2, 6)
    assert hearing.hears(part, recording)


def test_hears_a_voice_that_a_player_shifted_here_and_there() -> None:
    recording = scene((CHAIR, 1.0, 0.4))
    drifting = silence(20)
    for part, shift in zip(range(5), (0.0, 0.15, 0.25, 0.1, 0.3), strict=True):
        piece = DELEGATE.part(2 * part, 2 * part + 1.9).samples
        at = round((3 + 2 * part + shift) * RATE)
        drifting[at : at + len(piece)] += np.float32(0.4) * piece
    assert hearing.hears(DELEGATE, recording + drifting)
    assert not hearing.hears(GUEST, recording + drifting)
    assert not hearing.hears(SAME_VOICE, recording + drifting)


def test_hears_a_voice_that_waited_for_its_line_in_mid_sentence() -> None:
    speech = DELEGATE.part(0, 5)
    waiting = silence(11)
    for at, delay in ((0.0, 0.63), (1.2, 0.9), (2.0, 1.15)):
        piece = speech.samples[int(at * RATE) :]
        waiting[int((1 + at + delay) * RATE) :][: len(piece)] = np.float32(0.4) * piece
    assert hearing.hears(speech, waiting)
    assert not hearing.hears(GUEST.part(0, 5), waiting)
    assert not hearing.hears(SAME_VOICE.part(0, 5), waiting)


def test_says_when_a_voice_stops() -> None:
    speech = unbroken(DELEGATE_SPEECH)
    recording = scene((speech.part(0, 3), 1.0, 0.5), seconds=8)
    assert hearing.last_loud(recording) == pytest.approx(4.0, abs=0.06)
    assert hearing.first_loud(recording) == pytest.approx(1.0, abs=0.1)
    assert hearing.longest_silence(speech.samples) < 0.1


def test_notices_a_second_copy_of_the_same_sound() -> None:
    once = scene((CHAIR, 1.0, 0.4))
    twice = scene((CHAIR, 1.0, 0.4), (CHAIR, 1.35, 0.4))
    assert hearing.echo_score(once) < 0.6
    assert hearing.echo_score(twice) > 0.8


def test_levels_are_in_decibel() -> None:
    tone = np.sin(np.arange(RATE) * 440 * 2 * np.pi / RATE).astype(np.float32)
    assert hearing.level_db(tone) == pytest.approx(-3.01, abs=0.01)
    assert hearing.level_db(np.zeros(0, np.float32)) == -120
