"""Web room. Path `radio`: an endless Ogg/Opus or MP3 answer for any player, the same bytes for everyone.

A player that speaks HTTP/1.0 gets the bytes as they are, ended by the end of the connection.
"""

import asyncio
import re

from aiohttp import HttpVersion11, hdrs, web

from jemaa.errors import Refused
from jemaa.limits import KEEPALIVE_SECONDS, RADIO_BLOCK_BYTES, RADIO_BURST_MS, RING_SECONDS
from jemaa.live.crowd import Listener
from jemaa.live.track import Track
from jemaa.wire.framing import http_chunk
from jemaa.wire.token import Pass

from .hall import Hall
from .house import HOUSE, hall_of, number

BATCH_MS = 200
STALLED_SECONDS = 60.0
"""A player that has read nothing for so long was paused, or has gone without a word: its connection ends."""


async def radio_opus(request: web.Request) -> web.StreamResponse:
    """`GET /s/{session}/radio.opus?kbps=`."""
    hall = await hall_of(request)
    person = request.app[HOUSE].door.attendee(request, hall)
    found = hall.programme.radio_opus(number(request.query.get("kbps"), default=32, most=1_000))
    if found is None:
        raise Refused("no-such-track", "The radio has 32, 12 and 8 kb/s.")
    headers, track = found
    return await _play(request, hall, person, track, "audio/ogg; codecs=opus", headers)


async def radio_mp3(request: web.Request) -> web.StreamResponse:
    """`GET /s/{session}/radio.mp3`."""
    hall = await hall_of(request)
    person = request.app[HOUSE].door.attendee(request, hall)
    return await _play(request, hall, person, hall.programme.radio_mp3, "audio/mpeg", b"")


_IN_BLOCKS = re.compile("Chrome/|Firefox/")


def _burst_ms(request: web.Request, track: Track) -> int:
    """How far back to begin: two seconds, and in Chromium and Firefox what they want before they play a note.

    The later start costs that listener time behind the meeting, so no other player gets it.
    """
    if not _IN_BLOCKS.search(request.headers.get(hdrs.USER_AGENT, "")):
        return RADIO_BURST_MS
    return min(RADIO_BURST_MS + RADIO_BLOCK_BYTES * 8 // track.info.kbps, RING_SECONDS * 1000 - 2_000)


def _plain(data: bytes) -> bytes:
    return data


async def _play(
    request: web.Request, hall: Hall, person: Pass | None, track: Track, content_type: str, first: bytes
) -> web.StreamResponse:
    is_chunked = request.version >= HttpVersion11
    response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: content_type, "X-Accel-Buffering": "no"})
    response.headers[hdrs.CACHE_CONTROL] = "no-store, no-transform"
    if is_chunked:
        response.enable_chunked_encoding()
    else:
        response.force_close()
    await response.prepare(request)
    transport = request.transport
    if request.method == hdrs.METH_HEAD or transport is None:
        return response
    if not hall.may_attend(person):  # the link was withdrawn while the answer was begun
        transport.abort()
        return response
    framing = http_chunk if is_chunked else _plain
    if first:
        transport.write(framing(first))
    fanout, listener, leave = hall.fanout(track), Listener(transport), hall.presence.enter("radio")
    hall.radios[transport] = person
    try:
        fanout.add(listener, framing, batch_ms=BATCH_MS, back_ms=_burst_ms(request, track))
        await _until_gone(transport)
    finally:
        hall.radios.pop(transport, None)
        fanout.remove(listener)
        leave()
    return response


async def _until_gone(transport: asyncio.Transport) -> None:
    """Return when the connection has ended, or nothing was read for a minute."""
    waiting, stalled = 0, 0.0
    while not transport.is_closing() and stalled < STALLED_SECONDS:
        await asyncio.sleep(KEEPALIVE_SECONDS)
        unread = transport.get_write_buffer_size()
        stalled = stalled + KEEPALIVE_SECONDS if unread and unread >= waiting else 0.0
        waiting = unread
    transport.abort()
