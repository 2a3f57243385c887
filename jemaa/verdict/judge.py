"""Verdict room. `judge`: the facts of one check to findings, by the rules of the table and nothing else.

Pure and total: the same facts give the same findings for ever, and no measurement makes it raise. Each family of rules
shares `ALPHA` (Holm). A difference that may be chance is `insufficient`, one seen once is `likely_blocked` at most.
"""

from collections.abc import Sequence
from typing import NamedTuple

from jemaa.facts.record import Measurement

from .case import Case, ids
from .conditions import Grounds, weigh
from .direction import direction
from .finding import ACCUSES, Finding, Verdict, covers
from .rules.rule import Rule
from .rules.table import BY_ID, RULES, RULESET
from .statistics import holm

ALPHA = 0.01
"""How often a family of questions may accuse a network that does nothing, at the very worst. Counts are small and an
accusation also needs one side as good as dead, so that it is far rarer: docs/check.md has the figure."""

OTHER_TIME_SECONDS = 3_600
"""Another time: one confirmation at once and one later is the method's. Facts at rest know the hour, and no more."""

BROWSER = "jemaa-browser"
"""How `software` begins where a browser measured: it cannot send twins."""


TURNED_AWAY, NOTHING_ASKED = "turned-away", "nothing-asked"
"""In the place of a rule's id: the server itself had no time for a part of the check, which no rule is asked about; and
there was nothing at all that a rule asks about."""

_WITHOUT_RULE = {
    TURNED_AWAY: "The server itself turned a part of this check away, because too much came at once: from this address,"
    " which others may share, or from all together. That is nothing that a network does, and nothing of it is counted.",
    NOTHING_ASKED: "Nothing was measured that a rule asks about.",
}


class _Heard(NamedTuple):
    """A rule and the answers to all that it asks."""

    rule: Rule
    answers: tuple[Grounds, ...]
    surely: tuple[Grounds, ...]

    @property
    def first(self) -> Grounds:
        return self.answers[0]

    @property
    def fires(self) -> bool:
        return all(one.asked and one.holds for one in self.answers)

    @property
    def is_beside_the_line(self) -> bool:
        """Whether the line's own trouble is excluded."""
        return not self.surely or any(one.asked and one.holds for one in self.surely)

    @property
    def p(self) -> float | None:
        known = [one.p for one in self.answers if one.p is not None]
        return max(known) if known else None


def judge(measurement: Measurement, history: Sequence[Measurement] = ()) -> tuple[Finding, ...]:
    """What follows from these facts, the heaviest first. `history` has checks of the same probe: those that
    `confirming` takes count as the second sight of a difference.
    """
    findings = _alone(measurement, _before(measurement, history))
    return tuple(sorted(findings, key=lambda one: (_WEIGHT.index(one.verdict), one.node, one.rule_id)))


_WEIGHT: tuple[Verdict, ...] = (
    "invalid", "down", "blocked", "throttled", "likely_blocked", "app_gated", "impaired", "insufficient", "ok"
)  # fmt: skip


def because(finding: Finding) -> str:
    """Why it is said, in English."""
    rule = BY_ID.get(finding.rule_id)
    return rule.because if rule else _WITHOUT_RULE.get(finding.rule_id, "")


def confirming(measurement: Measurement, history: Sequence[Measurement]) -> tuple[Measurement, ...]:
    """Those that were made in the same network at least an hour earlier. Where the network's number is not known nobody
    knows which ones these are."""
    here, began = _place(measurement), measurement.started_at - OTHER_TIME_SECONDS
    if measurement.network.asn is None:
        return ()
    return tuple(one for one in history if _place(one) == here and one.started_at <= began)


def _before(measurement: Measurement, history: Sequence[Measurement]) -> frozenset[str]:
    """Nodes that these accuse, each judged by itself. What is about one server is left out: facts do not say which."""
    earlier = confirming(measurement, history)
    accused = (one for past in earlier for one in _alone(past, frozenset()) if one.verdict in ACCUSES)
    return frozenset(one.node for one in accused if not BY_ID[one.rule_id].of_server)


