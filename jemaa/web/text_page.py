"""Web room. Path `text` for a browser without JavaScript: pages, forms, and a frame that follows by itself."""

import asyncio
from urllib.parse import parse_qsl

from aiohttp import hdrs, web

from jemaa.errors import JemaaError, Refused
from jemaa.limits import MAX_TEXT_CHARACTERS, POLL_SECONDS
from jemaa.meeting.commands import Ask, Command, Introduce, Say
from jemaa.meeting.text import clean_line
from jemaa.wire.token import Pass

from . import packing, text_html
from .door import actor, set_cookie
from .failures import status_of
from .hall import Hall
from .house import HOUSE, House, bytes_of, hall_of, number
from .pages import language_of, reason
from .pieces import counted
from .security import plain_page_policy
from .text_html import Draft, View

_GATHER_SECONDS = 2.0
"""After the first news the frame waits a little for more: a page for each word would cost more than radio."""

_FORM_BYTES = MAX_TEXT_CHARACTERS * 12 + 2_000
"""A form: each character of the longest text may take four bytes, and each byte three as %XX."""


async def text(request: web.Request) -> web.Response:
    """`GET /s/{session}/text`."""
    hall, house = await hall_of(request), request.app[HOUSE]
    try:
        person = house.door.attendee(request, hall)
    except Refused as refused:
        notice = reason(request, house, refused) if refused.code != "invitation-needed" else ""
        return _door_page(request, house, hall, notice)
    view = _view(request, house, hall, person)
    return _page(request, text_html.page(view, Draft()))


async def now(request: web.Request) -> web.Response:
    """`GET /s/{session}/text/now?after=`: held while nothing is newer than event `after`."""
    hall, house = await hall_of(request), request.app[HOUSE]
    person = house.door.attendee(request, hall)
    counted(request, hall, person.person if person else None)
    after = number(request.query.get("after"), default=0)
    if after and after >= hall.session.state.seq:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await hall.session.wait_beyond(hall.session.state.seq)
                await asyncio.sleep(_GATHER_SECONDS)
        except TimeoutError:
            pass
        person = house.door.attendee(request, hall)  # his link may have been withdrawn meanwhile
    return _page(request, text_html.now(_view(request, house, hall, person)))


async def ask(request: web.Request) -> web.StreamResponse:
    """`POST /s/{session}/text`: a question."""
    form = await _form(request)
    return await _do(
        request, form, Ask(form.get("text", "")), Draft(name=form.get("name", ""), question=form.get("text", ""))
    )


async def say(request: web.Request) -> web.StreamResponse:
    """`POST /s/{session}/text/chat`: a chat message."""
    form = await _form(request)
    return await _do(
        request, form, Say(form.get("text", "")), Draft(name=form.get("name", ""), message=form.get("text", ""))
    )


async def enter(request: web.Request) -> web.StreamResponse:
    """`POST /s/{session}/text/code`: an invitation, or the whole link that carries it, opens a closed meeting."""
    hall, house = await hall_of(request), request.app[HOUSE]
    code = (await _form(request)).get("code", "").strip()
    try:
        person = house.door.admit(hall, code.rpartition("#t=")[2], None)
    except Refused as refused:
        return _door_page(request, house, hall, reason(request, house, refused), status=status_of(refused))
    return _back(request, house, hall, person)


async def _do(request: web.Request, form: dict[str, str], command: Command, draft: Draft) -> web.StreamResponse:
    """As the person of the cookie, or as a new one; what is refused comes back with its words."""
    hall, house = await hall_of(request), request.app[HOUSE]
    person = house.door.attendee(request, hall) or house.door.admit(hall, None, None)
    try:
        if person.person not in hall.session.state.persons:
            name = clean_line(form.get("name", ""))
            await hall.session.submit(actor(person), Introduce(name))
        await hall.session.submit(actor(person), command)
    except JemaaError as error:
        view = _view(request, house, hall, person)
        told = Draft(reason(request, house, error), draft.name, draft.question, draft.message)
        answer = _page(request, text_html.page(view, told), status=status_of(error))
        set_cookie(request, answer, hall, house.door.sign(person), is_secure=house.is_secure)
        return answer
    return _back(request, house, hall, person)


async def _form(request: web.Request) -> dict[str, str]:
    """The fields of a form; browsers that send another type than the page asks for are none."""
    data = await bytes_of(request, _FORM_BYTES)
    return dict(parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20))


def _back(request: web.Request, house: House, hall: Hall, person: Pass) -> web.Response:
    """Post/redirect/get: reloading the page does not ask twice."""
    language = language_of(request, house)
    answer = web.Response(status=303, headers={hdrs.LOCATION: f"/s/{hall.id}/text?lang={language}"})
    set_cookie(request, answer, hall, house.door.sign(person), is_secure=house.is_secure)
    return answer


def _view(request: web.Request, house: House, hall: Hall, person: Pass | None) -> View:
    language = language_of(request, house)
    who = person.person if person else None
    languages, words = tuple(house.strings.languages), house.strings.table(language)
    return View(hall.id, hall.session.state, who, language, languages, words)


def _door_page(request: web.Request, house: House, hall: Hall, notice: str, *, status: int = 401) -> web.Response:
    return _page(request, text_html.closed_door(_view(request, house, hall, None), notice), status=status)


def _page(request: web.Request, page: str, *, status: int = 200) -> web.Response:
    body = page.encode()
    headers = {
        hdrs.CONTENT_TYPE: "text/html; charset=utf-8",
        "Content-Security-Policy": plain_page_policy(page),
        # With no-referrer, browsers would send “Origin: null” with our own forms (Fetch §3.2).
        "Referrer-Policy": "same-origin",
        hdrs.CACHE_CONTROL: "no-store",
        hdrs.VARY: "Accept-Language, Cookie",
    }
    answer = packing.answer(request, body, headers, is_shared=False)
    answer.set_status(status)
    return answer
