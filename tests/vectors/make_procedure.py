"""Writes procedure.json: logs and the states they lead to, by the server's own `apply`.

The browser's `apply` must give the same states (`tests/client/state.test.mjs`). Run it after a change to an event or to
the state: `python -m tests.vectors.make_procedure`; `test_procedure_vectors.py` fails while the file is out of date.
"""

import random
from pathlib import Path
from typing import Any

import msgspec

from jemaa.errors import Refused
from jemaa.limits import KEPT_MESSAGES, KEPT_PERSONS, KEPT_QUESTIONS
from jemaa.meeting import commands as c
from jemaa.meeting import events as e
from jemaa.meeting.apply import apply
from jemaa.meeting.decide import decide
from jemaa.meeting.ids import InvitationId, MessageId, NoteId, PersonId, QuestionId
from jemaa.meeting.roles import Actor, Role
from jemaa.meeting.state import State
from jemaa.wire.message import event_to

PATH = Path(__file__).with_name("procedure.json")
_ROLES: dict[str, Role] = {"amina": "participant", "badr": "participant", "chair": "chair", "hub": "hub"}


def made() -> list[dict[str, Any]]:
    """The vectors; the same at each call."""
    return [_every_event(), _crowd(), *(_story(seed) for seed in range(4))]


class _Log:
    """Events with their numbers, and the state they lead to."""

    def __init__(self) -> None:
        self.state = State()
        self.events: list[dict[str, Any]] = []
        self.record(e.SessionCreated("Réunion «publique» جماعة", "Main room", ("Welcome", "Participation")))

    def record(self, event: e.Event) -> None:
        recorded = e.Recorded(self.state.seq + 1, 1_790_000_000_000 + 1000 * self.state.seq, event)
        self.events.append({"seq": recorded.seq, "at": recorded.at, **event_to(event)})
        self.state = apply(self.state, recorded)

    def does(self, person: str, command: c.Command) -> None:
        for event in decide(self.state, Actor(PersonId(person), _ROLES.get(person, "participant")), command):
            self.record(event)

    def story(self, name: str) -> dict[str, Any]:
        return {"name": name, "events": self.events, "state": msgspec.to_builtins(self.state)}


def _every_event() -> dict[str, Any]:
    """Each event at least once, in a plausible order."""
    log = _Log()
    amina = PersonId("amina")
    steps: list[tuple[str, c.Command]] = [
        *((person, c.Introduce(person)) for person in _ROLES),
        ("chair", c.OpenSession()),
        ("chair", c.SetQueueRule("alternate")),
        ("amina", c.RaiseHand()),
        ("badr", c.RaiseHand()),
        ("hub", c.AddToQueue("Hassan", "third row")),
        ("chair", c.MoveInQueue(PersonId("badr"), 0)),
        ("badr", c.LowerHand()),
        ("chair", c.GiveFloor(amina)),
        ("chair", c.Mute(amina)),
        ("chair", c.Unmute(amina)),
        ("chair", c.TakeFloor(amina, "time")),
        ("chair", c.PostCaption("مرحبا", "ar", 1200)),
        ("chair", c.StartItem(1)),
        ("chair", c.SetAgenda(("One", "Two"))),
        ("badr", c.Ask("Why?")),
        ("badr", c.LeaveNote(NoteId("n1"), 9_000)),
        ("badr", c.Say("hello")),
    ]
    for person, command in steps:
        log.does(person, command)
    written, spoken = log.state.questions
    last: list[c.Command] = [
        c.MarkQuestion(written, "dropped", "asked before"),
        c.PlayNote(spoken),
        c.MarkQuestion(spoken, "answered"),
        c.RemoveMessage(next(iter(log.state.messages)), "rude"),
        c.SetDoors(True, False, True),
        c.SuspendSession("lunch"),
        c.ResumeSession(),
        c.RemovePerson(PersonId("badr"), "noise"),
        c.RevokeInvitation(InvitationId("i1")),
        c.CloseSession(),
    ]
    for command in last:
        log.does("chair", command)
    return log.story("every event")


