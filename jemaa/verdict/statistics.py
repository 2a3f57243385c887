"""Verdict room. The statistics of a check and of many: exact tests, nothing assumed about how a network loses packets.

Each is checked against scipy in the tests. Counts are of packets or attempts, probabilities are from 0 to 1.
"""

from collections.abc import Callable, Iterable, Sequence
from math import comb, exp, lgamma, log, log1p, sqrt
from statistics import median
from typing import NamedTuple

MOST_BLOCKS = 16
"""Sign flips are counted through one by one: 65,536 of them take some 20 ms."""

EXACT_TRIES = 400
"""Up to so many in both arms, p is counted out in whole numbers; beyond, these have thousands of digits."""

MOST_TRIES = 100_000
"""Of one arm. Beyond, it is taken as so many in proportion: that says less, never more, and a forged record of ten
million packets keeps nobody busy."""


def fisher_greater(ok_a: int, n_a: int, ok_b: int, n_b: int) -> float:
    """How likely A does at least so much better than B by chance alone (Fisher's exact test, one-sided).

    1.0 where either has no tries.
    """
    if not n_a or not n_b:
        return 1.0
    (ok_a, n_a), (ok_b, n_b) = _bounded(ok_a, n_a), _bounded(ok_b, n_b)
    ok = ok_a + ok_b
    if n_a + n_b > EXACT_TRIES:
        return _at_least(ok_a, n_a, n_b, ok)
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


def wilson(votes: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927): of people who choose themselves, where an exact one says no more.

    `votes` of `n`, which is at least one; half a vote counts as half.
    """
    z = 1.959964
    share = votes / n
    middle = share + z * z / (2 * n)
    reach = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    below = 1 + z * z / n
    return max(0.0, (middle - reach) / below), min(1.0, (middle + reach) / below)


def holm(values: Sequence[float]) -> list[float]:
    """The same p-values, adjusted so that all of a run together err as seldom as one alone (Holm's step-down)."""
    adjusted = [0.0] * len(values)
    running = 0.0
    for rank, place in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        running = max(running, min(1.0, (len(values) - rank) * values[place]))
        adjusted[place] = running
    return adjusted


def benjamini_hochberg(values: Sequence[float], asked: int = 0) -> list[float]:
    """The same p-values, adjusted so that of what is called a discovery so large a share at most is none.

    `asked` is how many questions there were, where those that nothing came of are not among `values`.
    """
    adjusted = [0.0] * len(values)
    running = 1.0
    questions = max(asked, len(values))
    order = sorted(range(len(values)), key=values.__getitem__)
    for rank in range(len(order), 0, -1):
        place = order[rank - 1]
        running = min(running, questions * values[place] / rank)
        adjusted[place] = running
    return adjusted


def binomial_at_least(k: int, n: int, rate: float) -> float:
    """How likely of `n` tries that each succeed at `rate`, `k` or more do."""
    if k <= 0 or rate >= 1:
        return 1.0 if k <= n else 0.0
    if k > n or rate <= 0:
        return 0.0
    odds = rate / (1 - rate)
    if k > n * rate:
        return min(1.0, _falling(_log_binomial(k, n, rate), ((n - i) * odds / (i + 1) for i in range(k, n))))
    first = _log_binomial(k - 1, n, rate)
    return max(0.0, 1 - _falling(first, (i / ((n - i + 1) * odds) for i in range(k - 1, 0, -1))))


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
    flips = [0.0]
    for value in values:
        flips = [*(flip + value for flip in flips), *(flip - value for flip in flips)]
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


def _falling(first: float, ratios: Iterable[float]) -> float:
    """The sum of terms that fall from the first one (its logarithm), until more make no difference."""
    term = total = exp(first)
    for ratio in ratios:
        term *= ratio
        total += term
        if term <= total * 1e-17:
            break
    return total


def _log_binomial(k: int, n: int, rate: float) -> float:
    """The logarithm of how likely exactly `k` of `n` succeed."""
    return _log_comb(n, k) + k * log(rate) + (n - k) * log1p(-rate)


def _bounded(ok: int, n: int) -> tuple[int, int]:
    return (round(ok * MOST_TRIES / n), MOST_TRIES) if n > MOST_TRIES else (ok, n)


def _at_least(ok_a: int, n_a: int, n_b: int, ok: int) -> float:
    """That of `ok` successes among both arms at least `ok_a` fall into the first: the tail that is the shorter one,
    from its largest term to where terms no longer count."""
    mode = (n_a + 1) * (ok + 1) // (n_a + n_b + 2)
    if ok_a > mode:
        total, term = 0.0, exp(_log_share(ok_a, n_a, n_b, ok))
        for k in range(ok_a, min(n_a, ok) + 1):
            total += term
            term *= (n_a - k) * (ok - k) / ((k + 1) * (n_b - ok + k + 1))
            if term <= total * 1e-17:
                break
        return min(1.0, total)
    total, low = 0.0, max(0, ok - n_b)
    term = exp(_log_share(ok_a - 1, n_a, n_b, ok)) if ok_a > low else 0.0
    for k in range(ok_a - 1, low - 1, -1):
        total += term
        term *= k * (n_b - ok + k) / ((n_a - k + 1) * (ok - k + 1))
        if term <= total * 1e-17:
            break
    return max(0.0, 1.0 - total)


def _log_share(k: int, n_a: int, n_b: int, ok: int) -> float:
    """The logarithm of how likely exactly `k` of them do."""
    return _log_comb(n_a, k) + _log_comb(n_b, ok - k) - _log_comb(n_a + n_b, ok)


def _log_comb(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


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
