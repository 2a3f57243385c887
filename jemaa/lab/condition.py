"""Lab room. What a matcher is: a condition of a profile, made ready for one flow.

`see` answers True (this packet matches), False (not this one) or None (no packet of this flow will ever match, do
not ask again); the last is what keeps the middlebox fast.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .flow import Flow
from .packet import Direction, Packet

See = Callable[[Packet, Flow, Direction, float], bool | None]


@dataclass(frozen=True, slots=True)
class Condition:
    """A matcher with its parameters read."""

    make: Callable[[], See]
    """A fresh `see` for one flow."""
    protocols: frozenset[int] | None = None
    """IP protocols that it can match at all; None is any."""
    of_flow: bool = False
    """True if all packets of a flow get the same answer, so that the first suffices."""


def plain(see: See, protocols: frozenset[int] | None = None, *, of_flow: bool = False) -> Condition:
    """A condition that remembers nothing."""
    return Condition(lambda: see, protocols, of_flow)
