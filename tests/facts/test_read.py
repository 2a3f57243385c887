"""Facts of anybody are read, or refused with a code and a sentence that names what is wrong."""

import dataclasses
import json
from typing import Any

import msgspec
import pytest

from jemaa.errors import ProtocolError
from jemaa.facts.read import CLOCK_AHEAD_SECONDS, OLDEST, read, write
from jemaa.facts.record import Arm, Controls, Measurement, Network, Plan, Residual, Rung, Series
from jemaa.limits import MAX_MEASUREMENT_BYTES

NOW = 1_795_000_000.0


def arm(**changes: Any) -> Arm:
    base: dict[str, Any] = {
        "id": "stun-3478-0-genuine", "step": "stun", "server": "reference-1", "port": 3478, "transport": "udp",
        "payload": "genuine", "sent": 5, "rx_client": 5,
    }  # fmt: skip
    return Arm(**(base | changes))


def measurement(**changes: Any) -> Measurement:
    one = arm(rx_server=5, rtt_ms_p50=40.0, rtt_ms_p95=60.5, at_ms=1_200)
    base: dict[str, Any] = {
        "software": "jemaa 0.1.0", "started_at": int(NOW) - 3600, "seconds": 71.25,
        "network": Network(asn=64_500, cc="MA", access="adsl", vpn=False),
        "plan": Plan(seed=7, order=[one.id], steps=["up", "stun"]),
        "arms": [one], "series": [Series(arm=one.id, up=[1, 1], down=[0, 2], last_rx_s=1.9, bytes=40)],
        "residual": [Residual(trigger=one.id, after_s=60.0, ok=True)],
        "rungs": [Rung(name="live", usable=True, setup_ms=300.0, loss=0.01)],
        "controls": Controls(anchors_ok=True, aa_p=0.8, positive_ok=True), "stack": "openssl 3.0", "platform": "linux",
    }  # fmt: skip
    return Measurement(**(base | changes))


def spoiled(path: str, value: object) -> bytes:
    """The JSON of a good measurement with one value replaced: `path` is such as `arms.0.port`."""
    tree = json.loads(write(measurement()))
    *above, last = path.split(".")
    place: Any = tree
    for key in above:
        place = place[int(key)] if key.isdigit() else place[key]
    place[int(last) if last.isdigit() else last] = value
    return json.dumps(tree).encode()


def test_what_is_written_is_read_again() -> None:
    whole = measurement()
    assert read(write(whole), NOW) == whole


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("seconds", float("nan")), ("seconds", float("inf")), ("seconds", -1), ("seconds", 1e9), ("seconds", "1"),
        ("arms.0.port", 70_000), ("arms.0.port", True), ("arms.0.sent", -1), ("arms.0.sent", 10**30),
        ("arms.0.server", "192.0.2.1"), ("arms.0.server", "2001:db8::1"), ("arms.0.server", "call.example"),
        ("arms.0.id", "a" * 49), ("arms.0.id", "Amina B."), ("arms.0.payload", "sdp"), ("arms.0.transport", "sctp"),
        ("arms.0.step", "spy"), ("arms.0.artefact", "ghost"), ("arms.0.failure", "getaddrinfo: call.example"),
        ("arms.0.address", "192.0.2.1"), ("name", "Amina"), ("network.ip", "192.0.2.1"), ("network.cc", "Morocco"),
        ("network.access", "wire"), ("network.asn", 0), ("plan.seed", -1), ("plan.steps", ["nothing"]),
        ("plan.left_out", [{"step": "nothing", "why": "lite"}]), ("plan.left_out", [{"step": "rtp", "why": "Amina"}]),
        ("rungs.0.loss", 1.5), ("rungs.0.name", "magic"), ("series.0.up", [-1]), ("series.0.up", [0] * 1_201),
        ("arms", [{}] * 1_001), ("software", "x" * 49), ("software", "v=0\r\no=- 1 IN IP4"), ("controls", [[[[]]]]),
        ("version", "one"), ("started_at", 1.5),
    ],
)  # fmt: skip
def test_a_field_out_of_its_bounds_is_refused(path: str, value: object) -> None:
    with pytest.raises(ProtocolError) as refusal:
        read(spoiled(path, value), NOW)
    assert refusal.value.code in ("measurement-field", "measurement-unreadable")
    assert refusal.value.text.endswith(".")


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"{", b"[" * 100_000, b'{"arms":' * 20_000, b"null", b"[]", b"NaN"])
def test_what_is_no_record_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError) as refusal:
        read(data, NOW)
    assert refusal.value.code in ("measurement-field", "measurement-unreadable")


