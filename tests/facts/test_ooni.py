"""Every record passes the parser of OONI's own data tools, and says what ours says."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from oonidata.models import dataformats
from oonidata.models.nettests import NETTEST_MODELS
from oonidata.models.nettests.base_measurement import BaseMeasurement

from jemaa.errors import ProtocolError
from jemaa.facts import ooni
from jemaa.facts.record import Arm, Measurement, Network, Plan
from jemaa.verdict.finding import Finding
from jemaa.verdict.judge import judge
from jemaa.verdict.rules.table import RULESET
from tests.verdict.profiles import PROFILES
from tests.verdict.world import measured

from .made import measurements
from .test_read import arm, measurement

FOUND = Finding(
    node="stun.drop.signature", verdict="blocked", rule_id="stun-signature", ruleset="1", p=0.0001, effect=1.0, n=20,
    evidence=("stun-3478-0-genuine",), direction="up",
)  # fmt: skip


def parsed(data: bytes) -> tuple[Any, dict[str, Any]]:
    """As oonidata's `load_measurement` does it: by the test's name, and what it does not know by the base."""
    tree = json.loads(data)
    return NETTEST_MODELS.get(tree["test_name"], BaseMeasurement).from_dict(tree), tree["test_keys"]


def read_templates(keys: dict[str, Any]) -> int:
    """Each entry of the templates by oonidata's class of it; how many there are."""
    read = [dataformats.DNSQuery.from_dict(one) for one in keys["queries"]]
    read += [dataformats.TCPConnect.from_dict(one) for one in keys["tcp_connect"]]
    read += [dataformats.TLSHandshake.from_dict(one) for one in keys["tls_handshakes"]]
    return len(read)


@settings(max_examples=50, deadline=None)
@given(measurements())
def test_whatever_was_measured_is_a_record_of_oonis(whole: Measurement) -> None:
    record, keys = parsed(ooni.write(whole, [FOUND]))
    assert record.test_name.replace("_", "").isalnum() and 2 <= len(record.test_name) <= 29
    assert record.probe_ip == "127.0.0.1" and record.probe_asn.startswith("AS")
    assert record.measurement_start_time.endswith(":00:00")
    assert len(keys["x_arms"]) == len(whole.arms)
    read_templates(keys)


def test_findings_stand_beside_the_facts_and_not_in_them() -> None:
    whole = measurement()
    _, keys = parsed(ooni.write(whole, [FOUND]))
    without, bare = parsed(ooni.write(whole))
    assert keys["x_findings"][0] == {
        "node": "stun.drop.signature", "verdict": "blocked", "rule_id": "stun-signature", "ruleset_version": "1",
        "evidence": ["stun-3478-0-genuine"], "p": 0.0001, "effect": 1.0, "n": 20, "artefact": None,
        "direction": "up",
    }  # fmt: skip
    assert {key: value for key, value in keys.items() if key != "x_findings"} | {"x_findings": []} == bare
    assert without.annotations["access"] == "adsl" and without.annotations["vpn"] == "no"


@pytest.mark.parametrize("name", PROFILES)
def test_what_was_judged_of_each_network_is_a_record_too(name: str) -> None:
    whole = measured(PROFILES[name][0], 1)
    findings = judge(whole)
    record, keys = parsed(ooni.write(whole, findings))
    assert [(one["node"], one["verdict"]) for one in keys["x_findings"]] == [(f.node, f.verdict) for f in findings]
    assert all(one["ruleset_version"] == RULESET for one in keys["x_findings"])
    assert all(set(one["evidence"]) <= {arm["id"] for arm in keys["x_arms"]} for one in keys["x_findings"])
    assert record.test_runtime > 0 and read_templates(keys) > 3


def test_templates_have_the_failures_of_connections() -> None:
    found = [
        tls("tls_name-before-neutral", "neutral", rx_client=5),
        tls("tls_name-voip-voip_name", "voip_name", rx_client=0, failure="connection_reset", artefact="rst"),
        tls("up-server", "neutral", transport="https", step="up", rx_client=0),
        tls("dns-voip-system", "voip_name", transport="udp", step="dns", port=53, failure="dns_nxdomain_error"),
    ]
    whole = measurement(arms=found, series=[], residual=[], plan=Plan(seed=1, order=[], steps=["up"]))
    record, keys = parsed(ooni.write(whole))
    assert read_templates(keys) == 4
    assert [one["failure"] for one in keys["tls_handshakes"]] == [None, "connection_reset"]
    assert keys["tcp_connect"][0]["status"] == {"success": False, "failure": "generic_timeout_error"}
    assert keys["queries"][0]["hostname"] == "voip-name.reference-1.invalid"
    assert record.probe_cc == "MA"


def test_what_the_server_turned_away_is_no_failure_of_the_network_in_a_template() -> None:
    away = tls("tls_name-before-neutral", "neutral", rx_client=3, turned_away=2)
    plan = Plan(seed=1, order=[], steps=["tls_name"])
    _, keys = parsed(ooni.write(measurement(arms=[away], series=[], residual=[], plan=plan)))
    assert keys["tls_handshakes"] == [] and keys["x_arms"][0]["turned_away"] == 2


def tls(identity: str, payload: str, **changes: Any) -> Arm:
    return arm(**({"id": identity, "step": "tls_name", "payload": payload, "transport": "tls", "port": 443} | changes))


def test_an_unknown_network_is_said_as_ooni_says_it() -> None:
    record, _ = parsed(ooni.write(measurement(network=Network())))
    assert (record.probe_asn, record.probe_cc, record.resolver_asn) == ("AS0", "ZZ", "AS0")


def test_what_came_in_from_outside_is_refused_rather_than_published() -> None:
    with pytest.raises(ProtocolError) as refusal:
        ooni.form(measurement(), report="203.0.113.9")
    assert refusal.value.code == "measurement-private"
    spy = msgspec.structs.replace(FOUND, artefact="call.example")
    with pytest.raises(ProtocolError):
        ooni.form(measurement(), [spy])
