"""Web room. What follows from the facts of a check, for whoever has them; nothing is kept of what was asked."""

import time

from aiohttp import hdrs, web
from msgspec import Struct

from jemaa.facts.read import read
from jemaa.limits import MAX_MEASUREMENT_BYTES
from jemaa.verdict.advice import Advice, advise
from jemaa.verdict.finding import Finding
from jemaa.verdict.judge import because, judge
from jemaa.verdict.telling import tell_finding, tell_unknown, words

from .house import HOUSE, bytes_of, json_answer
from .pages import language_of


class Said(Struct):
    """A finding, in words of the asked language, and why its rule says so, in English. `direction` is on which way it
    got lost, as both ends logged it: `up`, `down`, `both` or `unknown`."""

    node: str
    verdict: str
    rule_id: str
    ruleset: str
    text: str
    because: str
    evidence: tuple[str, ...]
    direction: str


class Judgement(Struct):
    """All that follows: findings, the heaviest first; how to attend; what to do and what is not known, in words."""

    findings: list[Said]
    advice: Advice
    todo: list[str]
    unknown: list[str]


async def judge_measurement(request: web.Request) -> web.Response:
    """`POST /api/check/judge?lang=`: facts in, findings out."""
    language = language_of(request, request.app[HOUSE])
    measurement = read(await bytes_of(request, MAX_MEASUREMENT_BYTES), time.time())
    findings = judge(measurement)
    advice = advise(measurement, findings)
    answer = Judgement(
        findings=[_said(one, language) for one in findings],
        advice=advice,
        todo=[words(language)[code] for code in advice.todo],
        unknown=list(tell_unknown(advice, language)),
    )
    return json_answer(answer, **{hdrs.CACHE_CONTROL: "no-store"})


def _said(finding: Finding, language: str) -> Said:
    return Said(
        node=finding.node,
        verdict=finding.verdict,
        rule_id=finding.rule_id,
        ruleset=finding.ruleset,
        text=tell_finding(finding, language),
        because=because(finding),
        evidence=finding.evidence,
        direction=finding.direction,
    )
