"""What the server itself turned away accuses nobody and is said once; a clock that is off is told."""

import msgspec
import pytest
from hypothesis import given, settings

from jemaa.facts.record import Arm, Controls, Measurement
from jemaa.verdict.advice import advise
from jemaa.verdict.finding import ACCUSES
from jemaa.verdict.judge import TURNED_AWAY, judge
from jemaa.verdict.telling import LANGUAGES, tell, tell_finding, tell_unknown
from tests.facts.made import measurements

from .profiles import PROFILES
from .world import measured


def turned_away(whole: Measurement, *steps: str) -> Measurement:
    """As it would be had the server turned away all of these steps that did not come through."""
    arms = [
        msgspec.structs.replace(one, turned_away=one.sent - one.rx_client) if one.step in steps else one
        for one in whole.arms
    ]
    return msgspec.structs.replace(whole, arms=arms)


@pytest.mark.parametrize(
    ("name", "node", "steps"),
    [
        ("stun-cookie", "stun.drop.signature", ("stun",)),
        ("quic-off", "quic.drop", ("quic",)),
        ("kill-after", "flow.kill.time", ("long_flow",)),
        ("rtp-heur", "rtp.drop", ("rtp",)),
        ("sni", "tls.rst.sni", ("tls_name",)),
    ],
)
def test_an_arm_of_which_the_server_turned_some_away_is_not_counted(
    name: str, node: str, steps: tuple[str, ...]
) -> None:
    whole = measured(PROFILES[name][0], 1)
    assert node in {one.node for one in judge(whole) if one.verdict in ACCUSES}
    away = turned_away(whole, *steps)
    found = judge(away)
    assert node not in {one.node for one in found if one.verdict in ACCUSES}
    (said,) = (one for one in found if one.rule_id == TURNED_AWAY)
    assert said.verdict == "insufficient" and said.n == sum(arm.turned_away for arm in away.arms)
    advice = advise(away, found)
    assert "unknown.turned_away" in advice.unknown
    for language, table in LANGUAGES.items():
        assert table["unknown.turned_away"] in list(tell_unknown(advice, language))
        assert table["node.server.busy"] in tell_finding(said, language)


@settings(max_examples=50, deadline=None)
@given(measurements())
def test_where_all_that_was_lost_was_turned_away_nobody_is_accused_of_losing_it(whole: Measurement) -> None:
    away = turned_away(whole, *{arm.step for arm in whole.arms})
    lost: list[Arm] = [arm for arm in away.arms if arm.turned_away]
    for one in judge(away):
        assert one.rule_id == TURNED_AWAY or not {arm.id for arm in lost} & set(one.evidence)


@pytest.mark.parametrize(
    ("off", "failure", "is_told"),
    [(None, None, False), (0, None, False), (-20, None, False), (-1, "ssl_invalid_certificate", True),
     (0, "ssl_invalid_certificate", False), (30, None, True), (-9_000, None, True)],
)  # fmt: skip
def test_a_clock_that_is_off_is_told_where_it_can_spoil_certificates(
    off: int | None, failure: str | None, is_told: bool
) -> None:
    whole = measured(PROFILES["clean"][0], 1)
    arms = [msgspec.structs.replace(one, failure=failure) if one.id == "up-anchor-1" else one for one in whole.arms]
    advice = advise(msgspec.structs.replace(whole, arms=arms, controls=Controls(clock_off_h=off)))
    assert ("todo.clock_off" in advice.todo) is is_told
    for language, table in LANGUAGES.items():
        assert (table["todo.clock_off"] in list(tell(advice, language))) is is_told
