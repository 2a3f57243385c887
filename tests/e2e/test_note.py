"""A question recorded offline, uploaded piece by piece, played to everyone when its turn comes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from jemaa.people import hearing
from jemaa.people.person import Cast
from jemaa.people.speech import GUEST_SPEECH, RATE, say
from jemaa.people.wait import wait_until
from tests.harness.server import Server

from . import acts


@pytest.fixture
def quiet_meeting(tmp_path: Path, silence: Path) -> Iterator[Server]:
    """A room in which nobody speaks."""
    with Server(tmp_path / "data", "--floor", str(silence)) as server:
        yield server


def test_a_voice_note_is_played_to_everyone(cast: Cast, quiet_meeting: Server) -> None:
    note = say(GUEST_SPEECH, voice="en-gb+m7").part(0, 6)
    with (
        cast.person("Amina", quiet_meeting.page("participant")) as amina,
        cast.person("Badr", quiet_meeting.page("participant", up="note", name="Badr")) as badr,
        cast.person("Chair", quiet_meeting.page("chair")) as chair,
        cast.person("Room", quiet_meeting.page("room")) as room,
    ):
        acts.listen(amina)
        acts.listen(room)
        acts.button(badr.page, "Record a question").click(timeout=15_000)
        badr.says(note).wait()
        badr.place.square.wait_until_recorded(badr.now() + RATE)
        acts.button(badr.page, "Stop recording").click()
        acts.button(badr.page, "Send the question").click()
        questions = chair.page.get_by_test_id("questions")
        expect(questions).to_contain_text("Badr", timeout=20_000)
        began = amina.now()
        questions.get_by_role("button", name="Play").first.click()
        wait_until(
            lambda: hearing.hears(note, amina.heard(began)), "Amina hears the recorded question", timeout=30, every=0.5
        )
        assert hearing.hears(note, room.heard(began)), "and so does the room"


def test_where_a_browser_lets_nobody_keep_anything_the_page_is_whole_and_a_note_arrives(
    cast: Cast, quiet_meeting: Server
) -> None:
    note = say(GUEST_SPEECH, voice="en-gb+m7").part(0, 3)
    with (
        cast.forgetful_person("Badr", quiet_meeting.page("participant", up="note", name="Badr")) as badr,
        cast.person("Chair", quiet_meeting.page("chair")) as chair,
    ):
        assert badr.page.evaluate(
            "() => { try { return localStorage.length } catch (error) { return error.name } }"
        ) == ("SecurityError")
        acts.button(badr.page, "Record a question").click(timeout=15_000)
        badr.says(note).wait()
        badr.place.square.wait_until_recorded(badr.now() + RATE)
        acts.button(badr.page, "Stop recording").click()
        acts.button(badr.page, "Send the question").click()
        expect(chair.page.get_by_test_id("questions")).to_contain_text("Badr", timeout=20_000)
        expect(badr.page.get_by_role("slider", name="Volume")).to_be_visible()
        assert not badr.complaints
