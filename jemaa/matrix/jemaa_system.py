"""Matrix room. Jemaa itself, driven as any other system is: by its pages, its command and its public API."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Request, WebSocket

from jemaa.lab.places import SERVER
from jemaa.people.film import film
from jemaa.people.person import Person
from jemaa.people.speech import RATE, Speech
from jemaa.people.wait import wait_until

from .desk import Desk, desk
from .failures import MatrixFailed
from .servers import first_line, running
from .system import CAPTION, HOST, OWN_CHOICE, QUESTION, Ground, Meeting, Route, Seat

ROUTES = (
    Route("live", "live", "live"),
    Route("stream", "stream", "pieces"),
    Route("pieces", "pieces", "pieces"),
    Route("radio", "radio", "note"),
    Route("text", "text", "text"),
)
NAME = "Amina"
_SOUND = re.compile(r"/(stream\?|pieces/newest|radio\.(opus|mp3))")

DRAWN = """canvas => {
  const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
  let sum = 0;
  for (let place = 0; place < pixels.length; place += 97) sum = (sum * 31 + pixels[place]) >>> 0;
  return sum;
}"""
"""A number for what is to be seen; 0 for nothing."""


class JemaaSystem:
    """See `system.System`."""

    name = "jemaa"
    routes = ROUTES

    def version(self) -> str:
        """Of the package that is installed."""
        try:
            return version("jemaa")
        except PackageNotFoundError:
            return "unknown"

    def missing(self) -> str | None:
        """Nothing: it is here."""
        return None

    def open(self, ground: Ground) -> AbstractContextManager[Meeting]:
        """See `system.System.open`."""
        return opened(ground, _film(ground.floor.parent))


@contextmanager
def opened(ground: Ground, floor: Path, *more: str) -> Iterator["JemaaMeeting"]:
    """`jemaa demo` with this file on its floor, and `more` of its options."""
    log = ground.folder / "server.log"
    command = [sys.executable, "-m", "jemaa", "demo", "--data", str(ground.folder / "data"), "--listen", ":443"]
    command += ["--tls-cert", str(ground.certificate), "--tls-key", str(ground.key), "--json"]
    command += ["--base-url", f"https://{HOST}", "--floor", str(floor), *more]
    with (
        running(ground.lab, "server", command, log) as server,
        desk(ground.lab, ground.authority, ground.folder / "desk.log") as asker,
    ):
        announced = json.loads(first_line(server, "jemaa", log))
        yield JemaaMeeting(announced["meetings"][0]["sessions"][0], asker)


def _film(folder: Path) -> Path:
    """A moving picture without a word, made once: the voice is the room console's."""
    path = folder / "film.webm"
    if path.exists():
        return path
    try:
        return film(path)
    except FileNotFoundError:
        raise MatrixFailed("matrix-tool-missing", "The matrix needs the command `ffmpeg`; install it.") from None
    except subprocess.CalledProcessError as error:
        raise MatrixFailed("matrix-server-failed", f"ffmpeg made no film: {error.stderr.strip()}") from None


class JemaaMeeting:
    """One session of `jemaa demo`, with a room console in a browser, and chair and captioner by the API."""

    def __init__(self, session: dict[str, Any], asker: Desk) -> None:
        self._session = session
        self._desk = asker
        self._tokens: dict[str, str] = {}

    @property
    def room_page(self) -> str:
        """The room console."""
        return str(self._session["links"]["room"])

    @property
    def check_page(self) -> str:
        """Where one finds out how to attend this session."""
        return f"https://{HOST}/check?lang=en&session={self._session['id']}"

    def participant_url(self, route: Route = OWN_CHOICE) -> str:
        """With a name, so that nobody is asked for one, and the forced paths."""
        forced = {"down": route.down, "up": route.up}
        query = "&".join(["lang=en", f"name={NAME}", *(f"{key}={value}" for key, value in forced.items() if value)])
        return f"{self._session['links']['participant']}?{query}"

    def publish(self, room: Person) -> None:
        """The console sends its microphone and hears the others; the picture comes from the file."""
        _button(room, "Listen").click(timeout=20_000)
        _button(room, "Send the room.s sound").click(timeout=20_000)
        _button(room, "Stop the room.s sound").wait_for(timeout=20_000)

    def seat(self, person: Person) -> Seat:
        """See `system.Meeting.seat`."""
        return JemaaSeat(person, self)

    def command(self, role: str, type_: str, **fields: Any) -> None:
        """Ask for something in a role; `MatrixFailed` if it is refused."""
        status, answer = self._ask("POST", "commands", {"type": type_, **fields}, self._token(role))
        if status != 200:
            raise MatrixFailed("matrix-server-failed", f"jemaa refused {type_}: {answer}")

    def state(self) -> dict[str, Any]:
        """What is true in the session now."""
        status, answer = self._ask("GET", "events?since=0&wait=0")
        if status != 200:
            raise MatrixFailed("matrix-server-failed", f"jemaa does not tell its state: {answer}")
        return dict(answer["snapshot"]["state"])

    def _token(self, role: str) -> str:
        if role not in self._tokens:
            invitation = str(self._session["links"][role]).partition("#t=")[2]
            status, answer = self._ask("POST", "join", {"token": invitation})
            if status != 200:
                raise MatrixFailed("matrix-server-failed", f"jemaa lets no {role} in: {answer}")
            self._tokens[role] = answer["token"]
        return self._tokens[role]

    def _ask(self, method: str, path: str, body: Any = None, token: str = "") -> tuple[int, Any]:
        return self._desk.ask(method, f"https://{SERVER[0]}/api/s/{self._session['id']}/{path}", body, token)


