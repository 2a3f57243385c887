"""What a call's page gets from its browser."""

from typing import Any, cast

from playwright.sync_api import sync_playwright

from jemaa.matrix.asking import Interview
from jemaa.matrix.sitting import Sitting
from jemaa.matrix.system import OWN_CHOICE
from jemaa.matrix.webrtc import CallSeat, ChatSeat, prepare
from jemaa.people.person import FAKE_CAMERA, SWITCHES, Person, chromium_path

SETTINGS = """async wanted => {
  const stream = await navigator.mediaDevices.getUserMedia(wanted);
  return stream.getAudioTracks()[0].getSettings();
}"""
PAGE = "https://call.example/"
"""Answered in the browser itself: microphones are for secure pages only."""


def test_no_echo_is_sought_where_no_loudspeaker_reaches_the_microphone() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=[*SWITCHES, FAKE_CAMERA])
        page = browser.new_context(permissions=["microphone", "camera"]).new_page()
        prepare(Person("Amina", page, cast(Any, None)), camera=True)
        page.route(PAGE, lambda route: route.fulfill(body="<title>a call</title>", content_type="text/html"))
        page.goto(PAGE)
        for wanted in ({"audio": True}, {"audio": {"channelCount": 1, "echoCancellation": True}, "video": True}):
            assert page.evaluate(SETTINGS, wanted)["echoCancellation"] is False
        browser.close()


def test_what_a_system_has_not_is_no_no_of_it_where_its_page_does_not_open() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=[*SWITCHES])
        amina = Person("Amina", browser.new_page(), cast(Any, None))
        for seat, lacks in ((CallSeat(amina), {"reads", "asks", "note"}), (ChatSeat(amina, amina), {"note"})):
            sitting = Sitting(cast(Any, None), cast(Any, None), amina, amina, cast(Any, seat), cast(Any, None))
            cell = Interview(sitting, cast(Any, None)).cell("a call", "ru-2026", OWN_CHOICE)
            answers = {act: cell.answer(act) for act in ("hears", "sees", "reads", "asks", "note", "speaks")}
            assert answers == {act: None if act in lacks else False for act in answers}
        browser.close()
