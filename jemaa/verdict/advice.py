"""Verdict room. What the facts mean for a person: how to attend from there, what to do, what the check cannot know.

Values with stable codes; their words are in `words/`. An advice only names ways that were tried and worked.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from jemaa.facts.record import Measurement, Rung

from .finding import ACCUSES, Finding
from .judge import BROWSER, TURNED_AWAY, judge
from .rules.certificates import DATES
from .rules.table import BY_ID

SOUND = ("live", "stream", "pieces", "radio")
"""Ways that sound comes down, the best first."""
CALLS = ("webrtc-udp", "turn-udp", "turn-tcp", "turn-tls")
MOVING_KBPS, STILL_KBPS = 190.0, 14.0
"""The small picture beside the sound, and one that stands for ten seconds: as `client/check/advice.js` has them, which
`tests/vectors/make_check.py` sees to."""
TALK_DELAY_MS = 2_500.0
"""Slower than this it is no conversation: one speaks in pieces, and is heard when they are there."""

CLOCK_HOURS = 24
"""So far off a clock makes good certificates look as if they were not yet valid, or not any more."""

_PICTURE = ("live", "stream", "pieces")
_SERVICES = {"udp", "stun", "dtls"}


class Way(Struct, frozen=True, kw_only=True):
    """By which rung one thing that a person wants to do can be done."""

    rung: str


class Advice(Struct, frozen=True, kw_only=True):
    """`sound`, `picture`, `still` (where the picture would not move), `speaking`, `writing`: None where no way was seen
    to work. `kbps` is the most that was seen to come through on any, `calls` are ways by which calls of other services
    could be begun (None: not tried). `todo` and `unknown` are codes of `words`, the weightiest first.
    """

    sound: Way | None
    picture: Way | None
    still: Way | None
    speaking: Way | None
    writing: Way | None
    kbps: float | None
    calls: tuple[str, ...] | None
    todo: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def can_attend(self) -> bool:
        """In any way."""
        return self.sound is not None or self.writing is not None


def advise(measurement: Measurement, findings: Sequence[Finding] | None = None) -> Advice:
    """For whoever measured, at that time. Pure and total, as `judge` is, whose findings may be given."""
    found = judge(measurement) if findings is None else findings
    rungs = {rung.name: rung for rung in measurement.rungs if rung.usable}
    kbps = max((rung.kbps for rung in rungs.values() if rung.kbps is not None), default=None)
    picture = _first(rungs, _PICTURE)
    advice = Advice(
        sound=_first(rungs, SOUND),
        picture=picture if kbps is not None and kbps >= MOVING_KBPS else None,
        still=picture if kbps is not None and STILL_KBPS <= kbps < MOVING_KBPS else None,
        speaking=_speaking(rungs),
        writing=_first(rungs, ("text", *SOUND[:3])),
        kbps=kbps,
        calls=_calls(measurement),
        todo=(),
        unknown=_unknown(measurement, found),
    )
    todo = _todo(advice, bool(measurement.rungs), found, clock_matters=_clock_matters(measurement))
    return msgspec.structs.replace(advice, todo=todo)


def _calls(measurement: Measurement) -> tuple[str, ...] | None:
    tried = {rung.name: rung.usable for rung in measurement.rungs if rung.name in CALLS}
    return tuple(name for name in CALLS if tried.get(name)) if tried else None


def _first(rungs: dict[str, Rung], names: Sequence[str]) -> Way | None:
    return next((Way(rung=name) for name in names if name in rungs), None)


def _speaking(rungs: dict[str, Rung]) -> Way | None:
    """Live where there and back is quick, else in pieces. What is sent up in pieces goes as what comes down so."""
    live = rungs.get("live")
    if live is not None and (live.delay_ms_p95 or 0.0) <= TALK_DELAY_MS:
        return Way(rung="live")
    return _first(rungs, ("pieces",))


def _clock_matters(measurement: Measurement) -> bool:
    """Whether the device's clock is off by so much, or by less and a certificate seems to be of another time."""
    off = abs(measurement.controls.clock_off_h or 0)
    is_seen = any(arm.step == "up" and arm.failure in DATES for arm in measurement.arms)
    return off >= CLOCK_HOURS or (off > 0 and is_seen)


def _todo(advice: Advice, is_tried: bool, findings: Sequence[Finding], *, clock_matters: bool) -> tuple[str, ...]:
    rules = {one.rule_id for one in findings if one.verdict != "insufficient" or _is_all(one)}
    asked = (
        ("todo.portal", "portal" in rules),
        ("todo.clock", "clock" in rules),
        ("todo.clock_off", clock_matters and "clock" not in rules),
        ("todo.no_network", "no-network" in rules),
        ("todo.server_down", "server-down" in rules),
        ("todo.refused", "server-refuses" in rules),
        ("todo.error", "server-errs" in rules),
        ("todo.no_route", "no-route" in rules),
        ("todo.certificate", "certificate-untrusted" in rules),
        ("todo.another_network", not advice.can_attend and is_tried),
        ("todo.attend_by", advice.sound is not None and "invalid" not in {one.verdict for one in findings}),
        ("todo.read", advice.sound is None and advice.writing is not None),
        ("todo.line", "loss" in rules),
        ("todo.not_calls", any(one.verdict in ACCUSES for one in findings) and advice.sound is not None),
        ("todo.opened", "tls-resigned" in rules),
        ("todo.residue", any(one.node.endswith(".residual") for one in findings)),
    )
    return tuple(code for code, holds in asked if holds)


def _is_all(finding: Finding) -> bool:
    """Whether this verdict is all that its rule ever says: then more tries would say no more."""
    rule = BY_ID.get(finding.rule_id)
    return finding.rule_id == TURNED_AWAY or (rule is not None and rule.says == finding.verdict)


def offers_nothing(measurement: Measurement) -> bool:
    """Whether the server was there, was to be asked by its measuring services, and has none. A server that was not
    reached, or to whose address there is no way, did not say so."""
    is_there = any(arm.id == "up-server" and arm.rx_client for arm in measurement.arms)
    is_asked = bool(_SERVICES & set(measurement.plan.steps))
    has_some = bool(_SERVICES & {arm.step for arm in measurement.arms})
    return is_there and is_asked and not has_some and not _is_unrouted(measurement)


def _is_unrouted(measurement: Measurement) -> bool:
    return any(one.why == "no_route" for one in measurement.plan.left_out)


def _unknown(measurement: Measurement, findings: Sequence[Finding]) -> tuple[str, ...]:
    steps = {arm.step for arm in measurement.arms}
    is_accused = any(one.verdict in ACCUSES for one in findings)
    asked = (
        ("unknown.who", is_accused),
        ("unknown.once", any(one.verdict == "likely_blocked" for one in findings)),
        ("unknown.insufficient", any(one.verdict == "insufficient" and not _is_all(one) for one in findings)),
        ("unknown.turned_away", any(one.rule_id == TURNED_AWAY for one in findings)),
        ("unknown.browser", measurement.software.startswith(BROWSER)),
        ("unknown.no_media", bool(steps) and "rtp" not in steps),
        ("unknown.no_route", _is_unrouted(measurement)),
        ("unknown.no_services", offers_nothing(measurement)),
        ("unknown.vpn", measurement.network.vpn is True),
        ("unknown.other_apps", True),
        ("unknown.later", True),
    )
    return tuple(code for code, holds in asked if holds)
