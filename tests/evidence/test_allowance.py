"""Submissions of one source and of all: what is too much is refused, and who was forgotten begins anew."""

import pytest

from jemaa.evidence.allowance import Allowance
from jemaa.limits import SUBMISSIONS_A_SECOND, SUBMISSIONS_AN_HOUR


def test_one_source_has_its_hour_and_others_are_not_touched() -> None:
    allowance = Allowance()
    assert all(allowance.take(b"a class", 0.0) for _ in range(SUBMISSIONS_AN_HOUR))
    assert not allowance.take(b"a class", 0.0)
    assert allowance.take(b"another", 0.0)
    assert allowance.take(b"a class", 3_600 / SUBMISSIONS_AN_HOUR + 1)


def test_all_sources_together_have_a_limit_too() -> None:
    allowance = Allowance()
    taken = sum(allowance.take(f"s{n}".encode(), 0.0) for n in range(SUBMISSIONS_A_SECOND * 100))
    assert SUBMISSIONS_A_SECOND <= taken < SUBMISSIONS_A_SECOND * 100
    more = sum(allowance.take(f"t{n}".encode(), 1.0) for n in range(SUBMISSIONS_A_SECOND * 100))
    assert more == SUBMISSIONS_A_SECOND


def test_the_source_that_was_silent_for_longest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jemaa.evidence.allowance.MAX_SUBMISSION_SOURCES", 2)
    allowance = Allowance()
    for _ in range(SUBMISSIONS_AN_HOUR):
        allowance.take(b"first", 0.0)
    assert not allowance.take(b"first", 0.0)
    allowance.take(b"second", 0.0)
    assert not allowance.take(b"first", 0.0)
    allowance.take(b"third", 0.0)
    assert not allowance.take(b"first", 0.0)
    allowance.take(b"second", 0.0)
    allowance.take(b"third", 0.0)
    assert allowance.take(b"first", 0.0)
