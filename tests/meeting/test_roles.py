"""The table of roles against every command there is: nothing is forgotten, nobody can do more than it says."""

from typing import get_args

import pytest

from jemaa.errors import Refused
from jemaa.meeting import commands as c
from jemaa.meeting.decide import decide
from jemaa.meeting.ids import InvitationId, MessageId, NoteId, PersonId, QuestionId
from jemaa.meeting.roles import DESK, MAY, ROLES, Actor, Role

from .people import Story

ME = PersonId("me")
ONE_OF_EACH: list[c.Command] = [
    c.Introduce("Me"),
    c.RaiseHand(),
    c.LowerHand(),
    c.AddToQueue("Guest"),
    c.MoveInQueue(ME, 0),
    c.SetQueueRule("arrival"),
    c.SetDoors(True, True, True),
    c.GiveFloor(ME),
    c.TakeFloor(ME),
    c.Mute(ME),
    c.Unmute(ME),
    c.Ask("?"),
    c.LeaveNote(NoteId("n"), 1),
    c.MarkQuestion(QuestionId("q"), "read"),
    c.PlayNote(QuestionId("q")),
    c.Say("hello"),
    c.RemoveMessage(MessageId("m")),
    c.RemovePerson(ME),
    c.PostCaption("x", "en"),
    c.SetAgenda(()),
    c.StartItem(0),
    c.OpenSession(),
    c.SuspendSession(),
    c.ResumeSession(),
    c.CloseSession(),
    c.RevokeInvitation(InvitationId("i")),
]


def code(story: Story, role: Role, command: c.Command) -> str:
    """Of the refusal; empty if it may happen."""
    try:
        decide(story.state, Actor(ME, role), command)
    except Refused as refusal:
        return refusal.code
    return ""


def test_every_command_is_tried_here_and_somebody_may_do_it() -> None:
    everything = set(get_args(c.Command))
    assert {type(command) for command in ONE_OF_EACH} == everything
    assert set().union(*MAY.values()) == everything


@pytest.mark.parametrize("role", ROLES)
def test_a_role_does_what_the_table_says_and_nothing_else(role: Role) -> None:
    story = Story().opened()
    for command in ONE_OF_EACH:
        assert (code(story, role, command) == "not-allowed") == (type(command) not in MAY[role]), command


@pytest.mark.parametrize("role", sorted(DESK))
def test_after_the_end_nothing_changes_for_anyone(role: Role) -> None:
    story = Story().opened()
    story.chair.does(c.CloseSession())
    assert {code(story, role, command) for command in ONE_OF_EACH} == {"closed"}
