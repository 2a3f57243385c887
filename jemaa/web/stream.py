"""Web room. Path `stream`: one long response of records, for where proxies strip Upgrade (docs/protocol.md §4)."""

import asyncio

from aiohttp import hdrs, web

from jemaa.errors import ProtocolError
from jemaa.limits import KEEPALIVE_SECONDS
from jemaa.wire.framing import http_chunk
from jemaa.wire.record import CONTROL, encode_record

from .attendance import STREAM, Attendance
from .house import HOUSE, hall_of, number
from .security import OCTETS
from .shapes import Listen, converted

_KEEPALIVE = http_chunk(encode_record(CONTROL, b""))


async def stream(request: web.Request) -> web.StreamResponse:
    """`GET /api/s/{session}/stream`."""
    hall = await hall_of(request)
    person = request.app[HOUSE].door.attendee(request, hall)
    wish = _wish(request)
    if wish.sound:
        hall.sound_for(person, wish.sound)  # refused before the answer has begun
    if wish.picture:
        hall.picture(wish.picture)
    since = number(request.query["since"], default=0) if "since" in request.query else None
    transport = await begin_endless(request, OCTETS)
    attendance = Attendance(hall, transport, STREAM, person)
    try:
        attendance.listen(wish)
        if request.query.get("events") == "1":
            await hall.herald.greet(attendance, since)
        while not transport.is_closing():
            await asyncio.sleep(KEEPALIVE_SECONDS)
            if attendance.unread() == 0:
                attendance.write(_KEEPALIVE)
    finally:
        attendance.leave()
    return web.Response()


async def begin_endless(request: web.Request, content_type: str) -> asyncio.Transport:
    """Send the headers of a response that has no end; the rest is written to the transport, framed by whoever does.

    HTTP/1.0 knows no chunks, and who speaks it gets `http-too-old`. `X-Accel-Buffering` asks nginx not to collect.
    """
    if request.version < (1, 1):
        raise ProtocolError("http-too-old", "This path needs HTTP/1.1.")
    response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: content_type, "X-Accel-Buffering": "no"})
    response.headers[hdrs.CACHE_CONTROL] = "no-store, no-transform"
    response.enable_chunked_encoding()
    await response.prepare(request)
    transport = request.transport
    if transport is None:
        raise ConnectionResetError("the peer has gone")
    return transport


def _wish(request: web.Request) -> Listen:
    query = request.query
    given = {name: query[name] for name in ("sound", "picture") if query.get(name)}
    batch_ms = number(query.get("batch_ms"), default=200)
    wish: Listen = converted(given | {"batch_ms": batch_ms, "back_ms": number(query.get("back_ms"), default=0)}, Listen)
    return wish
