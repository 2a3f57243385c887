"""Web room. Recorded questions, sent piece by piece whenever the network lets them (docs/protocol.md §4)."""

from typing import Any

from aiohttp import hdrs, web

from jemaa.errors import ProtocolError, Refused
from jemaa.limits import MAX_UPLOAD_BYTES
from jemaa.live.note import duration_ms, frames_of, note_frames
from jemaa.meeting.commands import LeaveNote
from jemaa.meeting.ids import NoteId
from jemaa.meeting.roles import DESK
from jemaa.sound.ogg import opus_file
from jemaa.wire.token import Pass

from .door import actor
from .hall import Hall
from .house import HOUSE, Notes, body_of, bytes_of, hall_of, json_answer, number
from .once import key_of, once
from .shapes import FinishAnswer, FinishRequest, NoteAnswer, NoteRequest, NoteState


async def create_note(request: web.Request) -> web.Response:
    """`POST /api/s/{session}/notes`."""
    key = key_of(request)
    hall = await hall_of(request)
    house = request.app[HOUSE]
    asker = house.door.required(request, hall).person
    wanted: NoteRequest = await body_of(request, NoteRequest)

    async def do() -> NoteAnswer:
        if asker not in hall.session.state.persons:
            raise Refused("name-needed", "Please give your name first; it is shown to everyone.")
        info = await house.notes.create(hall.id, asker)
        return NoteAnswer(info.note, 0)

    return json_answer(await once(hall, do, key=key, asker=asker, where="notes", wanted=wanted))


async def put_note_piece(request: web.Request) -> web.Response:
    """`PUT /api/s/{session}/notes/{note}/{n}`: any order, safe to repeat, on the disk when answered."""
    hall, person, info = await _note(request)
    _own(person, info)
    data = await bytes_of(request, MAX_UPLOAD_BYTES)
    if not frames_of(hall.publications.uploads.records(person.person, data)):
        raise ProtocolError("note-empty", "A piece of a recording has at least one frame.")
    await request.app[HOUSE].notes.put(info, number(request.match_info["n"], default=0), data)
    return web.Response(status=204)


async def note_state(request: web.Request) -> web.Response:
    """`GET /api/s/{session}/notes/{note}`."""
    _, person, info = await _note(request)
    _own(person, info)
    have = await request.app[HOUSE].notes.have(info)
    return json_answer(NoteState(info.note, have, info.pieces is not None))


async def finish_note(request: web.Request) -> web.Response:
    """`POST /api/s/{session}/notes/{note}/finish`: makes it a question; again, it gives the same one."""
    key = key_of(request)
    hall, person, info = await _note(request)
    _own(person, info)
    wanted: FinishRequest = await body_of(request, FinishRequest)
    notes = request.app[HOUSE].notes
    missing = sorted(set(range(wanted.pieces)) - set(await notes.have(info)))
    if missing:  # also for whoever asks again: they may have come meanwhile
        text = "Pieces are missing; send them again, then finish."
        error = {"code": "note-incomplete", "text": text, "missing": missing}
        answer = json_answer({"error": error})
        answer.set_status(409)
        return answer

    async def do() -> FinishAnswer:
        return await _finished(hall, notes, person, await notes.finish(info, wanted.pieces))

    where, asker = f"notes/{info.note}/finish", person.person
    return json_answer(await once(hall, do, key=key, asker=asker, where=where, wanted=wanted))


async def note_sound(request: web.Request) -> web.Response:
    """`GET /api/s/{session}/notes/{note}/sound.ogg`: for its author, and for who reads questions out."""
    _, person, info = await _note(request)
    if person.role not in DESK:
        _own(person, info)
    if info.pieces is None:
        raise Refused("no-such-note", "This recording is not complete yet.")
    frames = note_frames(await request.app[HOUSE].notes.read(info))
    headers = {hdrs.CACHE_CONTROL: "private, no-store"}
    return web.Response(body=opus_file(frames), content_type="audio/ogg", headers=headers)


async def _note(request: web.Request) -> tuple[Hall, Pass, Any]:
    hall = await hall_of(request)
    house = request.app[HOUSE]
    person = house.door.required(request, hall)
    return hall, person, await house.notes.info(hall.id, NoteId(request.match_info["note"]))


async def _finished(hall: Hall, notes: Notes, person: Pass, info: Any) -> FinishAnswer:
    frames = note_frames(await notes.read(info))
    seq = hall.session.state.seq
    if _question(hall, info.note) is None:
        seq = await hall.session.submit(actor(person), LeaveNote(info.note, duration_ms(frames)))
    question = _question(hall, info.note)
    if question is None:
        raise Refused("no-such-question", "There is no such question any more.")
    return FinishAnswer(question, seq)


def _own(person: Pass, info: Any) -> None:
    """Nobody learns that another's recording exists."""
    if info.person != person.person:
        raise Refused("no-such-note", "There is no such recording.")


def _question(hall: Hall, note: NoteId) -> str | None:
    return next((name for name, one in hall.session.state.questions.items() if one.note == note), None)
