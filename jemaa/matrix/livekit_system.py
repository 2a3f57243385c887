"""Matrix room. LiveKit: its server with TCP and TURN over TLS on port 443, and a page with its own client library."""

import base64
import hmac
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page

from jemaa.lab.places import SERVER_SECOND
from jemaa.people.person import Person

from . import webrtc
from .installed import folder
from .servers import front, running, until_said
from .system import HOST, Ground, Meeting, Route, Seat

SERVER_COMMAND, CLIENT = "livekit-server", "livekit-client.umd.js"
PAGES = Path(__file__).parent / "pages"
KEY, SECRET = "matrix", "a key of the lab, which keeps nothing secret"
PORT = 7880
TURN_PORT = 5349
TOKEN_SECONDS = 3600


class LivekitSystem:
    """See `system.System`."""

    name = "livekit"
    routes: tuple[Route, ...] = ()

    def version(self) -> str:
        """As the server says it."""
        said = subprocess.run([_command(), "--version"], capture_output=True, text=True)
        return said.stdout.strip().rpartition(" ")[2] or "unknown"

    def missing(self) -> str | None:
        """The server or the client's library."""
        if shutil.which(_command()) is None or not (folder() / CLIENT).is_file():
            return "The server and the client of LiveKit are not installed: scripts/matrix_systems.sh livekit."
        return None

    def open(self, ground: Ground) -> AbstractContextManager[Meeting]:
        """See `system.System.open`."""
        return _open(ground)


def _command() -> str:
    return shutil.which(SERVER_COMMAND) or str(folder() / "bin" / SERVER_COMMAND)


@contextmanager
def _open(ground: Ground) -> Iterator[Meeting]:
    log = ground.folder / "server.log"
    settings = ground.folder / "livekit.json"
    settings.write_text(json.dumps(_settings()))
    files = {CLIENT: folder() / CLIENT, "index.html": PAGES / "livekit.html"}
    with (
        running(ground.lab, "server", [_command(), "--config", str(settings)], log, is_asked=False) as server,
        front(
            ground,
            PAGES,
            files,
            "/rtc",
            f"http://{SERVER_SECOND[0]}:{PORT}",
            "--bare",
            SERVER_SECOND[0],
            str(TURN_PORT),
        ),
    ):
        until_said(server, "starting LiveKit server", "livekit", log)
        yield LivekitMeeting()


def _settings() -> dict[str, object]:
    """The front has 443 of the first address, and TURN over TLS that of the second, as LiveKit's guide has it."""
    turn = {"enabled": True, "domain": f"other.{HOST}", "udp_port": 3478}
    behind = {"external_tls": True, "tls_port": TURN_PORT}
    return {
        "port": PORT,
        "bind_addresses": [SERVER_SECOND[0]],
        "keys": {KEY: SECRET},
        "rtc": {"port_range_start": 50000, "port_range_end": 50200, "tcp_port": 7881, "node_ip": SERVER_SECOND[0]},
        "turn": turn | behind,
        "logging": {"level": "info"},
    }


def token(name: str, now: float) -> str:
    """A JSON Web Token (RFC 7519) that lets somebody into the room, to say and hear."""
    grant = {"room": "meeting", "roomJoin": True, "canPublish": True, "canSubscribe": True, "canPublishData": True}
    claims = {"iss": KEY, "sub": name, "nbf": int(now) - 60, "exp": int(now) + TOKEN_SECONDS, "video": grant}
    signed = ".".join(_word(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return f"{signed}.{_word(hmac.digest(SECRET.encode(), signed.encode(), 'sha256'))}"


def _word(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class LivekitMeeting:
    """See `system.Meeting`."""

    def __init__(self) -> None:
        self.room_page = f"https://{HOST}/#room=1&token={token('room', time.time())}"
        self._room: Person | None = None

    def participant_url(self, route: Route) -> str:
        """With a token, as a meeting's site would give it."""
        return f"https://{HOST}/#token={token('amina', time.time())}"

    def publish(self, room: Person) -> None:
        """The room joins, with microphone and camera."""
        self._room = room
        room.page.get_by_role("button", name="Join").click(timeout=20_000)
        room.page.locator("body[data-joined]").wait_for(state="attached", timeout=20_000)

    def seat(self, person: Person) -> Seat:
        """See `system.Meeting.seat`."""
        assert self._room is not None, "the room is there first"
        webrtc.prepare(person)
        return LivekitSeat(person, self._room)


class LivekitSeat(webrtc.ChatSeat):
    """A participant of the room. Its chat goes by WebRTC too."""

    videos = "#others video"

    def listen(self, seconds: float) -> bool:
        """Who joins hears."""
        self._page.get_by_role("button", name="Join").click(timeout=seconds * 1000)
        return True

    def reads(self, seconds: float) -> bool | None:
        """See `webrtc.ChatSeat`."""
        return super().reads(self._patience(seconds))

    def asks(self, seconds: float) -> bool | None:
        """See `webrtc.ChatSeat`."""
        return super().asks(self._patience(seconds))

    def write(self, page: Page, text: str, seconds: float) -> None:
        """See `webrtc.ChatSeat`."""
        page.get_by_label("Message").fill(text, timeout=seconds * 1000)
        page.get_by_role("button", name="Send").click(timeout=seconds * 1000)

    def shown(self, page: Page, text: str) -> Locator:
        """See `webrtc.ChatSeat`."""
        return page.get_by_text(text)

    def speaks(self, seconds: float) -> bool:
        """Nobody gives the floor: the microphone is opened."""
        seconds = self._patience(seconds)
        self._page.get_by_role("button", name="Speak", exact=True).click(timeout=seconds * 1000)
        self._page.get_by_role("button", name="Stop speaking").wait_for(timeout=seconds * 1000)
        return True

    def falls_silent(self) -> None:
        """See `system.Seat`."""
        self._page.get_by_role("button", name="Stop speaking").click(timeout=5_000)
