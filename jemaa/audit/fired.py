"""Audit room. Rules of the record that fired in a place: what was found of its network, whoever's application it is.

The record measures paths, and a network that knows applications by their marks lets those paths through. Which marks
it lets through, cells of marks tell (`judgement.py`); that it looks for any, such a rule.
"""

from collections.abc import Sequence

from msgspec import Struct

from jemaa.verdict.rules.table import BY_ID

from .cells import Cell

PREFIX = "rule:"
"""How the subject of such a cell begins."""

APPS_NODE = "stun.drop.app"
"""What a rule is about that found applications told by their marks."""


class Fired(Struct, frozen=True, kw_only=True):
    """A rule, and for how many probes of those that were there it fired. `node` is empty for a rule that is not of this
    version."""

    rule: str
    node: str
    verdict: str
    probes: int
    of: int


def fired(cells: Sequence[Cell]) -> tuple[Fired, ...]:
    """Of the cells of one place, those of rules: each rule once, with its weeks and accesses together, and with its
    verdict in the largest of them.
    """
    found = []
    for subject in dict.fromkeys(one.subject for one in cells if one.subject.startswith(PREFIX)):
        alike = [one for one in cells if one.subject == subject]
        of, rule = sum(one.probes for one in alike), BY_ID.get(subject.removeprefix(PREFIX))
        found.append(
            Fired(
                rule=subject.removeprefix(PREFIX),
                node=rule.node if rule else "",
                verdict=max(alike, key=lambda one: one.probes).verdict,
                probes=of - sum(one.worked for one in alike),
                of=of,
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.probes, one.rule)))
