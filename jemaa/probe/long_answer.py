"""Probe room. Answers that are long, that trickle, and that are short: what is cut, and what is kept back."""

import asyncio
import time
from collections.abc import Iterable, Iterator

from .book import Tally
from .ground import Ground
from .trouble import EXPECTED, Busy, named

SHORT, SHORT_BYTES = 6, 8_000
LONG, LONG_BYTES = 4, 48_000
THIN_SHORT_BYTES, THIN_LONG_BYTES = 5_000, 24_000
"""On a thin line: beyond the 16 to 20 kB at which a network was seen to cut, and no more."""

_ENOUGH_SHORT, _ENOUGH_LONG = 1, 2
"""So many that come whole say that nothing is cut: a thin line is spared the rest."""

PIECES, PIECE_BYTES, PIECE_MS = 16, 400, 300
COUNTED = 10
"""Of the pieces: the last ones are in time even where an answer is kept back until it ends."""

MEGA_BYTES = 1_200_000
_MORE_MEGA = 2
_LATE_SECONDS = 1.2
_FEW_LONG = 3
_IDLE_SECONDS = 8.0
"""So long a thin line waits for the next byte: three repetitions of a lost packet."""

_SHAKE_BYTES = 3_000
"""What has come of a connection before its first piece: on a thin line that takes its time."""

FLOWING = "long_answer-flowing-neutral"


async def long_answer(ground: Ground) -> None:
    """`long_answer-short-neutral` and `-long-neutral` in turn, and `-flowing-neutral`, on a thin line by itself."""
    if ground.line.carries_calls:
        async with asyncio.TaskGroup() as group:
            group.create_task(_flowing(ground))
            group.create_task(_lengths(ground))
    else:
        if FLOWING not in ground.book.tallies:
            await _flowing(ground)
        if ground.line.is_narrow:
            ground.book.leave_out("long_answer", "thin_line")
        else:
            await _lengths(ground)
    if ground.page.proxy and not ground.wishes.lite:
        await _mega(ground)


async def _mega(ground: Ground) -> None:
    """`long_answer-mega-neutral`: once, and where that did not come whole twice more, beside each other. What is cut at
    a size stops there again; what is slow, or cut after a time, then stops elsewhere, for each has half of the line.
    """
    every = _open(ground, "long_answer-mega-neutral")

    async def one() -> None:
        this = _open(ground, f"long_answer-mega_{every.sent + 1}-neutral")
        ground.book.with_series(this)
        await _whole(ground, [every, this], f"/check/long?bytes={MEGA_BYTES}&pieces=1&ms=0", MEGA_BYTES)

    await one()
    if not every.answers:
        async with asyncio.TaskGroup() as group:
            for _ in range(_MORE_MEGA):
                group.create_task(one())


def _open(ground: Ground, id_: str) -> Tally:
    return ground.book.open(id_, port=ground.page.port, transport="https", payload="neutral", server="page-1")


async def _lengths(ground: Ground) -> None:
    short, long = _open(ground, "long_answer-short-neutral"), _open(ground, "long_answer-long-neutral")
    is_wide = ground.line.carries_calls
    count = _FEW_LONG if is_wide and ground.wishes.lite else LONG
    first = [short] * _ENOUGH_SHORT + [long] * _ENOUGH_LONG
    rest = [short] * (SHORT - _ENOUGH_SHORT) + [long] * (count - _ENOUGH_LONG)
    if is_wide:
        first, rest = [*first, *rest], []
        ground.book.chance.shuffle(first)
        await _lanes(ground, short, *[iter(first)] * (4 if ground.line.is_far else 2))
        return
    await _lanes(ground, short, iter(first[:_ENOUGH_SHORT]), iter(first[_ENOUGH_SHORT:]))
    is_held = ground.page.proxy and not ground.book.tallies[FLOWING].answers
    if short.failures or long.failures or is_held:
        ground.book.chance.shuffle(rest)
        await _lanes(ground, short, *[iter(rest)] * 2)


