"""Meeting room. Who may ask for what: a table of roles and commands, nothing else."""

from dataclasses import dataclass
from typing import Literal, get_args

from . import commands as c
from .ids import PersonId

Role = Literal["chair", "manager", "interpreter", "captioner", "room", "hub", "speaker", "participant"]

ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: known from the connection, never from the command."""

    person: PersonId
    role: Role


_EVERYONE: frozenset[type] = frozenset({c.Introduce, c.RaiseHand, c.LowerHand, c.TakeFloor, c.Ask, c.LeaveNote, c.Say})

_DESK: frozenset[type] = frozenset(
    {
        c.AddToQueue,
        c.MoveInQueue,
        c.GiveFloor,
        c.Mute,
        c.Unmute,
        c.MarkQuestion,
        c.PlayNote,
        c.RemoveMessage,
        c.RemovePerson,
        c.PostCaption,
        c.SetAgenda,
        c.StartItem,
        c.SetQueueRule,
        c.SetDoors,
        c.OpenSession,
        c.SuspendSession,
        c.ResumeSession,
        c.CloseSession,
        c.RevokeInvitation,
    }
)
"""What the two people at the desk may do. The manager does it on the chair's behalf; the log says who."""

MAY: dict[Role, frozenset[type]] = {
    "chair": _EVERYONE | _DESK,
    "manager": _EVERYONE | _DESK,
    "interpreter": _EVERYONE,
    "captioner": _EVERYONE | {c.PostCaption},
    "room": frozenset({c.Introduce, c.AddToQueue}),
    "hub": _EVERYONE | {c.AddToQueue},
    "speaker": _EVERYONE,
    "participant": _EVERYONE,
}
"""Commands by role. Whether the moment is right is `decide`'s to say."""

DESK: frozenset[Role] = frozenset({"chair", "manager"})
"""Roles that may act on other people's places, words and floor."""
