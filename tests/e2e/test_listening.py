"""A listener hears the floor on every path; what counts is the sound at the loudspeaker."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from jemaa.people import hearing
from jemaa.people.person import Cast
from jemaa.people.speech import CHAIR_SPEECH, RATE, Samples, Speech, unbroken
from tests.harness.server import Server

from . import acts


@pytest.fixture(scope="module")
def meeting(tmp_path_factory: pytest.TempPathFactory, floor: Speech) -> Iterator[Server]:
    """A meeting whose floor is the chair's speech, looped."""
    directory = tmp_path_factory.mktemp("listening")
    with Server(directory / "data", "--floor", str(floor.write(directory / "floor.wav"))) as server:
        yield server


@pytest.mark.parametrize("path", ["live", "stream", "pieces", "radio"])
def test_the_floor_is_heard_on_each_path(cast: Cast, meeting: Server, floor: Speech, path: str) -> None:
    with cast.person("Amina", meeting.page("participant", down=path)) as amina:
        acts.listen(amina)
        acts.wait_until_hears(amina, floor)
        acts.wait_for_path(amina, path)
        assert not amina.complaints


def test_nobody_is_asked_but_our_own_server(cast: Cast, meeting: Server, floor: Speech) -> None:
    with cast.person("Amina", meeting.page("participant")) as amina:
        acts.listen(amina)
        acts.wait_until_hears(amina, floor)
        assert amina.hosts == {f"127.0.0.1:{meeting.port}"}


def test_the_page_is_silent_until_listen_is_pressed(cast: Cast, meeting: Server) -> None:
    with cast.person("Amina", meeting.page("participant")) as amina:
        start, end = acts.record_for(amina, 2)
        assert hearing.level_db(amina.heard(start, end)) < -90


@pytest.fixture(scope="module")
def unbroken_meeting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Speech]]:
    """A floor without any pause: an interruption is ours."""
    directory = tmp_path_factory.mktemp("climbing")
    speech = unbroken(CHAIR_SPEECH)
    with Server(directory / "data", "--floor", str(speech.write(directory / "floor.wav"))) as server:
        yield server, speech


def test_climbing_to_a_better_path_neither_loses_nor_doubles_sound(
    cast: Cast, unbroken_meeting: tuple[Server, Speech], tmp_path: Path
) -> None:
    server, speech = unbroken_meeting
    with cast.person("Badr", server.page("participant")) as badr:
        began = badr.now()
        acts.listen(badr)
        acts.wait_for_path(badr, "live", timeout=45)
        acts.record_for(badr, 4)
        sound = badr.heard(began)
        first = hearing.first_loud(sound)
        assert first is not None
        whole = sound[int((first + 0.5) * RATE) :]
        assert hearing.longest_gap(whole) <= 0.1, "a gap while the page climbed"
        steps = jumps(speech, whole)
        assert max(steps) <= 0.08, f"sound was skipped or repeated while the page climbed: {steps}"


def jumps(loop: Speech, sound: Samples) -> list[float]:
    """By how much each second of the sound is off the place in the loop that the second before it promises."""
    track = loop.repeated(2 * loop.seconds).samples
    places = []
    for second in range(int(len(sound) / RATE) - 1):
        window = Speech("", sound[second * RATE : (second + 2) * RATE])
        found = hearing.find(window, track)
        assert found.score > hearing.HEARD_SCORE, f"second {second} is not the floor: {found}"
        places.append((found.delay - second) % loop.seconds)
    apart = [abs(b - a) for a, b in pairwise(places)]
    return [min(step, loop.seconds - step) for step in apart]
