"""Anybody does anything in any order: what holds then, holds always (stateful hypothesis)."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from jemaa.errors import Refused
from jemaa.limits import KEPT_CAPTIONS, KEPT_MESSAGES, MAX_FLOOR_HOLDERS, MAX_QUEUE
from jemaa.meeting import commands as c
from jemaa.meeting import events as e
from jemaa.meeting.apply import apply, replay
from jemaa.meeting.decide import decide
from jemaa.meeting.ids import InvitationId, MessageId, NoteId, PersonId, QuestionId
from jemaa.meeting.roles import Actor, Role
from jemaa.meeting.rules import may_speak
from jemaa.meeting.state import State
from jemaa.wire.message import event_from, event_to, recorded_to

PEOPLE: dict[PersonId, Role] = {
    PersonId("amina"): "participant",
    PersonId("badr"): "participant",
    PersonId("chair"): "chair",
    PersonId("manager"): "manager",
    PersonId("captioner"): "captioner",
    PersonId("room"): "room",
}
persons = st.sampled_from(sorted(PEOPLE))
numbers = st.integers(1, 30)
texts = st.text(max_size=12) | st.sampled_from(["secret", "hello", "\u202e", ""])
questions = numbers.map(lambda n: QuestionId(f"q{n}"))
messages = numbers.map(lambda n: MessageId(f"m{n}"))
channels = st.sampled_from(["remote", "room", "hub", "phone", "text"])
commands: st.SearchStrategy[c.Command] = st.one_of(
    st.builds(c.Introduce, texts, texts),
    st.builds(c.RaiseHand),
    st.builds(c.LowerHand, st.none() | persons),
    st.builds(c.AddToQueue, texts, texts, channels),
    st.builds(c.MoveInQueue, persons, st.integers(-3, 9)),
    st.builds(c.SetQueueRule, st.sampled_from(["arrival", "alternate", "first_time"])),
    st.builds(c.SetDoors, st.booleans(), st.booleans(), st.booleans()),
    st.builds(c.GiveFloor, persons),
    st.builds(c.TakeFloor, persons, texts),
    st.builds(c.Mute, persons),
    st.builds(c.Unmute, persons),
    st.builds(c.Ask, texts),
    st.builds(c.LeaveNote, numbers.map(lambda n: NoteId(f"n{n}")), st.integers(-5, 200_000)),
    st.builds(c.MarkQuestion, questions, st.sampled_from(["read", "answered", "dropped"]), texts),
    st.builds(c.PlayNote, questions),
    st.builds(c.Say, texts),
    st.builds(c.RemoveMessage, messages, texts),
    st.builds(c.RemovePerson, persons, texts),
    st.builds(c.PostCaption, texts, st.sampled_from(["en", "ar", "fr-MA", "x y"]), st.integers(-1, 10**6)),
    st.builds(c.SetAgenda, st.lists(texts, max_size=4).map(tuple)),
    st.builds(c.StartItem, st.integers(-1, 5)),
    st.builds(c.OpenSession),
    st.builds(c.SuspendSession, texts),
    st.builds(c.ResumeSession),
    st.builds(c.RevokeInvitation, numbers.map(lambda n: InvitationId(f"i{n}"))),
)


class Procedure(RuleBasedStateMachine):
    """A session in which everything is tried."""

    @initialize()
    def begin(self) -> None:
        self.log: list[e.Recorded] = []
        self.state = State()
        self.record([e.SessionCreated("Title", "Room", ("One", "Two"))])
        for person, role in PEOPLE.items():
            self.act(Actor(person, role), c.Introduce(str(person)))
        self.act(Actor(PersonId("chair"), "chair"), c.OpenSession())

    @rule(person=persons, command=commands)
    def anybody_does(self, person: PersonId, command: c.Command) -> None:
        self.act(Actor(person, PEOPLE[person]), command)

    @rule(command=commands)
    def the_chair_does(self, command: c.Command) -> None:
        self.act(Actor(PersonId("chair"), "chair"), command)

    def act(self, actor: Actor, command: c.Command) -> None:
        before = self.state
        try:
            self.record(decide(self.state, actor, command))
        except Refused as refusal:
            assert refusal.code and refusal.text
            assert self.state == before

    def record(self, events: list[e.Event]) -> None:
        for event in events:
            stored = event_from(event_to(event))
            assert stored == event
            self.log.append(e.Recorded(self.state.seq + 1, 1000 * (self.state.seq + 1), stored))
            self.state = apply(self.state, self.log[-1])

    @invariant()
    def replaying_the_log_gives_the_live_state(self) -> None:
        assert replay(self.log) == self.state

    @invariant()
    def nobody_waits_who_speaks_or_twice(self) -> None:
        waiting = [one.person for one in self.state.queue]
        assert len(waiting) == len(set(waiting))
        assert not set(waiting) & self.state.floor.keys()
        assert set(waiting) <= self.state.persons.keys()

    @invariant()
    def whoever_was_removed_holds_nothing(self) -> None:
        for person, known in self.state.persons.items():
            if known.removed:
                assert person not in self.state.floor
                assert not may_speak(self.state, person, known.role)
                assert all(waiting.person != person for waiting in self.state.queue)

    @invariant()
    def nobody_speaks_without_the_floor_in_an_open_session(self) -> None:
        for person, role in PEOPLE.items():
            if role != "room" and may_speak(self.state, person, role):
                assert self.state.phase == "open"
                assert not self.state.floor[person].muted

    @invariant()
    def the_text_of_a_removed_message_does_not_leave(self) -> None:
        removed = {one for one, message in self.state.messages.items() if message.removed}
        for recorded in self.log:
            if isinstance(recorded.event, e.MessageSaid) and recorded.event.message in removed:
                assert recorded_to(recorded, self.state)["text"] == ""

    @invariant()
    def a_client_that_was_there_and_one_that_came_late_see_the_same(self) -> None:
        told = [recorded_to(recorded, self.state) for recorded in self.log]
        fields = ("seq", "at")
        events = [event_from({k: v for k, v in one.items() if k not in fields}) for one in told]
        late = replay([e.Recorded(r.seq, r.at, event) for r, event in zip(self.log, events, strict=True)])
        assert late == self.state

    @invariant()
    def everybody_named_is_known(self) -> None:
        state = self.state
        named = {*state.floor, *(one.person for one in state.queue)}
        named.update(question.person for question in state.questions.values())
        named.update(message.person for message in state.messages.values())
        assert named <= state.persons.keys()
        assert state.playing is None or state.playing in state.questions

    @invariant()
    def everything_is_bounded(self) -> None:
        assert len(self.state.queue) <= MAX_QUEUE
        assert len(self.state.floor) <= MAX_FLOOR_HOLDERS
        assert len(self.state.messages) <= KEPT_MESSAGES
        assert len(self.state.captions) <= KEPT_CAPTIONS


TestProcedure = Procedure.TestCase
TestProcedure.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
