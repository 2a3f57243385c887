"""Parsers on good bytes, and on anything: no exception escapes."""

import functools
import itertools
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from jemaa.lab import dtls, http, names, profile, quic, sip, stun, tls
from jemaa.lab import packet as wire
from jemaa.lab.engine import Engine
from jemaa.lab.packet import Direction
from jemaa.lab.reassembly import Beginning
from tests.lab.cases import (
    ACTION_VALUES,
    CASES,
    all_but_unless,
    all_with,
    first_fragment,
    later_fragment,
    packets,
)
from tests.lab.traffic import (
    HERE,
    HERE6,
    SERVER,
    SERVER6,
    binding,
    dtls_hello,
    dtls_server_hello,
    hello,
    here_for,
    tls_hello,
    with_header,
)

SEEDS = [
    b"",
    binding(),
    tls_hello("call.example"),
    dtls_hello(),
    dtls_server_hello((29,)),
    quic.initial(b"12345678", hello("call.example")),
    names.query("call.example"),
    b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n",
    b"INVITE sip:a@b SIP/2.0\r\n",
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Something real with bytes changed, cut off or put before."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 6))):
        if data:
            data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, 1500))]) + draw(st.binary(max_size=20))


@settings(max_examples=300, deadline=None)
@given(mutated() | st.binary(max_size=400))
def test_no_parser_raises(data: bytes) -> None:
    tls.client_hello(data)
    tls.handshake_hello(data)
    tls.record_wants(data)
    quic.opened(data)
    quic.crypto_frames(data)
    quic.Hello().add(data)
    stun.parse(data)
    stun.is_channel_data(data)
    dtls.client_hello(data)
    tls.server_hello(data)
    for kind in (dtls.CLIENT_HELLO, dtls.SERVER_HELLO):
        tls.server_hello(dtls.Message(kind).add(data) or b"")
    http.request(data)
    sip.is_sip(data)
    names.question(data)
    wire.parse(data)


@functools.cache
def network(name: str) -> profile.Profile:
    """A shipped profile; or all matchers at once, each with this action, or as an `unless`."""
    if name in profile.names():
        return profile.load(name)
    return profile.read(name, all_but_unless() if name == "unless" else all_with(name))


NETWORKS = [*profile.names(), *ACTION_VALUES, "unless"]


@settings(max_examples=150, deadline=None)
@given(
    mutated() | st.binary(max_size=80),
    st.sampled_from(NETWORKS),
    st.sampled_from([wire.udp, wire.tcp]),
    st.sampled_from([53, 80, 443, 3478]),
    st.sampled_from([SERVER, SERVER6]),
)
def test_no_payload_makes_an_engine_raise(
    data: bytes, name: str, make: Callable[..., bytes], port: int, far: bytes
) -> None:
    engine = Engine(network(name))
    raw = make(here_for(far), 50_000, far, port, data)
    for number, one in enumerate((raw, raw[: len(data)], raw)):
        engine.judge(one, "up", number * 0.02)
        engine.judge(one, "down", number * 0.02)


