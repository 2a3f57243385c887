"""Parsers on good bytes, and on anything: no exception escapes."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from jemaa.lab import dtls, http, names, profile, quic, sip, stun, tls
from jemaa.lab import packet as wire
from jemaa.lab.engine import Engine
from jemaa.lab.reassembly import Beginning
from tests.lab.traffic import HERE, SERVER, binding, dtls_hello, hello, tls_hello

SEEDS = [
    b"",
    binding(),
    tls_hello("call.example"),
    dtls_hello(),
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
    dtls.is_dtls(data)
    http.request(data)
    sip.is_sip(data)
    names.question(data)
    wire.parse(data)


ENGINES = [name for name in profile.names() if not name.startswith("link-")]


@settings(max_examples=150, deadline=None)
@given(
    mutated() | st.binary(max_size=80), st.sampled_from(ENGINES), st.booleans(), st.sampled_from([53, 80, 443, 3478])
)
def test_no_engine_raises(data: bytes, name: str, stream: bool, port: int) -> None:
    engine = Engine(profile.load(name))
    raw = (wire.tcp if stream else wire.udp)(HERE, 50_000, SERVER, port, data)
    for number, one in enumerate((raw, raw[: len(data)], data, b"\x45" + data, b"\x60" + data)):
        engine.judge(one, "up", number * 0.02)
        engine.judge(one, "down", number * 0.02)


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
