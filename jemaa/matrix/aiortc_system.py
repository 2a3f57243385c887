"""Matrix room. A plain WebRTC call (aiortc): what a team writes itself when it takes browsers' calls as they are."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from jemaa.lab.places import SERVER
from jemaa.lab.turn import missing, relaying
from jemaa.people.person import Person

from . import webrtc
from .servers import first_line, running
from .system import HOST, Ground, Meeting, Route, Seat


class AiortcSystem:
    """See `system.System`."""

    name = "aiortc"
    routes: tuple[Route, ...] = ()

    def version(self) -> str:
        """Of the package that is installed."""
        try:
            return version("aiortc")
        except PackageNotFoundError:
            return "unknown"

    def missing(self) -> str | None:
        """The package, and the relay that who writes a call is told to set up beside it."""
        if not find_spec("aiortc"):
            return "The package aiortc is not installed: pip install 'jemaa[matrix]'."
        return missing()

    def open(self, ground: Ground) -> AbstractContextManager[Meeting]:
        """See `system.System.open`."""
        return _open(ground)


@contextmanager
def _open(ground: Ground) -> Iterator[Meeting]:
    log = ground.folder / "server.log"
    command = [sys.executable, "-m", "jemaa.matrix.aiortc_call", str(ground.certificate), SERVER[0]]
    with (
        relaying(ground.lab, ground.folder, ground.certificate) as relay,
        running(ground.lab, "server", [*command, relay.ice_servers], log) as server,
    ):
        first_line(server, "aiortc", log)
        yield AiortcCall()


class AiortcCall:
    """See `system.Meeting`."""

    room_page = f"https://{HOST}/?room"

    def participant_url(self, route: Route) -> str:
        """The same page."""
        return f"https://{HOST}/"

    def publish(self, room: Person) -> None:
        """The room joins, with microphone and camera."""
        room.page.get_by_role("button", name="Join").click(timeout=20_000)
        room.page.locator("body[data-joined]").wait_for(state="attached", timeout=20_000)

    def seat(self, person: Person) -> Seat:
        """See `system.Meeting.seat`."""
        webrtc.prepare(person)
        return AiortcSeat(person)


class AiortcSeat(webrtc.CallSeat):
    """A participant of the call; it knows no text."""

    videos = "#others video"

    def listen(self, seconds: float) -> bool:
        """Who joins hears."""
        self._page.get_by_role("button", name="Join").click(timeout=seconds * 1000)
        return True

    def speaks(self, seconds: float) -> bool:
        """Nobody gives the floor: the microphone is opened."""
        self._page.get_by_role("button", name="Speak", exact=True).click(timeout=self._patience(seconds) * 1000)
        return True

    def falls_silent(self) -> None:
        """See `system.Seat`."""
        self._page.get_by_role("button", name="Stop speaking").click(timeout=5_000)
