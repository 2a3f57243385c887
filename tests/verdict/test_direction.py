"""On which way packets got lost: by the rate of each way, and only where both ends know enough of it."""

import msgspec
import pytest
from hypothesis import given

from jemaa.facts.record import Arm, Transport
from jemaa.verdict.direction import direction
from jemaa.verdict.judge import judge
from jemaa.verdict.telling import LANGUAGES, tell_finding
from tests.facts.made import arms

from .profiles import PROFILES
from .world import measured


def arm(sent: int, server: int | None, client: int, transport: Transport = "udp", step: str = "stun") -> Arm:
    return Arm(
        id="stun-3478-genuine", step=step, server="reference-1", port=3478, transport=transport, payload="genuine",
        sent=sent, rx_client=client, rx_server=server,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "way"),
    [
        (arm(5, 0, 0), "up"),
        (arm(5, 5, 0), "down"),
        (arm(100, 20, 4), "both"),
        (arm(100, 20, 19), "up"),
        (arm(100, 98, 20), "down"),
        (arm(5, 5, 5), "unknown"),
        (arm(5, 3, 3), "unknown"),
        (arm(3, 2, 0), "unknown"),
        (arm(1_000, 930, 880), "unknown"),
        (arm(5, None, 0), "unknown"),
        (arm(5, 0, 3), "unknown"),
        (arm(0, 0, 0), "unknown"),
        (arm(5, 0, 0, "tls"), "unknown"),
        (arm(5, 5, 0, "tcp"), "unknown"),
        (arm(3, 0, 0, step="dtls_handshake"), "unknown"),
        (arm(5, 0, 0, "quic"), "up"),
    ],
)
def test_a_way_loses_where_its_own_rate_is_beyond_chance_and_a_bad_line(one: Arm, way: str) -> None:
    assert direction([one]) == way


def test_arms_speak_together_and_connections_beside_them_say_nothing() -> None:
    assert direction([arm(2, 0, 0)]) == "unknown"
    assert direction([arm(2, 0, 0), arm(3, 0, 0), arm(9, 9, 0, "tls"), arm(5, None, 0)]) == "up"
    assert direction([arm(5, 0, 0), arm(5, 2, 4)]) == "unknown", "a log that is not whole is not believed"


@given(arms())
def test_any_arm_has_an_answer(one: Arm) -> None:
    assert direction([one, one]) in ("up", "down", "both", "unknown")


@pytest.mark.parametrize(("server", "way"), [(0, "up"), (5, "down"), (None, "unknown")])
def test_a_finding_says_on_which_way_what_it_accuses_of_got_lost(server: int | None, way: str) -> None:
    whole = measured(PROFILES["stun-cookie"][0], 1)
    logged = [msgspec.structs.replace(one, rx_server=server) if not one.rx_client else one for one in whole.arms]
    found = judge(msgspec.structs.replace(whole, arms=logged))
    finding = next(one for one in found if one.node == "stun.drop.signature")
    assert finding.direction == way
    assert {one.direction for one in found if one.verdict == "ok"} == {"unknown"}
    for language, table in LANGUAGES.items():
        lost = table.get(f"lost.{way}", "")
        assert tell_finding(finding, language).endswith(f"({lost})" if lost else table["verdict.blocked"][-3:])
