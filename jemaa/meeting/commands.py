"""Meeting room. What a person may ask for: one class a command, decided by `decide`.

A command says what is wanted, never who wants it: the actor comes from the connection.
The wire name of a command is its class name in snake_case (`RaiseHand` is `raise_hand`).
"""

from dataclasses import dataclass
from typing import Literal

from .ids import InvitationId, MessageId, NoteId, PersonId, QuestionId

QuestionOutcome = Literal["read", "answered", "dropped"]
QueueRule = Literal["arrival", "alternate", "first_time"]
Channel = Literal["remote", "room", "hub", "phone", "text"]


@dataclass(frozen=True, slots=True)
class Introduce:
    """Give one's name; needed before asking, saying or raising a hand."""

    name: str
    affiliation: str = ""


@dataclass(frozen=True, slots=True)
class RaiseHand:
    """Ask for the floor."""


@dataclass(frozen=True, slots=True)
class LowerHand:
    """Give up one's place; the chair or the manager may name another person."""

    person: PersonId | None = None


@dataclass(frozen=True, slots=True)
class AddToQueue:
    """The manager enters somebody who is in the room, in a hub or on the phone."""

    name: str
    affiliation: str = ""
    channel: Channel = "room"


@dataclass(frozen=True, slots=True)
class MoveInQueue:
    """Put a waiting person at a place of the queue, 0 being next."""

    person: PersonId
    place: int


@dataclass(frozen=True, slots=True)
class SetQueueRule:
    """Choose the order in which waiting people are called; shown to everyone."""

    rule: QueueRule


@dataclass(frozen=True, slots=True)
class SetDoors:
    """Open or close chat, written questions and hands for participants."""

    chat: bool
    questions: bool
    hands: bool


@dataclass(frozen=True, slots=True)
class GiveFloor:
    """Grant a person the right to speak."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class TakeFloor:
    """Take the right to speak back; a speaker may give up his own."""

    person: PersonId
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Mute:
    """Silence a person who keeps the floor."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class Unmute:
    """End a silence that the chair or the manager ordered."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask a question in writing."""

    text: str


@dataclass(frozen=True, slots=True)
class LeaveNote:
    """A recorded question is complete and takes its place (made by the server when an upload is finished)."""

    note: NoteId
    duration_ms: int


@dataclass(frozen=True, slots=True)
class MarkQuestion:
    """Say what became of a question."""

    question: QuestionId
    outcome: QuestionOutcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PlayNote:
    """Play a recorded question to everyone."""

    question: QuestionId


@dataclass(frozen=True, slots=True)
class Say:
    """Write to the chat."""

    text: str


@dataclass(frozen=True, slots=True)
class RemoveMessage:
    """Take a chat message out of sight."""

    message: MessageId
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RemovePerson:
    """Send a person out: no floor, no chat, no questions for the rest of the session."""

    person: PersonId
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PostCaption:
    """A final line of captions."""

    text: str
    language: str
    time_ms: int = 0


@dataclass(frozen=True, slots=True)
class SetAgenda:
    """Replace the agenda."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StartItem:
    """Go to an agenda item, counted from 0."""

    index: int


@dataclass(frozen=True, slots=True)
class OpenSession:
    """Begin."""


@dataclass(frozen=True, slots=True)
class SuspendSession:
    """Recess."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class ResumeSession:
    """End a recess."""


@dataclass(frozen=True, slots=True)
class CloseSession:
    """End; nothing can follow."""


@dataclass(frozen=True, slots=True)
class RevokeInvitation:
    """Make an invitation link, and every person token that came of it, void."""

    invitation: InvitationId


Command = (
    Introduce
    | RaiseHand
    | LowerHand
    | AddToQueue
    | MoveInQueue
    | SetQueueRule
    | SetDoors
    | GiveFloor
    | TakeFloor
    | Mute
    | Unmute
    | Ask
    | LeaveNote
    | MarkQuestion
    | PlayNote
    | Say
    | RemoveMessage
    | RemovePerson
    | PostCaption
    | SetAgenda
    | StartItem
    | OpenSession
    | SuspendSession
    | ResumeSession
    | CloseSession
    | RevokeInvitation
)
