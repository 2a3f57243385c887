"""Web room. Publishing, on whichever path: `begin`, pieces by POST, `end` (docs/protocol.md §4)."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from jemaa.errors import Refused
from jemaa.limits import MAX_UPLOAD_BYTES
from jemaa.live.picture import Rendition
from jemaa.live.publications import Publication, Unpublished
from jemaa.wire.token import Pass

from .door import actor
from .hall import Hall
from .house import HOUSE, body_of, bytes_of, hall_of, json_answer, number
from .once import key_of, once
from .shapes import Publish, Published, PublishedPiece, PublishSound

Tell = Callable[[dict[str, Any]], None]


def begin(hall: Hall, person: Pass, wanted: Publish, tell: Tell) -> Publication:
    """Open what is wanted. `Refused` if the person may not now; `tell` gets `unpublished` and `keyframe` messages."""
    numbers: list[int] = []

    def closed(reason: Unpublished) -> None:
        tell({"op": "unpublished", "publication": numbers[0], "code": reason.code, "text": reason.text})

    def keyframe(publication: int) -> None:
        tell({"op": "keyframe", "publication": publication})

    if isinstance(wanted, PublishSound):
        publication = hall.publications.open_sound(actor(person), closed)
    else:
        renditions = [Rendition(one.name, one.codec, one.width, one.height, one.kbps) for one in wanted.renditions]
        publication = hall.publications.open_picture(actor(person), renditions, closed, keyframe)
    numbers.append(publication.number)
    return publication


def end(hall: Hall, person: Pass, publication: int) -> None:
    """Its publisher stops; nothing happens if it has ended already."""
    try:
        hall.publications.close(hall.publications.get(publication, person.person))
    except Refused:
        return


async def publish(request: web.Request) -> web.Response:
    """`POST /api/s/{session}/publications`."""
    key = key_of(request)
    hall = await hall_of(request)
    person = request.app[HOUSE].door.required(request, hall)
    wanted: Publish = await body_of(request, Publish)

    async def do() -> Published:
        publication = begin(hall, person, wanted, lambda _: None)
        return Published(publication.number, list(publication.tracks))

    asker = person.person
    return json_answer(await once(hall, do, key=key, asker=asker, where="publications", wanted=wanted))


async def publish_piece(request: web.Request) -> web.Response:
    """`POST /api/s/{session}/publications/{publication}/{n}`: safe to repeat, kept in order."""
    hall = await hall_of(request)
    person = request.app[HOUSE].door.required(request, hall)
    data = await bytes_of(request, MAX_UPLOAD_BYTES)
    n = number(request.match_info["n"], default=0)
    publication = hall.publications.get(number(request.match_info["publication"], default=0), person.person)
    wanted = hall.publications.write_piece(publication, n, data)
    wants_keyframe, publication.wants_keyframe = publication.wants_keyframe, False
    return json_answer(PublishedPiece(wanted, wants_keyframe))


async def unpublish(request: web.Request) -> web.Response:
    """`DELETE /api/s/{session}/publications/{publication}`."""
    hall = await hall_of(request)
    person = request.app[HOUSE].door.required(request, hall)
    end(hall, person, number(request.match_info["publication"], default=0))
    return web.Response(status=204)
