"""Web room. Joining, and commands by POST (docs/protocol.md §2, §4). A listener's joining touches no disk."""

from aiohttp import web

from jemaa.limits import MAX_MESSAGE_BYTES
from jemaa.wire.message import command_from, decode_object

from .door import set_cookie
from .house import HOUSE, body_of, bytes_of, hall_of, json_answer
from .once import key_of, nobody, once, submit
from .shapes import JoinAnswer, JoinRequest, SeqAnswer


async def join(request: web.Request) -> web.Response:
    """`POST /api/s/{session}/join`."""
    key = key_of(request)
    hall = await hall_of(request)
    house = request.app[HOUSE]
    wanted: JoinRequest = await body_of(request, JoinRequest)

    async def do() -> JoinAnswer:
        person = house.door.admit(hall, wanted.token, wanted.resume)
        return JoinAnswer(person.person, person.role, house.door.sign(person), hall.session.state.seq)

    joined = await once(hall, do, key=key, asker=nobody(request), where="join", wanted=wanted)
    answer = json_answer(joined)
    set_cookie(request, answer, hall, joined.token, is_secure=house.is_secure)
    return answer


async def command(request: web.Request) -> web.Response:
    """`POST /api/s/{session}/commands`: answered when it is true."""
    key = key_of(request)
    hall = await hall_of(request)
    person = request.app[HOUSE].door.required(request, hall)
    wanted = command_from(decode_object(await bytes_of(request, MAX_MESSAGE_BYTES)))
    return json_answer(SeqAnswer(await submit(hall, person, wanted, key)))
