"""On a thin line the page is there before its scripts: a press of *Listen* counts from the first moment."""

from pathlib import Path

import pytest
from playwright.sync_api import Route

from jemaa.people.person import Cast
from jemaa.people.speech import Speech
from tests.harness.server import Server

from . import acts


@pytest.mark.parametrize("page", ["participant", "room", "chair", "captioner"])
def test_a_press_before_the_scripts_have_come_is_not_lost(page: str, cast: Cast, floor: Speech, tmp_path: Path) -> None:
    held: list[Route] = []
    with (
        Server(tmp_path / "data", "--floor", str(floor.write(tmp_path / "floor.wav"))) as server,
        cast.person("Amina", "about:blank") as amina,
    ):
        amina.page.route("**/ui/listen.js", lambda route: held.append(route))
        with amina.page.expect_request("**/ui/listen.js"):
            amina.page.goto(server.page(page), wait_until="commit")
        acts.listen(amina)
        assert amina.page.locator("#listen.on").count() == 1, "the button shows at once that it was pressed"
        held.pop().continue_()
        acts.wait_until_hears(amina, floor)


def test_a_file_that_never_comes_does_not_keep_the_page_for_ever(cast: Cast, floor: Speech, tmp_path: Path) -> None:
    """As where a network freezes the connection that brings it: it neither comes nor fails."""
    held: list[Route] = []
    with (
        Server(tmp_path / "data", "--floor", str(floor.write(tmp_path / "floor.wav"))) as server,
        cast.person("Amina", "about:blank") as amina,
    ):
        hold = "**/media/player.js"
        amina.page.route(hold, lambda route: held.append(route) if not held else route.continue_())
        amina.page.goto(server.page("participant"), wait_until="commit")
        amina.page.locator("html[data-runs]").wait_for(state="attached", timeout=60_000)
        acts.listen(amina)
        acts.wait_until_hears(amina, floor)