async def _lanes(ground: Ground, short: Tally, *lanes: Iterator[Tally]) -> None:
    """These answers, one after the other in each lane. On a thin line no two long ones share it in the first round:
    each has to come as far as it is let before it looks as if it trickled (`STALL_SECONDS` of `verdict/compare.py`).
    """
    is_wide = ground.line.carries_calls
    short_bytes, long_bytes = (SHORT_BYTES, LONG_BYTES) if is_wide else (THIN_SHORT_BYTES, THIN_LONG_BYTES)
    pieces = "pieces=4&ms=100" if is_wide else "pieces=12&ms=40"

    async def lane(waiting: Iterator[Tally]) -> None:
        for tally in waiting:
            if tally is short:
                await _whole(ground, [tally], f"/check/piece?bytes={short_bytes}", short_bytes)
                continue
            one = _open(ground, f"long_answer-long_{tally.sent + 1}-neutral")
            ground.book.with_series(one)
            await _whole(ground, [tally, one], f"/check/long?bytes={long_bytes}&{pieces}", long_bytes)

    async with asyncio.TaskGroup() as group:
        for waiting in lanes:
            group.create_task(lane(waiting))


async def _whole(ground: Ground, also: list[Tally], path: str, size: int) -> None:
    """One answer, to its end. The last of `also` keeps how many bytes came."""
    numbers = [one.sent for one in also]
    for one in also:
        one.sent += 1
    kbps, carries_calls = ground.line.kbps, ground.line.carries_calls
    seconds = 6 + 8 * ground.line.rtt + (size * 8 / 1_000 / min(kbps, 10_000) * 3 if kbps else 0)
    began, got = time.monotonic(), 0
    try:
        async for at, more in ground.page.pieces(path, seconds, idle=None if carries_calls else _IDLE_SECONDS):
            got += more
            also[-1].volume += more
            also[-1].last_rx = at
        if got < size:
            raise EOFError
        for one, number in zip(also, numbers, strict=True):
            one.answered(number, rtt=time.monotonic() - began)
    except EXPECTED as error:
        for one in also:
            one.failed(*named(error))
            one.turned_away += isinstance(error, Busy)


class Flowing:
    """The arm `long_answer-flowing-neutral`: a piece counts if it came about when it was due, since the request."""

    def __init__(self, ground: Ground, piece_bytes: int, each: float) -> None:
        self.tally = _open(ground, FLOWING)
        self.tally.sent = COUNTED
        ground.book.with_series(self.tally)
        line = ground.line
        shake = 0.0 if line.carries_calls else _SHAKE_BYTES * 8 / 1_000 / (line.kbps or 1.0)
        self._due = 4 * line.rtt + _LATE_SECONDS + shake
        self._piece_bytes, self._each = piece_bytes, each

    def ended(self, error: BaseException) -> None:
        """Before its time, or without a beginning."""
        self.tally.failed(*named(error))
        if isinstance(error, Busy):
            self.tally.turned_away = COUNTED

    def came(self, at: float, numbers: Iterable[int]) -> None:
        """These pieces, `at` seconds after the request."""
        for number in numbers:
            if at <= self._due + number * self._each:
                self.tally.answered(number, size=self._piece_bytes)


async def _flowing(ground: Ground) -> None:
    flowing = Flowing(ground, PIECE_BYTES, PIECE_MS / 1_000)
    size = PIECES * PIECE_BYTES
    path = f"/check/long?bytes={size}&pieces={PIECES}&ms={PIECE_MS}"
    got = 0
    try:
        async for at, more in ground.page.pieces(path, 12 + PIECES * PIECE_MS / 1_000 + 8 * ground.line.rtt):
            before, got = got // PIECE_BYTES, got + more
            flowing.came(at, range(before, got // PIECE_BYTES))
        if got >= size and len(flowing.tally.answers) < COUNTED:
            flowing.tally.failed("generic_timeout_error")
    except EXPECTED as error:
        flowing.ended(error)
