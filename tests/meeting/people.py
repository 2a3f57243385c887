"""Stories about a session: people act; the story keeps log and state, and replaying the log must give the state."""

import pytest

from jemaa.errors import Refused
from jemaa.meeting import commands as c
from jemaa.meeting import events as e
from jemaa.meeting.apply import apply, replay
from jemaa.meeting.decide import decide
from jemaa.meeting.ids import PersonId
from jemaa.meeting.roles import Actor, Role
from jemaa.meeting.state import State


class Story:
    """One session; `at` counts up by a second an event batch."""

    def __init__(self) -> None:
        self.log: list[e.Recorded] = []
        self.state = State()
        self._record([e.SessionCreated("ICANN 55", "Main room", ("Welcome", "Remote participation"))])
        self.chair = self.person("chair", "chair")

    def person(self, name: str, role: Role = "participant") -> "Someone":
        """Somebody with a name."""
        someone = Someone(self, Actor(PersonId(f"p-{name}"), role))
        if role != "captioner":
            someone.does(c.Introduce(name))
        return someone

    def opened(self) -> "Story":
        self.chair.does(c.OpenSession())
        return self

    def decide(self, actor: Actor, command: c.Command) -> list[e.Event]:
        events = decide(self.state, actor, command)
        self._record(events)
        return events

    def waiting(self) -> list[str]:
        """Names in the queue, next first."""
        return [self.state.persons[waiting.person].name for waiting in self.state.queue]

    def _record(self, events: list[e.Event]) -> None:
        at = 1_000 * (len(self.log) + 1)
        for event in events:
            recorded = e.Recorded(self.state.seq + 1, at, event)
            self.log.append(recorded)
            self.state = apply(self.state, recorded)
        assert replay(self.log) == self.state


class Someone:
    """An actor in a story."""

    def __init__(self, story: Story, actor: Actor) -> None:
        self._story = story
        self.actor = actor
        self.id = actor.person

    def does(self, command: c.Command) -> list[e.Event]:
        return self._story.decide(self.actor, command)

    def is_refused(self, command: c.Command, code: str) -> None:
        before = self._story.state
        with pytest.raises(Refused) as refused:
            self._story.decide(self.actor, command)
        assert refused.value.code == code
        assert refused.value.text.endswith(".")
        assert self._story.state is before

    @property
    def holds_floor(self) -> bool:
        return self.id in self._story.state.floor
