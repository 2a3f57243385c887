"""Web room. The pages that need JavaScript: shells of the client with the session and the words filled in."""

import html
import json
import re
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import hdrs, web

from jemaa.errors import JemaaError, Refused

from . import packing
from .evidence import is_shown
from .hall import Hall, Meeting
from .house import HOUSE, House, hall_of
from .security import page_policy
from .strings import direction

_PLACEHOLDER = re.compile(r"\{\{([a-z_]+|t:[a-z0-9_.]+)\}\}")


async def home(request: web.Request) -> web.Response:
    """`GET /`: the public meetings, and the way to the public record where there is one."""
    house = request.app[HOUSE]
    listed = [meeting for meeting in await house.halls.meetings() if meeting.is_public and not meeting.is_closed]
    items = "".join(_item(f"/m/{meeting.id}", meeting.title) for meeting in listed)
    record = "" if is_shown(request.app, language_of(request, house)) else " hidden"
    return _answer(request, house, "home", {"title": "Jemaa", "meetings": items, "record": record})


async def meeting(request: web.Request) -> web.Response:
    """`GET /m/{meeting}`: its rooms, or at once its only one."""
    house = request.app[HOUSE]
    wanted = request.match_info["meeting"]
    found: Meeting | None = next((one for one in await house.halls.meetings() if one.id == wanted), None)
    if found is None:
        raise Refused("no-such-meeting", "There is no such meeting; please copy the whole link again.")
    if len(found.rooms) == 1:
        raise web.HTTPFound(f"/s/{found.rooms[0].id}")
    rooms = "".join(_item(f"/s/{room.id}", room.room or found.title) for room in found.rooms)
    return _answer(request, house, "meeting", {"title": html.escape(found.title), "meeting": found.id, "rooms": rooms})


def session_page(shell: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler of one of a session's pages. It shows nothing that needs an invitation: the API does."""

    async def handler(request: web.Request) -> web.Response:
        hall = await hall_of(request)
        return _answer(request, request.app[HOUSE], shell, _of(hall))

    return handler


def failure_page(request: web.Request, error: JemaaError) -> web.Response:
    """What a person sees in place of a page: what is wrong, in his language where it has the sentence."""
    house = request.app[HOUSE]
    return _answer(request, house, "failure", {"reason": html.escape(reason(request, house, error))})


def reason(request: web.Request, house: House, error: JemaaError) -> str:
    """The sentence of a refusal in the page's language; where the tables have none for its code, the error's own."""
    return house.strings.table(language_of(request, house)).get(f"refusal.{error.code}", error.text)


def language_of(request: web.Request, house: House) -> str:
    """`?lang=`, else what the browser asks for."""
    return house.strings.choose(request.query.get("lang"), request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))


def fill(shell: str, values: Mapping[str, str], words: Mapping[str, str]) -> str:
    """The shell with its placeholders replaced. Values are HTML already; a word that is missing shows its key."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name.startswith("t:"):
            return html.escape(words.get(name[2:], name[2:]))
        return values[name]

    return _PLACEHOLDER.sub(value, shell)


def embedded_json(value: object) -> str:
    """JSON that may stand in a script element: nothing in it can end the element (HTML §4.12.1.3)."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _of(hall: Hall) -> dict[str, str]:
    state = hall.session.state
    title = f"{state.title} – {state.room}" if state.room else state.title
    public = "true" if hall.is_public else "false"
    return {"session": hall.id, "meeting": hall.meeting, "public": public, "title": html.escape(title)}


def _item(address: str, title: str) -> str:
    return f'<li><a href="{html.escape(address)}"><bdi>{html.escape(title)}</bdi></a></li>'


def _answer(request: web.Request, house: House, shell: str, values: dict[str, str]) -> web.Response:
    language = language_of(request, house)
    words = house.strings.table(language)
    first = {key: text for key, text in words.items() if key.startswith("first.")}
    known = {"session": "", "meeting": "", "public": "true", "meetings": "", "rooms": ""} | values
    known |= {"base": house.client.base, "lang": language, "dir": direction(language), "strings": embedded_json(first)}
    known |= {"style": house.client.style, "at_once": house.client.at_once}
    page = fill(house.client.shell(shell), known, words)
    body = page.encode()
    headers = {
        hdrs.CONTENT_TYPE: "text/html; charset=utf-8",
        "Content-Security-Policy": page_policy(page),
        hdrs.CACHE_CONTROL: "no-cache",
        hdrs.CONTENT_LANGUAGE: language,
        hdrs.VARY: "Accept-Language",
    }
    return packing.answer(request, body, headers)
