"""Meeting room. May this happen? `decide(state, actor, command)` answers with events, or refuses.

Pure: the same arguments give the same answer. Events returned always apply to `state`.
Two gates stand before every decision: the table of roles, and the phase of the session. What remains is one small
function a command, in `decide_sitting`, `decide_queue` and `decide_words`.
"""

from collections.abc import Callable
from typing import Any

from jemaa.errors import Refused

from . import commands as c
from . import decide_queue, decide_sitting, decide_words
from .events import Event
from .roles import MAY, Actor
from .rules import is_removed
from .state import State

Decider = Callable[[State, Actor, Any], list[Event]]

_DECIDERS: dict[type, Decider] = {
    c.Introduce: decide_queue.introduce,
    c.RaiseHand: decide_queue.raise_hand,
    c.LowerHand: decide_queue.lower_hand,
    c.AddToQueue: decide_queue.add_to_queue,
    c.MoveInQueue: decide_queue.move_in_queue,
    c.GiveFloor: decide_queue.give_floor,
    c.TakeFloor: decide_queue.take_floor,
    c.Mute: decide_queue.mute,
    c.Unmute: decide_queue.unmute,
    c.RemovePerson: decide_queue.remove_person,
    c.Ask: decide_words.ask,
    c.LeaveNote: decide_words.leave_note,
    c.MarkQuestion: decide_words.mark_question,
    c.PlayNote: decide_words.play_note,
    c.Say: decide_words.say,
    c.RemoveMessage: decide_words.remove_message,
    c.PostCaption: decide_words.post_caption,
    c.SetQueueRule: decide_sitting.set_queue_rule,
    c.SetDoors: decide_sitting.set_doors,
    c.SetAgenda: decide_sitting.set_agenda,
    c.StartItem: decide_sitting.start_item,
    c.OpenSession: decide_sitting.open_session,
    c.SuspendSession: decide_sitting.suspend_session,
    c.ResumeSession: decide_sitting.resume_session,
    c.CloseSession: decide_sitting.close_session,
    c.RevokeInvitation: decide_sitting.revoke_invitation,
}


def decide(state: State, actor: Actor, command: c.Command) -> list[Event]:
    """The events that `command` of `actor` leads to in `state`; `Refused` with a code and a sentence if none."""
    if type(command) not in MAY[actor.role]:
        raise Refused("not-allowed", "Your role in this session cannot do that.")
    if state.phase == "closed":
        raise Refused("closed", "This session has ended.")
    if is_removed(state, actor.person):
        raise Refused("removed", "The chair has removed you from this session; you can still listen.")
    return _DECIDERS[type(command)](state, actor, command)
