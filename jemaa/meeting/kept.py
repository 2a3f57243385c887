"""Meeting room. What leaves the state so that it stays small, since everybody gets all of it on joining.

The log has the rest.

Pure, and the same in `jemaa/client/meeting/state.js`. Nothing leaves that something else in the state still names.
"""

from typing import TypeVar

from jemaa.limits import KEPT_PERSONS, KEPT_QUESTIONS

from .ids import PersonId, QuestionId
from .roles import DESK
from .state import Person, Question, State

K = TypeVar("K")
V = TypeVar("V")


def newest(entries: dict[K, V], limit: int) -> dict[K, V]:
    """The last `limit` entries."""
    return dict(list(entries.items())[-limit:]) if len(entries) > limit else entries


def questions(state: State, asked: dict[QuestionId, Question]) -> dict[QuestionId, Question]:
    """At most `KEPT_QUESTIONS`: the oldest that are done leave; none that waits or is being played."""
    done = [name for name, one in asked.items() if one.status != "waiting" and name != state.playing]
    return _less(asked, done, KEPT_QUESTIONS)


def persons(state: State, known: dict[PersonId, Person], *, besides: PersonId) -> dict[PersonId, Person]:
    """At most `KEPT_PERSONS`, beside the desk and those whom something names: the longest known leave.

    `besides` has just given his name. Who has spoken or was removed stays, for the rule of the queue and for good.
    """
    if len(known) <= KEPT_PERSONS:
        return known
    named = {besides, *state.floor, *(waiting.person for waiting in state.queue)}
    named.update(question.person for question in state.questions.values())
    named.update(message.person for message in state.messages.values())
    idle = [name for name, one in known.items() if name not in named and _is_forgettable(one)]
    return _less(known, idle, KEPT_PERSONS)


def _is_forgettable(person: Person) -> bool:
    return not person.removed and person.turns == 0 and person.role not in DESK


def _less(entries: dict[K, V], dispensable: list[K], limit: int) -> dict[K, V]:
    gone = set(dispensable[: max(0, len(entries) - limit)])
    return {name: one for name, one in entries.items() if name not in gone} if gone else entries
