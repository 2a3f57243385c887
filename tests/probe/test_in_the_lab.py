"""The command behind emulated networks: each is named for what it does, and a clean one for nothing.

All networks at once: a check mostly waits.
"""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from bench.ground_truth import check
from bench.ground_truth_expected import EXPECTED
from jemaa.facts.record import Measurement
from jemaa.verdict.finding import ACCUSES
from jemaa.verdict.judge import judge
from tests.lab.networks import why_not

QUICK = "dns,udp,stun,dtls,tls_name,plain_tcp,quic,ws"
NETWORKS = {
    "clean": QUICK,
    "stun-cookie": QUICK,
    "dtls-fingerprint": QUICK,
    "sni-drop": QUICK,
    "rtp-loss": "udp,rtp",
}


@pytest.fixture(scope="module")
def facts() -> dict[str, Measurement]:
    """What a check found behind each network."""
    if why_not():
        pytest.skip(why_not())

    def behind(network: str) -> bytes:
        return check(network, 1, ("--full", "--steps", NETWORKS[network]))

    with ThreadPoolExecutor(len(NETWORKS)) as pool:
        found = dict(zip(NETWORKS, pool.map(behind, NETWORKS), strict=True))
    return {network: msgspec.json.decode(data, type=Measurement) for network, data in found.items()}


@pytest.mark.parametrize("network", NETWORKS)
def test_a_network_is_named_for_what_it_does(network: str, facts: dict[str, Measurement]) -> None:
    accused = {one.node for one in judge(facts[network]) if one.verdict in ACCUSES}
    assert accused == set(EXPECTED.get(network, ()))


def test_both_ends_tell_where_packets_got_lost(facts: dict[str, Measurement]) -> None:
    """The filter stands before the server: nothing of STUN is logged there, and all of its twin is."""
    arms = {arm.id: arm for arm in facts["stun-cookie"].arms}
    assert arms["stun-3478-genuine"].rx_server == 0 and arms["stun-3478-inverted"].rx_server == 5


def test_a_check_behind_nothing_finds_a_live_network_and_a_true_alarm(facts: dict[str, Measurement]) -> None:
    controls = facts["clean"].controls
    assert controls.anchors_ok and controls.server_ok_elsewhere and controls.positive_ok
