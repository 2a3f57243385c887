"""Memory. A session and its one owner task: the only place where anything happens to a meeting.

Sockets ask (`submit`), the owner task decides, logs, applies and wakes; then everyone reads the same events. Nothing
that the owner does is cut in two by whoever asked going away: the asker only awaits an answer.
"""

import asyncio
import itertools
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from jemaa.errors import JemaaError, ProtocolError, Refused, StoreFailed
from jemaa.limits import (
    COMMANDS_A_SECOND,
    COMMANDS_AT_ONCE,
    DESK_ALLOWANCE,
    KEPT_EVENTS,
    MAX_COMMANDS_TOGETHER,
    MAX_INBOX,
)
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
    outcome: int | JemaaError = 0


class Session:
    """One sitting. Make it with `Session.reopened`, keep `run()` running, `submit` from anywhere on the loop.

    The state is touched only by the owner task (`run`).
    """

    def __init__(self, id_: SessionId, event_log: EventLog, recorded: list[Recorded]) -> None:
        self.id = id_
        self._log = event_log
        self._inbox: asyncio.Queue[_Asked] = asyncio.Queue(MAX_INBOX)
        self._state = replay(recorded)
        self._tail: deque[Recorded] = deque(recorded, KEPT_EVENTS)
        self._listeners: list[Callable[[Recorded, State], None]] = []
        self._newer = asyncio.Event()
        self._allowances: dict[PersonId, tuple[float, float]] = {}
        self._forget_above = 10 * MAX_INBOX
        self._under_way: list[_Asked] = []
        self._has_ended = False

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
        """Ask for something; the `seq` after which it is true. `Refused` or `StoreFailed` if it does not happen.

        Once asked it is decided, also when the caller is cancelled meanwhile.
        """
        if self._has_ended:
            raise _stopping()
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
            return list(itertools.islice(self._tail, first, first + limit))
        read = await self._log.read(self.id, seq, limit)
        return [one for one in read if one.seq <= newest]

    async def wait_beyond(self, seq: int) -> None:
        """Return when there is an event with a greater number than `seq`."""
        while self._state.seq <= seq:
            await self._newer.wait()

    async def run(self) -> None:
        """The owner task. When it is cancelled everyone who still waits is told; the log has what was done."""
        try:
            while True:
                self._under_way = [await self._inbox.get()]
                while len(self._under_way) < MAX_COMMANDS_TOGETHER and not self._inbox.empty():
                    self._under_way.append(self._inbox.get_nowait())
                await self._handle(self._under_way)
        finally:
            self._has_ended = True
            while not self._inbox.empty():
                self._under_way.append(self._inbox.get_nowait())
            for asked in self._under_way:
                _answer(asked.answer, _stopping())

    async def _handle(self, together: list[_Asked]) -> None:
        """Decide one after the other, write all in one go, apply, and only then answer anyone.

        A refusal waits for the write too: it may rest on what another of them did.
        """
        after = self._decided(together)
        try:
            if after:
                events = [recorded.event for recorded, _ in after]
                await self._log.append(self.id, self._state.seq, after[0][0].at, events)
        except StoreFailed as failure:
            for asked in together:
                _answer(asked.answer, failure)
            await self._reload()
            return
        except Exception:
            log.exception("session %s: the log failed", self.id)
            for asked in together:
                _answer(asked.answer, _internal())
            await self._reload()
            return
        self._advance(after)
        for asked in together:
            _answer(asked.answer, asked.outcome)

    def _decided(self, together: list[_Asked]) -> list[tuple[Recorded, State]]:
        """The events that these commands lead to, each with the state after it; each command gets its outcome."""
        at = max(self._state.at, time.time_ns() // 1_000_000)
        after: list[tuple[Recorded, State]] = []
        for asked in together:
            before = after[-1][1] if after else self._state
            try:
                mine = _applied(before, at, decide(before, asked.actor, asked.command))
            except Refused as refusal:
                asked.outcome = refusal
            except Exception:
                log.exception("a command of type %s in session %s failed", type(asked.command).__name__, self.id)
                asked.outcome = _internal()
            else:
                after += mine
                asked.outcome = after[-1][0].seq if after else self._state.seq
        return after

    def _advance(self, after: Sequence[tuple[Recorded, State]]) -> None:
        """Make these events true and tell the listeners; one that fails (our bug) leaves the others alone."""
        for recorded, state in after:
            self._state = state
            self._tail.append(recorded)
            for listener in self._listeners:
                try:
                    listener(recorded, state)
                except Exception:
                    log.exception("session %s: a listener failed at event %d", self.id, recorded.seq)
        newer, self._newer = self._newer, asyncio.Event()
        newer.set()

    async def _reload(self) -> None:
        """After trouble with the disk the log decides what is true: take in whatever it has beyond us."""
        try:
            missed = await self._log.read(self.id, self._state.seq)
            state = self._state
            self._advance([(one, state := apply(state, one)) for one in missed])
        except (StoreFailed, ProtocolError) as failure:
            log.error("session %s: the log cannot be read: %s", self.id, failure)

    def _spend(self, actor: Actor) -> None:
        """One command of the person's allowance (token bucket)."""
        now = time.monotonic()
        generous = DESK_ALLOWANCE if is_desk(actor.role) else 1
        most = float(COMMANDS_AT_ONCE * generous)
        left, then = self._allowances.get(actor.person, (most, now))
        left = min(most, left + (now - then) * COMMANDS_A_SECOND * generous)
        if left < 1:
            raise Refused("too-fast", "That was very fast; please wait a few seconds.")
        self._allowances[actor.person] = (left - 1, now)
        if len(self._allowances) > self._forget_above:
            self._forget(now)

    def _forget(self, now: float) -> None:
        """Those whose allowance is full again. When that frees little the next time is put off: it reads them all."""
        full_after = COMMANDS_AT_ONCE / COMMANDS_A_SECOND
        self._allowances = {p: spent for p, spent in self._allowances.items() if now - spent[1] < full_after}
        self._forget_above = max(10 * MAX_INBOX, 2 * len(self._allowances))


def _applied(state: State, at: int, events: list[Event]) -> list[tuple[Recorded, State]]:
    """Each event as it will be recorded, and the state after it."""
    after = []
    for event in events:
        recorded = Recorded(state.seq + 1, at, event)
        state = apply(state, recorded)
        after.append((recorded, state))
    return after


def _answer(future: asyncio.Future[int], outcome: int | JemaaError) -> None:
    if future.done():
        return
    if isinstance(outcome, int):
        future.set_result(outcome)
    else:
        future.set_exception(outcome)
        future.exception()  # the asker may be gone: that is not a failure of ours


def _internal() -> Refused:
    return Refused("internal", "Something went wrong on the server; nothing was changed.")


def _stopping() -> Refused:
    return Refused("busy", "This session is being closed on the server for a moment; please try again.")
