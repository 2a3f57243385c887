"""Verdict room. Rules on names and on what pages need: DNS, names in TLS, unknown protocols, WebSockets, answers."""

from jemaa.verdict.conditions import Cut, EndsByBytes, Failed, Lingers, Marked, Meanwhile, Not, Through, Twice

from .rule import Rule

NAMED = Cut(of="tls_name-voip-voip_name", beside=("tls_name-before-neutral", "plain_tcp-[0-9]*-before"))
BEFORE = Through(of="tls_name-before-neutral", least=0.8)
RANDOM_TCP = "plain_tcp-[0-9]*-random"
WEB_PORT, OTHER_PORT = "plain_tcp-80-random", "plain_tcp-[0-9][0-9][0-9]*-random"
AROUND = ("plain_tcp-[0-9]*-before", "plain_tcp-80-after", "tls_name-before-neutral")
SHORT, LONG, MEGA = "long_answer-short-neutral", "long_answer-long-neutral", "long_answer-mega-neutral"

RULES = (
    Rule(
        id="dns-bogon", node="dns.bogon", says="blocked", family="web",
        when=(
            Marked(of=("dns-voip-system", "dns-voip-injected"), artefacts=("bogon",)),
            Through(of="dns-neutral-system", least=0.3),
        ),
        because="For a name as calling services have it comes an address that leads nowhere; another name is"
        " answered as it should be.",
        seen="Turkmenistan (Snowflake paper); lab: dns+ip",
    ),
    Rule(
        id="dns-nxdomain", node="dns.nxdomain", says="blocked", family="web", twin=True,
        when=(
            Failed(of="dns-voip-system", words=("dns_nxdomain_error",)),
            Through(of="dns-neutral-system", least=0.3),
        ),
        because="A name as calling services have it is said not to exist, and it does; another name is answered.",
        seen="Lab: dns+ip's second list",
    ),
    Rule(
        id="dns-injected", node="dns.injected", says="blocked", family="web", twin=True,
        when=(
            Through(of="dns-voip-injected", least=0.3),
            Through(of="dns-neutral-injected", most=0.0),
        ),
        unless=("dns-bogon",),
        because="A question to an address where nobody answers questions was answered, for this name only.",
        seen="Turkmenistan (Snowflake paper)",
    ),
    Rule(
        id="tls-name-reset", node="tls.rst.sni", says="blocked", family="web", twin=True,
        when=(NAMED, BEFORE, Marked(of="tls_name-voip-voip_name", artefacts=("rst",))),
        because="TLS that asks for a name as calling services have it is reset; another name at the same address,"
        " just before, was not.",
        seen="Turkmenistan (Snowflake paper); Iran (net4people/bbs 484); lab: sni",
    ),
    Rule(
        id="tls-name-drop", node="tls.drop.sni", says="blocked", family="web", twin=True,
        when=(NAMED, BEFORE, Not(what=Marked(of="tls_name-voip-voip_name", artefacts=("rst",)))),
        surely=(Twice(of="tls_name-voip-voip_name"),),
        because="TLS that asks for a name as calling services have it comes to no end; another name at the same"
        " address, just before, did.",
        seen="Lab: sni-drop",
    ),
    Rule(
        id="tls-residue", node="tls.residual", says="blocked", family="web", twin=True,
        when=(Lingers(of="tls_name-*"),),
        only_with=("tls-name-reset", "tls-name-drop"),
        because="After the name the whole address stayed dead for a while.",
        seen="China 180 s, Iran 60 s; lab: sni",
    ),
    Rule(
        id="random-tcp", node="tcp.drop.random", says="blocked", family="web", twin=True,
        when=(Cut(of=RANDOM_TCP, beside=AROUND), Through(of=OTHER_PORT, most=0.1)),
        surely=(Through(of="plain_tcp-[0-9]*-after", least=0.6), Meanwhile(of=RANDOM_TCP)),
        because="On TCP what looks like nothing known gets lost on any port, TLS to the same ports did not.",
        seen="China, November 2021 (Wu et al., USENIX Security 2023); lab: cn",
    ),
    Rule(
        id="protocol-list", node="tcp.drop.protocol", says="blocked", family="web", twin=True,
        when=(Cut(of=WEB_PORT, beside=(*AROUND, OTHER_PORT)), Through(of=OTHER_PORT, least=0.6)),
        surely=(Meanwhile(of=WEB_PORT), Twice(of=WEB_PORT)),
        unless=("random-tcp",),
        because="On a web port only the web's own protocols pass: what looks like nothing is lost there, and on"
        " another port it is not.",
        seen="Iran, February 2020 (net4people/bbs 49); lab: proto-whitelist",
    ),
    Rule(
        id="tcp-residue", node="tcp.residual", says="blocked", family="web", twin=True,
        when=(Lingers(of="plain_tcp-*"),),
        only_with=("random-tcp", "protocol-list"),
        because="After what was blocked, TLS to the same port got lost as well for a while.",
        seen="China 180 s; lab: cn",
    ),
    Rule(
        id="upgrade-refused", node="ws.stripped", says="blocked", family="web", twin=True,
        when=(
            Failed(of="ws-page-genuine", words=("upgrade_refused",)),
            Through(of="ws-page-genuine", most=0.1),
            Through(of=("up-server", SHORT), least=0.6),
        ),
        because="The request for a WebSocket was answered as if it had not asked for one: somebody takes that"
        " out.",
        seen="Company proxies; lab: proxy-only-resigned",
    ),
    Rule(
        id="socket-dead", node="ws.drop", says="likely_blocked", family="web",
        when=(Cut(of="ws-page-genuine", beside=("up-server", SHORT)),),
        unless=("upgrade-refused",),
        because="No WebSocket comes about, and pages from the same server come.",
    ),
    Rule(
        id="answer-held", node="http.answer.held", says="throttled", family="web",
        when=(
            Cut(of="long_answer-flowing-neutral", beside=SHORT),
            Marked(of=("up-server", SHORT, "ws-page-genuine"), artefacts=("tls_resigned", "http_replaced")),
        ),
        because="An answer that flows for seconds comes all at once when it has ended: somebody keeps it back.",
        seen="Company proxies; lab: proxy-only-resigned",
    ),
    Rule(
        id="answer-capped", node="http.answer.capped", says="blocked", family="web",
        when=(
            EndsByBytes(
                of=MEGA, series="long_answer-mega_[0-9]*-neutral", beside=(SHORT, LONG), whole=1_200_000,
                width=65_536.0, ended=True,
            ),
        ),
        because="Answers of more than a megabyte are cut off at one size, shorter ones come whole.",
        seen="Company proxies; lab: proxy-only-capped",
    ),
    Rule(
        id="answer-unfinished", node="http.answer.capped", says="insufficient", family="web",
        when=(Through(of=MEGA, most=0.0, sent=1), Through(of=(SHORT, LONG), least=0.6)),
        unless=("answer-capped",),
        because="An answer of more than a megabyte did not come whole, shorter ones did: it may have been cut off, or"
        " the way is slow.",
    ),
)  # fmt: skip
