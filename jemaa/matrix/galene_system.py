"""Matrix room. Galène with its own pages and its own TURN server, as its guide recommends (galene-install.md)."""

import json
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page

from jemaa.lab.places import SERVER
from jemaa.people.person import Person

from . import webrtc
from .installed import folder
from .servers import running, until_said
from .system import HOST, Ground, Meeting, Route, Seat

PAGE = f"https://{HOST}/group/meeting/"
GROUP = {"wildcard-user": {"password": {"type": "wildcard"}, "permissions": "present"}}
"""Whoever comes may speak, by any password: nobody gives the floor there."""


class GaleneSystem:
    """See `system.System`."""

    name = "galene"
    routes: tuple[Route, ...] = ()

    def version(self) -> str:
        """The tag that was built: the program does not say it."""
        return (_home() / "version").read_text().strip()

    def missing(self) -> str | None:
        """The program, and the pages that it serves."""
        if all((_home() / part).exists() for part in ("galene", "static", "version")):
            return None
        return "Galène is not installed: scripts/matrix_systems.sh galene."

    def open(self, ground: Ground) -> AbstractContextManager[Meeting]:
        """See `system.System.open`."""
        return _open(ground)


def _home() -> Path:
    return folder() / "galene"


@contextmanager
def _open(ground: Ground) -> Iterator[Meeting]:
    log = ground.folder / "server.log"
    data, groups, recordings = (ground.folder / name for name in ("galene-data", "groups", "recordings"))
    for part in (data, groups, recordings):
        part.mkdir()
    shutil.copy(ground.certificate, data / "cert.pem")
    shutil.copy(ground.key, data / "key.pem")
    (groups / "meeting.json").write_text(json.dumps(GROUP))
    command = [str(_home() / "galene"), "-http", f"{SERVER[0]}:443", "-static", str(_home() / "static")]
    command += ["-data", str(data), "-groups", str(groups), "-recordings", str(recordings)]
    with running(ground.lab, "server", command, log, is_asked=False) as server:
        until_said(server, "Relay test successful", "galene", log)
        yield GaleneMeeting()


class GaleneMeeting:
    """See `system.Meeting`."""

    room_page = PAGE

    def __init__(self) -> None:
        self._room: Person | None = None

    def participant_url(self, route: Route) -> str:
        """The same page."""
        return PAGE

    def publish(self, room: Person) -> None:
        """The room joins, with microphone and camera."""
        self._room = room
        _join(room, "room", "presentboth", 20)
        room.page.locator("#unpresentbutton").wait_for(timeout=20_000)

    def seat(self, person: Person) -> Seat:
        """See `system.Meeting.seat`. *Enable* opens a camera too."""
        assert self._room is not None, "the room is there first"
        webrtc.prepare(person, camera=True)
        return GaleneSeat(person, self._room)


class GaleneSeat(webrtc.ChatSeat):
    """A participant of the group. Its chat goes by WebSocket, and lives where its calls do not."""

    videos = "#peers video"

    def listen(self, seconds: float) -> bool:
        """Who joins hears."""
        _join(self._person, "amina", "presentoff", seconds)
        return True

    def write(self, page: Page, text: str, seconds: float) -> None:
        """See `webrtc.ChatSeat`."""
        page.locator("#input").fill(text, timeout=seconds * 1000)
        page.locator("#inputbutton").click(timeout=seconds * 1000)

    def shown(self, page: Page, text: str) -> Locator:
        """See `webrtc.ChatSeat`."""
        return page.locator("#box").get_by_text(text)

    def speaks(self, seconds: float) -> bool:
        """Nobody gives the floor: *Enable* opens the microphone, and *Disable* stands there when it is open."""
        seconds = self._patience(seconds)
        self._page.locator("#presentbutton").click(timeout=seconds * 1000)
        self._page.locator("#unpresentbutton").wait_for(timeout=seconds * 1000)
        return True

    def falls_silent(self) -> None:
        """See `system.Seat`."""
        self._page.locator("#unpresentbutton").click(timeout=5_000)


def _join(person: Person, name: str, present: str, seconds: float) -> None:
    person.page.locator("#username").fill(name, timeout=seconds * 1000)
    person.page.locator(f"label[for={present}]").click(timeout=seconds * 1000)
    person.page.locator("#connectbutton").click(timeout=seconds * 1000)
