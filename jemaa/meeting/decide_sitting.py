"""Meeting room. Decisions about the sitting itself: its phases, agenda, rule and doors."""

from jemaa.errors import Refused
from jemaa.limits import MAX_AGENDA_ITEMS, MAX_REVOKED, MAX_TEXT_CHARACTERS

from . import commands as c
from . import events as e
from .roles import Actor
from .state import Doors, State
from .text import clean_line


def open_session(state: State, actor: Actor, _command: c.OpenSession) -> list[e.Event]:
    """From announced."""
    if state.phase != "announced":
        raise Refused("already-open", "This session has been opened already.")
    return [e.SessionOpened(actor.person)]


def suspend_session(state: State, actor: Actor, command: c.SuspendSession) -> list[e.Event]:
    """From open."""
    if state.phase != "open":
        raise Refused("not-open", "Only an open session can go into recess.")
    return [e.SessionSuspended(actor.person, _reason(command.reason))]


def resume_session(state: State, actor: Actor, _command: c.ResumeSession) -> list[e.Event]:
    """From suspended."""
    if state.phase != "suspended":
        raise Refused("not-suspended", "This session is not in recess.")
    return [e.SessionResumed(actor.person)]


def close_session(_state: State, actor: Actor, _command: c.CloseSession) -> list[e.Event]:
    """From any phase; `decide` has refused whatever follows a close."""
    return [e.SessionClosed(actor.person)]


def set_agenda(_state: State, actor: Actor, command: c.SetAgenda) -> list[e.Event]:
    """At most `MAX_AGENDA_ITEMS` lines."""
    if len(command.items) > MAX_AGENDA_ITEMS:
        raise Refused("agenda-too-long", f"An agenda has at most {MAX_AGENDA_ITEMS} items.")
    items = tuple(clean_line(item, limit=MAX_TEXT_CHARACTERS) for item in command.items)
    return [e.AgendaSet(items, actor.person)]


def start_item(state: State, actor: Actor, command: c.StartItem) -> list[e.Event]:
    """Any item, in any order."""
    if not 0 <= command.index < len(state.agenda):
        raise Refused("no-such-item", "The agenda has no such item.")
    return [e.ItemStarted(command.index, actor.person)]


def set_queue_rule(_state: State, actor: Actor, command: c.SetQueueRule) -> list[e.Event]:
    """Reorders who waits now as if the rule had always held."""
    return [e.QueueRuleSet(command.rule, actor.person)]


def set_doors(state: State, actor: Actor, command: c.SetDoors) -> list[e.Event]:
    """Chat, questions and hands of participants; as they are is no event."""
    if state.doors == Doors(command.chat, command.questions, command.hands):
        return []
    return [e.DoorsSet(command.chat, command.questions, command.hands, actor.person)]


def revoke_invitation(state: State, actor: Actor, command: c.RevokeInvitation) -> list[e.Event]:
    """Once is enough."""
    if command.invitation in state.revoked:
        return []
    if len(command.invitation) > 64 or len(state.revoked) >= MAX_REVOKED:
        raise Refused("no-such-invitation", "There is no such invitation, or too many were withdrawn already.")
    return [e.InvitationRevoked(command.invitation, actor.person)]


def _reason(text: str) -> str:
    return clean_line(text, limit=MAX_TEXT_CHARACTERS, required=False)
