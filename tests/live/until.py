"""Waiting for a state, on the loop."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], object], *, seconds: float = 10, pause: float = 0.01) -> None:
    """Return when `condition` holds; `TimeoutError` if it does not within `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the state is not ours to signal
            await asyncio.sleep(pause)
