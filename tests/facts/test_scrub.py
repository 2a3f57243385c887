"""Nothing that rests says who or where somebody is, whatever a program or a stranger put into a record."""

import ipaddress
import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jemaa.errors import ProtocolError
from jemaa.facts import ooni, read
from jemaa.facts.record import Controls, Measurement
from jemaa.facts.scrub import HOUR, clean, coarse, pseudonym, refuse, suspect, suspicion

from .made import measurements
from .test_read import arm, measurement

ADDRESSES = st.ip_addresses().filter(lambda one: not one.is_loopback and not one.is_unspecified)


@given(ADDRESSES, st.sampled_from(["", "from ", "(", "addr=", "srv "]))
def test_an_address_is_seen_wherever_it_stands(
    address: "ipaddress.IPv4Address | ipaddress.IPv6Address", before: str
) -> None:
    assert suspect(f"{before}{address}") is not None
    if address.version == 4:
        assert suspect(str(address).replace(".", "-")) is not None


@pytest.mark.parametrize(
    "text",
    [
        "v=0", "o=- 4611731400430051336 2 IN IP4 127.0.0.1", "a=ice-ufrag:F7gI", "a=fingerprint:sha-256 AA",
        "candidate:842163049 1 udp 1677729535", "typ srflx raddr 0.0.0.0", "3f1c9a0e-8b1d-4c7e-9f0a-1b2c3d4e5f60.local",
        "amina@meeting.example", "https://call.example/x", "call.example", "stun.l.google.com:19302",
        "00:1b:44:11:3a:b7", "deadbeefdeadbeefdeadbeef", "2001:db8::1%eth0", "::ffff:192.0.2.1",
    ],
)  # fmt: skip
def test_what_names_somebody_is_seen(text: str) -> None:
    assert suspect(text) is not None
    with pytest.raises(ProtocolError) as refusal:
        refuse({"a": [{"b": text}]})
    assert refusal.value.code == "measurement-private" and "$.a[0].b" in refusal.value.text
    assert text not in refusal.value.text


@pytest.mark.parametrize(
    "text",
    ["rtp-3-genuine", "openssl 3.0", "generic_timeout_error", "2026-11-24 22:00:00", "AS6713", "127.0.0.1",
     "voip-name.reference-1.invalid", "reference-1", "stun-3478-0-genuine", "12:30", "0.2.0"],
)  # fmt: skip
def test_plain_facts_are_not_suspected(text: str) -> None:
    assert suspect(text) is None


def test_a_name_as_a_key_is_seen_too() -> None:
    assert list(suspicion({"192.0.2.7": 1})) == [("$ (a key)", "an IPv4 address")]


def test_it_says_where_in_the_tree() -> None:
    tree = {"arms": [{"id": "up"}, {"id": "x", "seen": [None, 7, "192.0.2.7"]}], "a@example.org": {"of": True}}
    assert list(suspicion(tree)) == [
        ("$.arms[1].seen[2]", "an IPv4 address"), ("$ (a key)", "a mail address"),
    ]  # fmt: skip


def test_a_good_measurement_keeps_its_facts_and_loses_its_minute() -> None:
    whole = measurement()
    kept = clean(whole)
    assert kept.started_at % HOUR == 0 and whole.started_at - kept.started_at < HOUR
    assert msgspec.structs.replace(kept, started_at=whole.started_at) == msgspec.structs.replace(
        whole, software="jemaa 0.1"
    )


def test_whatever_a_word_could_hide_is_replaced() -> None:
    spy = arm(id="amina-benali-192-0-2-1", server="call-example-org", failure="amina_at_home")
    whole = measurement(
        arms=[spy, arm(id="stun-x-0")], series=[], residual=[], software="Amina Benali", platform="room 12",
        stack="pion 3.0.1.2", profile="amina",
    )  # fmt: skip
    kept = clean(whole)
    text = read.write(kept).decode()
    assert "amina" not in text.lower() and "192-0-2-1" not in text and "call-example" not in text
    assert (kept.software, kept.stack, kept.platform) == ("other", "pion 3.0", "other")
    assert len({one.id for one in kept.arms}) == 2


@settings(max_examples=60, deadline=None)
@given(measurements())
def test_what_is_clean_is_a_measurement_without_suspicion(whole: Measurement) -> None:
    kept = clean(whole)
    read.check(kept)
    assert not list(suspicion(json.loads(msgspec.json.encode(kept))))
    assert clean(kept) == kept
    assert [one.sent for one in kept.arms] == [one.sent for one in whole.arms]
    refuse(ooni.form(whole))


@pytest.mark.parametrize(
    ("hours", "kept"), [(0.4, 0), (-0.4, 0), (1.6, 2), (-23.0, -20), (8_760.0, 9_000), (9_999.0, 10_000), (1e9, 10**6)]
)
def test_how_wrong_a_clock_is_tells_nobody_apart(hours: float, kept: int) -> None:
    assert coarse(hours) == kept == coarse(kept)
    controls = Controls(clock_off_h=round(max(-1e6, min(hours, 1e6))))
    assert clean(measurement(controls=controls)).controls.clock_off_h == kept


def test_a_pseudonym_is_one_in_a_network_and_no_other() -> None:
    here = pseudonym(b"probe", cc="MA", asn=6713, key=b"k")
    assert here == pseudonym(b"probe", cc="MA", asn=6713, key=b"k") < 2**64
    others = [
        pseudonym(b"other", cc="MA", asn=6713, key=b"k"), pseudonym(b"probe", cc="FR", asn=6713, key=b"k"),
        pseudonym(b"probe", cc="MA", asn=36903, key=b"k"), pseudonym(b"probe", cc="MA", asn=6713, key=b"q"),
    ]  # fmt: skip
    assert here not in others
