"""Matrix room. Janus with the video room of its own demos, behind an HTTPS front, as its manual has it."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from jemaa.lab import turn
from jemaa.lab.places import SERVER
from jemaa.people.person import Person

from . import webrtc
from .servers import front, running, until_said
from .system import HOST, Ground, Meeting, Route, Seat

DEMOS = Path("/usr/share/janus/demos")
CONFIGURED = Path("/etc/janus")
PAGE = "mvideoroomtest.html"
PORT = 8088
SETTINGS = 'var server = "/janus", iceServers = {}, token = null, apisecret = null;\n'
"""Debian's own settings lack the last two, which its demos use; its relay is left to whoever runs it."""


class JanusSystem:
    """See `system.System`."""

    name = "janus"
    routes: tuple[Route, ...] = ()

    def version(self) -> str:
        """As Debian's package says it."""
        said = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "janus"], capture_output=True, text=True)
        return said.stdout.strip() or "unknown"

    def missing(self) -> str | None:
        """Debian's packages."""
        if shutil.which("janus") and (DEMOS / PAGE).is_file():
            return turn.missing()
        return "Janus and its demos are not installed: scripts/matrix_systems.sh janus."

    def open(self, ground: Ground) -> AbstractContextManager[Meeting]:
        """See `system.System.open`."""
        return _open(ground)


@contextmanager
def _open(ground: Ground) -> Iterator[Meeting]:
    log = ground.folder / "server.log"
    settings = ground.folder / "settings.js"
    command = ["janus", "--configs-folder", str(_configured(ground.folder / "janus")), "--disable-colors"]
    with (
        turn.relaying(ground.lab, ground.folder, ground.certificate) as relay,
        running(ground.lab, "server", command, log, is_asked=False) as server,
        front(ground, DEMOS, {"settings.js": settings}, "/janus", f"http://127.0.0.1:{PORT}"),
    ):
        settings.write_text(SETTINGS.format(relay.ice_servers))
        until_said(server, "HTTP webserver started", "janus", log)
        yield JanusMeeting()


def _configured(folder: Path) -> Path:
    """Debian's own settings, with HTTP for the front alone and the plug-in of the demo."""
    folder.mkdir()
    for name in ("janus.plugin.videoroom.jcfg", "janus.transport.http.jcfg"):
        shutil.copy(CONFIGURED / name, folder / name)
    whole = (CONFIGURED / "janus.jcfg").read_text()
    nat = f'nat: {{\n\tice_enforce_list = "{SERVER[0]}"\n'
    (folder / "janus.jcfg").write_text(re.sub(r"(?m)^nat:\s*\{\n", nat, whole, count=1))
    return folder


class JanusMeeting:
    """See `system.Meeting`."""

    room_page = f"https://{HOST}/{PAGE}"

    def participant_url(self, route: Route) -> str:
        """The same page."""
        return self.room_page

    def publish(self, room: Person) -> None:
        """The room joins, with microphone and camera."""
        _join(room, "room", 20)
        room.page.locator("#mute").wait_for(timeout=20_000)

    def seat(self, person: Person) -> Seat:
        """See `system.Meeting.seat`. The demo joins with a camera or not at all."""
        webrtc.prepare(person, camera=True)
        return JanusSeat(person)


class JanusSeat(webrtc.CallSeat):
    """A participant of the video room. The demo opens his microphone as he joins."""

    videos = "[id^=videoremote] video"

    def listen(self, seconds: float) -> bool:
        """Who joins hears, and is heard."""
        _join(self._person, "amina", seconds)
        return True

    def speaks(self, seconds: float) -> bool:
        """The demo shows its button once the microphone is on."""
        self._page.locator("#mute").wait_for(timeout=self._patience(seconds) * 1000)
        return True

    def falls_silent(self) -> None:
        """See `system.Seat`."""
        self._page.locator("#mute").click(timeout=5_000)


def _join(person: Person, name: str, seconds: float) -> None:
    person.page.locator("#start").click(timeout=seconds * 1000)
    person.page.locator("#username").fill(name, timeout=seconds * 1000)
    person.page.locator("#register").click(timeout=seconds * 1000)
