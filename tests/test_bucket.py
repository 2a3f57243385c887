"""Allowances fill up steadily, and never above what may come at once."""

from jemaa.bucket import Bucket


def test_so_much_at_once_and_then_so_much_a_second() -> None:
    bucket = Bucket(2, 10)
    assert all(bucket.take(1, 100.0) for _ in range(10)) and not bucket.take(1, 100.0)
    assert not bucket.take(1, 100.4) and bucket.take(1, 100.5)
    assert bucket.take(10, 1_000.0) and not bucket.take(0.5, 1_000.0)


def test_what_is_too_much_takes_nothing() -> None:
    bucket = Bucket(2, 10)
    assert not bucket.take(11, 0.0) and bucket.take(10, 0.0)