def _crowd() -> dict[str, Any]:
    """More of everything than the state keeps: who and what leaves it."""
    log = _Log()
    log.does("chair", c.Introduce("chair"))
    log.does("chair", c.OpenSession())
    for n in range(KEPT_PERSONS + 60):
        log.does(f"p-{n}", c.Introduce(f"P{n}"))
        if n % 9 == 0:
            log.does(f"p-{n}", c.RaiseHand())
        if n % 9 == 0 and n < 40:
            log.does("chair", c.GiveFloor(PersonId(f"p-{n}")))
    log.does("chair", c.RemovePerson(PersonId("p-100")))
    for n in range(KEPT_QUESTIONS + 20):
        log.does("chair", c.Ask(f"Q{n}"))
        if n % 5:
            log.does("chair", c.MarkQuestion(list(log.state.questions)[-1], "read"))
    for n in range(KEPT_MESSAGES + 5):
        log.does("chair", c.Say(f"M{n}"))
        log.does("chair", c.PostCaption(f"C{n}", "en"))
    for n in range(60, KEPT_PERSONS, 7):
        log.does(f"late-{n}", c.Introduce(f"L{n}"))
    return log.story("a crowd")


def _story(seed: int) -> dict[str, Any]:
    dice = random.Random(seed)
    log = _Log()
    asked: list[tuple[str, c.Command]] = [(person, c.Introduce(person)) for person in _ROLES]
    asked += [
        ("chair", c.OpenSession()),
        ("chair", c.SetQueueRule(dice.choice(["arrival", "alternate", "first_time"]))),
    ]
    for turn in range(300):
        person, command = asked[turn] if turn < len(asked) else (_person(dice), _command(dice, log.state))
        try:
            log.does(person, command)
        except Refused:
            continue
    return log.story(f"story {seed}")


def _person(dice: random.Random) -> str:
    return dice.choice([*_ROLES, "chair", "chair"])


def _command(dice: random.Random, state: State) -> c.Command:
    person = PersonId(dice.choice(list(_ROLES)))
    number = dice.randrange(1, 60)
    question = dice.choice([*state.questions, QuestionId("q0")])
    message = dice.choice([*state.messages, MessageId("m0")])
    choices: list[c.Command] = [
        c.Introduce(dice.choice(["Amina", "Badr", "Chair", "مركز"]), dice.choice(["", "ISOC"])),
        c.RaiseHand(),
        c.RaiseHand(),
        c.LowerHand(person),
        c.AddToQueue(f"Guest {number}", channel=dice.choice(["room", "phone"])),
        c.MoveInQueue(person, dice.randrange(4)),
        c.SetQueueRule(dice.choice(["arrival", "alternate", "first_time"])),
        c.SetDoors(dice.random() < 0.9, dice.random() < 0.9, dice.random() < 0.9),
        c.GiveFloor(person),
        c.TakeFloor(person, "time"),
        c.Mute(person),
        *(c.Unmute(holder) for holder in state.floor),
        c.Ask(f"Question {number}?"),
        c.LeaveNote(NoteId(f"n{number}"), 1000 * number),
        c.MarkQuestion(question, dice.choice(["read", "answered", "dropped"]), "why"),
        c.PlayNote(question),
        c.RemovePerson(PersonId("badr") if number < 6 else PersonId("chair"), "noise"),
        c.Say(f"Message {number}"),
        c.RemoveMessage(message, "rude"),
        c.PostCaption(f"Caption {number}", "en", number),
        c.SetAgenda(("One", "Two", "Three")),
        c.StartItem(dice.randrange(3)),
        c.OpenSession(),
        c.SuspendSession("lunch"),
        c.ResumeSession(),
        c.RevokeInvitation(InvitationId(f"i{number}")),
    ]
    return dice.choice(choices)


def written() -> bytes:
    """The file: JSON with a line an event, so that a change shows as what it is."""
    stories = []
    for story in made():
        events = b",\n".join(msgspec.json.encode(event) for event in story["events"])
        name, state = msgspec.json.encode(story["name"]), msgspec.json.encode(story["state"])
        stories.append(b'{"name":%s,"events":[\n%s\n],"state":%s}' % (name, events, state))
    return b"[\n" + b",\n".join(stories) + b"\n]\n"


if __name__ == "__main__":
    PATH.write_bytes(written())
