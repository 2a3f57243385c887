"""Real browsers behind networks that block and cut: what counts is the sound at the loudspeaker.

The hardest cases only; `make lab` has all profiles without a browser, `jemaa lab matrix` all of them with one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Playwright

from jemaa.matrix.jemaa_system import DRAWN
from jemaa.matrix.measure import Heard, gaps_of, judge, longest_gap
from jemaa.people import hearing
from jemaa.people.film import film
from jemaa.people.loudspeaker import Square
from jemaa.people.person import Person
from jemaa.people.speech import CHAIR_SPEECH, DELEGATE_SPEECH, RATE, Samples, Speech, say
from jemaa.people.wait import wait_until
from tests.lab.networks import why_not

from . import acts
from .behind import Behind

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())


FILM_SECONDS = 180
"""Longer than anybody looks: where a film begins again its sound has a hole of a tenth of a second."""


@contextmanager
def listening(
    profile: str, folder: Path, loop: Speech, playwright: Playwright, square: Square, *, has_picture: bool = False
) -> Iterator[tuple[Behind, Person, int]]:
    """Somebody behind this profile who has just pressed *Listen*; and when, as a mark."""
    floor = loop.repeated(FILM_SECONDS if has_picture else loop.seconds).write(folder / "floor.wav")
    with (
        Behind(profile, folder, film(folder / "floor.webm", floor) if has_picture else floor) as network,
        network.person(playwright, square, "Amina") as amina,
    ):
        amina.page.goto(network.page("participant", name="Amina"), wait_until="domcontentloaded", timeout=60_000)
        acts.button(amina.page, "Listen").wait_for(timeout=20_000)
        mark = amina.now()
        acts.listen(amina)
        yield network, amina, mark


def heard_for(person: Person, since: int, seconds: float) -> Samples:
    """What came out of the loudspeaker in the time after a mark."""
    end = person.place.square.wait_until_recorded(since + int(seconds * RATE))
    return person.heard(since, end)


def is_loud(sound: Samples) -> bool:
    return hearing.level_db(sound) > -45


def judged(sound: Samples, loop: Speech) -> Heard:
    found = judge(sound, loop, settle=1.0)
    assert found.first is not None, "nothing was heard"
    return found


def test_where_connections_freeze_after_16_kilobytes_the_page_learns_to_use_small_pieces(
    tmp_path: Path, loop: Speech, playwright: Playwright, square: Square
) -> None:
    with listening("kill-after-bytes", tmp_path, loop, playwright, square) as (_, amina, mark):
        acts.raise_hand(amina)
        sound = heard_for(amina, mark, 40)
        found = judged(sound, loop)
        assert found.first is not None and found.first < 3
        assert found.longest_gap < 2, f"longest {found.longest_gap:.2f} s"
        assert sum(gaps_of(sound[int((found.first + 1) * RATE) :])) < 3, "more than 1 % of five minutes"
        assert not gaps_of(sound[25 * RATE :]), "once it has learned nothing is missing any more"
        assert acts.path_in_use(amina) == "pieces"


def test_behind_a_proxy_that_keeps_answers_back_one_hears_and_is_heard(
    tmp_path: Path, playwright: Playwright, square: Square
) -> None:
    floor, voice = say(CHAIR_SPEECH).part(0, 5), say(DELEGATE_SPEECH, voice="en-us+f3").part(0, 5)
    silence = Speech("", floor.samples * 0)
    with (
        listening("corp-resigned", tmp_path, silence, playwright, square) as (network, amina, _),
        network.person(playwright, square, "Room", network.page("room"), node="server") as room,
    ):
        acts.listen(room)
        acts.publish_room(room)
        acts.raise_hand(amina)
        network.give_floor_to_next()
        acts.speak(amina)
        acts.wait_for_path(amina, "pieces")
        assert delay(voice, amina, room) < 3
        assert delay(floor, room, amina) < 5


def test_a_voice_says_less_when_its_way_up_becomes_thin(tmp_path: Path, playwright: Playwright, square: Square) -> None:
    thin = tmp_path / "thin-up.toml"
    thin.write_text(THIN_UP)
    voice = say(DELEGATE_SPEECH, voice="en-us+f3").repeated(26)
    silence = Speech("", voice.samples[: 10 * RATE] * 0)
    with (
        listening("clean", tmp_path, silence, playwright, square) as (network, amina, _),
        network.person(playwright, square, "Room", network.page("room"), node="server") as room,
    ):
        acts.listen(room)
        acts.raise_hand(amina)
        network.give_floor_to_next()
        acts.speak(amina)
        saying = amina.says(voice)
        heard_for(room, saying.mark, 3)
        network.lab.switch(str(thin))
        saying.wait()
        arrived = heard_for(room, saying.mark, 33)
        began = hearing.find(voice.part(0, 4), amina.place.said(saying.mark, saying.mark + 8 * RATE)).delay

        def is_heard(at: int) -> bool:
            due = began + at
            return hearing.hears(voice.part(at, at + 6), arrived[int(due * RATE) : int((due + 12) * RATE)])

        # While the mix catches up it comes nearer by 0.1 s each second: what allows for that needs six seconds on end.
        parts = range(8, 20, 2)
        heard = [at for at in parts if is_heard(at)]
        assert len(heard) >= 0.6 * len(parts), f"five seconds after the line became thin the room hears {heard}"
        amina.page.get_by_text("your voice goes live").wait_for()


THIN_UP = """
description = "A line that carries much down and 40 kbit/s up: the edge of a phone's cell."
link = { up = { kbit = 40, ms = 40, buffer_bytes = 64000 }, down = { kbit = 2048, ms = 40, buffer_bytes = 128000 } }

