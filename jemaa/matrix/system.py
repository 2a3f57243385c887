"""Matrix room. The seam between the matrix and what it drives: a system that an organiser could pick for a meeting.

An adapter is a file that has a `System`. The rest of the matrix knows none of them: it opens a meeting in a lab, sits a
browser at its page, and asks the seat to do what a participant does.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from jemaa.lab.topology import Lab

if TYPE_CHECKING:
    # Browsers come with the extra `lab`; the command line, which knows of the matrix, must start without it.
    from jemaa.people.person import Person
    from jemaa.people.speech import Speech

HOST = "meeting.example"
"""The name under which the meeting is reached; the lab's resolver knows it as the node `server`."""


CAPTION = "The sitting goes on with the second item."
QUESTION = "When will the bridge be built?"
"""What is written in the meeting for the participant to read, and what he writes."""


@dataclass(frozen=True, slots=True)
class Route:
    """A way of attending that can be forced: how one hears, and how one is heard. None: the system's own choice."""

    name: str
    down: str | None = None
    up: str | None = None


OWN_CHOICE = Route("own choice")


@dataclass(frozen=True, slots=True)
class Ground:
    """What a meeting is built on: a lab that is up, a folder of its own, TLS for `HOST`, and what the room says.

    `certificate` and `key` are PEM files that every browser of the run trusts. `loop` is what the room says again and
    again; `floor` is a WAV file of several rounds of it.
    """

    lab: Lab
    folder: Path
    certificate: Path
    key: Path
    authority: Path
    loop: "Speech"
    floor: Path


class Seat(Protocol):
    """What a participant does on an open page. Each act says whether it worked, None where the system has no such
    thing; an act that fails may also raise what the browser or a wait raised. Each waits for a state, for `seconds` at
    most.
    """

    lacks: frozenset[str]
    """Acts that its system has not at all: they are no no, also where the page did not even open."""

    def listen(self, seconds: float) -> bool:
        """Press what begins the sound; whether it could be pressed."""

    def sees(self, seconds: float) -> bool | None:
        """Ask for the picture; whether it moves."""

    def reads(self, seconds: float) -> bool | None:
        """Somebody in the meeting writes a line; whether this page shows it."""

    def asks(self, seconds: float) -> bool | None:
        """Ask in writing; whether the question stands before the chair."""

    def leaves_note(self, note: "Speech", seconds: float) -> bool | None:
        """Record a question by voice and send it; whether all of it stands before the chair."""

    def speaks(self, seconds: float) -> bool | None:
        """Get the floor and open the microphone; whether the page says that it is open."""

    def falls_silent(self) -> None:
        """Close the microphone again."""

    def path(self) -> str:
        """How it is connected, in the system's own words; empty if it is not."""

    def attempts(self) -> int | None:
        """How many connections for sound were tried so far, the one in use among them."""


class Meeting(Protocol):
    """A meeting that is open, its servers in the lab's node `server`."""

    @property
    def room_page(self) -> str:
        """The page for the meeting room's own browser, in the lab's node `second`, which nothing blocks."""

    def participant_url(self, route: Route) -> str:
        """The participant's page."""

    def publish(self, room: "Person") -> None:
        """See that what the room says is published, and that this browser hears the participant. The room's browser
        has the loop as its microphone and a moving picture as its camera, for systems whose rooms are browsers."""

    def seat(self, person: "Person") -> Seat:
        """The participant whose page is open."""


class System(Protocol):
    """A system for meetings."""

    @property
    def name(self) -> str:
        """As given on the command line."""

    @property
    def routes(self) -> tuple[Route, ...]:
        """What can be forced; empty where nothing can."""

    def version(self) -> str:
        """Which version is driven."""

    def missing(self) -> str | None:
        """What this machine lacks to run it, as a sentence; None if nothing."""

    def open(self, ground: Ground) -> AbstractContextManager[Meeting]:
        """Start its servers and open a meeting; `MatrixFailed` if they do not start. All ends with the context."""
