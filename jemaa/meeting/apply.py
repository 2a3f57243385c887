"""Meeting room. What an event changes: `apply(state, recorded)` is the only thing that makes a state.

Pure and total over what `decide` emits. `jemaa/client/meeting/state.js` is the same function in the browser;
`tests/vectors/procedure.json` holds both to it.
"""

from dataclasses import replace
from typing import assert_never

from jemaa.limits import KEPT_CAPTIONS, KEPT_MESSAGES

from . import events as e
from . import kept, queue
from .ids import PersonId
from .state import Caption, Doors, Holder, Message, Person, Question, State, Waiting


def apply(state: State, recorded: e.Recorded) -> State:
    """The state after `recorded`, which must be the next event (`state.seq + 1`)."""
    if recorded.seq != state.seq + 1:
        raise AssertionError(f"event {recorded.seq} cannot follow {state.seq}")
    return replace(_changed(state, recorded.event, recorded.at), seq=recorded.seq, at=recorded.at)


def replay(recorded: list[e.Recorded]) -> State:
    """The state after a whole log."""
    state = State()
    for one in recorded:
        state = apply(state, one)
    return state


def _changed(state: State, event: e.Event, at: int) -> State:
    match event:
        case e.SessionCreated():
            return replace(state, title=event.title, room=event.room, agenda=event.agenda)
        case e.SessionOpened() | e.SessionResumed():
            return replace(state, phase="open", recess_reason="")
        case e.SessionSuspended():
            return replace(state, phase="suspended", recess_reason=event.reason, playing=None)
        case e.SessionClosed():
            return replace(state, phase="closed", floor={}, queue=(), playing=None)
        case e.AgendaSet():
            return replace(state, agenda=event.items, item=None)
        case e.ItemStarted():
            return replace(state, item=event.index)
        case e.QueueRuleSet():
            return _with_rule(state, event)
        case e.DoorsSet():
            return replace(state, doors=Doors(event.chat, event.questions, event.hands))
        case e.InvitationRevoked():
            return replace(state, revoked=(*state.revoked, event.invitation))
        case e.CaptionPosted():
            line = Caption(event.text, event.language, event.time_ms, at)
            return replace(state, captions=(*state.captions, line)[-KEPT_CAPTIONS:])
        case e.QuestionAsked() | e.QuestionMarked() | e.NotePlayed():
            return _question(state, event, at)
        case e.MessageSaid() | e.MessageRemoved():
            return _message(state, event, at)
        case _:
            return _person(state, event, at)


_PersonEvent = (
    e.PersonIntroduced
    | e.HandRaised
    | e.HandLowered
    | e.QueueMoved
    | e.FloorGiven
    | e.FloorTaken
    | e.PersonMuted
    | e.PersonUnmuted
    | e.PersonRemoved
)


def _person(state: State, event: _PersonEvent, at: int) -> State:
    match event:
        case e.PersonIntroduced():
            return _introduced(state, event)
        case e.HandRaised():
            newcomer = Waiting(event.person, event.channel, at, state.seq + 1)
            entered = queue.enter(
                state.queue,
                newcomer,
                rule=state.queue_rule,
                persons=state.persons,
                last_channel=state.last_channel,
            )
            return replace(state, queue=entered)
        case e.HandLowered():
            return replace(state, queue=queue.leave(state.queue, event.person))
        case e.QueueMoved():
            return replace(state, queue=queue.move(state.queue, event.person, event.place))
        case e.FloorGiven():
            return _floor_given(state, event, at)
        case e.FloorTaken():
            return replace(state, floor=_without(state, event))
        case e.PersonMuted():
            return _muted(state, event, muted=True)
        case e.PersonUnmuted():
            return _muted(state, event, muted=False)
        case e.PersonRemoved():
            removed = replace(state.persons[event.person], removed=True)
            return replace(
                state,
                persons=state.persons | {event.person: removed},
                floor=_without(state, event),
                queue=queue.leave(state.queue, event.person),
            )
        case _:
            assert_never(event)


def _introduced(state: State, event: e.PersonIntroduced) -> State:
    before = state.persons.get(event.person)
    person = Person(
        event.name,
        event.affiliation,
        event.role,
        event.channel,
        turns=before.turns if before else 0,
        removed=before.removed if before else False,
    )
    persons = state.persons | {event.person: person}
    return replace(state, persons=kept.persons(state, persons, besides=event.person))


def _floor_given(state: State, event: e.FloorGiven, at: int) -> State:
    person = state.persons[event.person]
    return replace(
        state,
        floor=state.floor | {event.person: Holder(at)},
        queue=queue.leave(state.queue, event.person),
        persons=state.persons | {event.person: replace(person, turns=person.turns + 1)},
        last_channel=person.channel,
    )


def _muted(state: State, event: e.PersonMuted | e.PersonUnmuted, *, muted: bool) -> State:
    holder = replace(state.floor[event.person], muted=muted)
    return replace(state, floor=state.floor | {event.person: holder})


def _without(state: State, event: e.FloorTaken | e.PersonRemoved) -> dict[PersonId, Holder]:
    return {person: holder for person, holder in state.floor.items() if person != event.person}


def _with_rule(state: State, event: e.QueueRuleSet) -> State:
    ordered = queue.reorder(state.queue, rule=event.rule, persons=state.persons, last_channel=state.last_channel)
    return replace(state, queue_rule=event.rule, queue=ordered)


def _question(state: State, event: e.QuestionAsked | e.QuestionMarked | e.NotePlayed, at: int) -> State:
    match event:
        case e.QuestionAsked():
            asked = Question(event.person, event.kind, event.text, event.note, event.duration_ms, at)
            return replace(state, questions=kept.questions(state, state.questions | {event.question: asked}))
        case e.QuestionMarked():
            marked = replace(state.questions[event.question], status=event.outcome, reason=event.reason)
            playing = None if state.playing == event.question else state.playing
            return replace(state, questions=state.questions | {event.question: marked}, playing=playing)
        case e.NotePlayed():
            return replace(state, playing=event.question)
        case _:
            assert_never(event)


def _message(state: State, event: e.MessageSaid | e.MessageRemoved, at: int) -> State:
    if isinstance(event, e.MessageSaid):
        said = Message(event.person, event.text, at)
        return replace(state, messages=kept.newest(state.messages | {event.message: said}, KEPT_MESSAGES))
    if event.message not in state.messages:
        return state
    gone = replace(state.messages[event.message], text="", removed=True)
    return replace(state, messages=state.messages | {event.message: gone})
