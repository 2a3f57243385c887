"""Profiles that go by names, in TLS, QUIC and DNS, on packets: what asks for a listed one is hit, the twin passes."""

import pytest

from jemaa.lab import names, packet, places, profile, quic
from jemaa.lab.resolver import Resolver
from tests.lab.traffic import (
    DNS,
    DNS6,
    PLAIN,
    SECOND,
    SECOND6,
    SERVER,
    SERVER6,
    SERVER_SECOND,
    Network,
    binding,
    hello,
    here_for,
    inverted,
    tls_hello,
)


@pytest.mark.parametrize("name", ["sni", "tm-2022", "ir-2020", "cn"])
def test_sni_resets_a_listed_name_and_blocks_the_host_for_a_minute(name: str) -> None:
    network = Network(name)
    assert network.tcp(far=SECOND, here=50_024).up(tls_hello("meeting.example")), "another name on that address"
    stream = network.tcp(far=SECOND)
    out = stream.releases(tls_hello("www.call.example"))
    assert sorted(one.direction for one in out) == ["down", "up"] and all(one.raw[33] & 4 for one in out)
    assert not network.tcp(far=SECOND, here=50_022).opened
    network.now += 61
    assert network.tcp(far=SECOND, here=50_023).opened


@pytest.mark.parametrize("far", [SERVER, SERVER6, SERVER_SECOND], ids=["IPv4", "IPv6", "its second address"])
def test_sni_own_takes_the_meetings_own_name_at_any_address(far: bytes) -> None:
    network = Network("sni-own")
    for number, name in enumerate(("meeting.example", "www.meeting.example", "other.meeting.example")):
        stream = network.tcp(far=far, here=50_100 + number)
        out = stream.releases(tls_hello(name))
        assert stream.opened and sorted(one.direction for one in out) == ["down", "up"], "resets, and nothing else"
        assert not stream.up(b"more on it") and not stream.down(b"answer")
        initial = quic.initial(b"12345678", hello(name))
        assert not network.up(initial, 443, far=far, here=50_100 + number)
    assert {one.outcome for one in network.decisions} == {"reset", "dropped"}


@pytest.mark.parametrize("far", [SERVER, SERVER6], ids=["IPv4", "IPv6"])
def test_sni_own_leaves_another_name_and_the_bare_address(far: bytes) -> None:
    network = Network("sni-own")
    assert not network.tcp(far=far).up(tls_hello("meeting.example"))
    for number, one in enumerate((tls_hello("second.example"), tls_hello(""), PLAIN, inverted(tls_hello("x")))):
        stream = network.tcp(far=far, here=50_110 + number)
        assert stream.up(one) and stream.up(bytes(1000)) and stream.down(bytes(1000))
    assert network.up(quic.initial(b"12345678", hello("second.example")), 443, far=far)
    assert network.up(names.query("meeting.example"), 53, far=DNS) and network.up(binding(), 3478, far=far)


def test_sni_is_read_from_segments_in_any_order() -> None:
    record = tls_hello("call.example")
    for cuts in ((3,), (9, 60), tuple(range(1, len(record)))):
        network = Network("sni-drop")
        stream = network.tcp()
        parts = [record[a:b] for a, b in zip((0, *cuts), (*cuts, len(record)), strict=True)]
        results = [stream.up(part) for part in parts]
        assert not results[-1] and all(results[:-1][: len(parts) - 50])


def test_sni_is_read_from_a_quic_initial() -> None:
    network = Network("sni-drop")
    assert network.up(quic.initial(b"12345678", hello("meeting.example")), 443, here=50_030)
    assert not network.up(quic.initial(b"12345678", hello("call.example")), 443)
    assert not network.up(b"later", 443)


@pytest.mark.parametrize("name", ["dns+ip", "ae", "tm-2022"])
def test_dns_ip_leaves_lying_to_the_operators_resolver(name: str) -> None:
    network, resolver = Network(name), Resolver(profile.load(name).dns)
    for asked, answer in (
        ("call.example", (0, ("10.10.34.34",))),
        ("blocked.example", (names.NXDOMAIN, ())),
        ("meeting.example", (0, (places.SERVER[0],))),
    ):
        query = names.query(asked)
        assert network.up(query, 53, far=DNS) and network.up(query, 53, far=DNS6), "the question reaches the resolver"
        question = names.question(query)
        assert question is not None and names.addresses(resolver.answer(question)) == answer
    assert not network.decisions


@pytest.mark.parametrize("name", ["dns+ip", "ae", "tm-2022"])
@pytest.mark.parametrize("far", [SECOND, SECOND6], ids=["IPv4", "IPv6"])
def test_dns_ip_injects_answers_to_anybody_elses_resolver(name: str, far: bytes) -> None:
    network = Network(name)
    for asked in ("call.example", "blocked.example"):
        [forged] = network.give(packet.udp(here_for(far), 50_000, far, 53, names.query(asked)))
        found = packet.parse(forged.raw)
        assert found is not None and forged.direction == "down" and found.source == far
        assert names.addresses(found.payload) == (0, ("10.10.34.34",))
        assert network.decisions[-1].outcome == "answered"
    assert network.up(names.query("meeting.example"), 53, far=far)


def test_dns_ip_drops_prefixes() -> None:
    network = Network("dns+ip")
    assert not network.tcp(far=bytes([203, 0, 113, 70])).opened and network.tcp(far=SECOND).opened
    assert not network.tcp(far=packet.address("fd4a:20:40::1")).opened and network.tcp(far=SECOND6).opened
