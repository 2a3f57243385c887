"""Tasks with a name and an owner.

`asyncio.create_task` keeps only a weak reference to the task it makes: one that nobody holds can be collected in
mid-run, and one that fails is silent until then. All tasks are made here instead (a linter rule says so).
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger("jemaa.tasks")


class Tasks:
    """Holds tasks; `close` cancels what still runs and waits for it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, coroutine: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Run `coroutine` as a task; if it fails, the failure is logged with its name."""
        task = asyncio.get_running_loop().create_task(coroutine, name=f"{self._name}/{name}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self) -> None:
        """Cancel every task and wait until all have ended."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("task %s failed", task.get_name(), exc_info=task.exception())
