"""Any player plays the radio."""

import shutil
import subprocess
from collections.abc import Iterator

import numpy as np
import pytest

from jemaa.people.loudspeaker import Square
from jemaa.people.speech import RATE, Samples, Speech
from jemaa.people.wait import wait_until
from tests.harness.server import Server

from . import acts


@pytest.fixture(scope="module")
def meeting(tmp_path_factory: pytest.TempPathFactory, floor: Speech) -> Iterator[Server]:
    directory = tmp_path_factory.mktemp("radio")
    server = Server(directory / "data", "--floor", str(floor.write(directory / "floor.wav")))
    yield server
    server.stop()


def decoded(url: str, seconds: int) -> Samples:
    """What FFmpeg hears in the first `seconds` of a radio."""
    output = ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-"]
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-t", str(seconds), "-i", url, *output], check=True, capture_output=True, timeout=60
    ).stdout
    return np.frombuffer(raw, "<i2").astype(np.float32) / np.float32(32768)


@pytest.mark.parametrize("name", ["radio.opus?kbps=12", "radio.opus?kbps=32", "radio.mp3"])
def test_ffmpeg_decodes_the_radio(meeting: Server, floor: Speech, name: str) -> None:
    sound = decoded(f"{meeting.url}/s/{meeting.session['id']}/{name}", 7)
    assert len(sound) >= 6 * RATE
    assert acts.is_part(sound[RATE:], floor)


@pytest.mark.skipif(not shutil.which("ffplay"), reason="ffplay is not installed")
def test_ffplay_plays_the_radio_on_a_loudspeaker(meeting: Server, floor: Speech, square: Square) -> None:
    place = square.place()
    url = f"{meeting.url}/s/{meeting.session['id']}/radio.opus"
    player = subprocess.Popen(
        ["ffplay", "-v", "error", "-nodisp", url],
        env={"PATH": "/usr/bin:/bin", "SDL_AUDIODRIVER": "pulse", **place.environment},
        stdin=subprocess.DEVNULL,
    )
    try:
        mark = square.now() + 6 * RATE
        wait_until(
            lambda: square.now() > mark and acts.is_part(place.heard(square.now() - 5 * RATE), floor),
            "ffplay plays the floor",
            timeout=30,
            every=0.25,
        )
    finally:
        player.terminate()
        player.wait(10)
        place.leave()


def test_the_radio_goes_on_and_is_not_cut(meeting: Server) -> None:
    url = f"{meeting.url}/s/{meeting.session['id']}/radio.mp3"
    sound = decoded(url, 12)
    assert len(sound) >= 11 * RATE
