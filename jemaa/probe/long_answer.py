"""Probe room. Answers that are long, that trickle, and that are short: what is cut, and what is kept back."""

import asyncio
import time

from .book import Tally
from .ground import Ground
from .trouble import EXPECTED, named

SHORT, SHORT_BYTES = 6, 8_000
LONG, LONG_BYTES = 4, 48_000
THIN_SHORT_BYTES, THIN_LONG_BYTES = 5_000, 30_000
"""On a thin line: beyond the 16 to 20 kB at which a network was seen to cut, and no more."""

_ENOUGH_SHORT, _ENOUGH_LONG = 3, 2
"""So many that come whole say that nothing is cut: a thin line is spared the rest."""

PIECES, PIECE_BYTES, PIECE_MS = 16, 400, 300
COUNTED = 10
"""Of the pieces: the last ones are in time even where an answer is kept back until it ends."""

MEGA_BYTES = 1_200_000
_LATE_SECONDS = 1.2
_FEW_LONG = 3


async def long_answer(ground: Ground) -> None:
    """`long_answer-short-neutral` and `-long-neutral` in turn, and `-flowing-neutral`, on a thin line by itself."""
    if ground.line.carries_calls:
        async with asyncio.TaskGroup() as group:
            group.create_task(_flowing(ground))
            group.create_task(_lengths(ground))
    else:
        await _flowing(ground)
        if not ground.line.is_narrow:
            await _lengths(ground)
    if ground.page.proxy and not ground.wishes.lite:
        mega = _open(ground, "long_answer-mega-neutral")
        await _whole(ground, [mega], f"/check/long?bytes={MEGA_BYTES}&pieces=1&ms=0", MEGA_BYTES)


def _open(ground: Ground, id_: str) -> Tally:
    return ground.book.open(id_, port=ground.page.port, transport="https", payload="neutral", server="page-1")


async def _lengths(ground: Ground) -> None:
    short, long = _open(ground, "long_answer-short-neutral"), _open(ground, "long_answer-long-neutral")
    is_wide = ground.line.carries_calls
    count = LONG if is_wide and not ground.wishes.lite else _FEW_LONG
    first = [short] * _ENOUGH_SHORT + [long] * _ENOUGH_LONG
    rest = [short] * (SHORT - _ENOUGH_SHORT) + [long] * (count - _ENOUGH_LONG)
    if is_wide:
        first, rest = [*first, *rest], []
    ground.book.chance.shuffle(first)
    await _lanes(ground, short, first)
    if short.failures or long.failures:
        ground.book.chance.shuffle(rest)
        await _lanes(ground, short, rest)


async def _lanes(ground: Ground, short: Tally, kinds: list[Tally]) -> None:
    """These answers, two at a time; four where it is the distance that takes the time."""
    is_wide, waiting = ground.line.carries_calls, iter(kinds)
    short_bytes, long_bytes = (SHORT_BYTES, LONG_BYTES) if is_wide else (THIN_SHORT_BYTES, THIN_LONG_BYTES)

    async def lane() -> None:
        for tally in waiting:
            if tally is short:
                await _whole(ground, [tally], f"/check/piece?bytes={short_bytes}", short_bytes)
                continue
            one = _open(ground, f"long_answer-long_{tally.sent + 1}-neutral")
            ground.book.with_series(one)
            await _whole(ground, [tally, one], f"/check/long?bytes={long_bytes}&pieces=4&ms=100", long_bytes)

    async with asyncio.TaskGroup() as group:
        for _ in range(4 if is_wide and ground.line.is_far else 2):
            group.create_task(lane())


async def _whole(ground: Ground, also: list[Tally], path: str, size: int) -> None:
    """One answer, to its end. The last of `also` keeps how many bytes came."""
    numbers = [one.sent for one in also]
    for one in also:
        one.sent += 1
    kbps = ground.line.kbps
    seconds = 6 + 8 * ground.line.rtt + (size * 8 / 1_000 / min(kbps, 10_000) * 3 if kbps else 0)
    began, got = time.monotonic(), 0
    try:
        async for at, more in ground.page.pieces(path, seconds):
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


async def _flowing(ground: Ground) -> None:
    """A piece counts if it came about when it was due, since the first that did."""
    tally = _open(ground, "long_answer-flowing-neutral")
    ground.book.with_series(tally)
    size = PIECES * PIECE_BYTES
    path = f"/check/long?bytes={size}&pieces={PIECES}&ms={PIECE_MS}"
    tally.sent = COUNTED
    due = 4 * ground.line.rtt + _LATE_SECONDS
    got = 0
    try:
        async for at, more in ground.page.pieces(path, 12 + PIECES * PIECE_MS / 1_000 + 8 * ground.line.rtt):
            before, got = got // PIECE_BYTES, got + more
            for number in range(before, got // PIECE_BYTES):
                if at <= due + number * PIECE_MS / 1_000:
                    tally.answered(number, size=PIECE_BYTES)
        if got >= size and len(tally.answers) < COUNTED:
            tally.failed("generic_timeout_error")
    except EXPECTED as error:
        tally.failed(*named(error))
