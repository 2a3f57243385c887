"""Lab room. What a matcher is: a condition of a profile, with its bounds, made ready for one flow.

`see` answers True (this packet matches), False (not this one) or None (no packet of this flow will ever match, do
not ask again); the last is what keeps the middlebox fast. It is asked about every packet of a flow inside of the
bounds, until one None, since some have a memory.
"""

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .bounds import ANYTHING, Bounds
from .flow import Flow
from .packet import Direction, Packet

See = Callable[[Packet, Flow, Direction, float], bool | None]

Extent = frozenset[Any] | tuple[float, float] | None
"""How much one parameter lets through: one of these, all from the first to the second, or anything."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A matcher with its parameters read."""

    bounds: Bounds
    make: Callable[[], See] | None = None
    """A fresh `see` for one flow; None if the bounds are all that is asked."""
    extents: tuple[Extent, ...] = ()
    """One for each parameter that the bounds do not have: of two of the same name, the wider one takes more packets."""
    name: str = ""

    def implied(self, others: Iterable["Condition"]) -> bool:
        """Whether a packet that meets all of `others` surely meets this one too."""
        if self.make is None:
            return self.bounds.cover(common(others))
        return any(self._takes(other) for other in others)

    def _takes(self, other: "Condition") -> bool:
        if self.name != other.name or not self.bounds.cover(other.bounds):
            return False
        return all(_is_wider(wide, narrow) for wide, narrow in zip(self.extents, other.extents, strict=True))


def _is_wider(wide: Extent, narrow: Extent) -> bool:
    if wide is None or narrow is None:
        return wide is None
    if isinstance(wide, frozenset) or isinstance(narrow, frozenset):
        return isinstance(wide, frozenset) and isinstance(narrow, frozenset) and wide >= narrow
    return wide[0] <= narrow[0] and narrow[1] <= wide[1]


def common(conditions: Iterable[Condition]) -> Bounds:
    """The bounds of what meets all of these."""
    return functools.reduce(Bounds.both, (one.bounds for one in conditions), ANYTHING)


def plain(see: See, bounds: Bounds, *extents: Extent) -> Condition:
    """A condition that remembers nothing."""
    return Condition(bounds, lambda: see, extents)
