"""Matrix room. A plain call by WebRTC, as one writes it with aiortc: who joins sends, and gets what others send.

A program for a lab's node: `python -m jemaa.matrix.aiortc_call CERTIFICATE ADDRESS ICE`. It says a line when it
listens. ICE is JSON, the `iceServers` of the page.
"""

import asyncio
import ssl
import sys
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaBlackhole, MediaRelay

ALONE = RTCConfiguration(iceServers=[])
"""Without it aiortc asks a STUN server of Google's, which no lab has, and the room waits for it in vain."""

PAGE = Path(__file__).parent / "pages" / "call.html"


class Call:
    """Everybody's connections and tracks."""

    def __init__(self, ice_servers: str) -> None:
        self._ice_servers = ice_servers
        self._connections: list[RTCPeerConnection] = []
        self._tracks: dict[str, list[MediaStreamTrack]] = {}
        self._relay = MediaRelay()
        self._drains: list[MediaBlackhole] = []

    async def page(self, request: web.Request) -> web.FileResponse:
        """The call's own page."""
        return web.FileResponse(PAGE)

    async def ice(self, request: web.Request) -> web.Response:
        """Which relays there are."""
        return web.json_response(text=self._ice_servers)

    async def people(self, request: web.Request) -> web.Response:
        """Who sends."""
        return web.json_response([name for name, tracks in self._tracks.items() if tracks])

    async def offer(self, request: web.Request) -> web.Response:
        """Somebody wants to send (`from`), or to get what somebody sends (`to`)."""
        asked: dict[str, Any] = await request.json()
        connection = RTCPeerConnection(ALONE)
        self._connections.append(connection)
        if "from" in asked:
            connection.on("track", partial(self._take, self._tracks.setdefault(asked["from"], [])))
        for track in self._tracks.get(asked.get("to", ""), []):
            connection.addTrack(self._relay.subscribe(track))
        await connection.setRemoteDescription(RTCSessionDescription(asked["sdp"], "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        answer = connection.localDescription
        return web.json_response({"sdp": answer.sdp, "type": answer.type})

    async def _take(self, tracks: list[MediaStreamTrack], track: MediaStreamTrack) -> None:
        """It is drained from the first frame on: else whoever joins later is sent all that was said until then, as fast
        as it can be encoded (aiortc keeps what nobody takes)."""
        tracks.append(track)
        drain = MediaBlackhole()
        drain.addTrack(self._relay.subscribe(track))
        self._drains.append(drain)
        await drain.start()


async def _serve(certificate: str, address: str, ice_servers: str) -> None:
    call = Call(ice_servers)
    application = web.Application()
    application.router.add_get("/", call.page)
    application.router.add_get("/ice", call.ice)
    application.router.add_get("/people", call.people)
    application.router.add_post("/offer", call.offer)
    runner = web.AppRunner(application)
    await runner.setup()
    trust = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trust.load_cert_chain(certificate)
    await web.TCPSite(runner, address, 443, ssl_context=trust).start()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(*sys.argv[1:]))
