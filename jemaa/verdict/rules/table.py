"""Verdict room. All rules in their order, and the version of them: a rule that changes makes a new version."""

import hashlib

import msgspec

from . import calls, fine, long, validity, web
from .rule import Rule

RULESET = "6"
"""Kept beside each finding. `tests/verdict/test_rules.py` has the digest of each: none changes unseen."""

RULES: tuple[Rule, ...] = (*validity.RULES, *calls.RULES, *web.RULES, *long.RULES, *fine.RULES)
BY_ID = {rule.id: rule for rule in RULES}


def digest() -> str:
    """Of what the rules ask and say; why they do so in words is left out."""
    asked = [[rule.id, rule.node, rule.says, rule.family, rule.twin, rule.unless, rule.only_with] for rule in RULES]
    return hashlib.sha256(repr([asked, [(rule.when, rule.surely) for rule in RULES]]).encode()).hexdigest()[:16]


def as_json() -> bytes:
    """The whole table, as it can be shown to others."""
    return msgspec.json.encode([{"condition": [repr(one) for one in rule.when], **_plain(rule)} for rule in RULES])


def _plain(rule: Rule) -> dict[str, object]:
    fields = ("id", "node", "says", "family", "because", "twin", "unless", "only_with", "seen")
    return {name: getattr(rule, name) for name in fields}
