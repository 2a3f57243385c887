"""What arrived is counted by stamp, once, and never from whom; budgets end what is too much."""

from hypothesis import given, settings
from hypothesis import strategies as st

from jemaa.limits import (
    CHECK_BYTES_A_SECOND,
    CHECK_PACKETS_A_SECOND,
    CHECK_RUN_SECONDS,
    CHECK_TOTAL_PACKETS_A_SECOND,
    MAX_CHECK_ARMS,
    MAX_CHECK_RUNS,
    MAX_CHECK_SOURCES,
)
from jemaa.packets import stun
from jemaa.packets.stamp import MAX_NUMBER, inverted, stamp
from jemaa.reflector.budget import Budget
from jemaa.reflector.ledger import Ledger


def packet(key: bytes, run: bytes, arm: int, number: int) -> bytes:
    return stun.binding(stamp(key, run, arm, number))


def test_a_packet_counts_once_and_in_its_second() -> None:
    ledger = Ledger()
    run, key = ledger.begin(0.0)
    for number, now in ((0, 10.0), (1, 10.5), (1, 11.0), (2, 12.2)):
        assert ledger.see(packet(key, run, 4, number), now) is not None
    counts = ledger.counts(run, 13.0)
    assert counts is not None and counts.arms[4].count == 3 and counts.arms[4].seconds == [2, 0, 1]


def test_a_twin_counts_and_is_known_as_one() -> None:
    ledger = Ledger()
    run, key = ledger.begin(0.0)
    seen = ledger.see(inverted(packet(key, run, 1, 1)), 1.0)
    assert seen is not None and seen[1]


def test_another_runs_key_opens_nothing() -> None:
    ledger = Ledger()
    (run, _), (_, key) = ledger.begin(0.0), ledger.begin(0.0)
    assert ledger.see(packet(key, run, 1, 1), 1.0) is None
    counts = ledger.counts(run, 1.0)
    assert counts is not None and not counts.arms


def test_a_run_ends_and_is_forgotten() -> None:
    ledger = Ledger()
    run, key = ledger.begin(0.0)
    assert ledger.see(packet(key, run, 1, 1), CHECK_RUN_SECONDS - 1) is not None
    assert ledger.see(packet(key, run, 1, 2), CHECK_RUN_SECONDS) is None
    assert ledger.counts(run, CHECK_RUN_SECONDS) is None


def test_whoever_asks_for_thousands_of_runs_pushes_out_nobody_who_is_checking() -> None:
    ledger = Ledger()
    run, key = ledger.begin(0.0)
    ledger.see(packet(key, run, 1, 1), 0.5)
    for _ in range(2 * MAX_CHECK_RUNS):
        ledger.begin(1.0)
    counts = ledger.counts(run, 2.0)
    assert counts is not None and counts.arms[1].count == 1


def test_the_oldest_run_goes_where_there_are_too_many() -> None:
    ledger = Ledger()
    runs = [ledger.begin(float(number) / 1_000)[0] for number in range(MAX_CHECK_RUNS + 1)]
    assert ledger.counts(runs[0], 6.0) is None and ledger.counts(runs[1], 6.0) is not None


def test_arms_beyond_the_limit_are_answered_and_not_counted() -> None:
    ledger = Ledger()
    run, key = ledger.begin(0.0)
    for arm in range(MAX_CHECK_ARMS + 1):
        assert ledger.see(packet(key, run, arm, 0), 1.0) is not None
    counts = ledger.counts(run, 1.0)
    assert counts is not None and len(counts.arms) == MAX_CHECK_ARMS


def test_a_number_beyond_the_limit_is_nobodys() -> None:
    ledger = Ledger()
    run, key = ledger.begin(0.0)
    assert ledger.see(packet(key, run, 1, MAX_NUMBER), 1.0) is not None
    assert ledger.see(packet(key, run, 1, MAX_NUMBER + 1), 1.0) is None


@settings(deadline=None)
@given(st.binary(max_size=1_500))
def test_whatever_comes_without_a_stamp_is_nothing(data: bytes) -> None:
    ledger = Ledger(bytes(32))
    ledger.begin(0.0)
    assert ledger.see(data, 1.0) is None


def test_a_source_has_so_many_packets_a_second_and_they_come_back() -> None:
    budget = Budget()
    taken = sum(budget.purse("192.0.2.1").take(10, 0.0) for _ in range(10_000))
    assert taken == 3 * CHECK_PACKETS_A_SECOND
    assert budget.purse("192.0.2.2").take(10, 0.0), "another source has its own"
    assert sum(budget.purse("192.0.2.1").take(10, 1.0) for _ in range(10_000)) == CHECK_PACKETS_A_SECOND


def test_a_source_has_so_many_bytes_a_second() -> None:
    budget = Budget()
    taken = sum(budget.purse("192.0.2.1").take(60_000, 0.0) for _ in range(100))
    assert taken == 3 * CHECK_BYTES_A_SECOND // 60_000


def test_a_household_behind_one_ipv6_prefix_is_one_source() -> None:
    budget = Budget()
    taken = sum(budget.purse(f"2001:db8::{number:x}").take(10, 0.0) for number in range(5_000))
    assert taken == 3 * CHECK_PACKETS_A_SECOND


def test_all_sources_together_have_a_budget_too() -> None:
    budget = Budget()
    sources = [f"10.{number >> 8}.{number & 255}.1" for number in range(500)]
    taken = sum(budget.purse(source).take(10, 0.0) for _ in range(200) for source in sources)
    assert taken == 3 * CHECK_TOTAL_PACKETS_A_SECOND


def test_no_more_sources_are_remembered_than_the_limit() -> None:
    budget, another = Budget(), Budget()
    for number in range(MAX_CHECK_SOURCES + 10):
        for one in (budget, another):
            one.purse(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(budget._sources) == MAX_CHECK_SOURCES
    assert not budget._sources.keys() & another._sources.keys(), "a key says nothing of an address to anybody else"
