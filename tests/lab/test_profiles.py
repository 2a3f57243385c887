"""Each profile on packets: the genuine is hit, the twin passes."""

import pytest

from jemaa.lab import names, packet, places, profile, quic, rtp, stun
from jemaa.lab.proxy_settings import ProxySettings
from tests.lab.traffic import (
    DNS,
    PLAIN,
    PROXY,
    SECOND,
    SERVER,
    SERVER_SECOND,
    Network,
    binding,
    dtls_hello,
    hello,
    inverted,
    tls_hello,
)

PION = (0xC02B, 0xC02F, 0xC00A, 0xC014)


def test_udp_off_takes_all_udp_but_dns() -> None:
    network = Network("udp-off")
    assert not network.up(b"anything") and not network.down(b"anything", here=50_002)
    assert network.up(names.query("meeting.example"), 53, far=DNS)
    assert network.tcp().up(tls_hello("meeting.example"))


@pytest.mark.parametrize("port", [3478, 3497, 16384, 16393, 19302, 8801, 10000, 5242, 5060, 1719, 4569])
def test_port_list_takes_ports_and_not_what_is_in_the_packets(port: int) -> None:
    network = Network("port-list")
    assert not network.up(b"no call at all", port)
    assert network.up(binding(), 40_000)
    assert network.tcp().opened and not network.tcp(port=5349, here=50_005).opened


def test_port_list_3478_leaves_its_neighbour() -> None:
    network = Network("port-list-3478")
    assert not network.up(binding(), 3478) and network.up(binding(), 3479)


def test_stun_cookie_takes_stun_on_any_port_and_on_tcp() -> None:
    network = Network("stun-cookie")
    genuine = binding()
    assert not network.up(genuine, 443) and not network.up(genuine, 12_345)
    assert network.up(inverted(genuine), 443)
    framed = len(genuine).to_bytes(2, "big") + genuine
    stream = network.tcp()
    assert not stream.up(framed) and network.tcp(here=50_009).up(inverted(framed))


def test_turn_only_takes_relays_and_leaves_binding() -> None:
    network = Network("turn-only")
    channel = b"\x40\x01\0\x04abcd"
    assert network.up(binding(), 3478) and network.up(channel, 3479)
    assert not network.up(stun.message(3), 3478)
    assert not network.up(channel, 3478)


WITH_APP_VOICE = pytest.mark.parametrize("name", ["app-voice", "ae", "ru-2025"])


@WITH_APP_VOICE
@pytest.mark.parametrize(
    "call",
    [
        stun.message(0x0800),
        binding((0x4000, b"x")),
        binding((0x8054, b"x")),
        b"\xff\x10" + bytes(30),
        binding((0x0101, b"x")),
        binding((0xFF03, b"x")),
        binding((0x14, b"turn.signal.org")),
        binding((0x14, b"viber")),
    ],
)
def test_app_voice_takes_known_apps_and_leaves_others(name: str, call: bytes) -> None:
    network = Network(name)
    assert not network.up(call) and network.up(inverted(call)) and network.up(binding())
    assert network.tcp(port=5222).up(b"text of a chat")


@WITH_APP_VOICE
def test_app_voice_knows_zoom_media_by_port_and_bytes(name: str) -> None:
    network = Network(name)
    media = b"\x05" + bytes(7) + b"\x0f" + bytes(40)
    assert not network.up(media, 8801) and network.up(media, 9001)


@pytest.mark.parametrize("address", ["203.0.113.129", "fd4a:20:80::1"])
@pytest.mark.parametrize("port", [3478, 19302, 19309])
def test_app_voice_knows_googles_relays_by_prefix_and_port(address: str, port: int) -> None:
    network, relay = Network("app-voice"), packet.address(address)
    assert not network.up(bytes(100), port, far=relay) and not network.down(bytes(100), port, far=relay)
    assert network.up(bytes(24), port, far=relay, here=50_012), "too short for a call"
    assert network.up(bytes(100), 443, far=relay) and network.up(bytes(100), port, far=SERVER)
    assert network.tcp(far=relay, port=port).up(bytes(100))


def test_dtls_takes_a_hello_and_leaves_its_twin() -> None:
    network = Network("dtls")
    assert not network.up(dtls_hello()) and network.up(inverted(dtls_hello()))
    assert network.up(binding())


def test_dtls_fingerprint_takes_one_stack_only() -> None:
    network = Network("dtls-fingerprint")
    assert network.up(dtls_hello((0xC02B, 0xC02F)), here=50_011)
    assert not network.up(dtls_hello(PION)) and not network.up(b"later on this flow")


def test_rtp_heur_takes_three_in_a_row_but_not_on_443() -> None:
    network = Network("rtp-heur")
    assert [network.up(rtp.packet(n, bytes(80))) for n in range(4)] == [True, True, False, False]
    assert all(network.up(inverted(rtp.packet(n, bytes(80))), 40_001) for n in range(9))
    assert all(network.up(rtp.packet(n, bytes(80)), 443) for n in range(9))


