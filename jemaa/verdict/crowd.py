"""Verdict room. The statistics of many checks: an interval by probes, and when a share changed.

A probe that measures a thousand times is still one probe: it is drawn whole or not at all.
"""

import random
from collections.abc import Sequence
from typing import NamedTuple

ROUNDS = 1_000
"""Bootstrap samples: the ends of a 95 % interval then stand still to about a hundredth."""


def bootstrap(votes: Sequence[float], seed: int, confidence: float = 0.95) -> tuple[float, float]:
    """The interval of the mean of `votes`, one of each probe, by drawing probes again; (0, 1) for none."""
    if not votes:
        return 0.0, 1.0
    chance = random.Random(seed)
    means = sorted(sum(chance.choices(votes, k=len(votes))) / len(votes) for _ in range(ROUNDS))
    tail = (1 - confidence) / 2
    return means[round(tail * (ROUNDS - 1))], means[round((1 - tail) * (ROUNDS - 1))]


class Point(NamedTuple):
    """A share at a time; `hours` count from any beginning and do not go back."""

    hours: float
    value: float


class Change(NamedTuple):
    """At `began` (an index) the share rose (`up`) or fell; at `noticed` that was certain enough."""

    began: int
    noticed: int
    up: bool


def changes(
    points: Sequence[Point],
    *,
    low: float = 0.0,
    high: float = 0.7,
    threshold: float = 2.1,
    half_life_hours: float | None = 336.0,
) -> list[Change]:
    """When a share went from about `low` to about `high`, or back: a two-sided CUSUM that knows where it is.

    In the low state it only looks upward, in the high state only down, so that a lasting block is one change and not
    one a week. What was gathered fades over gaps by `half_life_hours`; None keeps it. `threshold` 2.1 takes six full
    points to be sure of (0.35 a point), with the weekly points that a cell has; OONI's own detector takes twenty.
    """
    middle, found = (low + high) / 2, list[Change]()
    is_high, gathered, began = False, 0.0, 0
    for place, point in enumerate(points):
        if place and half_life_hours is not None:
            gap = max(0.0, point.hours - points[place - 1].hours)
            gathered *= 0.5 ** (gap / half_life_hours) if gap > half_life_hours else 1.0
        step = middle - point.value if is_high else point.value - middle
        if gathered <= 0:
            began = place
        gathered = max(0.0, gathered + step)
        if gathered >= threshold:
            is_high, gathered = not is_high, 0.0
            found.append(Change(began, place, is_high))
    return found
