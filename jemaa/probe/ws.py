"""Probe room. WebSockets of the pages: the upgrade, and messages that come back."""

import asyncio
import time

from .book import Tally
from .ground import Ground
from .page import is_busy
from .pairs import GAP_SECONDS
from .trouble import EXPECTED, Busy, NotOurs, named

_TRIES, _THIN_TRIES = 3, 2
_MESSAGES, _THIN_MESSAGES = 5, 2
"""On a thin line `live` has sent ten already."""

_MESSAGE_BYTES = 300
_TRY_BYTES = 3_000
"""TLS, the upgrade and the messages of a thin line."""


async def ws(ground: Ground) -> None:
    """`ws-page-genuine`, each try begun a moment after the one before it."""
    port = ground.page.port
    tally = ground.book.open("ws-page-genuine", port=port, transport="ws", payload="genuine", server="page-1")
    tries, messages = (_TRIES, _MESSAGES) if ground.line.carries_calls else (_THIN_TRIES, _THIN_MESSAGES)
    async with asyncio.TaskGroup() as group:
        for _ in range(tries):
            group.create_task(_try(ground, tally, [ground.filling(_MESSAGE_BYTES)] * messages))
            await asyncio.sleep(GAP_SECONDS)


async def _try(ground: Ground, tally: Tally, messages: list[bytes]) -> None:
    await ground.line.turn(_TRY_BYTES)
    seconds = 4 + 8 * ground.line.rtt + (ground.line.patience if ground.line.is_slow else 0.0)
    number, began = tally.sent, time.monotonic()
    tally.sent += 1
    try:
        async with ground.page.socket(seconds) as socket, asyncio.timeout(seconds):
            opened = time.monotonic() - began
            for message in messages:
                await socket.send_bytes(message)
                if (await socket.receive()).data != message:
                    raise Busy if is_busy(socket) else NotOurs("eof_error")
        tally.answered(number, rtt=opened)
    except EXPECTED as error:
        tally.failed(*named(error))
        tally.turned_away += isinstance(error, Busy)
