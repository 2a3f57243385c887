"""The picture: from the room's camera and screen to a participant's page, and from whoever has the floor."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from jemaa.people.person import FAKE_CAMERA, SWITCHES, chromium_path
from jemaa.people.speech import say
from jemaa.people.wait import wait_until
from tests.harness.server import Server

from . import acts

CORNER = """canvas => {
  const [red, green, blue] = canvas.getContext('2d').getImageData(4, canvas.height / 2, 1, 1).data;
  return [red, green, blue];
}"""
"""A pixel at the left edge of the picture, where Chromium's camera is green; so is what it gives for a screen."""

SURFACE = "video => video.srcObject?.getVideoTracks()[0]?.getSettings().displaySurface"

SCREEN_WIDTH = 1280
"""Of the larger rendition of a screen; a camera has 640, and of both the smaller one has half."""


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Chromium with a camera of its own making, whose picture moves; nobody listens here."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=[*SWITCHES, FAKE_CAMERA])
        yield browser
        browser.close()


@pytest.fixture
def meeting(tmp_path: Path) -> Iterator[Server]:
    """A floor without a picture."""
    with Server(tmp_path / "data", "--floor", str(say("Silence.").write(tmp_path / "floor.wav"))) as server:
        yield server


def opened(browser: Browser, url: str, without: str = "") -> Page:
    """A page in a profile of its own, whose devices may be used; as in browsers that lack this of Chromium."""
    page = browser.new_context(locale="en-GB", permissions=["microphone", "camera"]).new_page()
    if without:
        page.add_init_script(f"delete globalThis.{without}")
    page.goto(url)
    return page


def width(page: Page) -> int:
    return int(page.get_by_test_id("picture").evaluate("canvas => canvas.width"))


def sees_green(page: Page) -> bool:
    red, green, blue = page.get_by_test_id("picture").evaluate(CORNER)
    return bool(green > 80 and green > red + 40 and green > blue + 40)


def show_rooms_camera(room: Page, amina: Page) -> int:
    """Let the room send its camera, and somebody look; how wide the picture is."""
    acts.button(amina, "Listen").click()
    acts.button(room, "Send the camera").click()
    acts.button(amina, "Show the picture").click(timeout=15_000)
    wait_until(lambda: sees_green(amina), "the room's camera")
    return width(amina)


def test_the_rooms_camera_then_its_screen_then_who_has_the_floor(browser: Browser, meeting: Server) -> None:
    room, amina = opened(browser, meeting.page("room")), opened(browser, meeting.page("participant"))
    badr, chair = opened(browser, meeting.page("participant", name="Badr")), meeting.join("chair")
    panel = amina.locator("#picture")
    camera = show_rooms_camera(room, amina)
    acts.button(room, "Send a screen").click()
    wait_until(lambda: room.locator("video").evaluate(SURFACE) == "monitor", "the room sends its screen")
    wait_until(lambda: width(amina) in (2 * camera, SCREEN_WIDTH), "the room's screen in its place")

    acts.button(badr, "Raise hand").click(timeout=15_000)
    expect(acts.button(badr, "Lower hand")).to_be_visible(timeout=10_000)
    chair.give_floor_to_next()
    acts.button(badr, "Speak").click(timeout=15_000)
    acts.button(badr, "Show my camera").click(timeout=15_000)
    expect(panel).to_contain_text("Badr", timeout=15_000)
    wait_until(lambda: sees_green(amina), "Badr's camera")
    expect(badr.get_by_label("What you send")).to_be_visible()
    acts.button(badr, "Turn camera off").click()
    expect(badr.get_by_label("What you send")).to_be_hidden()
    expect(panel).not_to_contain_text("Badr", timeout=15_000)
    acts.button(room, "Stop the picture").click()
    expect(panel).to_contain_text("no picture", ignore_case=True, timeout=15_000)


def test_where_frames_are_not_handed_out_a_camera_and_a_screen_are_looked_at(browser: Browser, meeting: Server) -> None:
    room = opened(browser, meeting.page("room"), without="MediaStreamTrackProcessor")
    amina = opened(browser, meeting.page("participant"))
    camera = show_rooms_camera(room, amina)
    acts.button(room, "Send a screen").click()
    wait_until(lambda: width(amina) in (2 * camera, SCREEN_WIDTH), "the room's screen in its place")
