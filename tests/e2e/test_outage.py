"""A connection dies and tells nobody: the sound comes back by itself, also where there is no other path to go to."""

from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from jemaa.people import hearing
from jemaa.people.loudspeaker import Square
from jemaa.people.person import Person
from jemaa.people.speech import RATE, Speech
from jemaa.people.wait import wait_until
from tests.lab.networks import why_not

from . import acts
from .behind import Behind

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())


def test_a_forced_path_that_has_died_is_opened_anew(
    tmp_path: Path, loop: Speech, playwright: Playwright, square: Square
) -> None:
    with (
        Behind("clean", tmp_path, loop.write(tmp_path / "floor.wav")) as network,
        network.person(playwright, square, "Amina", network.page("participant", down="stream")) as amina,
        network.person(playwright, square, "Badr", network.page("participant", down="radio")) as badr,
    ):
        for person in (amina, badr):
            acts.listen(person)
            acts.wait_until_hears(person, loop, timeout=30)
        cut = amina.now()
        network.lab.switch("kill-after:seconds=10")  # what is older is dropped for good; what is new lives as long
        for person, path in ((amina, "stream"), (badr, "radio")):
            wait_for_silence(person, cut)
            acts.wait_until_hears(person, loop, timeout=30)
            assert acts.path_in_use(person) == path


def wait_for_silence(person: Person, since: int) -> None:
    """Until there were three seconds of it after a mark, even if the sound has come back meanwhile."""

    def was_silent() -> bool:
        sound = person.heard(since)
        starts = range(0, len(sound) - 3 * RATE + 1, RATE // 4)
        return any(hearing.level_db(sound[at : at + 3 * RATE]) < -60 for at in starts)

    wait_until(was_silent, f"{person.name}'s silence", timeout=60, every=1)
