"""The square carries sound from mouths and to ears, each in its own channel and all in one clock."""

import wave
from pathlib import Path

import numpy as np
import pytest

from jemaa.people import hearing
from jemaa.people.loudspeaker import Square
from jemaa.people.speech import DELEGATE_SPEECH, RATE, say
from jemaa.people.wait import wait_until


def test_a_voice_is_recorded_at_its_own_mouth_and_nowhere_else(tmp_path: Path) -> None:
    speech = say(DELEGATE_SPEECH, voice="en-us+f3").part(0, 3)
    with Square(tmp_path / "square", places=2) as square:
        speaker, other = square.place(), square.place()
        utterance = speaker.say(speech)
        utterance.wait()
        square.wait_until_recorded(square.now() + 24_000)
        assert hearing.delay_of(speech, speaker.said(utterance.mark)) < 1.0
        assert hearing.level_db(other.said(utterance.mark)) == -120
        assert hearing.level_db(speaker.heard(utterance.mark)) == -120


def test_what_was_said_from_a_mark_on_can_be_kept(tmp_path: Path) -> None:
    speech = say(DELEGATE_SPEECH, voice="en-us+f3").part(0, 2)
    with Square(tmp_path / "square", places=2) as square:
        square.place()
        speaker = square.place()
        utterance = speaker.say(speech)
        utterance.wait()
        square.wait_until_recorded(square.now() + RATE // 2)
        levels = square.keep(tmp_path / "kept", utterance.mark)
    assert list(levels) == ["mouth1.wav"] and levels["mouth1.wav"] > -40
    with wave.open(str(tmp_path / "kept" / "mouth1.wav")) as kept:
        sound = np.frombuffer(kept.readframes(2**30), "<i2").astype(np.float32) / np.float32(32768)
    assert hearing.hears(speech, sound) and len(sound) > 2.5 * RATE


def test_a_mouth_can_be_stopped_in_the_middle(tmp_path: Path) -> None:
    speech = say(DELEGATE_SPEECH, voice="en-us+f3")
    with Square(tmp_path / "square", places=1) as square:
        place = square.place()
        utterance = place.say(speech)
        wait_until(lambda: hearing.level_db(place.said(utterance.mark)) > -40, "the first words")
        utterance.stop()
        end = square.wait_until_recorded(square.now() + 48_000)
        assert hearing.level_db(place.said(end - 12_000)) == -120


def test_a_place_that_was_left_can_be_taken_again(tmp_path: Path) -> None:
    with Square(tmp_path / "square", places=1) as square:
        square.place().leave()
        assert square.place().number == 0


def test_a_broken_pulseaudio_is_an_error_with_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jemaa.people.loudspeaker.ALONE", ("--no-such-option",))
    with pytest.raises(AssertionError, match=r"pulseaudio\.log"):
        Square(tmp_path / "square", places=1)
