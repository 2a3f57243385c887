"""Meeting room. Questions about a state that others ask: who may be heard, who comes next.

Whoever gives out sound or pictures asks here and nowhere else; the page is never believed.
"""

from .ids import InvitationId, PersonId
from .roles import DESK, Role
from .state import State


def may_speak(state: State, person: PersonId, role: Role) -> bool:
    """Whether this person's microphone may be heard now."""
    if state.phase != "open" or is_removed(state, person):
        return False
    if role == "room":
        return True
    holder = state.floor.get(person)
    return holder is not None and not holder.muted


def may_show(state: State, person: PersonId, role: Role) -> bool:
    """Whether this person's picture may be seen now: like the voice, but a mute does not blind."""
    if state.phase != "open" or is_removed(state, person):
        return False
    return role == "room" or person in state.floor


def may_read(state: State, invitation: InvitationId | None) -> bool:
    """Whether a token that came of `invitation` is still good (None: came without one)."""
    return invitation is None or invitation not in state.revoked


def is_removed(state: State, person: PersonId) -> bool:
    """Whether this person was sent out."""
    known = state.persons.get(person)
    return known is not None and known.removed


def is_desk(role: Role) -> bool:
    """Chair or manager."""
    return role in DESK


def next_in_queue(state: State) -> PersonId | None:
    """Whoever is to be called next."""
    return state.queue[0].person if state.queue else None
