"""Verdict room. Rules on the check itself: whether it can be believed, whether the server or the line is at fault."""

from jemaa.verdict.conditions import (
    Absent,
    Both,
    By,
    Cut,
    Either,
    Failed,
    LeftOut,
    Lossy,
    Marked,
    Not,
    Said,
    Some,
    Through,
    Unlike,
    Usable,
)

from . import certificates
from .rule import Rule

DIRECT = (
    "udp-[0-9]*-random", "udp-aa_*-random", "tls_name-before-neutral", "plain_tcp-[0-9]*-before", "long_flow-*"
)  # fmt: skip
"""What goes straight to the measuring address and offends nobody."""

DIRECT_TLS = ("tls_name-before-neutral", "plain_tcp-[0-9]*-before")

PLAIN_UDP = (
    "udp-[0-9]*-random", "udp-aa_*-random", "stun-*-inverted", "turn-*-inverted", "dtls-*-inverted", "sip-*-inverted",
    "rtp-[0-9]*-inverted",
)  # fmt: skip
"""UDP that looks like nothing, but for flows that are long enough to be cut for that."""

SERVER_ALONE = Cut(of="up-server", beside=("up-anchor-*", "up-peer"), most=0.0, least=0.3)
OTHERS_REACH_IT = Said(control="server_ok_elsewhere", value=True)
NOT_THE_WAY = ("certificate-untrusted", "tls-resigned", "server-refuses", "server-errs", "no-route")
"""What else may keep somebody from a server that others reach."""

RULES = (
    Rule(
        id="portal", node="check.portal", says="invalid", family="check",
        when=(Either(what=(
            Both(what=(
                Marked(of="up-server", artefacts=("http_replaced",)),
                Failed(of="up-server", words=("http_request_failed", "answer_not_ours")),
            )),
            certificates.everywhere(certificates.NAMES),
        )),),
        because="Most tries were answered by another in the place of the server, or under a name of another's by the"
        " anchors too: a captive portal's page, or a proxy that says yes to everything. What was measured then is"
        " that, and not the way to the server.",
    ),
    *certificates.RULES,
    Rule(
        id="server-refuses", node="server.refused", says="app_gated", family="check",
        when=(
            Failed(of="up-server", words=("http_unexpected_status_code",)),
            Through(of="up-server", most=0.0, sent=2),
        ),
        unless=("portal",),
        because="The server says no itself (401, 403, 429 or 451), each time, under its own certificate: not the"
        " network, but the server, its host, or whatever it let answer in its name.",
    ),
    Rule(
        id="server-errs", node="server.error", says="app_gated", family="check",
        when=(
            Failed(of="up-server", words=("http_unexpected_answer",)),
            Through(of="up-server", most=0.0, sent=2),
        ),
        unless=("portal",),
        because="The server answers each time with an error, or is no Jemaa, and does so under its own certificate:"
        " nobody on the way can have answered so in its place.",
    ),
    Rule(
        id="no-network", node="check.network", says="invalid", family="check",
        when=(Through(of="up-*", most=0.0, sent=2),),
        unless=("portal", "clock", "tls-resigned", "certificate-untrusted", "server-refuses", "server-errs"),
        because="Nothing at all was reached, the anchors neither: there is no network, or none that was asked.",
    ),
    Rule(
        id="no-route", node="server.route", says="insufficient", family="check",
        when=(LeftOut(step="up", why="no_route"), Through(of="up-server", most=0.0, sent=2)),
        unless=("no-network",),
        because="The server has addresses of one kind only (IPv4 or IPv6), and this machine has no way to any of that"
        " kind: nobody keeps anything from it.",
    ),
    Rule(
        id="closed-port-answered", node="check.control", says="invalid", family="check",
        when=(Said(control="positive_ok", value=False),),
        because="A port on which nobody answers answered: somebody on the way says yes to everything.",
    ),
    Rule(
        id="same-differs", node="check.control", says="invalid", family="check",
        when=(Unlike(p=0.005),),
        because="Two arms that are the same in all differ: this line changed too fast for any comparison. The p"
        " of this pair is kept in each record: over many checks it is the false alarm rate that we really"
        " have.",
    ),
    Rule(
        id="server-down", node="server", says="down", family="check",
        when=(
            Through(of="up-server", most=0.0, sent=2),
            Said(control="server_ok_elsewhere", value=False),
        ),
        because="The server cannot be reached from elsewhere either.",
    ),
    Rule(
        id="loss", node="udp.loss", says="impaired", family="check",
        when=(Lossy(of=PLAIN_UDP, least=0.1, sent=20),),
        because="Packets that look like nothing get lost as well, one in ten or more: a bad line is no blocking.",
    ),
    Rule(
        id="proxy-only", node="http.proxy_only", says="blocked", family="check", twin=True,
        when=(
            Cut(of=DIRECT, beside="up-server", most=0.05),
            Through(of="tls_name-connect_*", least=0.0, sent=1),
        ),
        because="Through the configured proxy the server is reached; straight to it nothing gets through, neither"
        " UDP nor TLS.",
        seen="Company networks (Cisco TAC 118094); lab: proxy-only, corp",
    ),
    Rule(
        id="own-name", node="tls.rst.sni", says="likely_blocked", family="check", of_server=True,
        when=(SERVER_ALONE, Failed(of="up-server", words=("connection_reset",)), OTHERS_REACH_IT),
        unless=NOT_THE_WAY,
        because="Others reach this server, and from here other places are reached: a connection to it is opened, and"
        " torn down as soon as its name is asked for. A destination that is not on a list is not connected to at all.",
        seen="Of other names: as tls-name-reset; lab: sni-own",
    ),
    Rule(
        id="not-on-the-list", node="dest.whitelist", says="blocked", family="check", of_server=True,
        when=(SERVER_ALONE, OTHERS_REACH_IT),
        unless=(*NOT_THE_WAY, "own-name"),
        because="Others reach this server, and from here other places are reached and this one is not.",
        seen="Russian mobile networks 2025-26 (net4people/bbs 579); lab: dest-whitelist",
    ),
    Rule(
        id="address-not-on-the-list", node="dest.whitelist", says="blocked", family="check", of_server=True,
        when=(
            Cut(of=DIRECT, beside="up-server", most=0.05),
            Absent(of="tls_name-connect_*"),
            Either(what=(Some(of="up-*"), Through(of="up-server", least=0.6))),
        ),
        unless=("proxy-only",),
        because="The pages' address is reached and the measuring address is not, by UDP or by TLS: not a protocol"
        " but a destination is what passes or does not.",
        seen="As not-on-the-list; lab: dest-whitelist-listed",
    ),
    Rule(
        id="webrtc-in-a-browser", node="webrtc.drop", says="likely_blocked", family="check",
        when=(
            Cut(of="stun-*-genuine", beside=("up-server", "ws-page-genuine", "long_answer-short-neutral")),
            By(software="jemaa-browser"),
            Not(what=Usable(rung="webrtc-udp")),
        ),
        because="A browser asks in its own STUN only and has no twin of it: pages come, and no answer to STUN"
        " does, on any port. Whether all UDP goes or only what is a call, a browser cannot know.",
    ),
)  # fmt: skip
