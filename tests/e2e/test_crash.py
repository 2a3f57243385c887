"""kill -9 of the server in mid-meeting: nothing acknowledged is lost, and pages come back by themselves."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocket

from jemaa.people import hearing
from jemaa.people.person import Cast, Person
from jemaa.people.speech import RATE, Speech
from jemaa.people.wait import wait_until
from tests.harness.server import Server

from . import acts

BACK_WITHIN = 5.0
"""Seconds from the restart until sound is back at the ear."""


def test_after_kill_9_pages_resume_and_no_event_is_missing(cast: Cast, floor: Speech, tmp_path: Path) -> None:
    with Server(tmp_path / "data", "--floor", str(floor.write(tmp_path / "floor.wav"))) as server:
        people = [server.join("participant") for _ in range(8)]
        for person in people:
            person.command("introduce", name="Badr")
        with cast.person("Amina", server.page("participant")) as amina:
            acts.listen(amina)
            acts.wait_until_hears(amina, floor)
            amina.page.evaluate("window.neverReloaded = true")
            acknowledged = [people[n % 8].command("say", text=f"message {n}") for n in range(40)]
            server.kill()
            server.wait_gone()
            dead = amina.now()
            wait_until(lambda: hearing.level_db(amina.heard(amina.now() - RATE)) < -70, "silence without a server")
            server.start()
            restarted = amina.now()
            wait_until(
                lambda: hearing.level_db(amina.heard(max(restarted, amina.now() - RATE // 2))) > -45,
                "sound after the restart",
            )
            back = hearing.first_loud(amina.heard(restarted))
            assert back is not None
            assert back <= BACK_WITHIN
            assert dead < restarted
            acts.wait_until_hears(amina, floor)
            assert amina.page.evaluate("window.neverReloaded") is True
            chat = amina.page.get_by_test_id("chat").inner_text()
            assert [n for n in range(40) if f"message {n}" not in chat] == []
        state = server.join("participant").state()
        assert state["seq"] >= max(acknowledged)


@pytest.mark.parametrize("up", [None, "live"], ids=["own choice", "live"])
def test_a_microphone_is_open_again_after_the_restart(
    cast: Cast, floor: Speech, silence: Path, tmp_path: Path, up: str | None
) -> None:
    address = {"name": "Badr"} | ({"up": up} if up else {})
    with (
        Server(tmp_path / "data", "--floor", str(silence)) as server,
        cast.person("Amina", server.page("participant")) as amina,
        cast.person("Badr", server.page("participant", **address)) as badr,
    ):
        chair = server.join("chair")
        acts.listen(amina)
        acts.listen(badr)
        acts.raise_hand(badr)
        chair.give_floor_to_next()
        acts.speak(badr)
        speaking = badr.says(floor.repeated(120))
        acts.wait_until_hears(amina, floor)
        attempts, opened = wishes_by_live(badr.page)
        server.kill()
        server.wait_gone()
        wait_until(lambda: seen_by(badr) and len(attempts) >= 3, "Badr's page asks in vain for a connection")
        server.start()
        restarted = amina.now()
        wait_until(
            lambda: acts.is_hearing(amina, floor) and amina.now() > restarted + 5 * RATE,
            "Badr is heard again without touching anything",
            timeout=30,
        )
        speaking.stop()
        # Where he came back by the slower way, he leaves it when he pauses.
        badr.page.get_by_text("your voice goes live").wait_for(timeout=30_000)
        speaking = badr.says(floor.repeated(120))
        acts.wait_until_hears(amina, floor)
        speaking.stop()
        assert seen_by(badr)
        assert len(opened) == 1, "one voice, one publication: of two, one would end the other"


def test_a_voice_by_short_requests_is_heard_again_after_the_restart(
    cast: Cast, floor: Speech, silence: Path, tmp_path: Path
) -> None:
    with (
        Server(tmp_path / "data", "--floor", str(silence)) as server,
        cast.person("Amina", server.page("participant")) as amina,
        cast.person("Badr", server.page("participant", name="Badr", up="pieces")) as badr,
    ):
        chair = server.join("chair")
        acts.listen(amina)
        acts.raise_hand(badr)
        chair.give_floor_to_next()
        acts.speak(badr)
        speaking = badr.says(floor.repeated(90))
        acts.wait_until_hears(amina, floor)
        server.kill()
        server.wait_gone()
        server.start()
        acts.wait_until_hears(amina, floor, timeout=30)
        speaking.stop()
        assert acts.button(badr.page, "Stop speaking").is_visible()


def seen_by(person: Person) -> bool:
    """What has happened on the page until now has come to whoever watches it."""
    return bool(person.page.evaluate("true"))


def wishes_by_live(page: Page) -> tuple[list[WebSocket], list[str]]:
    """From now on: the connections that this page opens, and the wishes to publish that it sends over them."""
    sockets: list[WebSocket] = []
    wishes: list[str] = []

    def watch(socket: WebSocket) -> None:
        sockets.append(socket)
        socket.on("framesent", lambda frame: wishes.append(str(frame)) if '"publish"' in str(frame) else None)

    page.on("websocket", watch)
    return sockets, wishes
