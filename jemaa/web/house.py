"""Web room. What every handler shares, and how it finds the hall that a request is about."""

from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from aiohttp import web

from jemaa.counters import Counters
from jemaa.errors import ProtocolError, Refused
from jemaa.limits import MAX_MESSAGE_BYTES
from jemaa.meeting.ids import NoteId, PersonId, SessionId
from jemaa.tasks import Tasks

from .client_files import ClientFiles
from .door import Door
from .hall import Hall, Halls
from .shapes import decoded
from .strings import Strings


class NoteInfo(Protocol):
    """A recording, as the store knows it."""

    @property
    def note(self) -> NoteId: ...

    @property
    def person(self) -> PersonId: ...

    @property
    def pieces(self) -> int | None: ...


class Notes(Protocol):
    """What the sockets need of the store for recorded questions."""

    async def create(self, session: SessionId, person: PersonId) -> Any: ...

    async def info(self, session: SessionId, note: NoteId) -> Any: ...

    async def put(self, info: Any, n: int, data: bytes) -> None: ...

    async def have(self, info: Any) -> list[int]: ...

    async def finish(self, info: Any, pieces: int) -> Any: ...

    async def read(self, info: Any) -> list[bytes]: ...


@dataclass(frozen=True, slots=True)
class House:
    """The server's sockets, whole. `base_url` is empty where people see the address that we listen on."""

    halls: Halls
    door: Door
    notes: Notes
    client: ClientFiles
    strings: Strings
    counters: Counters
    tasks: Tasks
    base_url: str
    is_secure: bool
    has_open_metrics: bool
    version: str


HOUSE = web.AppKey("house", House)


async def hall_of(request: web.Request) -> Hall:
    """The hall of `{session}` in the path. `Refused` `no-such-session`."""
    session = request.match_info["session"]
    hall = await request.app[HOUSE].halls.hall(SessionId(session)) if session.isalnum() else None
    if hall is None:
        raise Refused("no-such-session", "There is no such session; please copy the whole link again.")
    return hall


async def body_of(request: web.Request, shape: Any) -> Any:
    """The JSON body as a value of `shape`; an empty one is an object without fields."""
    return decoded(await bytes_of(request, MAX_MESSAGE_BYTES), shape)


async def bytes_of(request: web.Request, limit: int) -> bytes:
    """The body, read no further than `limit`. `ProtocolError` `body-too-large`."""
    if request.content_length is not None and request.content_length > limit:
        raise _too_large(limit)
    body = bytearray()
    async for part in request.content.iter_any():
        body += part
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def number(text: str | None, *, default: int, most: int = 2**53) -> int:
    """A whole number of a query or path. `ProtocolError` `bad-number`."""
    if text is None or text == "":
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 17) or int(text) > most:
        raise ProtocolError("bad-number", f"{text[:20]!r} is not a number from 0 to {most}.")
    return int(text)


def json_answer(value: Any, **headers: str) -> web.Response:
    """A struct as the JSON body of an answer."""
    return web.Response(body=msgspec.json.encode(value), content_type="application/json", headers=headers)


def _too_large(limit: int) -> ProtocolError:
    return ProtocolError("body-too-large", f"This is more than the {limit} bytes that the server takes at once here.")
