"""The command behind emulated networks: each is named for what it does, and a clean one for nothing.

All networks at once: a check mostly waits.
"""

import json
from pathlib import Path

import msgspec
import pytest

from bench.ground_truth_expected import EXPECTED
from bench.lane import Checked
from bench.lanes import Done, Job, Lanes, Limits
from bench.machine import Machine
from jemaa.facts.record import Measurement
from jemaa.verdict.finding import ACCUSES
from jemaa.verdict.judge import judge
from tests.lab.networks import why_not

QUICK = "dns,udp,stun,dtls,tls_name,plain_tcp,quic,ws"
OFFERED = str(Path(__file__).parent / "proxy-offered.toml")
"""Nothing is blocked, and there is a proxy: the environment names it, as a company's machines have it."""
OFFERED_RESIGNED = OFFERED.replace(".toml", "-resigned.toml")
"""The same, and it opens all TLS with an authority of its own, which this machine trusts."""

NETWORKS = {
    "clean": QUICK,
    "stun-cookie": QUICK,
    "dtls-fingerprint": QUICK,
    "sni-drop": QUICK,
    "sni-own": QUICK,
    "rtp-loss": "udp,rtp",
    "link-edge": "udp,sip,ws,rtp",
    OFFERED: f"{QUICK},rungs",
    OFFERED_RESIGNED: f"{QUICK},rungs",
}
LITE = "a lite check"
LITE_SEED = 2
LITE_STEPS = "dns,tls_name,udp,stun,turn,dtls,dtls_handshake,quic,sip,ws,long_answer,plain_tcp,rungs"
"""All but the quiet flows of half a minute, which cost 0.1 MB and time."""
MAX_LITE_BYTES = 1_400_000


@pytest.fixture(scope="module")
def checks() -> dict[str, Checked]:
    """A check behind each network, and one of the lite kind behind a clean one."""
    if why_not():
        pytest.skip(why_not())

    found: dict[str, Checked] = {}

    def options(job: Job) -> tuple[str, ...]:
        network, seed = job
        return ("--lite", "--steps", LITE_STEPS) if seed == LITE_SEED else ("--full", "--steps", NETWORKS[network])

    def keep(done: Done) -> bool:
        found[LITE if done.job[1] == LITE_SEED else done.job[0]] = done.checked
        return bool(done.checked.facts)

    jobs = [("clean", LITE_SEED), *((network, 1) for network in NETWORKS)]
    limits = Limits(together=len(jobs), idle=0.0, late=float("inf"), seconds=float("inf"))
    with Machine() as machine, Lanes(machine, limits, options) as lanes:
        lanes.run(jobs, keep)
    return found


@pytest.fixture(scope="module")
def facts(checks: dict[str, Checked]) -> dict[str, Measurement]:
    """What they found."""
    trees = {network: json.loads(one.facts) | {"profile": None} for network, one in checks.items()}
    return {network: msgspec.convert(tree, Measurement) for network, tree in trees.items()}


@pytest.mark.parametrize("network", NETWORKS)
def test_a_network_is_named_for_what_it_does(network: str, facts: dict[str, Measurement]) -> None:
    accused = {one.node for one in judge(facts[network]) if one.verdict in ACCUSES}
    assert accused == set(EXPECTED.get(network, ()))


def test_a_proxy_that_is_offered_and_not_needed_makes_nobody_a_blocker(facts: dict[str, Measurement]) -> None:
    """What goes through it comes through, and so does all that goes straight: the record has both."""
    arms = {arm.id: arm for arm in facts[OFFERED].arms}
    for name in ("tls_name-connect_name-neutral", "tls_name-before-neutral", "up-server", "ws-page-genuine"):
        assert arms[name].rx_client == arms[name].sent > 0, name
    assert {one.verdict for one in judge(facts[OFFERED])} == {"ok"}
    assert {"live", "stream", "pieces"} <= {one.name for one in facts[OFFERED].rungs if one.usable}
    assert not facts[OFFERED].plan.left_out


def test_a_proxy_that_opens_tls_and_is_not_needed_is_left_aside_and_told(facts: dict[str, Measurement]) -> None:
    found = facts[OFFERED_RESIGNED]
    assert [(one.step, one.why) for one in found.plan.left_out] == [("up", "proxy_resigned")]
    (server,) = (arm for arm in found.arms if arm.id == "up-server")
    assert server.rx_client == server.sent > 0 and server.artefact is None
    assert {one.verdict for one in judge(found)} == {"ok"}


def test_both_ends_tell_where_packets_got_lost(facts: dict[str, Measurement]) -> None:
    """The filter stands before the server: nothing of STUN is logged there, and all of its twin is."""
    arms = {arm.id: arm for arm in facts["stun-cookie"].arms}
    assert arms["stun-3478-genuine"].rx_server == 0 and arms["stun-3478-inverted"].rx_server == 5


def test_a_check_behind_nothing_finds_a_live_network_and_a_true_alarm(facts: dict[str, Measurement]) -> None:
    controls = facts["clean"].controls
    assert controls.anchors_ok and controls.server_ok_elsewhere and controls.positive_ok


def test_what_a_thin_line_cannot_carry_is_left_out_with_its_reason(facts: dict[str, Measurement]) -> None:
    edge = facts["link-edge"]
    assert {(one.step, one.why) for one in edge.plan.left_out} == {(step, "thin_line") for step in ("sip", "rtp", "up")}
    assert {arm.step for arm in edge.arms} == {"up", "udp", "ws"}
    assert [arm.rx_client for arm in edge.arms if arm.id in ("up-server", "ws-page-genuine")] == [2, 2]
    assert not facts["rtp-loss"].plan.left_out


def test_a_lite_check_costs_little_and_accuses_a_clean_network_of_nothing(
    checks: dict[str, Checked], facts: dict[str, Measurement]
) -> None:
    assert checks[LITE].up + checks[LITE].down < MAX_LITE_BYTES
    assert facts[LITE].plan.lite and not {arm.step for arm in facts[LITE].arms} & {"rtp", "shape"}
    assert not [one for one in judge(facts[LITE]) if one.verdict in ACCUSES]
