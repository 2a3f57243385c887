"""What a measurement needs around it: a server with a spoken floor, people with browsers, marks in seconds."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from jemaa.people.loudspeaker import Square
from jemaa.people.person import Cast
from jemaa.people.speech import CHAIR_SPEECH, RATE, Speech, say, unbroken
from tests.harness.server import Server

FLOOR = CHAIR_SPEECH


def spoken_floor() -> Speech:
    """The speech that the floor repeats: pauses and all, as people speak."""
    return say(FLOOR, voice="en-us+m3")


def unbroken_floor() -> Speech:
    """The same without pauses, for the moment at which sound begins or ends."""
    return unbroken(FLOOR, voice="en-us+m3")


def silent_floor() -> Speech:
    """A room in which nobody speaks."""
    return Speech("", spoken_floor().samples * 0)


@contextmanager
def meeting(floor: Speech) -> Iterator[Server]:
    """A running server whose floor repeats `floor`."""
    with tempfile.TemporaryDirectory(prefix="jemaa-bench") as name:
        directory = Path(name)
        with Server(directory / "data", "--floor", str(floor.write(directory / "floor.wav"))) as server:
            yield server


@contextmanager
def people(places: int = 2) -> Iterator[Cast]:
    """Browsers with loudspeakers and microphones, recorded in one clock."""
    with (
        tempfile.TemporaryDirectory(prefix="jemaa-sound") as name,
        Square(Path(name), places=places) as square,
        sync_playwright() as playwright,
    ):
        cast = Cast(playwright, square)
        yield cast
        cast.close()


def let_pass(square: Square, seconds: float) -> int:
    """Let the recording grow by `seconds` (elapsed time is what is measured here); the mark at its end."""
    return square.wait_until_recorded(square.now() + int(seconds * RATE))
