"""Verdict room. The statistics of one check: exact tests, nothing assumed about how a network loses packets.

Each is checked against scipy in the tests. Counts are of packets or attempts, probabilities are from 0 to 1.
"""

from collections.abc import Callable, Sequence
from itertools import product
from math import comb
from statistics import median
from typing import NamedTuple

MOST_BLOCKS = 16
"""Sign flips are counted through one by one: 65,536 of them take some 50 ms."""


def fisher_greater(ok_a: int, n_a: int, ok_b: int, n_b: int) -> float:
    """How likely A does at least so much better than B by chance alone (Fisher's exact test, one-sided).

    1.0 where either has no tries.
    """
    if not n_a or not n_b:
        return 1.0
    ok = ok_a + ok_b
    ways = sum(comb(n_a, k) * comb(n_b, ok - k) for k in range(ok_a, min(n_a, ok) + 1) if 0 <= ok - k <= n_b)
    return min(1.0, ways / comb(n_a + n_b, ok))


def clopper_pearson(ok: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """The exact interval of a rate, by halving until it stands still; (0, 1) where nothing was tried."""
    if not n:
        return 0.0, 1.0
    tail = (1 - confidence) / 2
    low = 0.0 if ok == 0 else _root(lambda rate: 1 - _at_most(ok - 1, n, rate) - tail, rising=True)
    high = 1.0 if ok == n else _root(lambda rate: _at_most(ok, n, rate) - tail, rising=False)
    return low, high


def holm(values: Sequence[float]) -> list[float]:
    """The same p-values, adjusted so that all of a run together err as seldom as one alone (Holm's step-down)."""
    adjusted = [0.0] * len(values)
    running = 0.0
    for rank, place in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        running = max(running, min(1.0, (len(values) - rank) * values[place]))
        adjusted[place] = running
    return adjusted


def benjamini_hochberg(values: Sequence[float]) -> list[float]:
    """The same p-values, adjusted so that of what is called a discovery so large a share at most is none."""
    adjusted = [0.0] * len(values)
    running = 1.0
    order = sorted(range(len(values)), key=values.__getitem__)
    for rank in range(len(order), 0, -1):
        place = order[rank - 1]
        running = min(running, len(values) * values[place] / rank)
        adjusted[place] = running
    return adjusted


def sign_flip(differences: Sequence[float]) -> float:
    """How likely the mean difference is at least so large when each could as well have had the other sign; exact.

    The unit is a pair of blocks. Neighbours of more than `MOST_BLOCKS` pairs are put together first. 1.0 for none.
    """
    values = list(differences)
    while len(values) > MOST_BLOCKS:
        values = [sum(values[at : at + 2]) for at in range(0, len(values), 2)]
    if not values:
        return 1.0
    seen = sum(values) - 1e-12 * sum(abs(one) for one in values)  # rounding makes no difference of a tie
    flips = [sum(s * v for s, v in zip(signs, values, strict=True)) for signs in product((1, -1), repeat=len(values))]
    return sum(one >= seen for one in flips) / len(flips)


class Cluster(NamedTuple):
    """Values that lie together: how many, round where, and how likely so many do by chance."""

    size: int
    centre: float
    p: float


def cluster(values: Sequence[float], width: float, span: float) -> Cluster:
    """The most of `values` within a window of `width`, had they fallen anywhere on `span` (a bound from above).

    For a kill time: flows that a network cuts end at the same age, flows that die of themselves do not.
    """
    ordered = sorted(values)
    best: list[float] = []
    for place, low in enumerate(ordered):
        inside = [one for one in ordered[place:] if one <= low + width]
        best = max(best, inside, key=len)
    if len(best) < 2 or span <= 0:
        return Cluster(len(best), median(best) if best else 0.0, 1.0)
    n, k = len(ordered), len(best)
    chance = n * comb(n - 1, k - 1) * min(1.0, width / span) ** (k - 1)
    return Cluster(k, median(best), min(1.0, chance))


def spread(values: Sequence[float]) -> float:
    """A standard deviation that a few wild values cannot move: 1.4826 times the median distance from the median."""
    if not values:
        return 0.0
    middle = median(values)
    return 1.4826 * median(abs(one - middle) for one in values)


def _at_most(ok: int, n: int, rate: float) -> float:
    """That of `n` tries at `rate` at most `ok` succeed."""
    return sum(comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(ok + 1))


def _root(function: Callable[[float], float], *, rising: bool) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if (function(middle) > 0) == rising:
            high = middle
        else:
            low = middle
    return (low + high) / 2
