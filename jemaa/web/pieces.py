"""Web room. Path `pieces`: short GETs of what never changes, for caches and for proxies that cut long answers."""

import asyncio

from aiohttp import hdrs, web

from jemaa.errors import Refused
from jemaa.limits import PIECE_WAIT_SECONDS
from jemaa.live.track import Track

from .client_files import FOREVER
from .hall import Hall
from .house import HOUSE, hall_of, json_answer, number
from .security import OCTETS
from .shapes import NewestPiece

LISTENER = "Jemaa-Listener"
"""Who asks for what is for everybody says so only to be counted: nothing is opened by it."""


async def piece(request: web.Request) -> web.Response:
    """`GET /api/s/{session}/pieces/{epoch}/{track}/{n}`: held until the piece is complete."""
    hall = await hall_of(request)
    person = request.app[HOUSE].door.attendee(request, hall)
    if request.match_info["epoch"] != hall.programme.epoch:
        raise Refused("epoch-gone", "The server has started anew; ask for the newest piece.")
    track = hall.track(person, request.match_info["track"])
    n = number(request.match_info["n"], default=0)
    hall.passes_by("pieces", _key(request, person.person if person else None))
    body = await _wait(track, n)
    if not hall.is_public:
        request.app[HOUSE].door.attendee(request, hall)  # whose link may have been withdrawn meanwhile
    if not body:
        raise Refused("piece-gone", "This piece is too old to be had; ask for the newest.")
    is_shared = track.info.private_to is None and hall.is_public
    cache = FOREVER if is_shared else "private, no-store"
    return web.Response(body=body, content_type=OCTETS, headers={hdrs.CACHE_CONTROL: cache})


async def newest_piece(request: web.Request) -> web.Response:
    """`GET /api/s/{session}/pieces/newest?track=`."""
    hall = await hall_of(request)
    person = request.app[HOUSE].door.attendee(request, hall)
    track = hall.track(person, request.query.get("track", "sound/12"))
    newest = max(track.newest_piece(), 0)
    piece_ms = track.info.piece_ms
    age_ms = max(0, hall.programme.time_ms - (newest + 1) * piece_ms)
    return json_answer(NewestPiece(hall.programme.epoch, track.info.name, newest, piece_ms, age_ms))


async def _wait(track: Track, n: int) -> bytes:
    """The piece; empty if it has left the ring. `Refused` `piece-not-yet` after as long as proxies let us wait."""
    found = track.piece(n)
    # Nothing far ahead is worth a held connection: it cannot be complete in time.
    soon = track.newest_piece() + 2 + PIECE_WAIT_SECONDS * 1000 / track.info.piece_ms
    if found is None and n <= soon:
        try:
            async with asyncio.timeout(PIECE_WAIT_SECONDS):
                found = await track.wait_piece(n)
        except TimeoutError:
            found = None
    if found is None:
        raise Refused("piece-not-yet", "This piece is not complete yet; ask again.")
    return found


def _key(request: web.Request, person: str | None) -> str:
    """Tells people apart for counting; hashed by the hall, forgotten within seconds."""
    return person or request.headers.get(LISTENER) or f"{request.remote} {request.headers.get(hdrs.USER_AGENT, '')}"


def counted(request: web.Request, hall: Hall, person: str | None) -> None:
    """Count somebody on path `text` who asks again and again."""
    hall.passes_by("text", _key(request, person))
