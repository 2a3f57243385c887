"""Verdict room. Rules on what happens in the middle: flows that are cut at an age or a size, or for how they move."""

from jemaa.verdict.conditions import Both, Cut, EndsByAge, EndsByBytes, Lingers, Not, Slower, Through

from .rule import Rule

UDP_AGE = EndsByAge(of="long_flow-udp_[0-9]*-random", rate=2)
TLS_AGE = EndsByAge(of="long_flow-tls_[0-9]*-neutral", rate=2)
UDP_NEW = Through(of="long_flow-udp_new-random", least=0.6)
TLS_NEW = Through(of="long_flow-tls_new-neutral", least=0.6)
UDP_LIVES = Through(of="long_flow-udp_[0-9]*-random", least=0.8)
TLS_LIVES = Through(of="long_flow-tls_[0-9]*-neutral", least=0.8)
CALLS, CALL_TWINS = "rtp-call_[0-9]*-genuine", "rtp-call_[0-9]*-inverted"
CALL_AGE, TWIN_AGE = (EndsByAge(of=of, lasts=80) for of in (CALLS, CALL_TWINS))
CALL_BYTES, TWIN_BYTES = (
    EndsByAge(of=of, lasts=80, by_bytes=True, width=16_384.0) for of in (CALLS, CALL_TWINS)
)  # fmt: skip
TWIN_LIVES = Through(of=CALL_TWINS, least=0.6)
STILL_UP = Through(of="up-end*", least=0.5)