@pytest.mark.parametrize(("name", "least", "most"), [("rtp-throttle", 0.02, 0.2), ("rtp-loss", 0.1, 0.32)])
def test_rtp_is_throttled_each_way_and_its_twin_is_not(name: str, least: float, most: float) -> None:
    network = Network(name)
    assert least < network.call(40_000, 20) < most
    assert network.down(inverted(rtp.packet(1, bytes(100))), 40_001)
    assert all(network.up(inverted(rtp.packet(n, bytes(100))), 40_001) for n in range(200))


def test_a_throttled_call_has_a_bucket_for_each_direction() -> None:
    network = Network("rtp-throttle")
    network.call(40_000, 20)
    lost = {way: sum(one.direction == way for one in network.decisions) for way in ("up", "down")}
    assert 800 < lost["up"] < 1000 and abs(lost["up"] - lost["down"]) < 20


def test_shape_delays_what_moves_like_a_call_whatever_is_inside() -> None:
    network = Network("shape")
    assert network.call(40_000, 4) == 1.0
    network.call(40_000, 3)
    delays = [network.give(_far_packet())[0].at - network.now for _ in range(200)]
    assert 0.3 <= min(delays) < 0.35 and 0.75 < max(delays) <= 0.8


@pytest.mark.parametrize(("size", "every"), [(300, 0.02), (100, 0.2)], ids=["larger", "slower"])
def test_shape_leaves_what_moves_otherwise(size: int, every: float) -> None:
    network = Network("shape")
    for _ in range(400):
        assert network.up(bytes(size)) and network.down(bytes(size))
        network.now += every
    assert not network.decisions


def _far_packet() -> bytes:
    from jemaa.lab import packet as wire
    from tests.lab.traffic import HERE, SERVER

    return wire.udp(HERE, 50_000, SERVER, 40_000, bytes(100))


@pytest.mark.parametrize("name", ["shape-block", "pk-grey"])
def test_shape_block_takes_the_host_and_a_page_passes(name: str) -> None:
    network = Network(name)
    network.call(40_000, 8)
    assert not network.up(b"x", 1) and not network.tcp().opened
    network = Network(name)
    stream = network.tcp()
    for _ in range(400):
        assert stream.down(bytes(1200))
        network.now += 0.02


def test_shape_leaves_listed_destinations() -> None:
    assert Network("shape-block").call(40_000, 10, far=DNS) == 1.0


def test_kill_after_cuts_old_flows_and_leaves_new_ones() -> None:
    network, query = Network("kill-after"), names.query("meeting.example")
    stream = network.tcp()
    assert stream.up(b"early") and network.up(b"early") and network.up(query, 53, far=DNS)
    network.now += 21
    assert not stream.up(b"late") and not network.up(b"late") and network.up(query, 53, far=DNS)
    assert network.tcp(here=50_020).up(b"new")


@pytest.mark.parametrize("name", ["kill-after-bytes", "ru-2025", "ru-2026"])
def test_kill_after_bytes_freezes_one_connection(name: str) -> None:
    network = Network(name)
    stream = network.tcp()
    passed = sum(stream.down(bytes(1000)) for _ in range(30))
    assert passed == 16 and not stream.up(b"more")
    assert network.tcp(here=50_021).down(bytes(1000))
    assert all(network.up(bytes(1000)) for _ in range(30))


@pytest.mark.parametrize("name", ["quic-off", "cn"])
def test_quic_off_leaves_a_residue_of_a_minute_on_that_service(name: str) -> None:
    network = Network(name)
    initial = quic.initial(b"12345678", hello("meeting.example"))
    negotiation = initial[:1] + b"\x1a\x2a\x3a\x4a" + initial[5:]
    assert network.up(negotiation, 443)
    assert not network.up(initial, 443) and not network.up(b"plain", 443, here=50_031)
    assert network.up(b"plain", 444) and network.tcp().opened
    network.now += 61
    assert network.up(b"plain", 443, here=50_032)


@pytest.mark.parametrize("name", ["proto-whitelist", "ir-2020"])
def test_proto_whitelist_takes_strangers_on_known_ports_upwards_only(name: str) -> None:
    network = Network(name)
    for first in (tls_hello("meeting.example"), PLAIN):
        stream = network.tcp(here=50_040 + len(first))
        assert stream.up(first) and all(stream.up(bytes(100)) for _ in range(5))
    stream = network.tcp(here=50_050)
    assert stream.up(bytes(50)) and not stream.up(bytes(50)) and stream.down(b"answer")
    network.now += 59
    assert not stream.up(bytes(50))
    network.now += 59
    assert not stream.up(bytes(50)), "each offence begins the minute anew"
    assert all(network.tcp(port=8443, here=50_051).up(bytes(50)) for _ in range(3))


