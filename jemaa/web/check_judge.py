"""Web room. What follows from the facts of a check, for whoever has them; nothing is kept of what was asked."""

import time

from aiohttp import hdrs, web
from msgspec import Struct

from jemaa.facts.read import read
from jemaa.limits import MAX_MEASUREMENT_BYTES
from jemaa.verdict.finding import Finding
from jemaa.verdict.judge import judge
from jemaa.verdict.rules.table import BY_ID

from .house import bytes_of, json_answer


class Said(Struct, omit_defaults=True):
    """A finding, and its rule's reason in words."""

    node: str
    verdict: str
    rule_id: str
    ruleset: str
    because: str
    evidence: tuple[str, ...] = ()
    n: int = 0
    p: float | None = None


class Judgement(Struct):
    """All that follows, the heaviest first."""

    findings: list[Said]


async def judge_measurement(request: web.Request) -> web.Response:
    """`POST /api/check/judge`: facts in, findings out."""
    data = await bytes_of(request, MAX_MEASUREMENT_BYTES)
    findings = judge(read(data, time.time()))
    return json_answer(Judgement([_said(one) for one in findings]), **{hdrs.CACHE_CONTROL: "no-store"})


def _said(finding: Finding) -> Said:
    rule = BY_ID.get(finding.rule_id)
    return Said(
        node=finding.node,
        verdict=finding.verdict,
        rule_id=finding.rule_id,
        ruleset=finding.ruleset,
        because=rule.because if rule else "",
        evidence=finding.evidence,
        n=finding.n,
        p=finding.p,
    )
