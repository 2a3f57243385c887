"""Matrix room. An HTTPS front as operators put before a server: files, and requests handed on to a port behind it.

A program for a lab's node: `python -m jemaa.matrix.front CERTIFICATE --files FOLDER --behind /janus http://…`. It says
a line when it listens on port 443.
"""

import argparse
import asyncio
import contextlib
import ssl
from functools import partial
from pathlib import Path

from aiohttp import ClientSession, ClientTimeout, ClientWebSocketResponse, WSMsgType, web

from jemaa.tasks import Tasks

Socket = web.WebSocketResponse | ClientWebSocketResponse

HOP_HEADERS = frozenset({"connection", "host", "transfer-encoding", "upgrade", "content-length", "content-encoding"})


class Front:
    """Hands on what begins with `prefix`, WebSockets too; everything else is a file, those of `over` first."""

    def __init__(self, files: Path, over: dict[str, str], prefix: str, behind: str, tasks: Tasks) -> None:
        self._files = files
        self._over = over
        self._prefix = prefix
        self._behind = behind
        self._tasks = tasks

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        if request.path.startswith(self._prefix):
            if request.headers.get("Upgrade", "").lower() == "websocket":
                return await self._socket(request)
            return await self._handed_on(request)
        name = request.path.lstrip("/") or "index.html"
        if name in self._over:
            return web.FileResponse(self._over[name])
        file = self._files / name
        if ".." in name.split("/") or not file.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(file)

    async def _handed_on(self, request: web.Request) -> web.Response:
        headers = {key: value for key, value in request.headers.items() if key.lower() not in HOP_HEADERS}
        url = self._behind + request.path_qs
        body = await request.read()
        async with (
            ClientSession(timeout=ClientTimeout(total=120)) as session,
            session.request(request.method, url, headers=headers, data=body) as answer,
        ):
            kept = {key: value for key, value in answer.headers.items() if key.lower() not in HOP_HEADERS}
            return web.Response(status=answer.status, headers=kept, body=await answer.read())

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        wanted = [word.strip() for word in request.headers.get("Sec-WebSocket-Protocol", "").split(",") if word.strip()]
        near = web.WebSocketResponse(protocols=wanted)
        await near.prepare(request)
        async with (
            ClientSession() as session,
            session.ws_connect(self._behind + request.path_qs, protocols=wanted) as far,
        ):
            back = self._tasks.start(_pump(far, near), "back")
            await _pump(near, far)
            back.cancel()
        return near


async def _pump(source: Socket, sink: Socket) -> None:
    """Messages as they come, until one side closes; then the other side is closed too."""
    async for message in source:
        if message.type == WSMsgType.TEXT:
            await sink.send_str(message.data)
        elif message.type == WSMsgType.BINARY:
            await sink.send_bytes(message.data)
    await sink.close()


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


def _bare(port: int, tasks: Tasks, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection without its TLS to a port of this node: what a balancer does in front of a TURN server."""
    tasks.start(_both_ways(port, tasks, reader, writer), "bare")


async def _both_ways(port: int, tasks: Tasks, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    near_reader, near_writer = await asyncio.open_connection("127.0.0.1", port)
    tasks.start(_forward(near_reader, writer), "down")
    await _forward(reader, near_writer)


async def _serve(given: argparse.Namespace) -> None:
    tasks = Tasks("front")
    over = dict(word.split("=", 1) for word in given.over)
    prefix, behind = given.behind
    front = Front(given.files, over, prefix, behind, tasks)
    application = web.Application()
    application.router.add_route("*", "/{any:.*}", front.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    trust = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trust.load_cert_chain(given.certificate)
    await web.TCPSite(runner, given.address, 443, ssl_context=trust).start()
    if given.bare:
        address, port = given.bare
        await asyncio.start_server(partial(_bare, int(port), tasks), address, 443, ssl=trust)
    print("ready", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    """Serve until the lab ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("certificate", type=Path, help="PEM with the key")
    parser.add_argument("--address", required=True)
    parser.add_argument("--files", type=Path, required=True)
    parser.add_argument("--over", action="append", default=[], metavar="NAME=FILE", help="instead of a file of these")
    parser.add_argument("--behind", nargs=2, required=True, metavar=("PREFIX", "URL"))
    parser.add_argument("--bare", nargs=2, metavar=("ADDRESS", "PORT"), help="TLS there is taken off for a port here")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
