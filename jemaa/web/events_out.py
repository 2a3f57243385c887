"""Web room. Path `text`: events by SSE, or by long poll where even that is cut (docs/protocol.md §4)."""

import asyncio
from contextlib import suppress

import msgspec
from aiohttp import hdrs, web

from jemaa.errors import Refused
from jemaa.limits import EVENT_BACKLOG_BYTES, KEEPALIVE_SECONDS, POLL_SECONDS
from jemaa.wire.framing import http_chunk
from jemaa.wire.message import recorded_to

from . import packing
from .attendance import Attendance, Manner
from .hall import Hall
from .herald import Message
from .house import HOUSE, hall_of, number
from .pieces import counted
from .shapes import PollAnswer
from .stream import begin_endless
from .wholes import Whole, is_one_part


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
        await _news(hall, since, min(wait, POLL_SECONDS))
        request.app[HOUSE].door.attendee(request, hall)  # whose link may have been withdrawn meanwhile
        return await _poll(request, hall, since)
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


async def _news(hall: Hall, since: int, wait: int) -> None:
    """Wait until something is new after `since`, `wait` seconds at the most."""
    if since == hall.session.state.seq and wait:
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await hall.session.wait_beyond(since)


async def _poll(request: web.Request, hall: Hall, since: int) -> web.Response:
    """What is new after `since`; the whole where that would be more than anyone may leave unread, in parts for whoever
    asks for parts.

    Packed: whoever asks so has a thin line, or one on which connections freeze after 16 kB; the whole may have 100.
    """
    in_parts = "part" in request.query
    if part := number(request.query.get("part"), default=0):
        found = _part(hall, number(request.query.get("whole"), default=0), part)
        return _packed(request, msgspec.json.encode(found))
    if hall.herald.can_resume(since):
        body = msgspec.json.encode(await _since(hall, since))
        if len(body) <= EVENT_BACKLOG_BYTES and (not in_parts or is_one_part(body)):
            return _packed(request, body)
    found = _first_part(hall, since) if in_parts else _whole(hall)
    return _packed(request, msgspec.json.encode(found))


def _packed(request: web.Request, body: bytes) -> web.Response:
    return packing.answer(request, body, {hdrs.CONTENT_TYPE: "application/json"}, is_shared=False)


async def _since(hall: Hall, since: int) -> PollAnswer:
    session = hall.session
    recorded = await session.since(since)
    news = [recorded_to(one, session.state) for one in recorded]
    return PollAnswer(recorded[-1].seq if recorded else since, _status(hall), events=news)


def _whole(hall: Hall) -> PollAnswer:
    snapshot = hall.herald.snapshot()
    return PollAnswer(snapshot.seq, _status(hall), snapshot=msgspec.Raw(snapshot.body))


def _first_part(hall: Hall, since: int) -> PollAnswer:
    """The whole, if it is one part only; nobody is set back by one that is some seconds old."""
    whole = hall.wholes.newest(since if since <= hall.session.state.seq else 0)
    if len(whole.parts) == 1:
        return PollAnswer(whole.seq, _status(hall), snapshot=msgspec.Raw(whole.parts[0].encode()))
    return _part_of(hall, whole, 0)


def _part(hall: Hall, seq: int, part: int) -> PollAnswer:
    """`Refused` `snapshot-gone`."""
    whole = hall.wholes.kept(seq)
    if whole is None or part >= len(whole.parts):
        raise Refused("snapshot-gone", "This part of a snapshot is not kept; begin again with part=0.")
    return _part_of(hall, whole, part)


def _part_of(hall: Hall, whole: Whole, part: int) -> PollAnswer:
    return PollAnswer(whole.seq, _status(hall), parts=len(whole.parts), part=whole.parts[part])


def _status(hall: Hall) -> msgspec.Raw:
    return msgspec.Raw(hall.herald.status)