@pytest.mark.parametrize("name", [one for one in profile.names() if one.startswith(("proxy-only", "corp"))])
def test_proxy_only_turns_all_else_away(name: str) -> None:
    network = Network(name)
    assert network.tcp(far=PROXY, port=3128).up(b"CONNECT meeting.example:443 HTTP/1.1\r\n\r\n")
    assert not network.tcp().opened and not network.up(b"x", 53, far=DNS)
    assert network.decisions[-1].outcome == "icmp" and profile.load(name).proxy


@pytest.mark.parametrize("kind", ["proxy-only", "corp"])
@pytest.mark.parametrize(
    ("variant", "refused"),
    [
        ("", []),
        ("-capped", []),
        ("-resigned", []),
        ("-no-raw-ip", [places.SERVER[0], places.SERVER[1]]),
        ("-allowlist", ["second.example", places.SERVER[0], places.SERVER[1]]),
    ],
)
def test_a_proxy_says_no_to_what_its_profile_names(kind: str, variant: str, refused: list[str]) -> None:
    settings = ProxySettings.read(kind, profile.load(kind + variant).proxy)
    asked = ["meeting.example", "second.example", *places.SERVER]
    assert [host for host in asked if settings.refusal(host, 443)] == refused
    assert all(settings.refusal(host, port) for host in asked for port in (80, 3478))


def test_dest_whitelist_is_an_honest_no() -> None:
    network = Network("dest-whitelist")
    assert not network.tcp().opened and network.tcp(far=SECOND, here=50_060).opened
    network = Network("dest-whitelist-listed")
    assert network.tcp().opened and not network.tcp(far=SERVER_SECOND, here=50_061).opened


@pytest.mark.parametrize("name", [one for one in profile.names() if one.startswith("ma-")])
def test_morocco_is_a_hypothesis_in_name_and_text_and_leaves_tls(name: str) -> None:
    found = profile.load(name)
    assert found.hypothesis and "hypothesis" in found.description.lower()
    assert all(seen.grade == "C" and "hypothesis" in seen.where for seen in found.seen if "Morocco" in seen.where)
    network = Network(name)
    stream = network.tcp()
    network.give(b"")
    for part in (tls_hello("vpn.example"), bytes(1200)):
        out = stream.releases(part)
        assert [one.direction for one in out] == ["up"], "a VPN over TLS passes in all of them"


@pytest.mark.parametrize("name", ["ma-2016-mobile-b", "ma-2016-may"])
def test_morocco_b_and_may_take_stun_and_rtp(name: str) -> None:
    network = Network(name)
    assert not network.up(binding()) and network.up(inverted(binding()))
    assert network.call(40_001, 1) < 0.1


def test_morocco_a_takes_an_app_and_leaves_plain_stun() -> None:
    network = Network("ma-2016-mobile-a")
    assert not network.up(binding((0x4000, b"x"))) and network.up(binding())


def test_morocco_adsl_is_on_an_adsl_line() -> None:
    assert profile.load("ma-2016-adsl").link["up"].kbit == 512
    assert Network("ma-2016-adsl").give(_far_packet())[0].at > 1000.02


def test_may_2016_delays_games_and_not_ping() -> None:
    network = Network("ma-2016-may")
    for _ in range(400):
        network.up(bytes(100))
        network.down(bytes(100))
        network.now += 0.03
    assert network.decisions[-1].outcome == "delayed"
    from jemaa.lab import packet as wire
    from tests.lab.traffic import HERE, SERVER

    assert network.passes(wire.ip(HERE, SERVER, wire.ICMP, b"\x08\0\xf7\xff\0\0\0\0"))


@pytest.mark.parametrize(("name", "most"), [("eg-2015", 0.2), ("qa-2022", 0.32), ("ae", 0.2)])
def test_calls_connect_and_carry_nothing(name: str, most: float) -> None:
    network = Network(name)
    assert network.up(binding()) and network.up(dtls_hello())
    assert network.call(40_000, 20) < most


def test_russia_2026_needs_the_list() -> None:
    network = Network("ru-2026")
    assert not network.up(dtls_hello(PION), here=50_070) and network.up(dtls_hello())
    assert network.tcp(here=50_071).up(tls_hello("meeting.example"))
    assert not network.tcp(far=SECOND).opened and not Network("ru-2026-unlisted").tcp().opened


def test_china_takes_what_looks_like_nothing_and_leaves_text() -> None:
    network = Network("cn")
    nothing = bytes((index * 151 + 89) % 256 for index in range(256))
    assert not network.tcp(port=9000).up(nothing)
    assert network.tcp(port=9001, here=50_080).up(b"hello, this is plain text, and long enough to be seen so")


def test_tm_2022_takes_3478_and_answers_names() -> None:
    network = Network("tm-2022")
    assert not network.up(binding(), 3478) and network.up(binding(), 3479)
    assert not network.up(names.query("call.example"), 53, far=SECOND)


def test_clean_touches_nothing() -> None:
    network = Network("clean")
    assert network.call(40_000, 10) == 1.0 and network.tcp().up(tls_hello("call.example"))
    assert not network.decisions