class JemaaSeat:
    """A participant's page."""

    lacks: frozenset[str] = frozenset()

    def __init__(self, person: Person, meeting: JemaaMeeting) -> None:
        self._person = person
        self._page = person.page
        self._meeting = meeting
        self._attempts = 0
        self._page.on("request", self._count_request)
        self._page.on("websocket", self._count_socket)

    def listen(self, seconds: float) -> bool:
        """See `system.Seat`."""
        _button(self._person, "Listen").click(timeout=seconds * 1000)
        return True

    def sees(self, seconds: float) -> bool:
        """The canvas is drawn on, and drawn anew."""
        _button(self._person, "Show the picture").click(timeout=seconds * 1000)
        canvas = self._page.get_by_test_id("picture")
        first = wait_until(lambda: canvas.evaluate(DRAWN), "a picture", timeout=seconds)
        wait_until(lambda: canvas.evaluate(DRAWN) != first, "another picture", timeout=seconds)
        _button(self._person, "Hide the picture").click(timeout=seconds * 1000)
        return True

    def reads(self, seconds: float) -> bool:
        """A caption, on the page."""
        self._meeting.command("captioner", "post_caption", text=CAPTION, language="en")
        self._page.get_by_test_id("captions").get_by_text(CAPTION).first.wait_for(timeout=seconds * 1000)
        return True

    def asks(self, seconds: float) -> bool:
        """A question in writing, at the chair's."""
        self._page.get_by_label("Your question").fill(QUESTION, timeout=seconds * 1000)
        _button(self._person, "Ask").click(timeout=seconds * 1000)
        wait_until(lambda: self._question("text"), "the question", timeout=seconds, every=0.25)
        return True

    def leaves_note(self, note: Speech, seconds: float) -> bool:
        """A recording, whole, at the chair's."""
        self._wears_headphones(seconds)
        _button(self._person, "Record a question").click(timeout=seconds * 1000)
        _button(self._person, "Stop recording").wait_for(timeout=seconds * 1000)
        self._person.says(note).wait()
        self._person.place.square.wait_until_recorded(self._person.now() + RATE // 2)
        _button(self._person, "Stop recording").click(timeout=seconds * 1000)
        _button(self._person, "Send the question").click(timeout=seconds * 1000)
        found = wait_until(lambda: self._question("voice"), "the recording", timeout=seconds, every=0.25)
        return found is not None and bool(found["duration_ms"] >= note.seconds * 900)

    def speaks(self, seconds: float) -> bool:
        """Hand, floor, microphone."""
        _button(self._person, "Raise hand").click(timeout=seconds * 1000)
        waiting = wait_until(lambda: self._meeting.state()["queue"], "a raised hand", timeout=seconds, every=0.25)
        self._meeting.command("chair", "give_floor", person=waiting[0]["person"])
        self._wears_headphones(seconds)
        _button(self._person, "Speak").click(timeout=seconds * 1000)
        _button(self._person, "Stop speaking").wait_for(timeout=seconds * 1000)
        return True

    def falls_silent(self) -> None:
        """See `system.Seat`."""
        _button(self._person, "Stop speaking").click(timeout=5_000)

    def path(self) -> str:
        """The rung of the sound, as the page says it."""
        return self._page.get_by_test_id("path").get_attribute("data-path", timeout=5_000) or ""

    def attempts(self) -> int:
        """Requests and WebSockets that were to bring sound."""
        return self._attempts

    def _wears_headphones(self, seconds: float) -> None:
        """Nothing leads from his loudspeaker to his microphone, and the room speaks without end: a browser that seeks
        an echo there swallows words, on any network (docs/decisions/0024-headphones.md)."""
        box = self._page.get_by_label("I wear headphones").filter(visible=True).first
        box.check(timeout=seconds * 1000)

    def _question(self, kind: str) -> dict[str, Any] | None:
        found = self._meeting.state()["questions"].values()
        return next((question for question in found if question["kind"] == kind), None)

    def _count_request(self, request: Request) -> None:
        self._attempts += bool(_SOUND.search(request.url))

    def _count_socket(self, socket: WebSocket) -> None:
        self._attempts += 1


def _button(person: Person, name: str) -> Locator:
    return person.page.get_by_role("button", name=re.compile(f"^{name}$", re.IGNORECASE))
