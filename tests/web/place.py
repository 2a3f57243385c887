"""A real server of the test's own process on a free port, and people who ask it things."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from jemaa.config import load_config
from jemaa.meeting.ids import SessionId
from jemaa.serve import Running, open_database, start
from jemaa.store.meetings import MeetingRecord
from jemaa.web.connections import IDLE_SECONDS
from jemaa.web.hall import Hall


def kept_briefly(**other: Any) -> aiohttp.TCPConnector:
    """Connections that their client leaves before the server does. What is sent on one that the server is just closing
    is lost; a browser asks again, this client does not."""
    return aiohttp.TCPConnector(keepalive_timeout=IDLE_SECONDS / 2, **other)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has joined, and his token."""

    place: "Place"
    id: str
    role: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """What his requests carry."""
        return {"Authorization": f"Bearer {self.token}"}

    async def command(self, type_: str, **fields: Any) -> tuple[int, dict[str, Any]]:
        """Status and body of a command."""
        return await self.place.post("/commands", {"type": type_, **fields}, self)

    async def live(self, **hello: Any) -> aiohttp.ClientWebSocketResponse:
        """A WebSocket that has said hello."""
        socket = await self.place.http.ws_connect(f"{self.place.api}/live")
        await socket.send_json({"op": "hello", "token": self.token, **hello})
        return socket


@dataclass(frozen=True, slots=True)
class Place:
    """One server with one meeting."""

    running: Running
    meeting: MeetingRecord
    http: aiohttp.ClientSession

    @property
    def session(self) -> SessionId:
        return self.meeting.sessions[0].id

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.running.port}"

    @property
    def api(self) -> str:
        return f"{self.url}/api/s/{self.session}"

    @property
    def page(self) -> str:
        return f"{self.url}/s/{self.session}"

    async def hall(self) -> Hall:
        hall = await self.running.halls.hall(self.session)
        assert hall is not None  # its meeting was made by `place`
        return hall

    def invitation(self, role: str) -> str:
        """The token in a role's link."""
        return self.running.links.of_session(self.meeting, self.session)[role].partition("#t=")[2]

    async def join(self, role: str = "participant", **body: Any) -> Person:
        token = self.invitation(role)
        status, answer = await self.post("/join", ({"token": token} if token else {}) | body)
        assert status == 200, answer
        return Person(self, answer["person"], answer["role"], answer["token"])

    async def opened(self) -> Person:
        """The chair, after opening the session."""
        chair = await self.join("chair")
        assert (await chair.command("open_session"))[0] == 200
        return chair

    async def post(self, path: str, body: Any, person: Person | None = None) -> tuple[int, dict[str, Any]]:
        """Status and JSON answer of a POST below the session's API; `body` may be bytes."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | (person.headers if person else {})
        async with self.http.post(self.api + path, data=io.BytesIO(data), headers=headers) as answer:
            return answer.status, json.loads(await answer.read() or b"{}")

    async def get(self, path: str, person: Person | None = None) -> tuple[int, Any]:
        """Status and JSON answer of a GET below the session's API."""
        async with self.http.get(self.api + path, headers=person.headers if person else {}) as answer:
            return answer.status, json.loads(await answer.read())


@asynccontextmanager
async def place(folder: Path, *, public: bool = True, **settings: Any) -> AsyncIterator[Place]:
    """A server on `folder` with a meeting of one room."""
    flags = {"data": str(folder), "listen": "127.0.0.1:0"} | settings
    config = load_config(flags, environment={"JEMAA_CONFIG": str(_empty(folder))})
    database = open_database(folder)
    try:
        running = await start(config, database)
        try:
            meeting = await running.records.create("Assembly", agenda=["Water", "Roads"], public=public)
            jar = aiohttp.DummyCookieJar()
            timeout = aiohttp.ClientTimeout(total=30)
            async with aiohttp.ClientSession(cookie_jar=jar, timeout=timeout, connector=kept_briefly()) as http:
                yield Place(running, meeting, http)
        finally:
            await running.close()
    finally:
        database.close()


async def message(socket: aiohttp.ClientWebSocketResponse, op: str) -> dict[str, Any]:
    """The next JSON message of this kind; others and records are let pass."""
    while True:
        received = await socket.receive(timeout=10)
        assert received.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY), received
        if received.type is aiohttp.WSMsgType.TEXT:
            value: dict[str, Any] = json.loads(received.data)
            if value["op"] == op:
                return value


async def closed(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    """The code with which the server closes the connection."""
    while (await socket.receive(timeout=10)).type not in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
        pass
    return socket.close_code


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a state, letting the server work."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 – a state of another task, which sets no event for us
            await asyncio.sleep(0.005)


def _empty(folder: Path) -> Path:
    """A settings file that sets nothing: the tests do not depend on this user's own."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "jemaa.toml"
    path.touch()
    return path
