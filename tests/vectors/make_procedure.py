"""Writes procedure.json: logs and the states they lead to, by the server's own `apply`.

The browser's `apply` must give the same states (`tests/client/state.test.mjs`). Run it after a change to an event or to
the state: `python -m tests.vectors.make_procedure`; `test_procedure_vectors.py` fails while the file is out of date.
"""

import random
from pathlib import Path
from typing import Any

import msgspec

from jemaa.errors import Refused
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
    return [_story(seed) for seed in range(4)]


def _story(seed: int) -> dict[str, Any]:
    dice = random.Random(seed)
    state = State()
    events: list[dict[str, Any]] = []

    def record(event: e.Event) -> None:
        nonlocal state
        recorded = e.Recorded(state.seq + 1, 1_790_000_000_000 + 1000 * state.seq, event)
        events.append({"seq": recorded.seq, "at": recorded.at, **event_to(event)})
        state = apply(state, recorded)

    record(e.SessionCreated("Réunion «publique» جماعة", "Main room", ("Welcome", "Participation")))
    asked: list[tuple[str, c.Command]] = [(person, c.Introduce(person)) for person in _ROLES]
    asked += [
        ("chair", c.OpenSession()),
        ("chair", c.SetQueueRule(dice.choice(["arrival", "alternate", "first_time"]))),
    ]
    for turn in range(300):
        person, command = asked[turn] if turn < len(asked) else (_person(dice), _command(dice, state))
        try:
            for event in decide(state, Actor(PersonId(person), _ROLES[person]), command):
                record(event)
        except Refused:
            continue
    if seed == 3:
        record(e.SessionClosed(PersonId("chair")))
    return {"name": f"story {seed}", "events": events, "state": msgspec.to_builtins(state)}


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


if __name__ == "__main__":
    PATH.write_bytes(msgspec.json.format(msgspec.json.encode(made()), indent=1) + b"\n")
