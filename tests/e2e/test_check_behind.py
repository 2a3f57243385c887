"""Behind networks that block and throttle: the way that the check names works when it is used."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from jemaa.lab.places import SERVER
from jemaa.people.loudspeaker import Square
from jemaa.people.speech import Speech
from tests.harness.in_lab import HOST
from tests.lab.networks import why_not

from . import acts
from .behind import Behind
from .checking import ANSWER_MS, answer, finish, named_way, way

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


THIN = """description = "64 kbit/s each way, 100 ms there and back, nothing lost"
[[seen]]
where = "the line of the promise that the first advice comes within 10 s; where chance loses packets no bound holds"
grade = "none"
sources = []
[link.up]
kbit = 64
ms = 50
buffer_bytes = 32000
[link.down]
kbit = 64
ms = 50
buffer_bytes = 32000
"""

NETWORKS = [
    ("thin", "text", "yes", None),
    ("stun-cookie", "calls", "no", "live"),
    ("corp-resigned", "live", "no", "pieces"),
]
"""A network, a way and how it goes there, and the way that the advice names; None: any."""


@pytest.mark.parametrize(("network", "tried", "goes", "named"), NETWORKS)
def test_the_way_that_is_named_works_when_it_is_used(
    playwright: Playwright, square: Square, floor: Speech, tmp_path: Path, network: str, tried: str, goes: str,
    named: str | None,
) -> None:  # fmt: skip
    sound = floor.write(tmp_path / "floor.wav")
    arguments = ("--check-udp", f"{SERVER[0]}:3478,40123")
    if network == "thin":
        thin = tmp_path / "thin.toml"
        thin.write_text(THIN)
        network = str(thin)
    with (
        Behind(network, tmp_path / "behind", sound, *arguments) as behind,
        behind.person(playwright, square, "Amina") as amina,
    ):
        began = time.monotonic()
        amina.page.goto(f"https://{HOST}/check?session={behind.session['id']}", wait_until="commit")
        said = answer(amina.page)
        took = time.monotonic() - began
        assert "You can attend" in said and took < ANSWER_MS / 1_000, f"{said} after {took:.1f} s"
        finish(amina.page)
        assert way(amina.page, tried) == goes
        by = named_way(amina.page)
        assert named in (None, by)
        amina.page.goto(behind.page("participant", down=by))
        acts.listen(amina)
        acts.wait_until_hears(amina, floor)
