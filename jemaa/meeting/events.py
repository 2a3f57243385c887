"""Meeting room. What happened: one class an event, in the past tense. Read this and you know the log.

Events are decided by `decide`, appended to the log, applied to the state, and only then seen by anyone.
The wire name is the class name in snake_case, the field names are the same on the wire.
"""

from dataclasses import dataclass
from typing import Literal

from .commands import Channel, QuestionOutcome, QueueRule
from .ids import InvitationId, MessageId, NoteId, PersonId, QuestionId
from .roles import Role

QuestionKind = Literal["text", "voice"]


@dataclass(frozen=True, slots=True)
class SessionCreated:
    """The first event of every log."""

    title: str
    room: str
    agenda: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """The sitting began."""

    by: PersonId


@dataclass(frozen=True, slots=True)
class SessionSuspended:
    """Recess; nobody is heard."""

    by: PersonId
    reason: str


@dataclass(frozen=True, slots=True)
class SessionResumed:
    """The recess ended."""

    by: PersonId


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """The end; no event follows."""

    by: PersonId


@dataclass(frozen=True, slots=True)
class AgendaSet:
    """The agenda was replaced; the current item, if any, is left."""

    items: tuple[str, ...]
    by: PersonId


@dataclass(frozen=True, slots=True)
class ItemStarted:
    """An agenda item, counted from 0, is now before the meeting."""

    index: int
    by: PersonId


@dataclass(frozen=True, slots=True)
class PersonIntroduced:
    """A person gave a name, or changed it. Mere listeners never do."""

    person: PersonId
    name: str
    affiliation: str
    role: Role
    channel: Channel


@dataclass(frozen=True, slots=True)
class HandRaised:
    """A person waits for the floor."""

    person: PersonId
    channel: Channel


@dataclass(frozen=True, slots=True)
class HandLowered:
    """A place in the queue was given up, or taken away by the desk."""

    person: PersonId
    by: PersonId


@dataclass(frozen=True, slots=True)
class QueueMoved:
    """The desk put a waiting person at a place; 0 is next."""

    person: PersonId
    place: int
    by: PersonId


@dataclass(frozen=True, slots=True)
class QueueRuleSet:
    """The order in which people are called."""

    rule: QueueRule
    by: PersonId


@dataclass(frozen=True, slots=True)
class DoorsSet:
    """What participants may do now."""

    chat: bool
    questions: bool
    hands: bool
    by: PersonId


@dataclass(frozen=True, slots=True)
class FloorGiven:
    """A person may speak; whoever waited leaves the queue."""

    person: PersonId
    by: PersonId


@dataclass(frozen=True, slots=True)
class FloorTaken:
    """A person may no longer speak."""

    person: PersonId
    by: PersonId
    reason: str


@dataclass(frozen=True, slots=True)
class PersonMuted:
    """A holder of the floor is silenced by the desk."""

    person: PersonId
    by: PersonId


@dataclass(frozen=True, slots=True)
class PersonUnmuted:
    """The silence ended."""

    person: PersonId
    by: PersonId


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """A question waits: in writing, or recorded (then `note` names the recording and `text` is empty)."""

    question: QuestionId
    person: PersonId
    kind: QuestionKind
    text: str
    note: NoteId | None
    duration_ms: int


@dataclass(frozen=True, slots=True)
class QuestionMarked:
    """A question was read out, answered, or dropped with a reason."""

    question: QuestionId
    outcome: QuestionOutcome
    reason: str
    by: PersonId


@dataclass(frozen=True, slots=True)
class NotePlayed:
    """A recorded question is played to everyone from now."""

    question: QuestionId
    by: PersonId


@dataclass(frozen=True, slots=True)
class MessageSaid:
    """A chat message."""

    message: MessageId
    person: PersonId
    text: str


@dataclass(frozen=True, slots=True)
class MessageRemoved:
    """A chat message is out of sight; its text no longer leaves the server."""

    message: MessageId
    by: PersonId
    reason: str


@dataclass(frozen=True, slots=True)
class PersonRemoved:
    """A person was sent out: no floor, no place, no word until the end."""

    person: PersonId
    by: PersonId
    reason: str


@dataclass(frozen=True, slots=True)
class CaptionPosted:
    """A final line of captions; `time_ms` is the media time at which it was said."""

    text: str
    language: str
    time_ms: int
    by: PersonId


@dataclass(frozen=True, slots=True)
class InvitationRevoked:
    """A link, and every person token that came of it, is void."""

    invitation: InvitationId
    by: PersonId


Event = (
    SessionCreated
    | SessionOpened
    | SessionSuspended
    | SessionResumed
    | SessionClosed
    | AgendaSet
    | ItemStarted
    | PersonIntroduced
    | HandRaised
    | HandLowered
    | QueueMoved
    | QueueRuleSet
    | DoorsSet
    | FloorGiven
    | FloorTaken
    | PersonMuted
    | PersonUnmuted
    | QuestionAsked
    | QuestionMarked
    | NotePlayed
    | MessageSaid
    | MessageRemoved
    | PersonRemoved
    | CaptionPosted
    | InvitationRevoked
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event in the log: `seq`, from 1 without holes, is the order; `at` is when it was decided, for people.

    `at` is Unix ms by the server's clock and never smaller than that of the event before: after the clock was set
    back, events carry the time of the last one until the clock has caught up. Order nothing by it.
    """

    seq: int
    at: int
    event: Event
