"""Web room. Asking again: what comes with a key is done once, on whichever connection it comes (docs/protocol.md §4).

In: the key of a request's header or of a message, and who asks. Out: the same answer each time.
"""

import re
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from aiohttp import web

from jemaa.errors import ProtocolError
from jemaa.live.outcomes import Asked
from jemaa.meeting.commands import Command
from jemaa.wire.token import Pass

from .door import actor
from .hall import Hall

T = TypeVar("T")

KEY_HEADER = "Idempotency-Key"
KEY_PATTERN = "[A-Za-z0-9_-]{16,64}"
_KEY = re.compile(KEY_PATTERN)
_QUOTED = re.compile('"([^"]*)"')


def key_of(request: web.Request) -> str | None:
    """The key of a request, None if it has none. `ProtocolError` `bad-key`.

    The header's draft has it in quotation marks (a structured field's string); most who send one leave them out.
    """
    given = request.headers.getall(KEY_HEADER, [])
    if not given:
        return None
    if len(given) > 1:
        raise _bad_key()
    quoted = _QUOTED.fullmatch(given[0])
    return key_from(quoted[1] if quoted else given[0])


def key_from(value: object) -> str | None:
    """The key of a message, None if it has none. `ProtocolError` `bad-key`."""
    if value is None:
        return None
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise _bad_key()
    return value


def nobody(request: web.Request) -> str:
    """Who asks before he is anybody. A key is no secret: where from he asks keeps two people apart who use the same."""
    return f"at {request.remote}"


async def once(
    hall: Hall, do: Callable[[], Coroutine[Any, Any, T]], *, key: str | None, asker: str, where: str, wanted: object
) -> T:
    """What `do` gives; with a key it is done once. `Refused` `key-reused`.

    `where` is the path below the session's; `wanted` is a value that shows all its fields as text.
    """
    if key is None:
        return await do()
    return await hall.outcomes.once(Asked(asker, where, key, repr(wanted)), do)


async def submit(hall: Hall, person: Pass, command: Command, key: str | None) -> int:
    """A command, by message or POST: asked by both with the same key it is one, also for the person's allowance."""

    async def do() -> int:
        return await hall.session.submit(actor(person), command)

    return await once(hall, do, key=key, asker=person.person, where="commands", wanted=command)


def _bad_key() -> ProtocolError:
    return ProtocolError("bad-key", "A key is 16 to 64 of the characters A-Z, a-z, 0-9, _ and -, made at random.")
