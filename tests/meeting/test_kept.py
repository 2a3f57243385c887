"""The state stays small and loses nothing that anybody still needs."""

from jemaa.limits import KEPT_CAPTIONS, KEPT_PERSONS, KEPT_QUESTIONS, MAX_WAITING_QUESTIONS
from jemaa.meeting import events as e
from jemaa.meeting.apply import apply
from jemaa.meeting.ids import NoteId, PersonId, QuestionId
from jemaa.meeting.state import State


class Long:
    """A log without the cost of replaying it at each step."""

    def __init__(self) -> None:
        self.state = State()
        self.record(e.SessionCreated("T", "", ()))
        self.record(e.SessionOpened(PersonId("chair")))

    def record(self, event: e.Event) -> None:
        self.state = apply(self.state, e.Recorded(self.state.seq + 1, 1, event))

    def introduced(self, name: str) -> PersonId:
        person = PersonId(name)
        self.record(e.PersonIntroduced(person, name, "", "chair" if name == "chair" else "participant", "remote"))
        return person

    def asked(self, n: int, *, done: bool) -> QuestionId:
        question = QuestionId(f"q{n}")
        self.record(e.QuestionAsked(question, PersonId("chair"), "voice", "", NoteId(f"n{n}"), 9))
        if done:
            self.record(e.QuestionMarked(question, "read", "", PersonId("chair")))
        return question


def test_of_a_crowd_that_only_gave_names_the_newest_stay() -> None:
    long = Long()
    chair, waits, speaks, writes, spoke, vile = map(
        long.introduced, ("chair", "waits", "speaks", "writes", "spoke", "vile")
    )
    long.record(e.HandRaised(waits, "remote"))
    long.record(e.FloorGiven(speaks, chair))
    long.record(e.QuestionAsked(QuestionId("q0"), writes, "text", "?", None, 0))
    long.record(e.FloorGiven(spoke, chair))
    long.record(e.FloorTaken(spoke, chair, ""))
    long.record(e.PersonRemoved(vile, chair, ""))
    for n in range(2 * KEPT_PERSONS):
        long.introduced(f"p{n}")
    persons = long.state.persons
    assert len(persons) == KEPT_PERSONS
    assert {chair, waits, speaks, writes, spoke, vile} <= persons.keys()
    assert f"p{2 * KEPT_PERSONS - 1}" in persons and "p0" not in persons


def test_who_was_forgotten_is_asked_for_a_name_and_comes_back() -> None:
    long = Long()
    for n in range(KEPT_PERSONS + 1):
        long.introduced(f"p{n}")
    assert "p0" not in long.state.persons
    back = long.introduced("p0")
    long.record(e.HandRaised(back, "remote"))
    assert back in long.state.persons


def test_no_question_leaves_unread_nor_while_it_is_played() -> None:
    long = Long()
    first = long.asked(0, done=True)
    long.record(e.NotePlayed(first, PersonId("chair")))
    waiting = [long.asked(n, done=False) for n in range(1, MAX_WAITING_QUESTIONS + 1)]
    for n in range(MAX_WAITING_QUESTIONS + 1, MAX_WAITING_QUESTIONS + KEPT_QUESTIONS):
        long.asked(n, done=True)
    questions = long.state.questions
    assert len(questions) == KEPT_QUESTIONS
    assert {first, *waiting} <= questions.keys()


def test_captions_scroll_out() -> None:
    long = Long()
    for n in range(KEPT_CAPTIONS + 3):
        long.record(e.CaptionPosted(f"line {n}", "en", n, PersonId("chair")))
    assert len(long.state.captions) == KEPT_CAPTIONS
    assert long.state.captions[0].text == "line 3"
