"""Facts room. A measurement and what was concluded from it, as a measurement of OONI's (df-000), test `voip_paths`.

What OONI has a template for is in it (names df-002, connections df-005, TLS df-006, failures df-007); what it has none
for is under names that begin with `x_`. Facts and findings stand apart, so that findings can be made anew. Addresses
and names are nowhere: what OONI needs in their place is OONI's own `[scrubbed]` or an alias under `.invalid`.
"""

import datetime
from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from . import scrub
from .record import Arm, Measurement

TEST_NAME = "voip_paths"
TEST_VERSION = "0.1.0"
DATA_FORMAT = "0.2.0"
SCRUBBED = "[scrubbed]"

Tree = dict[str, object]


class Finding(Protocol):
    """What this room writes of a finding of the `verdict` room."""

    @property
    def node(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def rule_id(self) -> str: ...
    @property
    def ruleset(self) -> str: ...
    @property
    def p(self) -> float | None: ...
    @property
    def effect(self) -> float | None: ...
    @property
    def n(self) -> int: ...
    @property
    def artefact(self) -> str | None: ...
    @property
    def evidence(self) -> tuple[str, ...]: ...
    @property
    def direction(self) -> str: ...


def form(measurement: Measurement, findings: Sequence[Finding] = (), *, report: str = "", asn_db: str = "") -> Tree:
    """The tree of JSON, of the measurement as `scrub.clean` leaves it.

    `ProtocolError` `measurement-private` where something in it could still say who or where somebody is.
    """
    kept = scrub.clean(measurement)
    start = datetime.datetime.fromtimestamp(kept.started_at, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")
    name, _, version = kept.software.partition(" ")
    network = kept.network
    tree: Tree = {
        "data_format_version": DATA_FORMAT,
        "test_name": TEST_NAME,
        "test_version": TEST_VERSION,
        "software_name": name,
        "software_version": version or "0",
        "test_start_time": start,
        "measurement_start_time": start,
        "test_runtime": kept.seconds,
        "report_id": report,
        "input": None,
        "options": ["lite"] if kept.plan.lite else [],
        "probe_asn": f"AS{network.asn or 0}",
        "probe_cc": network.cc or "ZZ",
        "probe_ip": "127.0.0.1",
        "probe_network_name": None,
        "resolver_asn": f"AS{network.resolver_asn or 0}",
        "resolver_ip": "127.0.0.2",
        "resolver_network_name": None,
        "test_helpers": {},
        "annotations": _annotations(kept, asn_db),
        "extensions": {"dnst": 0, "tcpconnect": 0, "tlshandshake": 0},
        "test_keys": _test_keys(kept, findings),
    }
    scrub.refuse(tree)
    return tree


def write(measurement: Measurement, findings: Sequence[Finding] = (), *, report: str = "", asn_db: str = "") -> bytes:
    """`form` as one line of JSON."""
    return msgspec.json.encode(form(measurement, findings, report=report, asn_db=asn_db))


def _annotations(measurement: Measurement, asn_db: str) -> dict[str, str]:
    """OONI's annotations are texts; its `network_type` knows only `mobile` and `wifi`, so that access has its own."""
    mobile = measurement.network.access in ("2g", "3g", "4g", "5g")
    found = {
        "platform": measurement.platform,
        "access": measurement.network.access,
        "dtls_stack": measurement.stack,
        "record_version": measurement.version,
        "vpn": {None: "unknown", True: "yes", False: "no"}[measurement.network.vpn],
    }
    if mobile:
        found["network_type"] = "mobile"
    if asn_db:
        found["asn_db"] = asn_db
    if measurement.profile is not None:
        found["profile"] = measurement.profile
    return found


def _test_keys(measurement: Measurement, findings: Sequence[Finding]) -> Tree:
    # What the server turned away itself says nothing of a network, and whoever reads templates does not know that.
    numbered = [(number, arm) for number, arm in enumerate(measurement.arms, start=1) if not arm.turned_away]
    return {
        "queries": [_query(number, arm) for number, arm in numbered if arm.step == "dns"],
        "tcp_connect": [_connect(number, arm) for number, arm in numbered if arm.transport in ("tcp", "ws", "https")],
        "tls_handshakes": [_handshake(number, arm) for number, arm in numbered if arm.transport == "tls"],
        "x_plan": msgspec.to_builtins(measurement.plan),
        "x_arms": msgspec.to_builtins(measurement.arms),
        "x_series": msgspec.to_builtins(measurement.series),
        "x_residual": msgspec.to_builtins(measurement.residual),
        "x_rungs": msgspec.to_builtins(measurement.rungs),
        "x_controls": msgspec.to_builtins(measurement.controls),
        "x_findings": [_finding(one, {arm.id for arm in measurement.arms}) for one in findings],
    }


def _finding(finding: Finding, ids: Iterable[str]) -> Tree:
    return {
        "node": finding.node,
        "verdict": finding.verdict,
        "rule_id": finding.rule_id,
        "ruleset_version": finding.ruleset,
        "evidence": [one for one in finding.evidence if one in ids],
        "p": finding.p,
        "effect": finding.effect,
        "n": finding.n,
        "artefact": finding.artefact,
        "direction": finding.direction,
    }


def _moment(number: int, arm: Arm) -> Tree:
    """What every template has: when it began, when its last answer would have come at the latest, and which arm."""
    began = arm.at_ms / 1_000
    return {
        "t0": began,
        "t": began + (arm.rtt_ms_p95 or 0.0) / 1_000,
        "transaction_id": number,
        "tags": [arm.id, arm.payload],
        "failure": _failure(arm),
    }


def _failure(arm: Arm) -> str | None:
    """A string of df-007; an arm of several tries failed where none got through."""
    if arm.failure is not None:
        return arm.failure
    return "generic_timeout_error" if arm.sent and not arm.rx_client else None


def _host(arm: Arm) -> str:
    return f"{arm.payload.replace('_', '-')}.{arm.server}{scrub.RESERVED}"


def _query(number: int, arm: Arm) -> Tree:
    return _moment(number, arm) | {
        "hostname": _host(arm),
        "query_type": "A",
        "engine": "udp" if arm.transport == "udp" else "doh" if arm.transport == "https" else "unknown",
        "answers": [],
        "resolver_address": SCRUBBED,
    }


def _connect(number: int, arm: Arm) -> Tree:
    moment = _moment(number, arm)
    failure = moment.pop("failure")
    return moment | {
        "ip": SCRUBBED,
        "port": arm.port,
        "status": {"success": failure is None, "failure": failure},
    }


def _handshake(number: int, arm: Arm) -> Tree:
    return _moment(number, arm) | {
        "network": "tcp",
        "address": f"{SCRUBBED}:{arm.port}",
        "server_name": _host(arm),
        "no_tls_verify": False,
        "peer_certificates": [],
        "cipher_suite": "",
        "negotiated_protocol": "",
        "tls_version": "",
    }
