"""Memory. What came of what was asked under a key, so that whoever asks again is told and nothing is done twice.

A network can freeze a connection while the answer is still to come, and then neither end knows whether it was done.
So the deed runs in a task of its own, which no dying connection cuts in two, and its outcome stays for a while.
Keys, askers and contents are kept as digests only.
"""

import asyncio
import hashlib
import secrets
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from jemaa.errors import JemaaError, Refused, StoreFailed
from jemaa.limits import KEPT_OUTCOMES, KEPT_OUTCOMES_AN_ASKER, OUTCOME_SECONDS
from jemaa.tasks import Tasks

T = TypeVar("T")

PASSING = frozenset({"busy", "too-fast", "internal"})
"""Refusals that say nothing of what was asked: asked again it may well be done."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The same asker, path and key is the same wish; `what` is all that is asked for, which may not differ then."""

    asker: str
    where: str
    key: str
    what: str


@dataclass(frozen=True, slots=True)
class _Kept:
    asker: bytes
    what: bytes
    at: float
    task: asyncio.Task[Any]


class Outcomes:
    """Those of one session, which end with the server and with the session's hall. Touched only on the event loop."""

    def __init__(self, tasks: Tasks, now: Callable[[], float] = time.monotonic) -> None:
        self._tasks = tasks
        self._now = now
        self._secret = secrets.token_bytes(32)
        self._kept: dict[bytes, _Kept] = {}  # oldest first
        self._of_asker: Counter[bytes] = Counter()

    def __len__(self) -> int:
        return len(self._kept)

    async def once(self, asked: Asked, do: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What `do` gives or how it is refused, also to whoever asks meanwhile or again; it runs once.

        A failure that may pass by itself is told to those who wait for it, and not kept. What was begun is ended, also
        when every asker goes away. `Refused` `key-reused` if the same key came with something else.
        """
        name = self._digest(asked.key, asked.asker, asked.where)
        what = self._digest(asked.what)
        self._forget_old()
        kept = self._kept.get(name)
        if kept is None:
            kept = self._begin(name, _Kept(self._digest(asked.asker), what, self._now(), self._start(do)))
        elif kept.what != what:
            raise Refused("key-reused", "This key came with something else before; a new request has a new key.")
        outcome = await asyncio.shield(kept.task)
        if isinstance(outcome, JemaaError):
            raise _bare(outcome)
        told: T = outcome  # the address and what was asked are the same, so it is of the same type
        return told

    def _start(self, do: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[Any]:
        async def outcome() -> T | JemaaError:
            try:
                return await do()
            except JemaaError as error:
                return _bare(error)

        return self._tasks.start(outcome(), "once")

    def _begin(self, name: bytes, kept: _Kept) -> _Kept:
        """Keep it. Whoever has asked for too much loses the oldest of his own, not that of others."""
        if self._of_asker[kept.asker] >= KEPT_OUTCOMES_AN_ASKER:
            self._forget(next(other for other, one in self._kept.items() if one.asker == kept.asker))
        if len(self._kept) >= KEPT_OUTCOMES:
            self._forget(next(iter(self._kept)))
        self._kept[name] = kept
        self._of_asker[kept.asker] += 1
        kept.task.add_done_callback(lambda task: self._done(name, task))
        return kept

    def _done(self, name: bytes, task: asyncio.Task[Any]) -> None:
        """Before anyone who waits goes on: a failure that may pass by itself is forgotten, so that it can be mended."""
        failed = task.cancelled() or task.exception() is not None or _may_pass(task.result())
        kept = self._kept.get(name)
        if failed and kept is not None and kept.task is task:
            self._forget(name)

    def _forget_old(self) -> None:
        oldest = self._now() - OUTCOME_SECONDS
        while self._kept and (name := next(iter(self._kept))) and self._kept[name].at < oldest:
            self._forget(name)

    def _forget(self, name: bytes) -> None:
        asker = self._kept.pop(name).asker
        self._of_asker[asker] -= 1
        if not self._of_asker[asker]:
            del self._of_asker[asker]

    def _digest(self, *words: str) -> bytes:
        return hashlib.blake2b("\n".join(words).encode(), digest_size=16, key=self._secret).digest()


def _may_pass(outcome: object) -> bool:
    return isinstance(outcome, StoreFailed) or (isinstance(outcome, JemaaError) and outcome.code in PASSING)


def _bare(error: JemaaError) -> JemaaError:
    """The same refusal without the frames that it came through, which would keep all they hold in memory."""
    return type(error)(error.code, error.text)