def _place(measurement: Measurement) -> tuple[object, ...]:
    network = measurement.network
    return network.asn, network.cc, network.access, network.vpn


def _alone(measurement: Measurement, before: frozenset[str]) -> list[Finding]:
    case = Case(measurement)
    heard = [_hear(rule, case) for rule in RULES]
    adjusted = _adjusted(heard)
    is_browser = measurement.software.startswith(BROWSER)
    fired: dict[str, Finding] = {}
    sure: set[str] = set()
    for one in heard:
        rule = one.rule
        if not one.fires or any(other in sure for other in rule.unless):
            continue
        causes = [fired[other] for other in rule.only_with if other in sure]
        if rule.only_with and not causes:
            continue
        p = adjusted.get(rule.id)
        verdict = _verdict(one, p, before, is_browser=is_browser)
        if causes and all(cause.verdict == "likely_blocked" for cause in causes):
            verdict = "likely_blocked"
        fired[rule.id] = _finding(one, p, verdict)
        if verdict != "insufficient" or rule.says == verdict:  # the latter is all that such a rule has to say
            sure.add(rule.id)
    return _settled([*fired.values(), *_turned_away(case)])


def _hear(rule: Rule, case: Case) -> _Heard:
    return _Heard(
        rule, tuple(weigh(one, case) for one in rule.when), tuple(weigh(one, case) for one in rule.surely)
    )  # fmt: skip


def _adjusted(heard: Sequence[_Heard]) -> dict[str, float]:
    """The p of each rule whose question was asked, adjusted within its family. Rules that ask the same share it."""
    found: dict[str, float] = {}
    for family in dict.fromkeys(one.rule.family for one in heard):
        asked = [
            (one, p) for one in heard if one.rule.family == family and one.first.asked and (p := one.p) is not None
        ]
        questions = list(dict.fromkeys((one.rule.when[0], p) for one, p in asked))
        fair = dict(zip(questions, holm([p for _, p in questions]), strict=True))
        found |= {one.rule.id: fair[one.rule.when[0], p] for one, p in asked}
    return found


def _verdict(one: _Heard, p: float | None, before: frozenset[str], *, is_browser: bool) -> Verdict:
    """The most that the rule may say, or what is left of it."""
    says = one.rule.says
    if says not in ACCUSES:
        return says
    if (p is not None and p > ALPHA) or not one.is_beside_the_line:
        return "insufficient"
    if says == "throttled":
        return says
    is_again = one.first.again or any(covers(node, one.rule.node) or covers(one.rule.node, node) for node in before)
    is_marked = one.rule.twin or any(answer.artefact is not None for answer in one.answers)
    return says if is_again and is_marked and not is_browser else "likely_blocked"


def _finding(one: _Heard, p: float | None, verdict: Verdict) -> Finding:
    first = one.first
    return Finding(
        node=one.rule.node,
        verdict=verdict,
        rule_id=one.rule.id,
        ruleset=RULESET,
        p=p,
        effect=None if first.effect is None else round(first.effect, 4),
        n=first.n,
        artefact=next((answer.artefact for answer in one.answers if answer.artefact is not None), None),
        evidence=first.arms,
        direction="unknown" if verdict == "ok" else direction(first.suffers),
    )


def _turned_away(case: Case) -> list[Finding]:
    """What is not counted, said once."""
    count, evidence = sum(arm.turned_away for arm in case.turned_away), ids(case.turned_away)
    if not count:
        return []
    return [
        Finding(
            node="server.busy", verdict="insufficient", rule_id=TURNED_AWAY, ruleset=RULESET, n=count, evidence=evidence
        )
    ]  # fmt: skip


def _settled(findings: list[Finding]) -> list[Finding]:
    """What cannot stand together goes: nothing beside `invalid`, no `ok` beside trouble of the same stage."""
    invalid = [one for one in findings if one.verdict == "invalid"]
    if invalid:
        return invalid
    trouble = {one.node.partition(".")[0] for one in findings if one.verdict in ACCUSES}
    kept = [one for one in findings if one.verdict != "ok" or one.node not in trouble]
    return kept or [Finding(node="check", verdict="insufficient", rule_id=NOTHING_ASKED, ruleset=RULESET)]
