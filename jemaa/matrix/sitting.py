"""Matrix room. One sitting: a lab, a meeting in it, a room that speaks without end, and a participant who has come."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Error, Playwright

from jemaa.lab.topology import Lab
from jemaa.people.loudspeaker import Square
from jemaa.people.person import Person
from jemaa.people.speech import CHAIR_SPEECH, DELEGATE_SPEECH, say, unbroken

from .failures import MatrixFailed, in_a_line
from .pulse import Pulse
from .stage import Stage
from .system import Ground, Meeting, Seat, System
from .trust import Trust

PAGE_SECONDS = 60.0
"""How long a page may take to open: over EDGE it is most of a minute."""

FLOOR_ROUNDS = 6
NOTE_SECONDS = 4.0
THANKS_SECONDS = 3.0
"""A browser's echo canceller swallows words until it has found that there is no echo: nobody's point is among them."""


class Props:
    """What all cells of a run use: sound, certificates, speeches and browsers' driver."""

    def __init__(self, folder: Path, square: Square, playwright: Playwright) -> None:
        self.folder = folder
        self.square = square
        self.playwright = playwright
        self.trust = Trust.made(folder / "trust")
        self.loop = unbroken(CHAIR_SPEECH)
        self.floor = self.loop.repeated(self.loop.seconds * FLOOR_ROUNDS).write(folder / "floor.wav")
        self.voice = say(DELEGATE_SPEECH, voice="en-us+f3")
        self.note = self.voice.part(0, NOTE_SECONDS)
        self.point = self.voice.part(THANKS_SECONDS, self.voice.seconds)


@dataclass(frozen=True, slots=True)
class Sitting:
    """What is there. The participant's page is not open yet."""

    lab: Lab
    meeting: Meeting
    room: Person
    participant: Person
    seat: Seat
    pulse: Pulse

    @property
    def late(self) -> float:
        """How late the machine was with its own beat; see `pulse.Pulse`."""
        return round(self.pulse.late, 4)


@contextmanager
def seated(props: Props, system: System, profile: str) -> Iterator[Sitting]:
    """All of it, taken down with the context. A `JemaaError` where our own lab or server fails, and where the machine
    had too much else to do for anything of it to be the network's doing."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="cell-", dir=props.folder)))
        lab = stack.enter_context(Lab(profile))
        trust = props.trust
        ground = Ground(lab, folder, trust.certificate, trust.certificate, trust.authority, props.loop, props.floor)
        meeting = stack.enter_context(system.open(ground))
        stage = Stage(props.playwright, props.square, lab, folder, trust.keys(lab))
        with ours("The room could not begin"):  # nothing blocks the room
            room = stack.enter_context(stage.room(props.floor))
            room.page.goto(meeting.room_page, timeout=PAGE_SECONDS * 1000)
            meeting.publish(room)
        with ours("The participant's browser did not start"):
            participant = stack.enter_context(stage.participant("Amina"))
        seat = meeting.seat(participant)
        with Pulse() as pulse:
            yield Sitting(lab, meeting, room, participant, seat, pulse)
        pulse.refuse_if_late()
        if behind := lab.fell_behind():
            raise MatrixFailed("matrix-machine-busy", f"What the network lost is not all its own: {behind[0]}.")


@contextmanager
def ours(what: str) -> Iterator[None]:
    """What fails in here is our own failure, or the system's on any network, and no answer of a participant's."""
    try:
        yield
    except (Error, AssertionError) as error:
        raise MatrixFailed("matrix-server-failed", f"{what}: {in_a_line(error)}") from None
