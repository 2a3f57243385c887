"""A whole meeting held from the desk without a mouse: the floor, the queue, questions, the chat, links, the end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from jemaa.people.person import Cast
from tests.harness.server import Server

from . import acts
from .acts import tab_to


@pytest.fixture
def meeting(tmp_path: Path, silence: Path) -> Iterator[Server]:
    with Server(tmp_path / "data", "--floor", str(silence)) as server:
        yield server


def press(page: Page, name: str) -> None:
    """Reach what has this name with Tab, and press it."""
    tab_to(page, name)
    page.keyboard.press("Enter")


def confirm(page: Page, words: str, action: str) -> None:
    """Answer the dialog that has the focus."""
    expect(page.get_by_role("dialog")).to_be_visible()
    if words:
        page.keyboard.type(words)
    press(page, action)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_meeting_is_chaired_with_the_keyboard_alone(cast: Cast, meeting: Server) -> None:
    with (
        cast.person("Chair", meeting.page("chair")) as chair,
        cast.person("Amina", meeting.page("participant", name="Amina")) as amina,
    ):
        desk, page = chair.page, amina.page
        acts.raise_hand(amina)
        expect(desk.get_by_test_id("queue")).to_contain_text("Amina", timeout=10_000)
        desk.keyboard.press("u")
        press(desk, "Give the floor to Amina")
        press(page, "Speak")
        speaking = page.locator("#speak")
        expect(speaking).to_contain_text("You are on the air.", timeout=15_000)
        desk.keyboard.press("m")
        expect(speaking).to_contain_text("The chair has muted you.", timeout=10_000)
        expect(desk.get_by_test_id("floor")).to_contain_text("muted by the chair")
        desk.keyboard.press("m")
        expect(speaking).not_to_contain_text("The chair has muted you.", timeout=10_000)
        desk.keyboard.press("b")
        expect(speaking).to_be_hidden(timeout=10_000)

        tab_to(page, "Your question")
        page.keyboard.type("Why does water cost more?")
        press(page, "Ask")
        expect(desk.get_by_test_id("questions")).to_contain_text("Why does water cost more?", timeout=10_000)
        desk.keyboard.press("q")
        press(desk, "Read out: question by Amina")
        expect(page.locator("#ask")).to_contain_text("read out", ignore_case=True, timeout=10_000)
        desk.keyboard.press("q")
        press(desk, "Answered: question by Amina")
        expect(page.locator("#ask")).to_contain_text("answered", ignore_case=True, timeout=10_000)

        tab_to(page, "Message")
        page.keyboard.type("Spam for sale")
        page.keyboard.press("Enter")
        expect(desk.get_by_test_id("chat")).to_contain_text("Spam for sale", timeout=10_000)
        desk.keyboard.press("c")
        press(desk, "Remove message by Amina")
        expect(page.get_by_test_id("chat")).not_to_contain_text("Spam for sale", timeout=10_000)

        press(desk, "Suspend")
        confirm(desk, "Lunch until two", "Suspend the session")
        expect(page.locator("#now")).to_contain_text("In recess: Lunch until two", timeout=10_000)
        press(desk, "Resume")
        expect(page.get_by_test_id("state")).to_have_text("Open", timeout=10_000)
        press(desk, "Close…")
        confirm(desk, "", "Close the session")
        expect(page.get_by_test_id("state")).to_have_text("Closed", timeout=10_000)
        expect(page.get_by_label("Message", exact=True)).to_be_hidden()


def test_the_focus_stays_where_one_works(cast: Cast, meeting: Server) -> None:
    with (
        cast.person("Chair", meeting.page("chair")) as chair,
        cast.person("Amina", meeting.page("participant", name="Amina")) as amina,
        cast.person("Badr", meeting.page("participant", name="Badr")) as badr,
    ):
        acts.raise_hand(amina)
        acts.raise_hand(badr)
        desk = chair.page
        expect(desk.get_by_test_id("queue")).to_contain_text("Badr", timeout=10_000)
        desk.keyboard.press("u")
        press(desk, "Give the floor to Amina")
        expect(desk.get_by_role("button", name="Give the floor to Badr")).to_be_focused(timeout=10_000)
        desk.get_by_role("button", name="Mute Amina", exact=True).focus()
        desk.keyboard.press("Enter")
        expect(desk.get_by_role("button", name="Unmute Amina")).to_be_focused(timeout=10_000)
        desk.get_by_role("button", name="Take Badr out of the queue").focus()
        desk.keyboard.press("Enter")
        expect(desk.locator("#queue")).to_be_focused(timeout=10_000)


def test_a_link_that_went_astray_is_withdrawn_and_a_person_sent_out(cast: Cast, meeting: Server) -> None:
    with (
        cast.person("Chair", meeting.page("chair")) as chair,
        cast.person("Badr", meeting.page("speaker", name="Badr")) as badr,
        cast.person("Amina", meeting.page("participant", name="Amina")) as amina,
    ):
        acts.raise_hand(badr)
        acts.raise_hand(amina)
        acts.button(chair.page, "Withdraw a link…").click()
        confirm(chair.page, "https://meeting.example.org/", "Withdraw the link")
        expect(chair.page.locator("#notice")).to_contain_text("no invitation link of this meeting")
        acts.button(chair.page, "Withdraw a link…").click()
        confirm(chair.page, meeting.links["speaker"], "Withdraw the link")
        withdrawn = badr.page.get_by_role("alert")
        expect(withdrawn).to_contain_text("This link has been withdrawn", timeout=10_000)
        badr.page.reload()
        expect(withdrawn).to_contain_text("This link has been withdrawn", timeout=10_000)

        acts.give_floor(chair, "Amina")
        acts.button(chair.page, "Send out Amina").click()
        confirm(chair.page, "", "Send out Amina")
        expect(chair.page.get_by_test_id("floor")).not_to_contain_text("Amina", timeout=10_000)
        expect(amina.page.get_by_role("button", name="Raise hand")).to_be_hidden(timeout=10_000)
        expect(amina.page.get_by_role("button", name="Speak", exact=True)).to_be_hidden()


def test_whoever_waits_and_whoever_asked_is_sent_out(cast: Cast, meeting: Server) -> None:
    amina, badr = meeting.join("participant"), meeting.join("participant")
    amina.command("introduce", name="Amina")
    amina.command("raise_hand")
    badr.command("introduce", name="Badr")
    badr.command("ask", text="Spam for sale?")
    with cast.person("Chair", meeting.page("chair")) as chair:
        for panel, name in (("queue", "Amina"), ("questions", "Badr")):
            send_out = acts.button(chair.page, f"Send out {name}")
            expect(chair.page.locator(f"#{panel}").filter(has=send_out)).to_be_visible(timeout=15_000)
            send_out.click()
            confirm(chair.page, "", f"Send out {name}")
            expect(send_out).to_have_count(0, timeout=10_000)
        persons = meeting.join("chair").state()["state"]["persons"]
        assert {person["name"] for person in persons.values() if person["removed"]} == {"Amina", "Badr"}


def test_whoever_opens_the_desk_without_its_link_is_told_so(cast: Cast, meeting: Server) -> None:
    address = meeting.links["chair"].partition("#")[0]
    with cast.person("Amina", address) as amina:
        expect(amina.page.get_by_text("This page needs the chair’s or the manager’s link.")).to_be_visible(
            timeout=10_000
        )
