"""Web room. Tells everybody of a session the same messages: each is encoded once, and framed once a kind of connection.

Events are lossless: whoever leaves too many unread, beside his greeting, is sent away with a reason and resumes by
`since`. Status is lossy: whoever has anything unread does not get it.

Touched only on the event loop; nothing is awaited while writing.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from jemaa.limits import EVENT_BACKLOG_BYTES, KEPT_EVENTS
from jemaa.live.session import Session
from jemaa.meeting.events import Recorded
from jemaa.meeting.state import State
from jemaa.wire.message import events_message, snapshot_message


@dataclass(frozen=True, slots=True)
class Message:
    """One JSON message of docs/protocol.md §3; `seq` is the newest event in it, 0 for a status."""

    op: str
    seq: int
    body: bytes


Framing = Callable[[Message], bytes]


class Ear(Protocol):
    """A connection that hears messages: bytes in, and what became of them."""

    @property
    def framing(self) -> Framing: ...

    def write(self, data: bytes) -> None: ...

    def write_soon(self, data: bytes) -> None: ...

    def greet(self, data: bytes) -> None: ...

    def unread(self) -> int: ...

    def takes_figures(self) -> bool: ...

    def send_away_if_swamped(self) -> bool: ...


@dataclass(slots=True)
class _Framed:
    """A message, and its bytes for each framing that somebody needed."""

    message: Message
    by_framing: dict[Framing, bytes] = field(default_factory=dict)

    def bytes_for(self, framing: Framing) -> bytes:
        if framing not in self.by_framing:
            self.by_framing[framing] = framing(self.message)
        return self.by_framing[framing]


class Herald:
    """One a session. `greet` brings an ear up to date and keeps it so; `dismiss` ends that."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ears: dict[Ear, None] = {}
        self._pending: list[Recorded] = []
        self._snapshot: _Framed | None = None
        self._status: _Framed | None = None
        session.on_applied(self._applied)

    async def greet(self, ear: Ear, since: int | None, first: bytes = b"") -> None:
        """`first`, then a snapshot or the events after `since`; then the newest status; then whatever happens.

        Events that would be a backlog are no way to catch up: then it is the snapshot too. Where nothing has to be
        fetched all of it is one write: a thousand who join at once are a thousand, not four.
        """
        is_up_to_date = False
        if since is not None and self.can_resume(since):
            ear.greet(first)
            first = b""
            is_up_to_date = await self._catch_up(ear, since)
        self._flush()
        if not is_up_to_date:
            first += self._current_snapshot().bytes_for(ear.framing)
        # Nothing is awaited from here on: the ear has everything up to now, and gets everything after.
        self._ears[ear] = None
        ear.greet(first + (self._status.bytes_for(ear.framing) if self._status else b""))

    def dismiss(self, ear: Ear) -> None:
        """No more for this ear."""
        self._ears.pop(ear, None)

    def snapshot(self) -> Message:
        """The state as of now; the bytes are made once for each event number."""
        self._flush()
        return self._current_snapshot().message

    @property
    def status(self) -> bytes:
        """The newest status message, as JSON."""
        return self._status.message.body if self._status else b"null"

    def tell_status(self, body: bytes, *, is_news: bool = True) -> None:
        """Replace the status, and send it to whoever has read everything before.

        Where it is no news but only newer figures, whoever pays for each byte is spared most of them.
        """
        self._status = _Framed(Message("status", 0, body))
        for ear in list(self._ears):
            if ear.unread() == 0 and (is_news or ear.takes_figures()):
                ear.write_soon(self._status.bytes_for(ear.framing))

    def can_resume(self, since: int) -> bool:
        """Whether the events after `since` can be given, and no snapshot is needed."""
        newest = self._session.state.seq
        return 0 < since <= newest and newest - since <= KEPT_EVENTS

    def __len__(self) -> int:
        return len(self._ears)

    async def _catch_up(self, ear: Ear, since: int) -> bool:
        while since < self._session.state.seq:
            events = await self._session.since(since)
            if not events:
                break
            since = events[-1].seq
            body = events_message(events, self._session.state)
            if len(body) > EVENT_BACKLOG_BYTES:
                return False
            ear.greet(ear.framing(Message("events", since, body)))
        return True

    def _current_snapshot(self) -> _Framed:
        state = self._session.state
        if self._snapshot is None or self._snapshot.message.seq != state.seq:
            self._snapshot = _Framed(Message("snapshot", state.seq, snapshot_message(state)))
        return self._snapshot

    def _applied(self, recorded: Recorded, _state: State) -> None:
        """Events of one turn of the loop travel in one message."""
        if not self._pending:
            asyncio.get_running_loop().call_soon(self._flush)
        self._pending.append(recorded)

    def _flush(self) -> None:
        if not self._pending:
            return
        pending, self._pending = self._pending, []
        body = events_message(pending, self._session.state)
        framed = _Framed(Message("events", pending[-1].seq, body))
        for ear in list(self._ears):
            if ear.send_away_if_swamped():
                self.dismiss(ear)
            else:
                ear.write(framed.bytes_for(ear.framing))
