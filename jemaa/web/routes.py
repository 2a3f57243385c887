"""Web room. Every address that the server answers, in one table; the OpenAPI document is made from it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from jemaa.facts.record import Measurement
from jemaa.packets.offer import Counts, Offer

from . import (
    check,
    check_judge,
    check_page,
    events_out,
    evidence,
    joining,
    live_socket,
    notes,
    operations,
    pages,
    pieces,
    publishing,
    radio,
    shapes,
    stream,
    submissions,
    text_page,
)
from .security import OCTETS

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Query:
    """A parameter behind the question mark."""

    name: str
    help: str
    type: str = "string"


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address. `takes` and `gives` are shapes, or a media type where bytes travel."""

    method: str
    path: str
    handler: Handler
    summary: str
    takes: Any = None
    gives: Any = None
    status: int = 200
    query: tuple[Query, ...] = ()
    is_done_once: bool = False
    """Takes a key, with which it may be asked again (`once.py`)."""


_API = "/api/s/{session}"
_SINCE = Query("since", "number of the newest event that one has", "integer")
_LISTEN = (
    Query("sound", "name of a track of sound"),
    Query("picture", "name of a track of the picture"),
    Query("batch_ms", "how much travels in one message", "integer"),
    Query("back_ms", "how far behind the newest chunk to begin", "integer"),
    Query("events", "1: messages on track 0", "integer"),
)

_NETWORK = (
    Query("cc", "country: two capital letters"),
    Query("asn", "number of the network", "integer"),
    Query("access", "4g, adsl, ftth …"),
    Query("week", "its Monday: 2026-11-23"),
)

_WAY = Query("path", "a way to attend: live, webrtc-udp …")

API: tuple[Route, ...] = (
    Route("POST", f"{_API}/join", joining.join, "Join", shapes.JoinRequest, shapes.JoinAnswer, is_done_once=True),
    Route(
        "POST",
        f"{_API}/commands",
        joining.command,
        "Ask for something",
        "Command",
        shapes.SeqAnswer,
        is_done_once=True,
    ),
    Route("GET", f"{_API}/live", live_socket.live, "Path live: a WebSocket", status=101),
    Route("GET", f"{_API}/stream", stream.stream, "Path stream", gives=OCTETS, query=(*_LISTEN, _SINCE)),
    Route(
        "GET",
        f"{_API}/events",
        events_out.events,
        "Path text: server-sent events (by Accept), or a long poll",
        gives=shapes.PollAnswer,
        query=(
            _SINCE,
            Query("wait", "seconds to wait for news", "integer"),
            Query("part", "0: a large snapshot in parts; then the number of the next part", "integer"),
            Query("whole", "`seq` of the snapshot of which this part is", "integer"),
        ),
    ),
    Route(
        "GET",
        f"{_API}/pieces/newest",
        pieces.newest_piece,
        "Where path pieces begins",
        gives=shapes.NewestPiece,
        query=(Query("track", "name of a track"),),
    ),
    Route("GET", _API + "/pieces/{epoch}/{track:.+}/{n:[0-9]+}", pieces.piece, "Path pieces: one piece", gives=OCTETS),
    Route(
        "POST",
        f"{_API}/publications",
        publishing.publish,
        "Publish",
        shapes.Publish,
        shapes.Published,
        is_done_once=True,
    ),
    Route("DELETE", _API + "/publications/{publication:[0-9]+}", publishing.unpublish, "Stop publishing", status=204),
    Route(
        "POST",
        _API + "/publications/{publication:[0-9]+}/{n:[0-9]+}",
        publishing.publish_piece,
        "A piece of what one publishes",
        OCTETS,
        shapes.PublishedPiece,
    ),
    Route(
        "POST",
        f"{_API}/notes",
        notes.create_note,
        "Begin a recording",
        shapes.NoteRequest,
        shapes.NoteAnswer,
        is_done_once=True,
    ),
    Route("PUT", _API + "/notes/{note}/{n:[0-9]+}", notes.put_note_piece, "A piece of a recording", OCTETS, status=204),
    Route("GET", _API + "/notes/{note}", notes.note_state, "What has arrived of a recording", gives=shapes.NoteState),
    Route(
        "POST",
        _API + "/notes/{note}/finish",
        notes.finish_note,
        "Make the recording a question",
        shapes.FinishRequest,
        shapes.FinishAnswer,
        is_done_once=True,
    ),
    Route("GET", _API + "/notes/{note}/sound.ogg", notes.note_sound, "Listen to a recording", gives="audio/ogg"),
    Route("GET", "/check/plan", check.check_plan, "Measuring: begin", gives=Offer),
    Route("GET", "/check/counts/{run}", check.check_counts, "Measuring: what arrived", gives=Counts),
    Route(
        "GET",
        "/check/long",
        check.check_long,
        "Measuring: a long answer",
        gives=OCTETS,
        query=(
            Query("bytes", "how much in all", "integer"),
            Query("pieces", "in how many pieces", "integer"),
            Query("ms", "between two pieces", "integer"),
        ),
    ),
    Route(
        "GET",
        "/check/piece",
        check.check_piece,
        "Measuring: a short answer",
        gives=OCTETS,
        query=(Query("bytes", "how much", "integer"),),
    ),
    Route("GET", "/check/socket", check.check_socket, "Measuring: a WebSocket that echoes", status=101),
    Route("POST", "/check/up", check_page.check_up, "Measuring: what one sends", OCTETS, shapes.UpAnswer),
    Route(
        "POST",
        "/api/check/judge",
        check_judge.judge_measurement,
        "What follows from a measurement; nothing is kept",
        Measurement,
        check_judge.Judgement,
    ),
    Route(
        "GET",
        "/api/evidence/cells",
        evidence.evidence_cells,
        "The record: rows",
        gives=evidence.CellsAnswer,
        query=(*_NETWORK, _WAY),
    ),
    Route(
        "GET",
        "/api/evidence/apps",
        evidence.evidence_apps,
        "The record: marks of applications",
        gives=evidence.AppsAnswer,
        query=(*_NETWORK, Query("app", "whose mark: whatsapp, skype, zoom, google …")),
    ),
    Route(
        "GET",
        "/api/evidence/rules",
        evidence.evidence_rules,
        "The record: rules that fired",
        gives=evidence.RulesAnswer,
        query=_NETWORK,
    ),
    Route(
        "GET",
        "/api/evidence/changes",
        evidence.evidence_changes,
        "The record: what changed",
        gives=evidence.ChangesAnswer,
        query=(
            *_NETWORK,
            _WAY,
            Query("app", "or whose mark: whatsapp, skype, zoom, google …"),
        ),
    ),
    Route(
        "POST",
        "/api/check/measurements",
        submissions.submit_measurement,
        "Give a measurement to the public record",
        Measurement,
        submissions.MeasurementTaken,
        status=201,
    ),
    Route(
        "DELETE",
        "/api/check/measurements/{receipt}",
        submissions.withdraw_measurement,
        "Take a measurement back",
        status=204,
    ),
)

