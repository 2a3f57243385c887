"""Answers through a proxy: where it cuts one short it is asked again, and what is only slow is not taken for cut."""

import asyncio
import re

import msgspec
import pytest

from jemaa.facts.record import Arm, Measurement, Network, Plan, Series
from jemaa.probe.book import Book
from jemaa.probe.ground import Ground, Wishes
from jemaa.probe.line import Line
from jemaa.probe.long_answer import MEGA_BYTES, long_answer
from jemaa.probe.page import Page
from jemaa.verdict.finding import ACCUSES, Finding
from jemaa.verdict.judge import judge
from tests.reflector.test_reflector import HERE

CAP = 1_000_000


async def proxy(cap: int) -> asyncio.Server:
    """One that gives every answer by itself, of the length that was asked for, and no more of it than this."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = re.search(rb"bytes=(\d+)", await reader.readuntil(b"\r\n\r\n"))
        assert asked is not None
        size = int(asked[1])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % size)
        writer.write(bytes(min(size, cap)))
        writer.close()

    return await asyncio.start_server(serve, HERE, 0)


def measured(cap: int, *, lite: bool = False) -> tuple[dict[str, Arm], dict[str, Series]]:
    """The arms and series of the step behind such a proxy."""

    async def test() -> Ground:
        async with await proxy(cap) as server:
            url = f"http://{HERE}:{server.sockets[0].getsockname()[1]}"
            async with Page("http://meeting.invalid", proxy=url) as page:
                ground = Ground(page, Book(1), Wishes(lite=lite), line=Line(rtt=0.01, kbps=20_000.0))
                await long_answer(ground)
        return ground

    book = asyncio.run(asyncio.wait_for(test(), 30)).book
    every = book.tallies.values()
    return {one.id: one.arm(None) for one in every}, {
        one.id: one.series(None) for one in every if one.id in book.serial
    }


def test_an_answer_that_is_cut_is_asked_for_again_and_stops_at_the_same_size() -> None:
    arms, series = measured(CAP)
    mega = arms["long_answer-mega-neutral"]
    assert (mega.sent, mega.rx_client, mega.failure) == (3, 0, "eof_error")
    assert [series[f"long_answer-mega_{n}-neutral"].bytes for n in (1, 2, 3)] == [CAP] * 3
    assert arms["long_answer-long-neutral"].rx_client == arms["long_answer-long-neutral"].sent
    assert accused(arms, series) == {"http.answer.capped": "likely_blocked"}


def test_an_answer_that_comes_whole_is_asked_for_once() -> None:
    arms, series = measured(2 * MEGA_BYTES)
    mega = arms["long_answer-mega-neutral"]
    assert (mega.sent, mega.rx_client, mega.failure) == (1, 1, None) and not accused(arms, series)


def test_a_lite_check_asks_for_none() -> None:
    assert not [one for one in measured(CAP, lite=True)[0] if "mega" in one]


@pytest.mark.parametrize(
    ("sizes", "last_s", "word"),
    [
        ((610_000, 620_000, 615_000), 20.0, "generic_timeout_error"),
        ((1_000_000, 510_000, 500_000), 10.0, "eof_error"),
        ((1_000_000,), 2.0, "generic_timeout_error"),
        ((1_000_000, 1_000_000), 2.0, "eof_error"),
    ],
)
def test_what_is_slow_or_cut_by_time_or_was_seen_once_is_not_cut_by_size(
    sizes: tuple[int, ...], last_s: float, word: str
) -> None:
    """A proxy of 250 kbit/s, whose answers are given up; one that ends each connection after ten seconds; few tries."""
    arms, series = measured(CAP)
    mega = {one for one in arms if "mega" in one}
    for one in mega:
        del arms[one]
        series.pop(one, None)
    whole = Arm(
        id="long_answer-mega-neutral", step="long_answer", server="page-1", port=443, transport="https",
        payload="neutral", sent=len(sizes), rx_client=0, failure=word,
    )  # fmt: skip
    arms[whole.id] = whole
    for number, size in enumerate(sizes, 1):
        name = f"long_answer-mega_{number}-neutral"
        arms[name] = msgspec.structs.replace(whole, id=name, sent=1)
        series[name] = Series(arm=name, up=[], down=[], last_rx_s=last_s, bytes=size)
    assert not accused(arms, series)
    assert ("http.answer.capped", "insufficient") in {(one.node, one.verdict) for one in found(arms, series)}


def found(arms: dict[str, Arm], series: dict[str, Series]) -> tuple[Finding, ...]:
    return judge(
        Measurement(
            software="jemaa 0.1.0",
            started_at=1_795_000_000,
            seconds=9.0,
            network=Network(),
            plan=Plan(seed=1, order=[], steps=["long_answer"]),
            arms=list(arms.values()),
            series=list(series.values()),
        )
    )


def accused(arms: dict[str, Arm], series: dict[str, Series]) -> dict[str, str]:
    return {one.node: one.verdict for one in found(arms, series) if one.verdict in ACCUSES}
