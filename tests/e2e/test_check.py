"""Whoever opens /check is told how to attend from there; what is named works when it is used."""

import json
import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Route, expect

from jemaa.people.person import Cast
from jemaa.people.speech import Speech
from tests.harness.server import Server, free_port

from . import acts
from .checking import ANSWER_MS, answer, begin_fuller_test, facts_of, finish, way

LOW, HIGH = sorted((free_port(), free_port()))
"""Of UDP: one test run does not take the other's."""
A_YEAR_AHEAD = "{ const now = Date.now.bind(Date); Date.now = () => now() + 366 * 864e5; }"


@pytest.fixture(scope="module")
def meeting(tmp_path_factory: pytest.TempPathFactory, floor: Speech) -> Iterator[Server]:
    """A meeting on a server that takes part in measuring."""
    folder = tmp_path_factory.mktemp("check")
    sound = str(floor.write(folder / "floor.wav"))
    with Server(
        folder / "data",
        "--floor",
        sound,
        "--check-udp",
        f"127.0.0.1:{LOW},{HIGH}",
        "--evidence-dir",
        str(folder / "record"),
    ) as server:
        yield server


def check_of(server: Server) -> str:
    return f"{server.url}/check?session={server.session['id']}"


def test_the_first_advice_leads_into_the_meeting_by_keyboard(cast: Cast, meeting: Server, floor: Speech) -> None:
    with cast.person("Amina", meeting.page("participant")) as amina:
        page = amina.page
        page.get_by_role("link", name="Test your connection").click()
        finish(page)
        assert answer(page).startswith("You can attend: sound, picture")
        assert [way(page, name) for name in ("live", "stream", "pieces", "radio", "text", "up", "calls")] == ["yes"] * 7
        expect(page.get_by_test_id("how")).to_contain_text("can be set up")
        assert json.loads(page.evaluate("localStorage.getItem('jemaa-network')"))["path"] == "live"
        acts.tab_to(page, "Go to the meeting")
        page.keyboard.press("Enter")
        acts.listen(amina)
        acts.wait_until_hears(amina, floor)
        assert not amina.complaints and amina.hosts == {f"127.0.0.1:{meeting.port}"}


def test_the_fuller_test_gives_facts_that_are_kept_only_by_consent(cast: Cast, meeting: Server) -> None:
    with cast.person("Badr", "about:blank") as badr:
        page = badr.page
        page.add_init_script(A_YEAR_AHEAD)
        page.goto(check_of(meeting))
        answer(page)
        expect(page.get_by_test_id("how")).to_contain_text("wrong by about 366 days")
        begin_fuller_test(page)
        expect(page.get_by_role("progressbar")).to_be_visible()
        expect(page.get_by_role("heading", name="What the fuller test found")).to_be_visible(timeout=30_000)
        expect(page.locator("#full")).to_contain_text("What that may mean")
        facts = facts_of(page)
        arms = {arm.id: arm for arm in facts.arms}
        assert (
            facts.network.access == "adsl"
            and facts.stack.startswith("Chromium")
            and abs(facts.started_at - time.time()) < 2 * 3_600
        ), "the server's clock is what counts"
        for name in (f"stun-{LOW}-genuine", f"stun-{HIGH}-genuine", "dtls_handshake-browser-genuine"):
            assert (arms[name].sent, arms[name].rx_client) == (5, 5), arms[name]
        assert arms[f"stun-{HIGH}-genuine"].rx_server == 5
        assert arms["long_answer-flowing-neutral"].rx_client == 10 and "long_flow" not in facts.plan.steps
        page.get_by_label("I agree").check()
        page.get_by_role("button", name="Give the facts").click()
        receipt = page.get_by_test_id("receipt")
        expect(receipt).not_to_be_empty()
        text = receipt.inner_text()
        page.get_by_role("button", name="Take them back now").click()
        expect(page.locator("#full")).to_contain_text("deleted from the record")
        assert not badr.complaints
        page.get_by_role("button", name="Do it again").click()
        page.get_by_text("Delete facts that you gave earlier").click()
        page.get_by_label("Your receipt").fill(text)
        page.get_by_role("button", name="Delete them").click()
        expect(page.locator("#full")).to_contain_text("perhaps it was deleted before")


def test_a_tab_that_is_closed_in_mid_test_leaves_nothing(cast: Cast, meeting: Server) -> None:
    before = posts(meeting)
    with cast.person("Chaimae", check_of(meeting)) as chaimae:
        answer(chaimae.page)
        begin_fuller_test(chaimae.page)
        expect(chaimae.page.get_by_role("progressbar")).to_be_visible()
    assert posts(meeting) == before


def posts(server: Server) -> int:
    """Facts that anybody sent: to be judged, or to be kept."""
    return len(re.findall(r"POST /api/check/", server.log.read_text()))


def test_a_portal_and_a_proxy_that_says_yes_to_everything_are_no_success(cast: Cast, meeting: Server) -> None:
    def portal(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body="<html>Please sign in to HotelNet</html>")

    with cast.person("Driss", "about:blank") as driss:
        page = driss.page
        page.route(re.compile(r"/check/(plan|piece|long|up)\?"), portal)
        page.goto(check_of(meeting))
        assert answer(page).startswith("Something else than this server answers")
        finish(page)
        page.unroute_all()
        page.route(re.compile(r"/check/(piece|up)\?"), portal)
        acts.button(page, "Test again").click()
        expect(page.locator("#answer[data-how=sound]")).to_be_visible(timeout=ANSWER_MS)
        finish(page)
        assert [way(page, name) for name in ("live", "stream", "pieces", "up")] == ["yes", "yes", "no", "no"]


def test_without_scripts_the_page_tells_what_the_server_sees_and_the_rate(cast: Cast, meeting: Server) -> None:
    with cast.person("Fatima", check_of(meeting), java_script_enabled=False) as fatima:
        expect(fatima.page.frame_locator("iframe").locator("body")).to_contain_text("kb/s", timeout=10_000)
        expect(fatima.page.get_by_test_id("server")).to_contain_text("This page reaches you")
        expect(fatima.page.get_by_role("link", name="Radio (12 kb/s)")).to_be_visible()
