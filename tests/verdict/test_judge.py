"""The rules name what each network of the lab does, accuse no network that does nothing, and never raise."""

from collections import Counter
from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from jemaa.facts import read, scrub
from jemaa.facts.record import Controls, Measurement, Network
from jemaa.verdict.finding import ACCUSES, Finding
from jemaa.verdict.judge import judge
from tests.facts.made import measurements

from .profiles import PROFILES, neutral
from .world import Line, World, measured

SEEDS = range(4)
NEUTRAL = 600


def accused(found: tuple[Finding, ...]) -> dict[str, str]:
    return {one.node: one.verdict for one in found if one.verdict in ACCUSES}


def accusations(seeds: Iterable[int]) -> Counter[tuple[str, str]]:
    """Of neutral networks: each node and verdict that should not have been."""
    found = Counter[tuple[str, str]]()
    for seed in seeds:
        found.update(accused(judge(measured(neutral(seed), seed))).items())
    return found


@pytest.mark.parametrize("name", PROFILES)
def test_what_a_network_does_is_named_and_nothing_else_is(name: str) -> None:
    world, nodes = PROFILES[name]
    for seed in SEEDS:
        got = accused(judge(measured(world, seed)))
        others = {node for node in got if node not in nodes and not node.endswith(".residual")}
        assert nodes <= got.keys() and not others, f"seed {seed}: {got}"