[[seen]]
where = "nothing blocked; figures chosen for this test"
grade = "none"
sources = []
"""


def delay(speech: Speech, speaker: Person, listener: Person) -> float:
    """Seconds from a mouth to an ear of what is said now."""
    saying = speaker.says(speech)
    saying.wait()
    end = speaker.place.square.wait_until_recorded(speaker.now() + 5 * RATE)
    arrived = listener.heard(saying.mark, end)
    assert hearing.hears(speech, arrived), f"{listener.name} does not hear {speaker.name}"
    return hearing.find(speech, arrived).delay - hearing.find(speech, speaker.place.said(saying.mark, end)).delay


def test_over_edge_every_word_is_understood_also_while_one_sees(
    tmp_path: Path, loop: Speech, playwright: Playwright, square: Square
) -> None:
    with listening("link-edge", tmp_path, loop, playwright, square, has_picture=True) as (_, amina, mark):
        found = judged(heard_for(amina, mark, 30), loop)
        assert found.first is not None and found.first < 8
        assert found.silent < 0.01, f"{found.silent:.1%} silent, longest {found.longest_gap:.2f} s"
        assert found.stoi is not None and found.stoi >= 0.88

        amina.page.get_by_text("it costs about as much data as the sound").wait_for(timeout=30_000)
        acts.button(amina.page, "Show the picture").click(timeout=60_000)
        mark = amina.now()
        amina.page.get_by_text("you get a still one").wait_for(timeout=30_000)
        canvas = amina.page.get_by_test_id("picture")
        first = wait_until(lambda: canvas.evaluate(DRAWN), "a still", timeout=30)
        wait_until(lambda: canvas.evaluate(DRAWN) != first, "another", timeout=30)
        longest = longest_gap(amina.heard(mark))
        assert longest < 2, f"the picture took {longest:.2f} s of the sound"


def test_a_line_of_64_kilobits_is_known_before_anything_is_asked_of_it(
    tmp_path: Path, loop: Speech, playwright: Playwright, square: Square
) -> None:
    with Behind("link-thin-64", tmp_path, loop.write(tmp_path / "floor.wav")) as network:
        for visit in range(3):  # how many files have been told of when *Listen* is there differs from visit to visit
            with network.person(playwright, square, "Amina") as amina:
                amina.page.goto(network.page("participant", name="Amina"), wait_until="domcontentloaded")
                with amina.page.expect_request("**/stream?*") as first:
                    acts.listen(amina)
                asked = parse_qs(urlsplit(first.value.url).query)
                assert asked["sound"] == ["sound/8"] and asked["batch_ms"] == ["200"], f"visit {visit}"


def test_over_a_satellite_sound_comes_at_once(
    tmp_path: Path, loop: Speech, playwright: Playwright, square: Square
) -> None:
    with listening("link-satellite", tmp_path, loop, playwright, square) as (_, amina, mark):
        found = judged(heard_for(amina, mark, 10), loop)
        assert found.first is not None and found.first < 3
