"""Web room. Path `text`: events by SSE, or by long poll where even that is cut (docs/protocol.md §4)."""

import asyncio
from typing import Any

import msgspec
from aiohttp import hdrs, web

from jemaa.limits import KEEPALIVE_SECONDS, KEPT_EVENTS, POLL_SECONDS
from jemaa.wire.framing import http_chunk
from jemaa.wire.message import recorded_to

from .attendance import Attendance, Manner
from .hall import Hall
from .herald import Message
from .house import HOUSE, hall_of, json_answer, number
from .pieces import counted
from .shapes import PollAnswer
from .stream import begin_endless


def sse(message: Message) -> bytes:
    """A message as one event of a text/event-stream; its id is what `Last-Event-ID` gives back."""
    number_line = b"id: %d\n" % message.seq if message.seq else b""
    return http_chunk(number_line + b"event: " + message.op.encode() + b"\ndata: " + message.body + b"\n\n")


SSE = Manner("text", http_chunk, sse, b"0\r\n\r\n", figures_seconds=60.0)
_COMMENT = http_chunk(b":\n\n")


async def events(request: web.Request) -> web.StreamResponse:
    """`GET /api/s/{session}/events`."""
    hall = await hall_of(request)
    person = request.app[HOUSE].door.attendee(request, hall)
    since = number(request.headers.get("Last-Event-ID") or request.query.get("since"), default=0)
    if "text/event-stream" not in request.headers.get(hdrs.ACCEPT, ""):
        wait = number(request.query.get("wait"), default=0)
        counted(request, hall, person.person if person else None)
        return await _poll(hall, since, min(wait, POLL_SECONDS))
    transport = await begin_endless(request, "text/event-stream")
    attendance = Attendance(hall, transport, SSE, person)
    try:
        await hall.herald.greet(attendance, since)
        while not transport.is_closing():
            await asyncio.sleep(KEEPALIVE_SECONDS)
            if attendance.unread() == 0:
                attendance.write(_COMMENT)
    finally:
        attendance.leave()
    return web.Response()


async def _poll(hall: Hall, since: int, wait: int) -> web.Response:
    """What is new after `since`, as soon as there is something, after `wait` seconds at the most."""
    session = hall.session
    if since == session.state.seq and wait:
        try:
            async with asyncio.timeout(wait):
                await session.wait_beyond(since)
        except TimeoutError:
            pass
    status: Any = msgspec.Raw(hall.herald.status)
    newest = session.state.seq
    if 0 < since <= newest and newest - since <= KEPT_EVENTS:
        recorded = await session.since(since)
        news = [recorded_to(one, session.state) for one in recorded]
        seq = recorded[-1].seq if recorded else since
        return json_answer(PollAnswer(seq=seq, status=status, events=news))
    snapshot = hall.herald.snapshot()
    return json_answer(PollAnswer(seq=snapshot.seq, status=status, snapshot=msgspec.Raw(snapshot.body)))
