"""Our few lines of statistics agree with scipy's many."""

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from jemaa.verdict.statistics import (
    benjamini_hochberg,
    binomial_at_least,
    clopper_pearson,
    cluster,
    fisher_greater,
    holm,
    sign_flip,
    spread,
    wilson,
)

PS = st.lists(st.floats(0, 1), min_size=1, max_size=20)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 12), st.integers(1, 12), st.integers(0, 30), st.integers(1, 30))
def test_fisher(ok_a: int, n_a: int, ok_b: int, n_b: int) -> None:
    ok_a, ok_b = min(ok_a, n_a), min(ok_b, n_b)
    table = [[ok_a, n_a - ok_a], [ok_b, n_b - ok_b]]
    assert fisher_greater(ok_a, n_a, ok_b, n_b) == pytest.approx(stats.fisher_exact(table, "greater").pvalue, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 4_000), st.integers(150, 4_000), st.integers(0, 4_000), st.integers(260, 4_000))
def test_fisher_of_many(ok_a: int, n_a: int, ok_b: int, n_b: int) -> None:
    ok_a, ok_b = min(ok_a, n_a), min(ok_b, n_b)
    table = [[ok_a, n_a - ok_a], [ok_b, n_b - ok_b]]
    expected = stats.fisher_exact(table, "greater").pvalue
    assert fisher_greater(ok_a, n_a, ok_b, n_b) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_a_forged_count_of_packets_keeps_nobody_busy() -> None:
    assert fisher_greater(10_000_000, 10_000_000, 0, 10_000_000) == pytest.approx(0.0, abs=1e-300)
    assert fisher_greater(5_000_000, 10_000_000, 5_000_000, 10_000_000) == pytest.approx(0.5, abs=0.01)
    assert 0 < fisher_greater(10_000_000, 10_000_000, 3, 5) <= 1
    assert fisher_greater(0, 10_000_000, 10_000_000, 10_000_000) == pytest.approx(1.0)


def test_fisher_of_five_pairs_is_what_the_method_counts_on() -> None:
    assert fisher_greater(5, 5, 0, 5) == pytest.approx(1 / 252)
    assert fisher_greater(3, 3, 0, 3) == pytest.approx(1 / 20)
    assert fisher_greater(0, 0, 0, 5) == 1.0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60), st.integers(1, 60), st.sampled_from([0.9, 0.95, 0.99]))
def test_clopper_pearson(ok: int, n: int, confidence: float) -> None:
    ok = min(ok, n)
    exact = stats.binomtest(ok, n).proportion_ci(confidence, "exact")
    assert clopper_pearson(ok, n, confidence) == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_an_interval_of_nothing_is_everything() -> None:
    assert clopper_pearson(0, 0) == (0.0, 1.0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60), st.integers(1, 60))
def test_wilson(votes: int, n: int) -> None:
    votes = min(votes, n)
    known = stats.binomtest(votes, n).proportion_ci(0.95, "wilson")
    assert wilson(votes, n) == pytest.approx((known.low, known.high), abs=1e-6)


def test_wilson_is_the_published_interval() -> None:
    low, high = wilson(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662), "Newcombe 1998, table I"


@settings(max_examples=40, deadline=None)
@given(PS)
def test_benjamini_hochberg(values: list[float]) -> None:
    assert benjamini_hochberg(values) == pytest.approx(list(stats.false_discovery_control(values)))


@settings(max_examples=40, deadline=None)
@given(PS, st.integers(0, 200))
def test_questions_of_which_nothing_came_count_as_well(values: list[float], silent: int) -> None:
    known = stats.false_discovery_control([*values, *[1.0] * silent])[: len(values)]
    assert benjamini_hochberg(values, len(values) + silent) == pytest.approx([min(1.0, one) for one in known])


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 3_000), st.integers(1, 3_000), st.sampled_from([0.0, 0.001, 0.01, 0.3, 0.5, 0.99, 1.0]))
def test_binomial(k: int, n: int, rate: float) -> None:
    assert binomial_at_least(k, n, rate) == pytest.approx(stats.binom.sf(k - 1, n, rate), rel=1e-6, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(PS)
def test_holm_is_bonferroni_stepping_down(values: list[float]) -> None:
    adjusted = holm(values)
    ordered = sorted(zip(values, adjusted, strict=True))
    for rank in range(len(ordered)):
        expected = max(min(1.0, (len(values) - k) * ordered[k][0]) for k in range(rank + 1))
        assert ordered[rank][1] == pytest.approx(expected)
    assert all(one[1] <= other[1] for one, other in pairwise(ordered))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(-1024, 1024).map(lambda n: n / 1024), min_size=2, max_size=9))
def test_sign_flip(differences: list[float]) -> None:
    """With values whose sums are exact, so that both agree on what is a tie."""

    def mean(sample: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", axis: int) -> object:
        return np.mean(sample, axis=axis)

    exact = stats.permutation_test(
        (np.asarray(differences),), mean, permutation_type="samples", n_resamples=np.inf, alternative="greater"
    )
    assert sign_flip(differences) == pytest.approx(exact.pvalue, abs=1e-9)


def test_sign_flip_of_eight_blocks_is_what_the_method_counts_on() -> None:
    assert sign_flip([0.3] * 8) == pytest.approx(1 / 256)
    assert sign_flip([]) == 1.0
    assert sign_flip([0.1] * 40) < 1 / 500
    assert sign_flip([0.0, 1e-42]) == 0.5, "a tie is a matter of proportion"
    assert sign_flip([0.1, 0.2, -0.3]) == 5 / 8, "and not of rounding"


def test_flows_that_end_together_are_a_cluster() -> None:
    together = cluster([20.1, 20.3, 19.9, 41.0], width=2, span=60)
    assert together.size == 3 and together.centre == pytest.approx(20.1) and together.p < 0.02
    assert cluster([3.0, 22.0, 41.0, 55.0], width=2, span=60).size == 1
    assert cluster([], width=2, span=60).p == 1.0
    assert cluster([7.0], width=2, span=60).p == 1.0


def test_the_chance_of_a_cluster_is_a_bound() -> None:
    """Of flows that end anywhere, no more are called a cluster than the bound says."""
    chance = random.Random(1)
    runs = [cluster([chance.uniform(0, 60) for _ in range(4)], width=2, span=60) for _ in range(4_000)]
    for limit in (0.01, 0.05):
        assert sum(one.p <= limit for one in runs) / len(runs) <= limit + 0.005


def test_spread_is_scipys() -> None:
    values = [0.1, 0.2, 0.15, 0.9, 0.18]
    assert spread(values) == pytest.approx(stats.median_abs_deviation(values, scale="normal"), rel=1e-3)
    assert spread([]) == 0.0
