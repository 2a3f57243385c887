"""Web room. Path `live`: one WebSocket, both ways (docs/protocol.md §4).

aiohttp does the handshake and reads; what we say is written straight to the transport, framed once for everybody.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Any

import msgspec
from aiohttp import WSMessage, WSMsgType, web

from jemaa.errors import JemaaError, ProtocolError, Refused, StoreFailed
from jemaa.limits import COMMANDS_UNDER_WAY, HELLO_SECONDS, MAX_UPLOAD_BYTES
from jemaa.tasks import Tasks
from jemaa.wire.framing import websocket_text
from jemaa.wire.message import command_from, decode_object, refusal_message
from jemaa.wire.token import Pass

from . import publishing
from .attendance import ABORT_SECONDS, LIVE, PROTOCOL, REFUSED, Attendance, close_frame
from .door import Door
from .hall import Hall
from .house import HOUSE, hall_of
from .once import key_from, submit
from .shapes import Hello, Listen, Publish, Published, converted

log = logging.getLogger("jemaa.web.live")

HEARTBEAT_SECONDS = 30.0
_ENDED = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)


async def live(request: web.Request) -> web.StreamResponse:
    """`GET /api/s/{session}/live`."""
    hall = await hall_of(request)
    house = request.app[HOUSE]
    if request.headers.get("Upgrade", "").lower() != "websocket":
        raise ProtocolError("not-a-websocket", "This address takes WebSockets only.")
    socket = web.WebSocketResponse(compress=False, max_msg_size=MAX_UPLOAD_BYTES, heartbeat=HEARTBEAT_SECONDS)
    await socket.prepare(request)
    transport = request.transport
    if transport is None:
        return socket
    try:
        hello = await _hello(socket)
        person = _recognised(house.door, hall, hello)
    except JemaaError as error:
        transport.write(websocket_text(refusal_message(None, error.code, error.text)))
        transport.write(close_frame(REFUSED if isinstance(error, Refused) else PROTOCOL, error.code))
        with suppress(TimeoutError):
            await socket.receive(timeout=ABORT_SECONDS)
        transport.close()
        return socket
    connection = LiveConnection(hall, Attendance(hall, transport, LIVE, person), person, house.tasks)
    try:
        await connection.run(socket, hello)
    finally:
        connection.close()
    return socket


async def _hello(socket: web.WebSocketResponse) -> Hello:
    try:
        async with asyncio.timeout(HELLO_SECONDS):
            message = await socket.receive()
    except TimeoutError:
        raise ProtocolError("hello-late", f"Say hello within {HELLO_SECONDS:.0f} seconds.") from None
    if message.type is not WSMsgType.TEXT:
        raise ProtocolError("hello-first", "The first message is a hello, in text.")
    hello: Hello = converted(decode_object(message.data), Hello)
    return hello


def _recognised(door: Door, hall: Hall, hello: Hello) -> Pass | None:
    if hello.token is not None:
        return door.recognise(hall, hello.token)
    if not hall.is_public:
        raise Refused("invitation-needed", "This meeting is by invitation; please open the link you were sent.")
    return None


class LiveConnection:
    """One WebSocket after its hello. Whatever is wrong with one message is answered; bad bytes end the connection."""

    def __init__(self, hall: Hall, attendance: Attendance, person: Pass | None, tasks: Tasks) -> None:
        self._hall = hall
        self._attendance = attendance
        self._person = person
        self._tasks = tasks
        self._publications: set[int] = set()
        self._under_way = 0
        self._is_over = False

    async def run(self, socket: web.WebSocketResponse, hello: Hello) -> None:
        """Welcome, what has happened, then whatever comes, until the end."""
        person = self._person
        welcome = {"op": "welcome", "person": person.person if person else None}
        welcome |= {"role": person.role if person else "participant"}
        await self._hall.herald.greet(self._attendance, hello.since, websocket_text(msgspec.json.encode(welcome)))
        if hello.listen is not None:
            self._guarded({"id": None}, lambda: self._attendance.listen(hello.listen or Listen()))
        while (message := await socket.receive()).type not in _ENDED:
            if self._attendance.is_gone:
                continue
            try:
                self._message(message)
            except ProtocolError as error:
                self._attendance.tell(refusal_message(None, error.code, error.text))
                self._attendance.send_away(close_frame(PROTOCOL, error.code))

    def close(self) -> None:
        """The connection has ended, and with it what was published over it."""
        self._is_over = True
        self._attendance.leave()
        if self._person:
            for number in self._publications:
                publishing.end(self._hall, self._person, number)

    def _message(self, message: WSMessage) -> None:
        if message.type is WSMsgType.BINARY:
            if self._person is not None:
                self._hall.publications.write(self._person.person, message.data)
            return
        value = decode_object(message.data)
        match value.get("op"):
            case "listen":
                wish = converted({key: one for key, one in value.items() if key not in ("op", "id")}, Listen)
                self._guarded(value, lambda: self._attendance.listen(wish))
            case "command":
                self._command(value)
            case "publish":
                self._guarded(value, lambda: self._publish(value))
            case "unpublish":
                self._unpublish(value)
            case "ping":
                self._tell({"op": "pong", "t": value.get("t")})
            case _:
                raise ProtocolError("unknown-op", "There is no message of that kind.")

    def _guarded(self, value: dict[str, Any], act: Any) -> None:
        """Do it; a refusal goes to whoever asked, and the connection lives on."""
        try:
            act()
        except (Refused, ProtocolError) as error:
            self._refuse(value, error)

    def _command(self, value: dict[str, Any]) -> None:
        """Commands run beside the reading, so that a slow disk does not hold up a voice."""
        if self._under_way >= COMMANDS_UNDER_WAY:
            self._refuse(value, Refused("too-fast", "That was very fast; please wait a few seconds."))
            return
        self._under_way += 1
        self._tasks.start(self._decide(value), "command")

    async def _decide(self, value: dict[str, Any]) -> None:
        try:
            key, command = key_from(value.get("key")), command_from(value.get("command"))
            if self._person is None:
                raise Refused("not-joined", "Please join the session first.")
            seq = await submit(self._hall, self._person, command, key)
        except (Refused, ProtocolError, StoreFailed) as error:
            self._refuse(value, error)
        else:
            self._tell({"op": "done", "id": _id(value), "seq": seq})
        finally:
            self._under_way -= 1

    def _publish(self, value: dict[str, Any]) -> None:
        wanted = converted({key: one for key, one in value.items() if key not in ("op", "id")}, Publish)
        if self._person is None:
            raise Refused("not-joined", "Please join the session first.")
        publication = publishing.begin(self._hall, self._person, wanted, self._tell)
        self._publications.add(publication.number)
        self._tell(Published(publication.number, list(publication.tracks), id=_id(value)))

    def _unpublish(self, value: dict[str, Any]) -> None:
        number = value.get("publication")
        if self._person and isinstance(number, int):
            self._publications.discard(number)
            publishing.end(self._hall, self._person, number)

    def _tell(self, value: Any) -> None:
        if not self._is_over:
            self._attendance.tell(msgspec.json.encode(value))

    def _refuse(self, value: dict[str, Any], error: JemaaError) -> None:
        if not self._is_over:
            self._attendance.tell(refusal_message(_id(value), error.code, error.text))


def _id(value: dict[str, Any]) -> int | None:
    """The number that the client gave its question."""
    number = value.get("id")
    return number if isinstance(number, int) and not isinstance(number, bool) else None
