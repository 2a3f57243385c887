"""Meeting room. What is true after an event: values only, made by `apply`, sent as the snapshot."""

from dataclasses import dataclass, field
from typing import Literal

from .commands import Channel, QuestionOutcome, QueueRule
from .events import QuestionKind
from .ids import InvitationId, MessageId, NoteId, PersonId, QuestionId
from .roles import Role

Phase = Literal["announced", "open", "suspended", "closed"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who gave a name."""

    name: str
    affiliation: str
    role: Role
    channel: Channel
    turns: int = 0
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A place in the queue; it belongs to the person, not to a connection.

    `seq`, of the event, is the order of arrival; `since`, Unix ms, is for showing: it may be the same for many when the
    server's clock was set back.
    """

    person: PersonId
    channel: Channel
    since: int
    seq: int


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds the floor."""

    since: int
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A written or recorded question and what became of it."""

    person: PersonId
    kind: QuestionKind
    text: str
    note: NoteId | None
    duration_ms: int
    at: int
    status: Literal["waiting"] | QuestionOutcome = "waiting"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A chat message; the text of a removed one is gone."""

    person: PersonId
    text: str
    at: int
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Caption:
    """A final line of captions."""

    text: str
    language: str
    time_ms: int
    at: int


@dataclass(frozen=True, slots=True)
class Doors:
    """What participants may do; the desk may always."""

    chat: bool = True
    questions: bool = True
    hands: bool = True


@dataclass(frozen=True, slots=True)
class State:
    """A session after event `seq`. Mappings are in order of first appearance and are never changed in place."""

    seq: int = 0
    at: int = 0
    title: str = ""
    room: str = ""
    phase: Phase = "announced"
    recess_reason: str = ""
    agenda: tuple[str, ...] = ()
    item: int | None = None
    persons: dict[PersonId, Person] = field(default_factory=dict)
    queue: tuple[Waiting, ...] = ()
    queue_rule: QueueRule = "arrival"
    last_channel: Channel | None = None
    doors: Doors = Doors()
    floor: dict[PersonId, Holder] = field(default_factory=dict)
    questions: dict[QuestionId, Question] = field(default_factory=dict)
    messages: dict[MessageId, Message] = field(default_factory=dict)
    captions: tuple[Caption, ...] = ()
    revoked: tuple[InvitationId, ...] = ()
    playing: QuestionId | None = None
