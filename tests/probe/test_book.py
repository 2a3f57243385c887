"""What a check writes down: each packet counts once, and the record is one that `facts` takes."""

import time

import pytest

from jemaa.facts.read import write
from jemaa.facts.record import Measurement, Network, Plan
from jemaa.packets.offer import Arrived, Counts
from jemaa.probe.book import Book
from jemaa.probe.dns import addresses, is_bogon, query
from jemaa.probe.line import Line
from jemaa.probe.seen import Seen


def test_an_answer_counts_once_and_only_to_what_was_sent() -> None:
    tally = Book(1).open("udp-1-random", port=1, transport="udp", payload="random")
    for _ in range(3):
        tally.stamp()
    for number in (0, 0, 2, 3, -1):
        tally.answered(number, rtt=0.01)
    arm = tally.arm(None)
    assert (arm.sent, arm.rx_client, arm.rx_server, arm.failure) == (3, 2, None, None)
    assert arm.rtt_ms_p50 == arm.rtt_ms_p95 == 10.0


def test_what_the_server_saw_is_beside_what_came_back() -> None:
    book = Book(1)
    seen, unseen = (book.open(f"udp-{n}-random", port=n, transport="udp", payload="random") for n in (1, 2))
    for tally in (seen, unseen):
        for _ in range(5):
            tally.stamp()
    log = Seen(Counts(run="00", arms={seen.number: Arrived(count=9, seconds=[5])}), 1_000)
    assert [tally.arm(log.of(tally)).rx_server for tally in (seen, unseen)] == [5, 0]
    assert seen.arm(log.of(seen)).failure == "generic_timeout_error"


def test_a_page_has_no_log_of_nonces() -> None:
    tally = Book(1).open("ws-page-genuine", port=443, transport="ws", payload="genuine", server="page-1")
    tally.sent = 1
    assert Seen(Counts(run="00", arms={}), 1_000).of(tally) is None and tally.arm(None).rx_server is None


def test_a_failure_is_the_most_frequent_one_where_most_failed() -> None:
    tally = Book(1).open("tls_name-voip-voip_name", port=443, transport="tls", payload="voip_name")
    tally.sent = 5
    tally.answered(0)
    for word, mark in (("connection_reset", "rst"), ("connection_refused", None), ("connection_refused", None)):
        tally.failed(word, mark)
    arm = tally.arm(None)
    assert (arm.failure, arm.artefact) == ("connection_refused", "rst")
    tally.answered(1)
    tally.answered(2)
    assert tally.arm(None).failure is None


def test_a_book_makes_a_measurement_that_can_be_kept() -> None:
    book = Book(7)
    tally = book.open("long_flow-udp_1-random", port=40_000, transport="udp", payload="random")
    book.with_series(tally)
    tally.stamp()
    tally.answered(0, rtt=0.1, size=60)
    book.rechecked(tally, -0.0001, True)
    write(
        Measurement(
            software="test 1",
            started_at=int(time.time()),
            seconds=1.0,
            network=Network(),
            plan=Plan(seed=7, order=book.order, steps=["long_flow"]),
            arms=[tally.arm(None)],
            series=[tally.series(None)],
            residual=book.residual,
        )
    )


def test_a_question_for_a_name_is_answered_by_whoever_lies() -> None:
    asked = query("call.example", 7)
    lie = asked[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + asked[12:] + b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x0a\x0a\x22\x22"
    assert asked.endswith(b"\x04call\x07example\0\0\1\0\1")
    assert addresses(lie) == ["10.10.34.34"] and addresses(asked) == []
    assert all(not addresses(lie[:end]) for end in range(len(lie)))


@pytest.mark.parametrize(
    ("address", "wanted"),
    [("10.10.34.34", True), ("127.0.0.1", True), ("::1", True), ("0.0.0.0", True), ("198.51.100.10", False)],
)
def test_no_public_name_leads_to_a_private_address(address: str, wanted: bool) -> None:
    assert is_bogon(address) is wanted


def test_a_thin_line_is_waited_for_and_carries_no_call() -> None:
    thin, wide, unknown = Line(rtt=0.4, kbps=64), Line(rtt=0.02, kbps=20_000), Line()
    assert thin.patience > wide.patience and not thin.carries_calls
    assert wide.carries_calls and unknown.carries_calls
