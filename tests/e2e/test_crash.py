"""kill -9 of the server in mid-meeting: nothing acknowledged is lost, and pages come back by themselves."""

from pathlib import Path

from playwright.sync_api import Page, Request, WebSocket

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


def test_a_microphone_is_open_again_after_the_restart(cast: Cast, floor: Speech, tmp_path: Path) -> None:
    silence = Speech("", floor.samples * 0).write(tmp_path / "silence.wav")
    with (
        Server(tmp_path / "data", "--floor", str(silence)) as server,
        cast.person("Amina", server.page("participant")) as amina,
        cast.person("Badr", server.page("participant", name="Badr")) as badr,
    ):
        chair = server.join("chair")
        acts.listen(amina)
        acts.listen(badr)
        acts.raise_hand(badr)
        chair.give_floor_to_next()
        acts.speak(badr)
        speaking = badr.says(floor.repeated(120))
        acts.wait_until_hears(amina, floor)
        in_vain, opened = wishes_to_publish(badr.page)
        server.kill()
        server.wait_gone()
        wait_until(lambda: seen_by(badr) and len(in_vain) > 3, "Badr's page asks in vain to be heard again")
        server.start()
        restarted = amina.now()
        wait_until(
            lambda: acts.is_hearing(amina, floor) and amina.now() > restarted + 5 * RATE,
            "Badr is heard again without touching anything",
            timeout=30,
        )
        speaking.stop()
        assert seen_by(badr)
        assert len(opened) == 1, "one voice, one publication: of two, one would end the other"


def seen_by(person: Person) -> bool:
    """What has happened on the page until now has come to whoever watches it."""
    return bool(person.page.evaluate("true"))


def wishes_to_publish(page: Page) -> tuple[list[str], set[str]]:
    """What this page asks to publish from now on: what failed, and what reached the server, by whatever way up."""
    failed: list[str] = []
    arrived: set[str] = set()

    def is_wish(request: Request) -> bool:
        return request.method == "POST" and request.url.endswith("/publications")

    def key(request: Request) -> str:
        return request.headers["idempotency-key"]  # the same when a late answer was asked for again

    def watch(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: arrived.add(str(frame)) if '"publish"' in str(frame) else None)

    page.on("requestfailed", lambda request: failed.append(request.url) if is_wish(request) else None)
    page.on("response", lambda response: arrived.add(key(response.request)) if is_wish(response.request) else None)
    page.on("websocket", watch)
    return failed, arrived
