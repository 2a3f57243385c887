"""Meeting room. One fair queue for everyone, wherever they are, and the rule that orders it.

Whoever waits keeps his place relative to those already there: a rule only says where a newcomer comes in. Under
`arrival` that is the end; under the other two a newcomer may come in before somebody, as the rule shown to everyone
says. Beyond that only the desk's own move changes an order, and that is an event.
"""

from collections.abc import Mapping, Sequence

from .commands import Channel, QueueRule
from .ids import PersonId
from .state import Person, Waiting


def enter(
    queue: Sequence[Waiting],
    newcomer: Waiting,
    *,
    rule: QueueRule,
    persons: Mapping[PersonId, Person],
    last_channel: Channel | None,
) -> tuple[Waiting, ...]:
    """The queue with `newcomer` at the place that `rule` gives."""
    place = _PLACES[rule](queue, newcomer, persons, last_channel)
    return (*queue[:place], newcomer, *queue[place:])


def reorder(
    queue: Sequence[Waiting],
    *,
    rule: QueueRule,
    persons: Mapping[PersonId, Person],
    last_channel: Channel | None,
) -> tuple[Waiting, ...]:
    """The same people under another rule, as if each had come in under it in order of arrival."""
    ordered: tuple[Waiting, ...] = ()
    for waiting in sorted(queue, key=lambda w: w.seq):
        ordered = enter(ordered, waiting, rule=rule, persons=persons, last_channel=last_channel)
    return ordered


def move(queue: Sequence[Waiting], person: PersonId, place: int) -> tuple[Waiting, ...]:
    """The queue with `person` at `place` (0 is next; beyond the end is the end)."""
    moved = next(waiting for waiting in queue if waiting.person == person)
    rest = [waiting for waiting in queue if waiting.person != person]
    rest.insert(place, moved)
    return tuple(rest)


def leave(queue: Sequence[Waiting], person: PersonId) -> tuple[Waiting, ...]:
    """The queue without `person`."""
    return tuple(waiting for waiting in queue if waiting.person != person)


def is_onsite(channel: Channel | None) -> bool:
    """In the meeting's own room, as against everywhere else."""
    return channel == "room"


def _last(queue: Sequence[Waiting], _new: Waiting, _persons: Mapping[PersonId, Person], _last: Channel | None) -> int:
    return len(queue)


def _alternating(
    queue: Sequence[Waiting],
    newcomer: Waiting,
    _persons: Mapping[PersonId, Person],
    last_channel: Channel | None,
) -> int:
    """Room and remote in turn while both wait; each side by arrival."""
    onsite = is_onsite(newcomer.channel)
    same = [place for place, waiting in enumerate(queue) if is_onsite(waiting.channel) == onsite]
    if same:
        return min(same[-1] + 2, len(queue))
    was_called_last = last_channel is not None and is_onsite(last_channel) == onsite
    return min(1 if was_called_last or last_channel is None else 0, len(queue))


def _least_heard(
    queue: Sequence[Waiting],
    newcomer: Waiting,
    persons: Mapping[PersonId, Person],
    _last: Channel | None,
) -> int:
    """Whoever has spoken less often comes first; among equals, by arrival."""
    turns = persons[newcomer.person].turns
    for place, waiting in enumerate(queue):
        if persons[waiting.person].turns > turns:
            return place
    return len(queue)


_PLACES = {"arrival": _last, "alternate": _alternating, "first_time": _least_heard}
