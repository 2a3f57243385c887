"""Verdict room. Rules on what calls are made of: UDP and its ports, STUN, TURN, DTLS, RTP, SIP, QUIC."""

from jemaa.verdict.conditions import Both, By, Cut, Lingers, Lossy, Meanwhile, Not, Some, Thinned, Through, Twice

from .rule import Rule
from .validity import DIRECT_TLS, PLAIN_UDP

STUN, STUN_TWIN = "stun-[0-9]*-genuine", "stun-[0-9]*-inverted"
APPS = "stun-app_*-genuine"
PORTS = ("udp-[0-9]*-random", "udp-aa_*-random")
ALL_UDP = (*PORTS, "stun-*-inverted", "turn-*-inverted", "dtls-*-inverted", "long_flow-udp_*-random")
"""From the check's beginning to its end: no outage is as long."""

RTP, RTP_TWIN = "rtp-[0-9]*-genuine", "rtp-[0-9]*-inverted"

QUIET_LINE = Not(what=Lossy(of=PLAIN_UDP, least=0.05))
"""Five packets in a row that take no turns with others may fall into one burst, and into one more the next time."""

RULES = (
    Rule(
        id="udp", node="udp.drop", says="blocked", family="udp", twin=True,
        when=(Cut(of=ALL_UDP, beside=DIRECT_TLS, most=0.02), Through(of=PORTS, most=0.0)),
        because="No packet by UDP is answered, on no port; TLS to the same address works.",
        seen="Guest and company networks (Cisco TAC 118094); lab: udp-off",
    ),
    Rule(
        id="udp-port", node="udp.drop.port", says="blocked", family="udp", twin=True,
        when=(Cut(of=PORTS, beside=PORTS, by="each"), Some(of=PORTS)),
        unless=("udp",),
        because="Random bytes to these ports get lost, and the same to other ports at the same time do not.",
        seen="Turkmenistan, 3478 (Snowflake paper); lab: port-list, port-list-3478",
    ),
    Rule(
        id="tcp-port", node="tcp.drop.port", says="blocked", family="udp", twin=True,
        when=(Cut(of="turn-5349-neutral", beside=DIRECT_TLS),),
        surely=(
            Both(what=(Twice(of="turn-5349-neutral"), Meanwhile(of="turn-5349-neutral"))),
            Cut(of=PORTS, beside=PORTS, by="each"),
        ),
        because="TLS to the port of TURN over TLS does not come about, and to other ports of the same address it"
        " does.",
        seen="Lab: port-list",
    ),
    Rule(
        id="stun-signature", node="stun.drop.signature", says="blocked", family="call", twin=True,
        when=(Cut(of=STUN, beside=STUN_TWIN, by="paired"),),
        because="STUN gets lost; the same bytes turned over, of the same size, to the same port and in turns with"
        " it, do not.",
        seen="SonicWall's STUN signature; Russia, August 2025 (remittor/zapret-openwrt 377); lab: stun-cookie",
    ),
    Rule(
        id="stun-app", node="stun.drop.app", says="blocked", family="call", twin=True,
        when=(Cut(of=APPS, beside=(STUN, "stun-*-inverted"), by="each"), Through(of=STUN, least=0.45)),
        unless=("stun-signature",),
        because="STUN with the marks of known apps gets lost, and nobody's STUN in turns with it does not.",
        seen="Press reports of Morocco 2016, Egypt 2015 and 2017, Russia 2025; lab: app-voice",
    ),
    Rule(
        id="turn", node="turn.drop", says="blocked", family="call", twin=True,
        when=(
            Cut(of="turn-[0-9]*-genuine", beside="turn-[0-9]*-inverted", by="paired"),
            Through(of=STUN, least=0.45),
        ),
        unless=("stun-signature",),
        because="TURN's Allocate gets lost; its twin does not, and neither does a STUN Binding, which is the same"
        " but for its method.",
        seen="nDPI knows TURN from STUN (stun.c); lab: turn-only",
    ),
    Rule(
        id="dtls", node="dtls.drop", says="blocked", family="call", twin=True,
        when=(
            Cut(of="dtls-*-genuine", beside="dtls-*-inverted", by="paired"),
            Through(of="dtls-*-genuine", most=0.1),
        ),
        because="Each stack's ClientHello gets lost, and its twin does not.",
        seen="Russia, December 2021; lab: dtls",
    ),
    Rule(
        id="dtls-fingerprint", node="dtls.drop.fingerprint", says="blocked", family="call", twin=True,
        when=(Cut(of="dtls-*-genuine", beside="dtls-*-inverted", by="each"), Some(of="dtls-*-genuine")),
        unless=("dtls",),
        because="One stack's ClientHello gets lost, another's does not: its order of ciphers is what is known.",
        seen="Russia, pion, since 30 March 2026 (net4people/bbs 603); lab: dtls-fingerprint",
    ),
    Rule(
        id="dtls-in-a-browser", node="dtls.drop", says="likely_blocked", family="call",
        when=(
            Cut(of="dtls_handshake-browser-genuine", beside="stun-[0-9]*-genuine"),
            By(software="jemaa-browser"),
        ),
        because="ICE's STUN is answered, and on the same flows the browser's DTLS handshake comes to no end. Whether"
        " DTLS as such or this browser's, and whether it is the network or the browser itself, it cannot know.",
        seen="Russia, March 2022: Chrome failed and Firefox did not (OvenMediaEngine 699); lab: dtls",
    ),
    Rule(
        id="rtp", node="rtp.drop", says="blocked", family="media", twin=True,
        when=(Thinned(of=RTP, beside=RTP_TWIN), Through(of=RTP, most=0.04)),
        because="Of what looks like RTP next to nothing arrives (the first packets may, until a filter is sure),"
        " of its twin most does.",
        seen="nDPI condemns a flow at its third packet (rtp.c); lab: rtp-heur",
    ),
    Rule(
        id="rtp-loss", node="rtp.throttle.loss", says="throttled", family="media", twin=True,
        when=(Thinned(of=RTP, beside=RTP_TWIN), Through(of=RTP, least=0.04)),
        unless=("rtp",),
        because="What looks like RTP loses at least 20 points more than its twin, in blocks that take turns: the"
        " call is set up, and nobody understands a word.",
        seen="Qatar 2022 (Signal-Android 9964); Packeteer's recipe; lab: rtp-throttle, rtp-loss",
    ),
    Rule(
        id="sip", node="sip.drop.signature", says="blocked", family="call", twin=True,
        when=(Cut(of="sip-[0-9]*-genuine", beside="sip-[0-9]*-inverted", by="paired"),),
        because="A SIP request gets lost, its twin does not. A home router that helps telephones does so too.",
        seen="l7-filter and MikroTik rules of 2015",
    ),
    Rule(
        id="quic", node="quic.drop", says="blocked", family="call",
        when=(
            Cut(of="quic-443-genuine", beside=("quic-443-before", "udp-443-random")),
            Through(of="quic-443-before", least=0.6),
        ),
        twin=True,
        surely=(
            Both(what=(Meanwhile(of="quic-443-genuine"), QUIET_LINE)),
            Both(what=(Twice(of="quic-443-genuine"), QUIET_LINE)),
        ),
        because="QUIC's first packet of version 1 gets lost on UDP 443; one of another version, of the same size,"
        " did not.",
        seen="Russia, 4 March 2022 (kelmenhorst/quic-censorship 4); lab: quic-off",
    ),
    Rule(
        id="quic-name", node="quic.drop.sni", says="blocked", family="call", twin=True,
        when=(
            Cut(of="quic-[0-9]*-voip_name", beside=("quic-[0-9]*-neutral", "quic-443-before")),
            Through(of="quic-[0-9]*-neutral", least=0.6),
        ),
        because="QUIC that asks for a name as calling services have it gets lost, with another name it does not.",
        seen="China, 7 April 2024 (net4people/bbs 505); lab: sni-drop",
    ),
    Rule(
        id="udp-residue", node="udp.residual", says="blocked", family="call", twin=True,
        when=(Lingers(of=("stun-*", "dtls-*", "rtp-*")),),
        only_with=("stun-signature", "stun-app", "dtls", "dtls-fingerprint", "rtp", "rtp-loss"),
        because="After what was blocked, harmless UDP to the same port got lost as well for a while.",
        seen="Iran 60 s, China 180 s, Russia 10 min (net4people/bbs 417)",
    ),
    Rule(
        id="quic-residue", node="quic.residual", says="blocked", family="call", twin=True,
        when=(Lingers(of="quic-*"),),
        only_with=("quic", "quic-name"),
        because="After QUIC all UDP to that port got lost for a while.",
        seen="Lab: quic-off",
    ),
)  # fmt: skip
