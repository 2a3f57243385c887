"""Matrix room. One cell: a lab, a meeting, a room, a participant behind the operator, and the questions put to him."""

import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from msgspec.structs import replace
from playwright.sync_api import Error

from jemaa.lab.profile import Profile
from jemaa.people import hearing
from jemaa.people.speech import RATE

from .ear import Ear
from .failures import in_a_line
from .measure import Heard, judge
from .pulse import MOST_LATE_FOR_A_NO_SECONDS, refuse_if_later
from .results import Cell
from .sitting import PAGE_SECONDS, Props, Sitting, ours, seated
from .system import Route, System

T = TypeVar("T")

ACT_SECONDS = 30.0
IMPATIENT_SECONDS = 10.0
"""How long a participant waits for an act to work before he gives up; and who has waited in vain twice waits less."""

SETTLE_SECONDS = 1.0
RECORD_SECONDS = 10
AFTER_SECONDS = 20
"""How long a participant listens after the moment at which a network cuts what is old."""

EARSHOT_SECONDS = 5
"""How long after the last word the room still listens for it."""


def ask(props: Props, system: System, profile: str, route: Route, seconds: int) -> Cell:
    """Put every question once. What fails in the participant's browser is an answer; what fails in our own lab or
    server is a `JemaaError`."""
    with seated(props, system, profile) as sitting:
        interview = Interview(sitting, props)
        if interview.sits_down(sitting.meeting.participant_url(route)):
            interview.questions(max(seconds, outlasting(sitting.lab.profile)))
    return believed(replace(interview.cell(system.name, profile, route), late=sitting.late))


def believed(cell: Cell) -> Cell:
    """The same. `MatrixFailed` `matrix-machine-busy` where the machine may be the reason of a no."""
    if cell.says_no and cell.late is not None:
        refuse_if_later(cell.late, MOST_LATE_FOR_A_NO_SECONDS)
    return cell


def outlasting(profile: Profile) -> int:
    """Seconds to listen so that what the network does to older flows is heard; 0 where it does nothing to them."""
    ages = [rule.source["match"]["age"]["seconds"] for rule in profile.rules if "age" in rule.source["match"]]
    return int(max(ages, default=-AFTER_SECONDS)) + AFTER_SECONDS


class Interview:
    """The questions to one participant, and his answers so far."""

    def __init__(self, sitting: Sitting, props: Props) -> None:
        self._lab = sitting.lab
        self._room = sitting.room
        self._participant = sitting.participant
        self._seat = sitting.seat
        self._props = props
        self._failures: dict[str, str] = {}
        self._answers: dict[str, bool | None] = {}
        self._heard: Heard | None = None
        self._kbps: float | None = None
        self._to_room: float | None = None
        self._path = ""
        self._attempts: int | None = None

    def sits_down(self, url: str) -> bool:
        """Open the page."""
        page = self._participant.page
        opened = self._try(
            "page", lambda: page.goto(url, wait_until="domcontentloaded", timeout=PAGE_SECONDS * 1000) is not None
        )
        return opened is True

    def questions(self, seconds: int) -> None:
        """All of them. The sound is judged before anything else uses the line."""
        self._listens(seconds)
        seat = self._seat
        self._answer("reads", lambda: seat.reads(self._patience))
        self._answer("asks", lambda: seat.asks(self._patience))
        self._answer("sees", lambda: seat.sees(self._patience))
        self._answer("note", lambda: seat.leaves_note(self._props.note, self._patience))
        self._answer("speaks", self._speaks)
        # Over 24 kb/s the line that says how one is connected comes after the sound.
        self._path = self._path or self._try("path", seat.path) or ""

    def cell(self, system: str, profile: str, route: Route) -> Cell:
        """The answers; what could not even be asked is a no, where the system has it."""
        heard, answer = self._heard, dict.fromkeys(self._seat.lacks) | self._answers
        return Cell(
            system=system,
            profile=profile,
            route=route.name,
            hears=heard is not None and heard.is_speech,
            sees=answer.get("sees", False),
            reads=answer.get("reads", False),
            asks=answer.get("asks", False),
            note=answer.get("note", False),
            speaks=answer.get("speaks", False),
            first_sound=heard.first if heard else None,
            stoi=heard.stoi if heard else None,
            longest_gap=heard.longest_gap if heard and heard.first is not None else None,
            silent=heard.silent if heard and heard.first is not None else None,
            to_room=self._to_room,
            kbps=self._kbps,
            path=self._path,
            attempts=self._attempts,
            failures=self._failures,
        )

    def _listens(self, seconds: int) -> None:
        ear = Ear(self._participant)
        if not self._try("hears", lambda: self._seat.listen(ACT_SECONDS)):
            return
        pieces = [ear.until_loud()]
        if hearing.first_loud(pieces[0]) is None:
            self._failures["hears"] = "nothing came out of the loudspeaker"
        else:
            began, bytes_before = time.monotonic(), self._bytes_down()
            while len(pieces) <= seconds // RECORD_SECONDS:
                with ours("The recording stopped"):
                    pieces.append(ear.more(RECORD_SECONDS))
            self._kbps = (self._bytes_down() - bytes_before) * 8 / 1000 / (time.monotonic() - began)
        self._heard = judge(np.concatenate(pieces), self._props.loop, settle=SETTLE_SECONDS)
        self._path = self._try("path", self._seat.path) or ""
        self._attempts = self._try("attempts", self._seat.attempts)

    def _speaks(self) -> bool | None:
        """Gets the floor and is heard in the room."""
        opened = self._seat.speaks(self._patience)
        if not opened:
            return opened
        point = self._props.point
        saying = self._participant.says(self._props.voice)
        saying.wait()
        last = self._participant.now() + EARSHOT_SECONDS * RATE
        while not hearing.hears(point, arrived := self._room.heard(saying.mark)) and self._room.now() < last:
            self._props.square.wait_until_recorded(self._room.now() + RATE)
        self._try("silence", self._seat.falls_silent)
        if not hearing.hears(point, arrived):
            self._failures["speaks"] = "the microphone was open, and the room did not hear the voice"
            return False
        said = hearing.find(point, self._participant.place.said(saying.mark))
        self._to_room = hearing.find(point, arrived).delay - said.delay
        return True

    @property
    def _patience(self) -> float:
        return ACT_SECONDS if len(self._failures) < 2 else IMPATIENT_SECONDS

    def _bytes_down(self) -> int:
        """Bytes that have come in on the participant's line."""
        reader = self._lab.popen("participant", ["cat", "/proc/net/dev"], stdout=-1, text=True)
        lines = reader.communicate(timeout=10)[0].splitlines()
        return next(int(line.split(":")[1].split()[0]) for line in lines if line.strip().startswith("up0:"))

    def _answer(self, act: str, do: Callable[[], bool | None]) -> None:
        """Keep what it gives; a no, with the reason, if the browser or a wait gives up."""
        try:
            self._answers[act] = do()
        except (Error, AssertionError) as error:
            self._answers[act] = False
            self._failures[act] = in_a_line(error)

    def _try(self, what: str, do: Callable[[], T]) -> T | None:
        """What it gives; None, with the reason noted, if the browser or a wait gives up."""
        try:
            return do()
        except (Error, AssertionError) as error:
            self._failures[what] = in_a_line(error)
            return None
