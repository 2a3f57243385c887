"""Memory. A session and its one owner task: the only place where anything happens to a meeting.

Sockets ask (`submit`), the owner task decides, logs, applies and wakes; then everyone reads the same events. Nothing
that the owner does is cut in two by whoever asked going away: the asker only awaits an answer.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from jemaa.errors import Refused, StoreFailed
from jemaa.limits import COMMANDS_A_SECOND, COMMANDS_AT_ONCE, KEPT_EVENTS, MAX_INBOX
from jemaa.meeting.apply import apply, replay
from jemaa.meeting.commands import Command
from jemaa.meeting.decide import decide
from jemaa.meeting.events import Event, Recorded
from jemaa.meeting.ids import PersonId, SessionId
from jemaa.meeting.roles import Actor
from jemaa.meeting.rules import is_desk
from jemaa.meeting.state import State

log = logging.getLogger("jemaa.live.session")


class EventLog(Protocol):
    """What a session needs of the store."""

    async def append(self, session: SessionId, after: int, at: int, events: Sequence[Event]) -> list[Recorded]: ...

    async def read(self, session: SessionId, since: int = 0, limit: int = -1) -> list[Recorded]: ...


@dataclass(slots=True)
class _Asked:
    actor: Actor
    command: Command
    answer: asyncio.Future[int]


class Session:
    """One sitting. Make it with `Session.reopened`, keep `run()` running, `submit` from anywhere on the loop."""

    def __init__(self, id_: SessionId, event_log: EventLog, recorded: list[Recorded]) -> None:
        self.id = id_
        self._log = event_log
        self._inbox: asyncio.Queue[_Asked] = asyncio.Queue(MAX_INBOX)
        self._state = replay(recorded)
        self._tail: deque[Recorded] = deque(recorded, KEPT_EVENTS)
        self._listeners: list[Callable[[Recorded, State], None]] = []
        self._newer = asyncio.Event()
        self._allowances: dict[PersonId, tuple[float, float]] = {}

    @classmethod
    async def reopened(cls, id_: SessionId, event_log: EventLog) -> "Session":
        """The session as its log says."""
        return cls(id_, event_log, await event_log.read(id_))

    @property
    def state(self) -> State:
        """As of the newest applied event."""
        return self._state

    def on_applied(self, listener: Callable[[Recorded, State], None]) -> None:
        """Call `listener` in the owner task, at once after each event is applied. It must not block or raise."""
        self._listeners.append(listener)

    async def submit(self, actor: Actor, command: Command) -> int:
        """Ask for something; the `seq` after which it is true. `Refused` or `StoreFailed` if it does not happen."""
        self._spend(actor)
        asked = _Asked(actor, command, asyncio.get_running_loop().create_future())
        try:
            self._inbox.put_nowait(asked)
        except asyncio.QueueFull:
            raise Refused("busy", "Very many people are asking at once; please try again in a moment.") from None
        return await asyncio.shield(asked.answer)

    async def since(self, seq: int, limit: int = KEPT_EVENTS) -> list[Recorded]:
        """Applied events with a number greater than `seq`, oldest first, at most `limit`."""
        newest = self._state.seq
        if seq >= newest:
            return []
        if self._tail and self._tail[0].seq <= seq + 1:
            first = seq + 1 - self._tail[0].seq
            return [self._tail[place] for place in range(first, min(len(self._tail), first + limit))]
        read = await self._log.read(self.id, seq, limit)
        return [one for one in read if one.seq <= newest]

    async def wait_beyond(self, seq: int) -> None:
        """Return when there is an event with a greater number than `seq`."""
        while self._state.seq <= seq:
            await self._newer.wait()

    async def run(self) -> None:
        """The owner task."""
        while True:
            asked = await self._inbox.get()
            try:
                seq = await self._handle(asked.actor, asked.command)
            except (Refused, StoreFailed) as refusal:
                _answer(asked.answer, refusal)
                if isinstance(refusal, StoreFailed):
                    await self._reload()
            except Exception:
                log.exception("a command of type %s in session %s failed", type(asked.command).__name__, self.id)
                _answer(asked.answer, Refused("internal", "Something went wrong on the server; nothing was changed."))
            else:
                if not asked.answer.done():
                    asked.answer.set_result(seq)

    async def _handle(self, actor: Actor, command: Command) -> int:
        events = decide(self._state, actor, command)
        if not events:
            return self._state.seq
        at = max(self._state.at, time.time_ns() // 1_000_000)
        recorded = await self._log.append(self.id, self._state.seq, at, events)
        self._apply(recorded)
        return self._state.seq

    def _apply(self, recorded: list[Recorded]) -> None:
        for one in recorded:
            self._state = apply(self._state, one)
            self._tail.append(one)
            for listener in self._listeners:
                listener(one, self._state)
        newer, self._newer = self._newer, asyncio.Event()
        newer.set()

    async def _reload(self) -> None:
        """After trouble with the disk the log decides what is true: take in whatever it has beyond us."""
        try:
            self._apply(await self._log.read(self.id, self._state.seq))
        except StoreFailed as failure:
            log.error("session %s: the log cannot be read: %s", self.id, failure)

    def _spend(self, actor: Actor) -> None:
        """One command of the person's allowance (token bucket)."""
        now = time.monotonic()
        most = COMMANDS_AT_ONCE * (10 if is_desk(actor.role) else 1)
        left, then = self._allowances.get(actor.person, (float(most), now))
        left = min(most, left + (now - then) * COMMANDS_A_SECOND)
        if left < 1:
            raise Refused("too-fast", "That was very fast; please wait a few seconds.")
        self._allowances[actor.person] = (left - 1, now)
        if len(self._allowances) > 10 * MAX_INBOX:
            self._forget(now)

    def _forget(self, now: float) -> None:
        full_after = COMMANDS_AT_ONCE / COMMANDS_A_SECOND
        self._allowances = {p: spent for p, spent in self._allowances.items() if now - spent[1] < full_after}


def _answer(future: asyncio.Future[int], refusal: Refused | StoreFailed) -> None:
    if not future.done():
        future.set_exception(refusal)
        future.exception()  # the asker may be gone: that is not a failure of ours
