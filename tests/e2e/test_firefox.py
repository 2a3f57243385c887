"""Debian's Firefox, unpatched: the same pages, heard at the loudspeaker and spoken into the microphone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from jemaa.people import firefox
from jemaa.people.person import Cast
from jemaa.people.speech import DELEGATE_SPEECH, GUEST_SPEECH, Speech, say
from jemaa.people.wait import wait_until
from tests.harness.server import Server

from . import acts

pytestmark = pytest.mark.skipif(not firefox.is_here(), reason="there is no Firefox: apt-get install firefox-esr")

SWALLOWED_SECONDS = 3.0
"""An echo canceller swallows words until it has found that there is no echo."""


@pytest.fixture(scope="module")
def meeting(tmp_path_factory: pytest.TempPathFactory, floor: Speech) -> Iterator[Server]:
    directory = tmp_path_factory.mktemp("firefox")
    with Server(directory / "data", "--floor", str(floor.write(directory / "floor.wav"))) as server:
        yield server


def test_one_listens_reads_and_asks(cast: Cast, meeting: Server, floor: Speech) -> None:
    with cast.person_with_firefox("Amina", meeting.page("participant")) as amina:
        acts.listen(amina)
        acts.wait_until_hears(amina, floor)
        acts.wait_for_path(amina, "live")
        meeting.join("captioner").command("post_caption", text="Item two: water.", language="en")
        expect(amina.page.get_by_text("Item two: water.")).to_be_visible(timeout=15_000)
        acts.introduce(amina)
        amina.page.get_by_label("Your question").first.fill("Why does water cost more?")
        acts.button(amina.page, "Ask").click()
        chair = meeting.join("chair")
        wait_until(lambda: "Why does water cost more?" in str(chair.state()["state"]["questions"]), "the question")
        assert not amina.complaints


@pytest.mark.parametrize("path", ["stream", "pieces", "radio"])
def test_the_floor_is_heard_on_each_path(cast: Cast, meeting: Server, floor: Speech, path: str) -> None:
    with cast.person_with_firefox("Amina", meeting.page("participant", down=path)) as amina:
        acts.listen(amina)
        acts.wait_until_hears(amina, floor)
        acts.wait_for_path(amina, path)
        assert not amina.complaints


def test_who_has_the_floor_is_heard(cast: Cast, tmp_path: Path, silence: Path) -> None:
    voice = say(f"{DELEGATE_SPEECH} {GUEST_SPEECH}", voice="en-us+f3")
    point = voice.part(SWALLOWED_SECONDS, voice.seconds)
    with (
        Server(tmp_path / "data", "--floor", str(silence)) as meeting,
        cast.person("Badr", meeting.page("participant")) as badr,
        cast.person_with_firefox("Amina", meeting.page("participant", name="Amina")) as amina,
    ):
        acts.listen(badr)
        acts.wait_for_path(badr, "live")
        acts.raise_hand(amina)
        meeting.join("chair").give_floor_to_next()
        acts.speak(amina)
        saying = amina.says(voice)
        saying.wait()
        assert acts.hears_in_time(badr, point, saying.mark, seconds=60)
        assert not amina.complaints


def test_its_camera_is_seen(cast: Cast, meeting: Server) -> None:
    with (
        cast.person_with_firefox("Room", meeting.page("room"), **firefox.FAKE_DEVICES) as room,
        cast.person("Badr", meeting.page("participant")) as badr,
    ):
        acts.listen(badr)
        acts.button(room.page, "Send the camera").click()
        acts.button(badr.page, "Show the picture").click(timeout=15_000)
        acts.wait_until_moving(badr)
        assert not room.complaints
