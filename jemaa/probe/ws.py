"""Probe room. WebSockets of the pages: the upgrade, and messages that come back."""

import asyncio
import time

from .book import Tally
from .ground import Ground
from .pairs import GAP_SECONDS
from .trouble import EXPECTED, NotOurs, named

_TRIES = 3
_MESSAGES = 5
_MESSAGE_BYTES = 300
_TRY_BYTES = 4_000
"""TLS, the upgrade and the messages."""


async def ws(ground: Ground) -> None:
    """`ws-page-genuine`, each try begun a moment after the one before it."""
    port = ground.page.port
    tally = ground.book.open("ws-page-genuine", port=port, transport="ws", payload="genuine", server="page-1")
    async with asyncio.TaskGroup() as group:
        for _ in range(_TRIES):
            await ground.line.turn(_TRY_BYTES)
            group.create_task(_try(ground, tally, ground.filling(_MESSAGE_BYTES)))
            await asyncio.sleep(GAP_SECONDS)


async def _try(ground: Ground, tally: Tally, message: bytes) -> None:
    seconds = 4 + 8 * ground.line.rtt
    number, began = tally.sent, time.monotonic()
    tally.sent += 1
    try:
        async with ground.page.socket(seconds) as socket, asyncio.timeout(seconds):
            opened = time.monotonic() - began
            for _ in range(_MESSAGES):
                await socket.send_bytes(message)
                if (await socket.receive()).data != message:
                    raise NotOurs("eof_error")
        tally.answered(number, rtt=opened)
    except EXPECTED as error:
        tally.failed(*named(error))
