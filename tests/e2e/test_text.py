"""The lowest rung: a page that works with JavaScript off, and reaches the chair."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from jemaa.people.person import Cast
from jemaa.people.wait import wait_until
from tests.harness.server import Server

from . import acts

QUESTION = "When will the bridge of Aït Bouguemez be built? <b>Please</b> answer."


@pytest.fixture
def meeting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("text") / "data") as server:
        yield server


def test_a_question_asked_without_javascript_is_read_out_by_the_chair(cast: Cast, meeting: Server) -> None:
    with (
        cast.person("Amina", meeting.page("text"), java_script_enabled=False) as amina,
        cast.person("Chair", meeting.page("chair")) as chair,
    ):
        acts.introduce(amina)
        amina.page.get_by_label("Your question").fill(QUESTION)
        acts.button(amina.page, "Ask").click()
        questions = chair.page.get_by_test_id("questions")
        expect(questions).to_contain_text(QUESTION, timeout=15_000)
        questions.get_by_role("button", name="Read").first.click()
        wait_until(lambda: meeting.join("chair").outcomes() == ["read"], "the question is read")
        wait_until(lambda: "read out" in _reloaded(amina.page), "Amina sees that her question was read")


def test_captions_and_chat_follow_by_themselves_without_javascript(cast: Cast, meeting: Server) -> None:
    captioner, chatter = meeting.join("captioner"), meeting.join("participant")
    chatter.command("introduce", name="Badr")
    with cast.person("Amina", meeting.page("text"), java_script_enabled=False) as amina:
        now = amina.page.frame_locator("iframe[name=now]").locator("body")
        captioner.command("post_caption", text="The sitting is open.", language="en")
        expect(now).to_contain_text("The sitting is open.", timeout=20_000)
        chatter.command("say", text="Good morning from Figuig")
        expect(now).to_contain_text("Good morning from Figuig", timeout=20_000)


def test_captions_and_chat_follow_on_the_participants_page(cast: Cast, meeting: Server) -> None:
    captioner, chatter = meeting.join("captioner"), meeting.join("participant")
    chatter.command("introduce", name="Badr")
    with cast.person("Amina", meeting.page("participant", down="text")) as amina:
        captioner.command("post_caption", text="Item two: the clinic.", language="en")
        expect(amina.page.get_by_test_id("captions")).to_contain_text("Item two: the clinic.", timeout=10_000)
        chatter.command("say", text="<i>markup</i> is text")
        expect(amina.page.get_by_test_id("chat")).to_contain_text("<i>markup</i> is text", timeout=10_000)


def _reloaded(page: Page) -> str:
    page.reload()
    return page.inner_text("body")
