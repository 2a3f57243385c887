"""Verdict room. What was concluded from facts: one `Finding` says it of one node, with its rule and its grounds.

A node is a place in what a network can do to a call, from the whole to the part: `stun.drop` is some dropping of STUN,
`stun.drop.signature` knows by what. A finding can always be made anew from the same facts and the same `ruleset`.
"""

from typing import Literal

from msgspec import Struct

from .direction import Direction

Verdict = Literal[
    "ok", "blocked", "likely_blocked", "throttled", "impaired", "down", "app_gated", "insufficient", "invalid"
]
"""What can be said of a node.

`blocked` is only said where two arms differ, did so again, and something shows that it was done on purpose: a twin of
the same size at the same time passes, or a mark was left. Without such a sign it is `likely_blocked`. `throttled` is
either of these with part of it let through. `impaired` is a bad line: both arms suffer. `down` is a server that others
cannot reach either. `app_gated` is refused by the application and not by the network. `insufficient` is too little to
say anything, `invalid` a check that cannot be believed.
"""

ACCUSES: frozenset[str] = frozenset({"blocked", "likely_blocked", "throttled"})
"""Verdicts that say that somebody does something to this traffic."""


class Finding(Struct, frozen=True, kw_only=True):
    """`p` is how likely chance alone does as much (adjusted for all that was asked in this run), `effect` the share of
    packets or tries lost beyond the comparison (or the rule's own measure), `n` the packets or tries in both arms,
    `evidence` the ids of the arms. `direction` is on which way the packets got lost, as both ends logged it.
    """

    node: str
    verdict: Verdict
    rule_id: str
    ruleset: str
    p: float | None = None
    effect: float | None = None
    n: int = 0
    artefact: str | None = None
    evidence: tuple[str, ...] = ()
    direction: Direction = "unknown"


def covers(node: str, other: str) -> bool:
    """Whether `other` is this node or a part of it."""
    return other == node or other.startswith(node + ".")
