"""A meeting without a mouse: everything can be reached with Tab and pressed with Enter, and says what it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from jemaa.people.person import Cast
from jemaa.people.speech import Speech
from tests.harness.server import Server

from . import acts, sitting
from .acts import tab_to


@pytest.fixture
def meeting(tmp_path: Path, floor: Speech) -> Iterator[Server]:
    with Server(tmp_path / "data", "--floor", str(floor.write(tmp_path / "floor.wav"))) as server:
        yield server


def test_listen_ask_and_raise_a_hand_with_the_keyboard_alone(cast: Cast, meeting: Server, floor: Speech) -> None:
    with cast.person("Amina", meeting.page("participant")) as amina:
        tab_to(amina.page, "Listen")
        amina.page.keyboard.press("Enter")
        acts.wait_until_hears(amina, floor)
        tab_to(amina.page, "Your name")
        amina.page.keyboard.type("Amina")
        tab_to(amina.page, "Raise hand")
        amina.page.keyboard.press("Enter")
        expect(acts.button(amina.page, "Lower hand")).to_be_visible(timeout=10_000)
        chair = meeting.join("chair")
        assert len(chair.state()["state"]["queue"]) == 1


NAMELESS = """() => {
  const around = (e) => (label) => [...label.childNodes].filter((one) => !one.contains(e));
  const ofLabels = (e) => [...(e.labels ?? [])].flatMap(around(e)).map((one) => one.textContent).join('');
  const own = (e) => (e.matches('button, summary, a') ? e.textContent : '');
  return [...document.querySelectorAll('button, input, select, textarea, audio, summary, a[href]')]
    .filter((e) => e.type !== 'hidden' && e.checkVisibility())
    .filter((e) => !(e.getAttribute('aria-label') || ofLabels(e) || own(e) || e.title).trim())
    .map((e) => e.outerHTML.slice(0, 80));
}"""
"""The controls in sight that a screen reader would only call “button” or “edit”."""

LAST = {
    "participant": ("Raise hand", "Record a question"),
    "chair": (
        "Close…",
        "Mute Badr",
        "Give the floor to Amina",
        "Answered: question by Amina",
        "Remove message by Amina",
    ),
    "captioner": ("Send line",),
    "room": ("Send the room’s sound", "Show the queue on the whole screen"),
    "text": ("Ask",),
}
"""By a page's role: buttons of the panels that come last, and of what is in them."""


def test_every_control_has_a_name_and_the_page_has_landmarks(cast: Cast, meeting: Server) -> None:
    sitting.hold(meeting)
    for role, last in LAST.items():
        with cast.person("Amina", meeting.page(role)) as amina:
            for name in last:
                expect(acts.button(amina.page, name)).to_be_visible(timeout=15_000)
            if role != "text":
                expect(amina.page.get_by_role("slider", name="Volume")).to_be_visible()
            assert amina.page.evaluate(NAMELESS) == [], role
            assert amina.page.get_by_role("main").count() == 1, role
            assert amina.page.locator("html").get_attribute("lang"), role
            assert amina.page.get_by_role("heading", level=1).count() == 1, role
