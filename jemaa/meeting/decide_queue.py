"""Meeting room. Decisions about people: their names, places, the floor, and being sent out."""

from jemaa.errors import Refused
from jemaa.limits import MAX_FLOOR_HOLDERS, MAX_QUEUE, MAX_TEXT_CHARACTERS

from . import commands as c
from . import events as e
from .ids import PersonId
from .roles import Actor
from .rules import is_desk
from .state import Person, State
from .text import clean_line

_CHANNEL_OF_ROLE: dict[str, c.Channel] = {"room": "room", "hub": "hub"}


def introduce(state: State, actor: Actor, command: c.Introduce) -> list[e.Event]:
    """A name, once or again; the same again is no event."""
    name = clean_line(command.name)
    affiliation = clean_line(command.affiliation, required=False)
    channel = _CHANNEL_OF_ROLE.get(actor.role, "remote")
    known = state.persons.get(actor.person)
    if known and (known.name, known.affiliation, known.role) == (name, affiliation, actor.role):
        return []
    return [e.PersonIntroduced(actor.person, name, affiliation, actor.role, channel)]


def raise_hand(state: State, actor: Actor, _command: c.RaiseHand) -> list[e.Event]:
    """Also before the session opens and in a recess: the queue is not the floor."""
    person = introduced(state, actor.person)
    if actor.person in state.floor:
        raise Refused("already-holds-floor", "You have the floor already.")
    if _waits(state, actor.person):
        raise Refused("already-waiting", "Your hand is up already; you keep your place.")
    _may_enter(state, actor)
    return [e.HandRaised(actor.person, person.channel)]


def lower_hand(state: State, actor: Actor, command: c.LowerHand) -> list[e.Event]:
    """One's own, or by the desk another's."""
    person = command.person or actor.person
    if person != actor.person and not is_desk(actor.role):
        raise Refused("not-allowed", "Only the chair or the manager can lower another person's hand.")
    _waiting(state, person)
    return [e.HandLowered(person, actor.person)]


def add_to_queue(state: State, actor: Actor, command: c.AddToQueue) -> list[e.Event]:
    """Somebody without a page of his own: in the room, a hub, on the phone. A closed queue is closed to them too."""
    _may_enter(state, actor)
    name = clean_line(command.name)
    affiliation = clean_line(command.affiliation, required=False)
    person = PersonId(f"q{state.seq + 1}")
    return [
        e.PersonIntroduced(person, name, affiliation, "participant", command.channel),
        e.HandRaised(person, command.channel),
    ]


def move_in_queue(state: State, actor: Actor, command: c.MoveInQueue) -> list[e.Event]:
    """Beyond the end is the end."""
    _waiting(state, command.person)
    place = max(0, min(command.place, len(state.queue) - 1))
    if state.queue[place].person == command.person:
        return []
    return [e.QueueMoved(command.person, place, actor.person)]


def give_floor(state: State, actor: Actor, command: c.GiveFloor) -> list[e.Event]:
    """To anyone who gave a name, waiting or not; several may hold it at once."""
    if state.phase != "open":
        raise Refused("not-open", "Open the session before giving the floor.")
    person = _known(state, command.person)
    if person.removed:
        raise Refused("removed", "This person has been removed from the session.")
    if command.person in state.floor:
        raise Refused("already-holds-floor", "This person has the floor already.")
    if len(state.floor) >= MAX_FLOOR_HOLDERS:
        raise Refused("floor-full", f"At most {MAX_FLOOR_HOLDERS} people can hold the floor; take it from one first.")
    return [e.FloorGiven(command.person, actor.person)]


def take_floor(state: State, actor: Actor, command: c.TakeFloor) -> list[e.Event]:
    """By the desk, or by whoever gives up his own."""
    if command.person != actor.person and not is_desk(actor.role):
        raise Refused("not-allowed", "Only the chair or the manager can take the floor from another person.")
    _holding(state, command.person)
    reason = clean_line(command.reason, limit=MAX_TEXT_CHARACTERS, required=False)
    return [e.FloorTaken(command.person, actor.person, reason)]


def mute(state: State, actor: Actor, command: c.Mute) -> list[e.Event]:
    """The floor is kept; the voice is not heard."""
    _holding(state, command.person)
    if state.floor[command.person].muted:
        return []
    return [e.PersonMuted(command.person, actor.person)]


def unmute(state: State, actor: Actor, command: c.Unmute) -> list[e.Event]:
    """Undoes `mute`."""
    _holding(state, command.person)
    if not state.floor[command.person].muted:
        return []
    return [e.PersonUnmuted(command.person, actor.person)]


def remove_person(state: State, actor: Actor, command: c.RemovePerson) -> list[e.Event]:
    """Anyone but the desk itself."""
    person = _known(state, command.person)
    if is_desk(person.role):
        raise Refused("not-allowed", "The chair and the manager cannot be removed.")
    if person.removed:
        return []
    reason = clean_line(command.reason, limit=MAX_TEXT_CHARACTERS, required=False)
    return [e.PersonRemoved(command.person, actor.person, reason)]


def introduced(state: State, person: PersonId) -> Person:
    """The person who asks, who must have given a name."""
    known = state.persons.get(person)
    if known is None:
        raise Refused("name-needed", "Please give your name first; it is shown to everyone.")
    return known


def _known(state: State, person: PersonId) -> Person:
    known = state.persons.get(person)
    if known is None:
        raise Refused("no-such-person", "Nobody of that name is here; ask the person to give a name first.")
    return known


def _waits(state: State, person: PersonId) -> bool:
    return any(waiting.person == person for waiting in state.queue)


def _waiting(state: State, person: PersonId) -> None:
    if not _waits(state, person):
        raise Refused("not-waiting", "This person is not in the queue.")


def _holding(state: State, person: PersonId) -> None:
    if person not in state.floor:
        raise Refused("no-floor", "This person does not have the floor.")


def _may_enter(state: State, actor: Actor) -> None:
    if not state.doors.hands and not is_desk(actor.role):
        raise Refused("queue-closed", "The chair has closed the queue.")
    if len(state.queue) >= MAX_QUEUE:
        raise Refused("queue-full", "The queue is full; please ask in writing.")
