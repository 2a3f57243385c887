"""Verdict room. Rules that say that a stage works: only what was tried and came through, never what was not asked."""

from jemaa.verdict.conditions import Through

from .rule import Rule


def _works(node: str, of: str | tuple[str, ...], what: str, least: float = 0.8) -> Rule:
    return Rule(
        id=f"{node}-works", node=node, says="ok", family="check", when=(Through(of=of, least=least, sent=3),),
        because=f"{what} came through.",
    )  # fmt: skip


RULES = (
    _works("udp", ("udp-[0-9]*-random", "udp-aa_*-random"), "Random UDP on the ports that were tried"),
    _works("stun", ("stun-[0-9]*-genuine", "stun-app_*-genuine"), "STUN, nobody's and that of known apps,"),
    _works("turn", "turn-[0-9]*-genuine", "TURN's first request"),
    _works("dtls", "dtls-*-genuine", "The first packet of each DTLS stack"),
    _works("rtp", "rtp-[0-9]*-genuine", "What looks like RTP"),
    _works("sip", "sip-[0-9]*-genuine", "A SIP request"),
    _works("quic", ("quic-443-genuine", "quic-[0-9]*-voip_name"), "QUIC"),
    _works("dns", ("dns-neutral-system", "dns-voip-system"), "The right answer to a name"),
    _works("tls", ("tls_name-before-neutral", "tls_name-voip-voip_name"), "TLS by either name"),
    _works("tcp", ("plain_tcp-80-random", "plain_tcp-[0-9]*-random"), "What looks like nothing, on TCP,"),
    _works("ws", "ws-page-genuine", "A WebSocket"),
    _works("http", ("long_answer-short-neutral", "long_answer-long-neutral"), "Answers short and long"),
    _works("flow", ("long_flow-udp_[0-9]*-random", "long_flow-tls_[0-9]*-neutral"), "Flows of half a minute"),
)