PAGES: tuple[Route, ...] = (
    Route("GET", "/", pages.home, "Public meetings"),
    Route("GET", "/m/{meeting}", pages.meeting, "A meeting's rooms"),
    Route("GET", "/check", check_page.check_page, "Whether one can attend from here"),
    Route("GET", "/timed", check_page.check_timed, "The rate, for a browser without scripts"),
    Route("GET", "/s/{session}", pages.session_page("participant"), "Participant"),
    Route("GET", "/s/{session}/room", pages.session_page("room"), "Room console"),
    Route("GET", "/s/{session}/chair", pages.session_page("chair"), "Chair and manager"),
    Route("GET", "/s/{session}/captions", pages.session_page("captions"), "Captioner"),
    Route("GET", "/s/{session}/text", text_page.text, "The page without JavaScript"),
    Route("GET", "/s/{session}/text/now", text_page.now, "What follows by itself on that page"),
    Route("POST", "/s/{session}/text", text_page.ask, "Ask by form"),
    Route("POST", "/s/{session}/text/chat", text_page.say, "Say by form"),
    Route("POST", "/s/{session}/text/code", text_page.enter, "Come in by invitation"),
    Route("GET", "/s/{session}/radio.opus", radio.radio_opus, "Radio"),
    Route("GET", "/s/{session}/radio.mp3", radio.radio_mp3, "Radio for old players"),
    Route("GET", "/evidence", evidence.evidence_home, "The public record"),
    Route("GET", "/evidence/{path:.+}", evidence.evidence_file, "A page or a download of the record"),
    Route("GET", "/health", operations.health, "For the operator"),
    Route("GET", "/metrics", operations.metrics, "For the operator"),
)