def midway(**changes: object) -> dict[str, str]:
    """A host blocked in the middle of the second half of a flow of a call's shape."""
    whole = measured(PROFILES["shape-block"][0], 1)
    arms = [
        msgspec.structs.replace(arm, rx_client=4 * arm.sent // 10) if arm.id == "shape-udp_late-random" else arm
        for arm in whole.arms
    ]
    return accused(judge(msgspec.structs.replace(whole, arms=arms, **changes)))


def test_a_host_that_is_blocked_later_than_expected_is_seen_where_it_stays_so_and_the_network_is_there() -> None:
    assert midway()["flow.drop.shape"] == "likely_blocked"
    whole = measured(PROFILES["shape-block"][0], 1)
    soon = [one for one in whole.residual if one.after_s < 15 or not one.trigger.startswith("shape-")]
    assert "flow.drop.shape" not in midway(residual=soon), "an outage of seconds does the same"


def test_no_network_that_does_nothing_is_accused() -> None:
    """Clean, thin, lossy to 40 %, in bursts of 25, congested, with outages of seconds."""
    assert not accusations(range(NEUTRAL))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(measurements())
def test_any_measurement_has_findings(whole: Measurement) -> None:
    found = judge(whole, [whole])
    assert found and found == judge(whole, [whole])
    for one in found:
        assert one.p is None or 0 <= one.p <= 1
        assert set(one.evidence) <= {arm.id for arm in whole.arms}


def test_findings_can_be_made_anew_from_facts_at_rest() -> None:
    whole = measured(PROFILES["ma-2016-may"][0], 3)
    kept = read.read(read.write(scrub.clean(whole)), whole.started_at + 60)
    assert judge(kept) == judge(whole)


def test_blocked_needs_a_second_sight_and_another_day_gives_it() -> None:
    world, _ = PROFILES["quic-off"]
    first = measured(world, 1)
    later = msgspec.structs.replace(measured(world, 2), started_at=first.started_at + 3_600)
    assert accused(judge(first))["quic.drop"] == "likely_blocked"
    assert accused(judge(later, [first]))["quic.drop"] == "blocked"
    elsewhere = msgspec.structs.replace(first, network=msgspec.structs.replace(first.network, asn=64_501))
    assert accused(judge(later, [elsewhere]))["quic.drop"] == "likely_blocked"
    assert accused(judge(first, [first]))["quic.drop"] == "likely_blocked"
    soon = msgspec.structs.replace(later, started_at=first.started_at)
    assert accused(judge(soon, [first]))["quic.drop"] == "likely_blocked", "the same hour is no other time"
    nowhere = [msgspec.structs.replace(one, network=Network()) for one in (first, later)]
    assert accused(judge(nowhere[1], nowhere[:1]))["quic.drop"] == "likely_blocked", "two unknown networks are not one"


def test_another_day_does_not_confirm_that_one_server_is_kept_away() -> None:
    """The facts do not say which server it was, and of each it may be true or not."""
    first = measured(PROFILES["dest-whitelist"][0], 1)
    arms = [msgspec.structs.replace(arm, artefact="icmp") if arm.id == "up-server" else arm for arm in first.arms]
    first = msgspec.structs.replace(first, arms=arms)
    later = msgspec.structs.replace(first, started_at=first.started_at + 86_400)
    assert accused(judge(later)) == accused(judge(later, [first])) == {"dest.whitelist": "likely_blocked"}


def test_a_server_whose_name_is_torn_down_is_not_off_a_list() -> None:
    """Facts as behind `sni-own`: opened, and reset once the name is asked for. Of other names it says nothing."""
    off = measured(PROFILES["dest-whitelist"][0], 1)
    torn = {"failure": "connection_reset", "artefact": "rst"}
    arms = [msgspec.structs.replace(arm, **torn) if arm.id == "up-server" else arm for arm in off.arms]
    own = msgspec.structs.replace(off, arms=arms)
    assert accused(judge(own)) == {"tls.rst.sni": "likely_blocked"}
    later = msgspec.structs.replace(own, started_at=own.started_at + 86_400)
    assert accused(judge(later, [own])) == {"tls.rst.sni": "likely_blocked"}
    listed = measured(PROFILES["cn"][0], 2)
    alike = msgspec.structs.replace(own, network=listed.network, started_at=listed.started_at - 86_400)
    assert accused(judge(listed, [alike])) == accused(judge(listed)), "of one server, and of no other name"


def test_a_second_round_confirms_and_one_that_lives_refutes() -> None:
    whole = measured(PROFILES["one-app"][0], 1)
    assert accused(judge(whole)) == {"stun.drop.app": "blocked"}
    once = msgspec.structs.replace(whole, arms=[arm for arm in whole.arms if "_again" not in arm.id])
    assert accused(judge(once)) == {"stun.drop.app": "likely_blocked"}
    lived = [
        msgspec.structs.replace(arm, rx_client=arm.sent, failure=None) if "_again" in arm.id else arm
        for arm in whole.arms
    ]
    assert accused(judge(msgspec.structs.replace(whole, arms=lived))) == {}


def test_a_browser_never_says_blocked() -> None:
    for name in ("stun-cookie", "udp-off", "rtp-heur"):
        whole = msgspec.structs.replace(measured(PROFILES[name][0], 1), software="jemaa-browser 0.1.0")
        assert "blocked" not in accused(judge(whole)).values()


def in_a_browser(*, shaken: int, checked: int = 10, sent: int = 5) -> Measurement:
    """As a page measures calls: so many attempts of ICE, and the handshake on those of one port that it let through."""
    whole = msgspec.structs.replace(measured(World(), 1), software="jemaa-browser 0.1.0", stack="firefox 132")
    page = [arm for arm in whole.arms if arm.step in ("up", "ws", "long_answer")]
    low = msgspec.structs.replace(whole.arms[0], id="stun-3478-genuine", step="stun", sent=5, rx_client=checked // 2)
    high = msgspec.structs.replace(low, id="stun-47123-genuine", rx_client=checked - checked // 2)
    dtls = msgspec.structs.replace(
        low, id="dtls_handshake-browser-genuine", step="dtls_handshake", sent=sent, rx_client=shaken
    )
    return msgspec.structs.replace(whole, arms=[*page, low, high, dtls])


def test_a_browser_names_dtls_where_ice_passes_and_the_handshake_does_not() -> None:
    (found,) = [one for one in judge(in_a_browser(shaken=0)) if one.verdict in ACCUSES]
    assert (found.node, found.verdict, found.rule_id) == ("dtls.drop", "likely_blocked", "dtls-in-a-browser")
    assert "dtls_handshake-browser-genuine" in found.evidence and "stun-3478-genuine" in found.evidence


def test_a_handshake_that_fails_now_and_then_accuses_nobody() -> None:
    assert not accused(judge(in_a_browser(shaken=3)))
    few = judge(in_a_browser(shaken=0, checked=6, sent=2))
    assert not accused(few) and any(one.rule_id == "dtls-in-a-browser" for one in few)


def test_answers_given_up_because_they_are_slow_are_not_cut_by_size() -> None:
    whole = measured(PROFILES["kill-after-bytes"][0], 1)
    slow = [msgspec.structs.replace(one, last_rx_s=55.0) if "long_answer" in one.arm else one for one in whole.series]
    assert not accused(judge(msgspec.structs.replace(whole, series=slow)))


def test_loss_on_both_sides_is_a_bad_line() -> None:
    found = judge(measured(World(line=Line(loss=0.3, burst=3)), 5))
    assert any(one.verdict == "impaired" and one.node == "udp.loss" for one in found) and not accused(found)


@pytest.mark.parametrize(
    ("controls", "verdict"),
    [
        (Controls(anchors_ok=True, positive_ok=False), "invalid"),
        (Controls(anchors_ok=True, aa_p=0.0001, positive_ok=True), "invalid"),
    ],
)
def test_a_check_that_cannot_be_believed_says_nothing_else(controls: Controls, verdict: str) -> None:
    whole = msgspec.structs.replace(measured(PROFILES["stun-cookie"][0], 1), controls=controls)
    assert {one.verdict for one in judge(whole)} == {verdict}


def test_a_portal_and_a_wrong_clock_are_told_from_blocking() -> None:
    whole = measured(PROFILES["udp-off"][0], 1)
    portal = [
        msgspec.structs.replace(arm, rx_client=0, failure="http_request_failed", artefact="http_replaced")
        if arm.id == "up-server"
        else arm
        for arm in whole.arms
    ]
    clock = [
        msgspec.structs.replace(arm, rx_client=0, failure="ssl_invalid_certificate") if arm.step == "up" else arm
        for arm in whole.arms
    ]
    assert [one.rule_id for one in judge(msgspec.structs.replace(whole, arms=portal))] == ["portal"]
    assert [one.rule_id for one in judge(msgspec.structs.replace(whole, arms=clock))] == ["clock"]


def test_one_answer_of_somebody_elses_among_others_makes_no_portal() -> None:
    """As a server's own front gives it that has just been started anew."""
    whole = measured(PROFILES["udp-off"][0], 1)
    once = [
        msgspec.structs.replace(arm, sent=5, rx_client=4, artefact="http_replaced") if arm.id == "up-server" else arm
        for arm in whole.arms
    ]
    assert accused(judge(msgspec.structs.replace(whole, arms=once))) == {"udp.drop": "blocked"}


def test_a_server_that_others_cannot_reach_is_down_and_not_blocked() -> None:
    world = World(cut=PROFILES["dest-whitelist"][0].cut, elsewhere=False)
    found = judge(measured(world, 1))
    assert [one.verdict for one in found if one.verdict != "ok"] == ["down"]


def test_nothing_measured_is_too_little() -> None:
    whole = msgspec.structs.replace(measured(World(), 1), arms=[], series=[], residual=[], controls=Controls())
    assert [one.verdict for one in judge(whole)] == ["insufficient"]
