"""Behind networks that block and throttle: the way that the check names works when it is used."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from jemaa.lab.places import SERVER
from jemaa.people.loudspeaker import Square
from jemaa.people.speech import Speech
from jemaa.verdict.finding import ACCUSES
from jemaa.verdict.judge import judge
from tests.harness.in_lab import HOST
from tests.lab.networks import why_not

from . import acts
from .behind import Behind
from .checking import ANSWER_MS, answer, begin_fuller_test, facts_of, finish, named_way, way

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())


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


def test_a_network_that_cuts_dtls_is_named_by_a_browser_as_far_as_it_can_know(
    playwright: Playwright, square: Square, floor: Speech, tmp_path: Path
) -> None:
    """ICE passes, the handshake of a real stack does not."""
    sound = floor.write(tmp_path / "floor.wav")
    with (
        Behind("dtls", tmp_path / "behind", sound, "--check-udp", f"{SERVER[0]}:3478,40123") as behind,
        behind.person(playwright, square, "Badr", f"https://{HOST}/check?session={behind.session['id']}") as badr,
    ):
        begin_fuller_test(badr.page)
        expect(badr.page.get_by_role("heading", name="What the fuller test found")).to_be_visible(timeout=60_000)
        facts = facts_of(badr.page)
        arms = {arm.id: arm for arm in facts.arms}
        assert (arms["stun-40123-genuine"].rx_client, arms["dtls_handshake-browser-genuine"].rx_client) == (5, 0)
        accused = {one.node: one.verdict for one in judge(facts) if one.verdict in ACCUSES}
        assert accused == {"dtls.drop": "likely_blocked"}
        expect(badr.page.locator("#full")).to_contain_text("DTLS, calls' encryption")