GENUINE = sorted(
    {
        shaped(with_header(raw, 60, b"\0\1\4\0\0\0\0") if behind else raw)
        for case in CASES
        for far, behind in ((SERVER, False), (SERVER6, False), (SERVER6, True))
        for raw, _ in packets(case, far)[:3]
        for shaped in (bytes, first_fragment, later_fragment)
    }
)
"""Whole packets and fragments of both versions, and behind an extension header."""


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A genuine packet with bytes changed, most of them in its headers, and maybe cut off, with a length that fits."""
    raw = bytearray(draw(st.sampled_from(GENUINE)))
    for _ in range(draw(st.integers(0, 4))):
        end = min(len(raw), draw(st.sampled_from([80, 2000])))
        raw[draw(st.integers(0, end - 1))] = draw(st.integers(0, 255))
    raw = raw[: draw(st.none() | st.integers(0, 120))]
    if len(raw) >= 40 and draw(st.booleans()):
        at, size = (2, len(raw)) if raw[0] >> 4 == 4 else (4, len(raw) - 40)
        raw[at : at + 2] = size.to_bytes(2, "big")
    return bytes(raw)


def shapeless() -> st.SearchStrategy[bytes]:
    """Bytes, and bytes that say that they are IP of a length that fits."""
    anything = st.binary(max_size=120)
    four = anything.map(lambda data: b"\x45\0" + (4 + len(data)).to_bytes(2, "big") + data)
    six = anything.map(lambda data: bytes([0x60, 0, 0, 0]) + max(0, len(data) - 34).to_bytes(2, "big") + data)
    return anything | four | six


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(mangled() | shapeless(), st.sampled_from(["up", "down"])), min_size=1, max_size=6),
    st.sampled_from(NETWORKS),
)
def test_no_bytes_make_an_engine_raise(sent: list[tuple[bytes, Direction]], name: str) -> None:
    engine = Engine(network(name), record=lambda decision: None)
    for number, (raw, direction) in enumerate(sent):
        found = wire.parse(raw)
        if found is not None:
            assert found.transport <= found.data <= len(found.raw) <= len(raw)
            assert found.protocol != wire.TCP or found.fragment or found.flags >= 0 <= found.acknowledgement
        for again in range(3):  # what counts packets in a row has to have some
            engine.judge(raw, direction, number + again * 0.02)


def options(size: int, following: int, length: int) -> bytes:
    """An IPv6 packet of this size that is all one destination-options header, said to be of this length."""
    head = wire.ip(HERE6, SERVER6, 60, bytes(size - 40))
    return head[:40] + bytes([following, length]) + head[42:]


def test_an_extension_header_that_runs_over_the_end_makes_no_packet() -> None:
    """RFC 8200 §4.6: 255 eights and eight more bytes, in a packet of 48."""
    assert wire.parse(options(48, wire.TCP, 255)) is None and wire.parse(options(48, 59, 1)) is None
    exact = wire.parse(options(48, 59, 0))
    assert exact is not None and exact.payload == b""
    assert Engine(profile.load("sni")).judge(options(48, wire.TCP, 255), "up", 0) == []


def test_what_stands_in_a_later_fragment_is_no_header() -> None:
    """RFC 8200 §4.5: the fragment header names the first header of the whole, also in fragments that do not have it."""
    raw = wire.udp(HERE6, 50_000, SERVER6, 40_000, bytes(80))
    body = b"\x11\xff" + bytes(14)
    later = raw[:4] + (8 + len(body)).to_bytes(2, "big") + b"\x2c" + raw[7:40] + b"\x3c\0\0\x29\0\0\0\1" + body
    found = wire.parse(later)
    assert found is not None and found.fragment and found.protocol == 60 and found.payload == body


def test_a_header_of_udp_or_tcp_that_is_cut_short_makes_no_packet() -> None:
    for far in (SERVER, SERVER6):
        here, size = here_for(far), len(here_for(far))
        for protocol, least in ((wire.UDP, 8), (wire.TCP, 20)):
            body = bytes(12) + b"\x50" + bytes(7)
            assert wire.parse(wire.ip(here, far, protocol, body[: least - 1])) is None, size
            assert wire.parse(wire.ip(here, far, protocol, body[:least])) is not None, size
    assert wire.parse(b"\x46" + wire.udp(HERE, 1, SERVER, 2, b"")[1:22]) is None, "options that are not there"


@settings(max_examples=200)
@given(st.binary(min_size=1, max_size=300), st.randoms(use_true_random=False))
def test_a_beginning_is_the_same_in_any_order(data: bytes, chance: object) -> None:
    cuts = sorted({0, len(data) // 3, len(data) // 2, len(data)})
    parts = [(a, data[a:b]) for a, b in itertools.pairwise(cuts)]
    for order in (parts, parts[::-1], parts + parts):
        beginning = Beginning(0xFFFFFFF0)
        for at, part in order:
            beginning.add((0xFFFFFFF0 + at) & 0xFFFFFFFF, part)
        assert beginning.data == data


def test_the_keys_of_an_initial_are_those_of_rfc_9001() -> None:
    key, iv, protection = quic.client_keys(quic.V1, bytes.fromhex("8394c8f03e515708"))
    assert key.hex() == "1f369613dd76d5467730efcbe3b1a22d"
    assert iv.hex() == "fa044b2f42a3fd3b46fb255c"
    assert protection.hex() == "9f50449e04a0e810283a1e9933adedd2"


def test_an_initial_is_opened_in_both_versions_and_in_two_parts() -> None:
    message = hello("meeting.example")
    for version in (quic.V1, quic.V2):
        found = quic.Hello().add(quic.initial(b"abcdefgh", message, found=version))
        assert found is not None and found.server_name == "meeting.example"
    both = quic.Hello()
    assert both.add(quic.initial(b"abcdefgh", message[40:], offset=40)) is None
    assert both.add(quic.initial(b"abcdefgh", message[:40])) is not None


def test_checksums_are_right_and_packets_come_back() -> None:
    for here, there in ((HERE, SERVER), (wire.address("fd4a::1"), wire.address("fd4a::2"))):
        for raw in (wire.udp(here, 1, there, 2, b"odd"), wire.tcp(here, 1, there, 2, b"even")):
            found = wire.parse(raw)
            assert found is not None and (found.sport, found.dport) == (1, 2)
            body = raw[found.transport :]
            pseudo = here + there + len(body).to_bytes(4, "big") + bytes([0, 0, 0, found.protocol])
            assert wire.checksum(pseudo + body) == 0


def test_a_hello_has_a_fingerprint_that_its_name_does_not_change() -> None:
    one, other = tls.client_hello(tls_hello("a.example")), tls.client_hello(tls_hello("b.example"))
    assert one is not None and other is not None
    assert one.ja3 == other.ja3 and one.ja4 == other.ja4
    assert tls.handshake_hello(hello("a.example", (0x1302,))) != one
