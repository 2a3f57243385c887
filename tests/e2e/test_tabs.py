"""Tabs as people have them: two of one person, and one that sleeps while the meeting goes on."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from jemaa.people.person import Cast, Person
from jemaa.people.speech import Speech
from tests.harness.server import Server

from . import acts

ASLEEP = 15.0
"""Seconds: far more than the page has in reserve, so that what it plays afterwards is what is said then."""


@pytest.fixture
def meeting(tmp_path: Path, floor: Speech) -> Iterator[Server]:
    with Server(tmp_path / "data", "--floor", str(floor.write(tmp_path / "floor.wav"))) as server:
        yield server


@contextmanager
def asleep(person: Person) -> Iterator[None]:
    """The page's own process stands still, as when a lid is shut: no timer, no socket, no sound."""
    browser = person.page.context.browser
    assert browser is not None  # a profile of Chromium has one
    session = browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    pages = [int(process["id"]) for process in found if process["type"] == "renderer"]
    for page in pages:
        os.kill(page, signal.SIGSTOP)
    try:
        yield
    finally:
        for page in pages:
            os.kill(page, signal.SIGCONT)
        session.detach()


def test_of_two_tabs_the_newer_speaks_and_the_older_is_told(cast: Cast, meeting: Server) -> None:
    chair = meeting.join("chair")
    with cast.person("Badr", meeting.page("participant", name="Badr")) as badr:
        acts.raise_hand(badr)
        newer = badr.page.context.new_page()
        newer.goto(meeting.page("participant"))
        expect(acts.button(newer, "Lower hand")).to_be_visible(timeout=15_000)
        chair.give_floor_to_next()
        acts.speak(badr)
        acts.button(newer, "Speak").click(timeout=15_000)
        expect(acts.button(newer, "Stop speaking")).to_be_visible(timeout=15_000)
        expect(acts.button(badr.page, "Speak")).to_be_visible(timeout=15_000)
        expect(badr.page.locator("#notice")).to_contain_text("from another tab now")


def test_a_tab_that_slept_has_everything_and_hears_the_present(cast: Cast, meeting: Server, floor: Speech) -> None:
    badr = meeting.join("participant")
    badr.command("introduce", name="Badr")
    with cast.person("Amina", meeting.page("participant")) as amina:
        acts.listen(amina)
        acts.wait_until_hears(amina, floor)
        with asleep(amina):
            said = [f"message {n}" for n in range(15) if badr.command("say", text=f"message {n}")]
            acts.record_for(amina, ASLEEP)
        acts.wait_until_hears(amina, floor)
        chat = amina.page.get_by_test_id("chat")
        expect(chat).to_contain_text(said[-1], timeout=15_000)
        assert [one for one in said if one not in chat.inner_text()] == []
