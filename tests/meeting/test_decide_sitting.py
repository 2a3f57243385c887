"""The phases of a sitting and its agenda."""

from dataclasses import replace

import pytest

from jemaa.limits import MAX_AGENDA_ITEMS, MAX_REVOKED
from jemaa.meeting import commands as c
from jemaa.meeting.ids import InvitationId
from jemaa.meeting.rules import may_read

from .people import Story


def phase(story: Story) -> str:
    return story.state.phase


def test_a_sitting_opens_recesses_resumes_and_closes() -> None:
    story = Story()
    assert phase(story) == "announced"
    story.opened()
    story.chair.does(c.SuspendSession("lunch"))
    assert (phase(story), story.state.recess_reason) == ("suspended", "lunch")
    story.chair.does(c.ResumeSession())
    assert (phase(story), story.state.recess_reason) == ("open", "")
    story.chair.does(c.CloseSession())
    assert phase(story) == "closed"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (c.ResumeSession(), "not-suspended"),
        (c.OpenSession(), "already-open"),
        (c.StartItem(7), "no-such-item"),
        (c.StartItem(-1), "no-such-item"),
        (c.SetAgenda(("x",) * (MAX_AGENDA_ITEMS + 1)), "agenda-too-long"),
        (c.SetAgenda(("", "x")), "text-empty"),
        (c.RevokeInvitation(InvitationId("i" * 65)), "no-such-invitation"),
    ],
)
def test_what_does_not_fit_the_moment_is_refused(command: c.Command, code: str) -> None:
    Story().opened().chair.is_refused(command, code)


def test_a_new_agenda_leaves_the_old_item() -> None:
    story = Story().opened()
    story.chair.does(c.StartItem(1))
    story.chair.does(c.SetAgenda(("Only this",)))
    assert (story.state.agenda, story.state.item) == (("Only this",), None)


def test_a_revoked_invitation_is_no_longer_good() -> None:
    story = Story()
    story.chair.does(c.RevokeInvitation(InvitationId("i1")))
    assert not may_read(story.state, InvitationId("i1"))
    assert may_read(story.state, InvitationId("i2"))
    assert may_read(story.state, None)
    assert story.chair.does(c.RevokeInvitation(InvitationId("i1"))) == []


def test_withdrawn_invitations_have_a_limit() -> None:
    story = Story()
    story.state = replace(story.state, revoked=(InvitationId("i"),) * MAX_REVOKED)
    story.chair.is_refused(c.RevokeInvitation(InvitationId("one-more")), "no-such-invitation")
