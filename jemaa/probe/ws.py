"""Probe room. WebSockets of the pages: the upgrade, and messages that come back."""

import asyncio
import time

from .ground import Ground
from .trouble import EXPECTED, NotOurs, named

_TRIES = 3
_MESSAGES = 5
_MESSAGE_BYTES = 300


async def ws(ground: Ground) -> None:
    """`ws-page-genuine`, one try after the other."""
    page = ground.page
    tally = ground.book.open("ws-page-genuine", port=page.port, transport="ws", payload="genuine", server="page-1")
    message = ground.filling(_MESSAGE_BYTES)
    seconds = 4 + 8 * ground.line.rtt
    for _ in range(_TRIES):
        tally.sent += 1
        began = time.monotonic()
        try:
            async with page.socket(seconds) as socket, asyncio.timeout(seconds):
                opened = time.monotonic() - began
                for _ in range(_MESSAGES):
                    await socket.send_bytes(message)
                    if (await socket.receive()).data != message:
                        raise NotOurs("eof_error")
            tally.answered(tally.sent - 1, rtt=opened)
        except EXPECTED as error:
            tally.failed(*named(error))
