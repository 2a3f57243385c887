"""A connection dies and tells nobody: the sound comes back by itself, also where there is no other path to go to."""

from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from jemaa.people import hearing
from jemaa.people.loudspeaker import Square
from jemaa.people.speech import Speech
from jemaa.people.wait import wait_until
from tests.lab.networks import why_not

from . import acts
from .behind import Behind

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())


@pytest.mark.parametrize("path", ["radio", "stream"])
def test_a_forced_path_that_has_died_is_opened_anew(
    path: str, tmp_path: Path, loop: Speech, playwright: Playwright, square: Square
) -> None:
    with (
        Behind("clean", tmp_path, loop.write(tmp_path / "floor.wav")) as network,
        network.person(playwright, square, "Amina", network.page("participant", down=path)) as amina,
    ):
        acts.listen(amina)
        acts.wait_until_hears(amina, loop, timeout=30)
        network.lab.switch("kill-after")  # what is older than 20 s is dropped for good; what is new lives as long
        wait_until(lambda: hearing.level_db(amina.heard(*acts.record_for(amina, 3))) < -60, "silence", timeout=60)
        acts.wait_until_hears(amina, loop, timeout=30)
        assert acts.path_in_use(amina) == path
