"""The HTTPS front of other systems: files, requests handed on, WebSockets handed on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession, WSMsgType, web

from jemaa.matrix.front import Front
from jemaa.tasks import Tasks

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """A server on a free port of this machine; its address."""
    application = web.Application()
    application.router.add_route("*", "/{any:.*}", handler)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        host, port = runner.addresses[0]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


async def behind(request: web.Request) -> web.StreamResponse:
    """What the front stands before: says what it was asked, on a WebSocket too."""
    if request.headers.get("Upgrade", "").lower() != "websocket":
        return web.Response(status=201, text=f"{request.method} {request.path_qs} {await request.text()}")
    socket = web.WebSocketResponse(protocols=["janus-protocol"])
    await socket.prepare(request)
    async for message in socket:
        await socket.send_str(f"{socket.ws_protocol} {request.path_qs} {message.data}")
    return socket


@asynccontextmanager
async def fronted(files: Path, over: dict[str, str]) -> AsyncIterator[tuple[ClientSession, str]]:
    """Somebody before the front, and the front's address."""
    tasks = Tasks("test")
    async with serving(behind) as back, ClientSession() as session:
        async with serving(Front(files, over, "/api", back, tasks).answer) as address:
            yield session, address
        await tasks.close()


def test_files_are_served_and_some_replaced_and_none_from_elsewhere(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "index.html").write_text("first page")
    (files / "settings.js").write_text("theirs")
    (tmp_path / "ours.js").write_text("ours")

    async def ask() -> list[tuple[int, str]]:
        async with fronted(files, {"settings.js": str(tmp_path / "ours.js")}) as (session, address):
            found = []
            for path in ("/", "/settings.js", "/none.js", "/%2e%2e/ours.js"):
                async with session.get(address + path) as answer:
                    found.append((answer.status, await answer.text() if answer.status == 200 else ""))
            return found

    assert asyncio.run(ask()) == [(200, "first page"), (200, "ours"), (404, ""), (404, "")]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_requests_are_handed_on_with_body_and_query(tmp_path: Path, method: str) -> None:
    async def ask() -> tuple[int, str]:
        async with (
            fronted(tmp_path, {}) as (session, address),
            session.request(method, f"{address}/api/1?x=2", data="body") as answer,
        ):
            return answer.status, await answer.text()

    assert asyncio.run(ask()) == (201, f"{method} /api/1?x=2 body")


def test_a_websocket_is_handed_on_both_ways_and_closed(tmp_path: Path) -> None:
    async def ask() -> tuple[str | None, str, WSMsgType]:
        async with (
            fronted(tmp_path, {}) as (session, address),
            session.ws_connect(f"{address}/api/ws?t=1", protocols=["janus-protocol"]) as socket,
        ):
            await socket.send_str("hello")
            said = await socket.receive_str()
            await socket.close()
            return socket.protocol, said, (await socket.receive()).type

    assert asyncio.run(ask()) == ("janus-protocol", "janus-protocol /api/ws?t=1 hello", WSMsgType.CLOSED)
