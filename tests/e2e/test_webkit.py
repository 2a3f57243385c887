"""Debian's WebKit: the same pages in the engine of iPhones, heard at the loudspeaker and spoken into the microphone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jemaa.people import webkit
from jemaa.people.loudspeaker import Square
from jemaa.people.person import Cast
from jemaa.people.speech import DELEGATE_SPEECH, Speech, say
from jemaa.people.wait import wait_until
from tests.harness.server import Server

from . import acts

pytestmark = pytest.mark.skipif(
    not webkit.is_here(), reason="there is no WebKit: apt-get install webkit2gtk-driver xvfb"
)


@pytest.fixture(scope="module")
def meeting(tmp_path_factory: pytest.TempPathFactory, floor: Speech) -> Iterator[Server]:
    directory = tmp_path_factory.mktemp("webkit")
    with Server(directory / "data", "--floor", str(floor.write(directory / "floor.wav"))) as server:
        yield server


@contextmanager
def amina_at(url: str, square: Square, home: Path, *arguments: str) -> Iterator[webkit.WebKitPerson]:
    place = square.place()
    try:
        with webkit.person("Amina", url, place, home, *arguments) as amina:
            yield amina
    finally:
        place.leave()


def test_one_listens_reads_and_asks(square: Square, tmp_path: Path, meeting: Server, floor: Speech) -> None:
    with amina_at(meeting.page("participant"), square, tmp_path) as amina:
        amina.press("Listen")
        acts.wait_until_hears(amina, floor)
        wait_until(lambda: amina.path == "live", "live", timeout=30)
        meeting.join("captioner").command("post_caption", text="Item two: water.", language="en")
        amina.sees("Item two: water.")
        amina.fill("Your name", "Amina")
        amina.fill("Your question", "Why does water cost more?")
        amina.press("Ask")
        chair = meeting.join("chair")
        wait_until(lambda: "Why does water cost more?" in str(chair.state()["state"]["questions"]), "the question")


@pytest.mark.parametrize("path", ["stream", "pieces", "radio"])
def test_the_floor_is_heard_on_each_path(
    square: Square, tmp_path: Path, meeting: Server, floor: Speech, path: str
) -> None:
    with amina_at(meeting.page("participant", down=path), square, tmp_path) as amina:
        amina.press("Listen")
        acts.wait_until_hears(amina, floor)
        assert amina.path == path


def test_who_has_the_floor_is_heard(square: Square, cast: Cast, tmp_path: Path, silence: Path) -> None:
    voice = say(DELEGATE_SPEECH, voice="en-us+f3")
    with (
        Server(tmp_path / "data", "--floor", str(silence)) as meeting,
        cast.person("Badr", meeting.page("participant")) as badr,
        amina_at(meeting.page("participant", name="Amina"), square, tmp_path) as amina,
    ):
        acts.listen(badr)
        acts.wait_for_path(badr, "live")
        amina.press("Raise hand")
        amina.sees("Lower hand")
        meeting.join("chair").give_floor_to_next()
        amina.press("Speak")
        amina.sees("Stop speaking")
        saying = amina.says(voice)
        saying.wait()
        assert acts.hears_in_time(badr, voice, saying.mark, seconds=30)


def test_its_camera_is_seen(square: Square, cast: Cast, tmp_path: Path, meeting: Server) -> None:
    with (
        amina_at(meeting.page("room"), square, tmp_path, webkit.FAKE_DEVICES) as room,
        cast.person("Badr", meeting.page("participant")) as badr,
    ):
        acts.listen(badr)
        room.press("Send the camera")
        acts.button(badr.page, "Show the picture").click(timeout=15_000)
        acts.wait_until_moving(badr)
