"""Web room. Joining, and commands by POST (docs/protocol.md §2, §4). A listener's joining touches no disk."""

from aiohttp import web

from jemaa.limits import MAX_MESSAGE_BYTES
from jemaa.wire.message import command_from, decode_object

from .door import actor, set_cookie
from .house import HOUSE, body_of, bytes_of, hall_of, json_answer
from .shapes import JoinAnswer, JoinRequest, SeqAnswer


async def join(request: web.Request) -> web.Response:
    """`POST /api/s/{session}/join`."""
    hall = await hall_of(request)
    house = request.app[HOUSE]
    wanted: JoinRequest = await body_of(request, JoinRequest)
    person = house.door.admit(hall, wanted.token, wanted.resume)
    token = house.door.sign(person)
    answer = json_answer(JoinAnswer(person.person, person.role, token, hall.session.state.seq))
    set_cookie(request, answer, hall, token, is_secure=house.is_secure)
    return answer


async def command(request: web.Request) -> web.Response:
    """`POST /api/s/{session}/commands`: answered when it is true."""
    hall = await hall_of(request)
    person = request.app[HOUSE].door.required(request, hall)
    wanted = command_from(decode_object(await bytes_of(request, MAX_MESSAGE_BYTES)))
    return json_answer(SeqAnswer(await hall.session.submit(actor(person), wanted)))
