"""The lab's profiles as worlds, the nodes that a check has to name in each, and neutral networks of all kinds."""

import random

from .world import CALL_PORTS, Line, Sent, World, together


def _udp(what: Sent) -> bool:
    return what.proto == "udp" and what.port != 53


def _is_stun(what: Sent) -> bool:
    return what.kind in ("stun", "app", "turn")


APP_VOICE = World(cut=(lambda what: what.kind == "app",))
STUN_COOKIE = World(cut=(_is_stun,))
RTP_HEUR = World(cut=(lambda what: what.kind == "rtp",))
RTP_THROTTLE = World(cut=(lambda what: what.kind == "rtp",), keeps=0.18)
PORT_3478 = World(cut=(lambda what: what.port == 3478,))
SNI = World(
    cut=(lambda what: what.word == "voip" and what.proto == "tls", lambda what: what.kind == "tls_after"),
    lingers=("tls_name",), reset=True,
)  # fmt: skip
SNI_DROP = World(cut=(lambda what: what.word == "voip" and what.kind in ("tls", "quic"),))
QUIC_OFF = World(cut=(lambda what: what.kind in ("quic", "quic_after") and what.port == 443,), lingers=("quic",))
RANDOM_TCP = World(cut=(lambda what: what.kind in ("random_tcp", "tls_after"),), lingers=("plain_tcp",))
PROTOCOLS = World(cut=(lambda what: what.kind == "random_tcp" and what.port == 80,))
FINGERPRINT = World(cut=(lambda what: what.word == "pion",))
DNS = World(bogon=True)
BYTES = World(kill_bytes=16_384)
SHAPE, SHAPE_BLOCK = World(shape="slow"), World(shape="drop")
LISTED = World(cut=(lambda what: what.host != "page" and what.host != "resolver",))

ADSL = Line(loss=0.001, rtt_ms=50, kbps=4_000)

PROFILES: dict[str, tuple[World, frozenset[str]]] = {
    "clean": (World(), frozenset()),
    "udp-off": (World(cut=(_udp,)), frozenset({"udp.drop"})),
    "port-list": (
        World(cut=(lambda what: (what.proto == "udp" and what.port in CALL_PORTS) or what.port == 5349,)),
        frozenset({"udp.drop.port", "tcp.drop.port"}),
    ),
    "only-443": (
        World(cut=(lambda what: what.proto == "udp" and what.port not in (53, 443),)), frozenset({"udp.drop.port"})
    ),
    "port-list-3478": (PORT_3478, frozenset({"udp.drop.port"})),
    "stun-cookie": (STUN_COOKIE, frozenset({"stun.drop.signature"})),
    "turn-only": (World(cut=(lambda what: what.kind == "turn",)), frozenset({"turn.drop"})),
    "app-voice": (APP_VOICE, frozenset({"stun.drop.app"})),
    "one-app": (World(cut=(lambda what: what.word == "viber",)), frozenset({"stun.drop.app"})),
    "dtls": (World(cut=(lambda what: what.kind == "dtls",)), frozenset({"dtls.drop"})),
    "dtls-fingerprint": (FINGERPRINT, frozenset({"dtls.drop.fingerprint"})),
    "rtp-heur": (RTP_HEUR, frozenset({"rtp.drop"})),
    "rtp-throttle": (RTP_THROTTLE, frozenset({"rtp.throttle.loss"})),
    "kill-after": (World(kill_age=20.0), frozenset({"flow.kill.time"})),
    "kill-after-bytes": (BYTES, frozenset({"tcp.kill.bytes"})),
    "sni": (SNI, frozenset({"tls.rst.sni"})),
    "sni-drop": (SNI_DROP, frozenset({"tls.drop.sni", "quic.drop.sni"})),
    "dns": (DNS, frozenset({"dns.bogon"})),
    "quic-off": (QUIC_OFF, frozenset({"quic.drop"})),
    "proto-whitelist": (PROTOCOLS, frozenset({"tcp.drop.protocol"})),
    "random-tcp": (RANDOM_TCP, frozenset({"tcp.drop.random"})),
    "shape": (SHAPE, frozenset({"flow.throttle.shape"})),
    "shape-block": (SHAPE_BLOCK, frozenset({"flow.drop.shape"})),
    "proxy-only": (
        World(cut=(lambda what: what.host == "reference",), proxy="connect"), frozenset({"http.proxy_only"})
    ),
    "dest-whitelist-listed": (LISTED, frozenset({"dest.whitelist"})),
    "dest-whitelist": (
        World(cut=(lambda what: what.host in ("page", "reference"),)), frozenset({"dest.whitelist"})
    ),
    "sip": (World(cut=(lambda what: what.kind == "sip",)), frozenset({"sip.drop.signature"})),
    "cn": (together(together(SNI, QUIC_OFF), RANDOM_TCP), frozenset({"tls.rst.sni", "quic.drop", "tcp.drop.random"})),
    "ma-2016-adsl": (
        World(line=ADSL, cut=(_is_stun, lambda what: what.kind == "rtp")),
        frozenset({"stun.drop.signature", "rtp.drop"}),
    ),
    "ma-2016-may": (
        together(together(STUN_COOKIE, RTP_HEUR), SHAPE),
        frozenset({"stun.drop.signature", "rtp.drop", "flow.throttle.shape"}),
    ),
    "tm-2022": (
        together(together(PORT_3478, SNI), DNS), frozenset({"udp.drop.port", "tls.rst.sni", "dns.bogon"})
    ),
    "ru-2025": (together(APP_VOICE, BYTES), frozenset({"stun.drop.app", "tcp.kill.bytes"})),
    "ir-2020": (together(SNI, PROTOCOLS), frozenset({"tls.rst.sni", "tcp.drop.protocol"})),
}  # fmt: skip
"""World, and the nodes that must be named; others of the same mechanism (residues) may be."""


def neutral(seed: int) -> World:
    """A network that blocks nothing, as bad as chance has it: clean, thin, lossy, bursty, congested, with an outage."""
    chance = random.Random(seed)
    kind = seed % 6
    line = [
        Line(loss=0.001, rtt_ms=chance.uniform(5, 80)),
        Line(loss=0.03, rtt_ms=400, jitter_ms=20, kbps=64),
        Line(loss=chance.uniform(0.02, 0.4), rtt_ms=chance.uniform(20, 300), jitter_ms=40),
        Line(loss=chance.uniform(0.02, 0.4), burst=chance.uniform(2, 25), rtt_ms=150, jitter_ms=60),
        Line(loss=0.02, burst=6, rtt_ms=120, jitter_ms=chance.uniform(40, 400), kbps=2_000),
        _with_outage(chance),
    ][kind]
    return World(line=line)


def _with_outage(chance: random.Random) -> Line:
    begins = chance.uniform(0, 60)
    return Line(loss=0.01, burst=2, rtt_ms=90, outage=(begins, begins + chance.uniform(0.3, 8)))