RULES = (
    Rule(
        id="flow-age", node="flow.kill.time", says="blocked", family="long", twin=True,
        when=(UDP_AGE, TLS_AGE, UDP_NEW, TLS_NEW),
        because="Flows of UDP and of TLS, begun one after the other, end at the same age, and new ones live.",
        seen="UAE, 3-4 hours (twilio-video.js 1234); no packet-level evidence of seconds; lab: kill-after",
    ),
    Rule(
        id="udp-age", node="udp.kill.time", says="blocked", family="long", twin=True,
        when=(UDP_AGE, UDP_NEW, TLS_LIVES),
        unless=("flow-age",),
        because="Flows of UDP, begun one after the other, end at the same age; a new one lives, and so does TLS.",
        seen="As flow-age",
    ),
    Rule(
        id="tcp-bytes", node="tcp.kill.bytes", says="blocked", family="long", twin=True,
        when=(
            EndsByBytes(
                of="long_answer-long-neutral", series="long_answer-long_[0-9]*-neutral",
                beside="long_answer-short-neutral", whole=48_000,
            ),
        ),
        because="Long answers stop at the same number of bytes; short ones, of the same volume in all, come"
        " whole.",
        seen="Russia, 16-20 KB (net4people/bbs 490); lab: kill-after-bytes",
    ),
    Rule(
        id="tls-age", node="tcp.kill.time", says="blocked", family="long", twin=True,
        when=(TLS_AGE, TLS_NEW, UDP_LIVES),
        unless=("flow-age", "tcp-bytes"),
        because="TLS connections, begun one after the other, end at the same age; a new one lives, and so does"
        " UDP.",
        seen="As flow-age",
    ),
    Rule(
        id="shape-delay-udp", node="flow.throttle.shape", says="throttled", family="long", twin=True,
        when=(Slower(of="shape-udp_late-*", beside=("shape-udp_early-*", "shape-udp_control-*"), ms=200),),
        because="What moves like a call is made slow once it is seconds old, whatever is inside; what carries as"
        " much at the same time in larger packets is not.",
        seen="US patent 8185040; fits Morocco's games in May 2016; lab: shape",
    ),
    Rule(
        id="shape-delay-tls", node="flow.throttle.shape", says="throttled", family="long", twin=True,
        when=(Slower(of="shape-tls_late-*", beside=("shape-tls_early-*", "shape-tls_control-*"), ms=200),),
        unless=("shape-delay-udp", "tcp-bytes"),
        because="As shape-delay-udp, in TLS.",
        seen="As shape-delay-udp",
    ),
    Rule(
        id="shape-drop-udp", node="flow.drop.shape", says="blocked", family="long", twin=True,
        when=(Cut(of="shape-udp_late-*", beside="shape-udp_early-*"),),
        surely=(
            Through(of="shape-udp_control-*", least=0.6),
            Both(what=(Lingers(of="shape-udp_late-*", seconds=15), STILL_UP)),
        ),
        unless=("udp-age", "flow-age"),
        because="What moves like a call stops once it is seconds old, whatever is inside, and the network is"
        " still there.",
        seen="Pakistan's hunt for grey traffic since 2013 (press); lab: shape-block, pk-grey",
    ),
    Rule(
        id="shape-drop-midway", node="flow.drop.shape", says="blocked", family="long", twin=True,
        when=(
            Cut(of="shape-udp_late-*", beside="shape-udp_early-*", most=0.5, least=0.8),
            Both(what=(Lingers(of="shape-udp_late-*", seconds=15), STILL_UP)),
        ),
        unless=("shape-drop-udp", "udp-age", "flow-age"),
        because="What moves like a call stops some seconds later than it might have, and so does all that is sent to"
        " that address for a quarter of a minute, while the network is still there.",
        seen="Lab: shape-block, where a late packet begins the filter's clock anew",
    ),
    Rule(
        id="shape-drop-tls", node="flow.drop.shape", says="blocked", family="long", twin=True,
        when=(
            Cut(of="shape-tls_late-*", beside="shape-tls_early-*"),
            Not(what=Through(of="shape-udp_late-*", least=0.6)),
        ),
        surely=(
            Through(of="shape-tls_control-*", least=0.6),
            Both(what=(Lingers(of="shape-tls_late-*", seconds=15), STILL_UP)),
        ),
        unless=("shape-drop-udp", "shape-drop-midway", "tcp-bytes", "tls-age", "flow-age"),
        because="As shape-drop-udp, in TLS.",
        seen="As shape-drop-udp",
    ),
    Rule(
        id="call-age", node="rtp.kill.time", says="blocked", family="long", twin=True,
        when=(CALL_AGE, Not(what=TWIN_AGE), TWIN_LIVES),
        because="Calls that go on end at the same age, whatever they carried by then; their twins, beside them, live.",
        seen="As flow-age; lab: call-age",
    ),
    Rule(
        id="call-bytes", node="rtp.kill.bytes", says="blocked", family="long", twin=True,
        when=(CALL_BYTES, Not(what=TWIN_BYTES), TWIN_LIVES),
        unless=("call-age",),
        because="Calls that go on end after the same volume, at whatever age; their twins, beside them, live.",
        seen="As tcp-bytes, which was seen of TCP; lab: call-bytes",
    ),
    Rule(
        id="cadence-age", node="flow.drop.shape", says="blocked", family="long", twin=True,
        when=(CALL_AGE, TWIN_AGE, UDP_LIVES),
        unless=("udp-age", "flow-age", "shape-drop-udp", "shape-drop-midway"),
        because="What moves like a call ends at the same age, whatever is inside and however much it carried by then;"
        " quiet flows beside it live.",
        seen="As shape-drop-udp",
    ),
    Rule(
        id="udp-bytes", node="udp.kill.bytes", says="blocked", family="long", twin=True,
        when=(CALL_BYTES, TWIN_BYTES, UDP_LIVES),
        unless=("cadence-age",),
        because="Flows of UDP end after the same volume, whatever is inside and at whatever age; those that carry"
        " little live.",
        seen="As tcp-bytes, which was seen of TCP",
    ),
    Rule(
        id="shape-residue", node="flow.residual", says="blocked", family="long", twin=True,
        when=(Lingers(of="shape-*"),),
        only_with=("shape-drop-udp", "shape-drop-midway", "shape-drop-tls"),
        because="After it the whole host stayed dead for a while.",
        seen="Lab: shape-block",
    ),
)  # fmt: skip