def test_ten_megabytes_are_not_even_looked_at() -> None:
    for size in (MAX_MEASUREMENT_BYTES + 1, 10_000_000):
        with pytest.raises(ProtocolError) as refusal:
            read(b" " * size, NOW)
        assert refusal.value.code == "measurement-too-large"
    too_much = [arm(id=f"udp-{n}") for n in range(1_000)]
    series = [Series(arm="udp-1", up=[1_000_000] * 1_200, down=[]) for _ in range(100)]
    with pytest.raises(ProtocolError) as refusal:
        write(measurement(arms=too_much, series=series, residual=[]))
    assert refusal.value.code == "measurement-too-large"


@pytest.mark.parametrize("start", [NOW + CLOCK_AHEAD_SECONDS + 1, NOW + 365 * 86_400, OLDEST - 1, 0])
def test_a_clock_that_is_wrong_is_told_so(start: float) -> None:
    with pytest.raises(ProtocolError) as refusal:
        read(spoiled("started_at", int(start)), NOW)
    assert refusal.value.code == "measurement-date"
    assert "clock" in refusal.value.text


def test_the_receiver_may_refuse_what_is_old() -> None:
    old = write(measurement(started_at=int(NOW) - 365 * 86_400))
    assert read(old, NOW).started_at == int(NOW) - 365 * 86_400
    with pytest.raises(ProtocolError) as refusal:
        read(old, NOW, max_age=30 * 86_400)
    assert refusal.value.code == "measurement-date"


@pytest.mark.parametrize(
    "changes",
    [
        {"arms": [arm(), arm()]},
        {"arms": [arm(rx_client=6)]},
        {"arms": [arm(rx_server=6)]},
        {"arms": [arm(rx_client=3, turned_away=3)]},
        {"series": [Series(arm="other", up=[], down=[])]},
        {"residual": [Residual(trigger="other", after_s=0.0, ok=True)]},
        {"rungs": [Rung(name="live", usable=True), Rung(name="live", usable=False)]},
    ],
)
def test_facts_that_cannot_be_true_together_are_refused(changes: dict[str, Any]) -> None:
    whole = measurement(**changes)
    with pytest.raises(ProtocolError) as refusal:
        read(msgspec.json.encode(whole), NOW)
    assert refusal.value.code == "measurement-contradicts"
    with pytest.raises(ProtocolError):
        write(whole)


def test_a_program_cannot_write_what_is_no_number() -> None:
    for wrong in (float("nan"), float("inf")):
        with pytest.raises(ProtocolError) as refusal:
            write(measurement(arms=[arm(rtt_ms_p50=wrong)], series=[], residual=[]))
        assert refusal.value.code == "measurement-field"


def test_every_field_is_bounded() -> None:
    """No plain `str`, `int`, `float` or `list` anywhere in the record: each has a bound."""
    schema = json.dumps(msgspec.json.schema(Measurement))
    for definition in json.loads(schema)["$defs"].values():
        for name, field in definition["properties"].items():
            for kind in field.get("anyOf", [field]):
                bounded = {"string": {"pattern", "enum"}, "integer": {"minimum"}, "number": {"minimum"}}
                if needs := bounded.get(kind.get("type", "")):
                    assert needs & kind.keys(), f"{name} has no bounds"
                if kind.get("type") == "array":
                    assert "maxItems" in kind, f"{name} has no longest length"


def test_a_measurement_cannot_be_changed() -> None:
    with pytest.raises((AttributeError, dataclasses.FrozenInstanceError)):
        measurement().seconds = 1.0  # type: ignore[misc]
