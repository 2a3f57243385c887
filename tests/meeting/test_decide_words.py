"""Questions, chat and captions."""

import unicodedata
from dataclasses import replace

import pytest

from jemaa.errors import Refused
from jemaa.limits import (
    KEPT_MESSAGES,
    MAX_NAME_CHARACTERS,
    MAX_NOTE_MS,
    MAX_WAITING_QUESTIONS,
    MAX_WAITING_QUESTIONS_A_PERSON,
)
from jemaa.meeting import commands as c
from jemaa.meeting import events as e
from jemaa.meeting.ids import NoteId, QuestionId
from jemaa.meeting.text import clean_line, clean_text

from .people import Someone, Story


def asked(person: Someone, text: str) -> QuestionId:
    (event,) = person.does(c.Ask(text))
    assert isinstance(event, e.QuestionAsked)
    return event.question


def status(story: Story, question: QuestionId) -> str:
    return story.state.questions[question].status


def playing(story: Story) -> QuestionId | None:
    return story.state.playing


def test_a_question_waits_is_read_and_answered() -> None:
    story = Story().opened()
    amina = story.person("Amina")
    question = asked(amina, "Why is Skype blocked?")
    assert status(story, question) == "waiting"
    amina.is_refused(c.MarkQuestion(question, "read"), "not-allowed")
    story.chair.does(c.MarkQuestion(question, "read"))
    story.chair.does(c.MarkQuestion(question, "answered"))
    assert status(story, question) == "answered"


def test_a_dropped_question_needs_a_reason() -> None:
    story = Story().opened()
    question = asked(story.person("Amina"), "Off topic")
    story.chair.is_refused(c.MarkQuestion(question, "dropped"), "text-empty")
    story.chair.does(c.MarkQuestion(question, "dropped", "outside the agenda"))
    assert story.state.questions[question].reason == "outside the agenda"


def test_nobody_fills_the_list_alone() -> None:
    story = Story().opened()
    amina = story.person("Amina")
    for n in range(MAX_WAITING_QUESTIONS_A_PERSON):
        asked(amina, f"Question {n}")
    amina.is_refused(c.Ask("One more"), "questions-waiting")


def test_a_recorded_question_is_played_once_the_session_is_open() -> None:
    story = Story()
    amina = story.person("Amina")
    (event,) = amina.does(c.LeaveNote(NoteId("n1"), 12_000))
    assert isinstance(event, e.QuestionAsked)
    assert amina.does(c.LeaveNote(NoteId("n1"), 12_000)) == []
    story.chair.is_refused(c.PlayNote(event.question), "not-open")
    story.opened()
    story.chair.does(c.PlayNote(event.question))
    assert playing(story) == event.question
    story.chair.does(c.MarkQuestion(event.question, "read"))
    assert playing(story) is None
    written = asked(amina, "In writing")
    story.chair.is_refused(c.PlayNote(written), "not-voice")


def test_a_removed_message_loses_its_text() -> None:
    story = Story().opened()
    troll = story.person("Troll")
    (said,) = troll.does(c.Say("something vile"))
    assert isinstance(said, e.MessageSaid)
    troll.is_refused(c.RemoveMessage(said.message), "not-allowed")
    story.chair.does(c.RemoveMessage(said.message, "insult"))
    assert story.state.messages[said.message].removed
    assert "vile" not in str(story.state)


def test_the_chat_kept_in_the_state_is_bounded() -> None:
    story = Story().opened()
    amina = story.person("Amina")
    for n in range(KEPT_MESSAGES + 5):
        amina.does(c.Say(f"line {n}"))
    assert len(story.state.messages) == KEPT_MESSAGES
    assert next(message.text for message in story.state.messages.values()) == "line 5"


def test_closed_doors_hold_for_participants_and_not_for_the_desk() -> None:
    story = Story().opened()
    amina = story.person("Amina")
    story.chair.does(c.SetDoors(chat=False, questions=False, hands=False))
    amina.is_refused(c.Say("hello"), "chat-closed")
    amina.is_refused(c.Ask("why?"), "questions-closed")
    story.chair.does(c.Say("The chat is closed for now."))


def test_captions_are_the_captioners() -> None:
    story = Story().opened()
    captioner = story.person("Cap", "captioner")
    captioner.does(c.PostCaption("مرحبا", "ar", 1200))
    assert story.state.captions[-1].text == "مرحبا"
    captioner.is_refused(c.PostCaption("x", "not a language"), "no-such-language")
    story.person("Amina").is_refused(c.PostCaption("x", "en"), "not-allowed")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("  hello \r\n there ", "hello \n there"),
        ("abc\u202egnp.exe", "abcgnp.exe"),
        ("\u2066evil\u2069", "evil"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("Cafe\u0301", "Café"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\x00b\x1bc", "abc"),
        ("a\tb\u2028c\rd\x85e", "a b\nc\nd\ne"),
        ("a\n\n \n\n\nb", "a\n\nb"),
        ("\u06dd١٢", "\u06dd١٢"),
        (
            "\U0001fae9 \U0001f468\u200d\U0001f469\u200d\U0001f467",
            "\U0001fae9 \U0001f468\u200d\U0001f469\u200d\U0001f467",
        ),
    ],
)
def test_text_stays_text(written: str, shown: str) -> None:
    assert clean_text(written) == shown


@pytest.mark.parametrize(
    "written", ["", "   ", "\u202e\u2066", "\u200d\u200c", "\x00", "\u3164", "\u2800 \u2800", "\ufe0f\u0301"]
)
def test_nothing_is_not_a_text(written: str) -> None:
    with pytest.raises(Refused, match="text-empty"):
        clean_text(written)


@pytest.mark.parametrize("length", [2001, 100_000])
def test_too_much_is_refused(length: int) -> None:
    with pytest.raises(Refused, match="text-too-long"):
        clean_text("a" * length)


def test_a_name_is_one_line() -> None:
    assert clean_line("Amina\n  El  Fassi") == "Amina El Fassi"
    assert clean_line("a" * MAX_NAME_CHARACTERS)
    with pytest.raises(Refused, match="text-too-long"):
        clean_line("a" * (MAX_NAME_CHARACTERS + 1))


def test_no_control_that_reorders_a_line_gets_through() -> None:
    controls = [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0xFEFF, 0xAD, 0x200B]
    shown = clean_text("a" + "".join(map(chr, controls)) + "b")
    assert shown == "ab"
    everything = "".join(chr(n) for n in range(0x3000) if not 0xD800 <= n < 0xE000)
    ordinary = {"\n", "\u200c", "\u200d"}
    left = {c for c in clean_text(everything, limit=0x3000) if unicodedata.category(c) in ("Cc", "Cf")} - ordinary
    assert left == set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u0890\u0891\u08e2")


def test_what_was_said_before_a_recess_is_still_captioned() -> None:
    story = Story()
    captioner = story.person("Cap", "captioner")
    captioner.is_refused(c.PostCaption("too early", "en"), "not-open")
    story.opened()
    story.chair.does(c.SuspendSession())
    captioner.does(c.PostCaption("Let us pause.", "en"))
    assert story.state.captions[-1].text == "Let us pause."
    captioner.is_refused(c.PostCaption("x", "en", -1), "bad-time")


def test_when_very_many_questions_wait_nobody_adds_one() -> None:
    story = Story().opened()
    amina = story.person("Amina")
    question = asked(amina, "Why?")
    many = {QuestionId(f"x{n}"): story.state.questions[question] for n in range(MAX_WAITING_QUESTIONS)}
    story.state = replace(story.state, questions=many)
    amina.is_refused(c.Ask("Also"), "questions-full")
    story.chair.is_refused(c.Ask("Also"), "questions-full")


@pytest.mark.parametrize("duration_ms", [0, -1, MAX_NOTE_MS + 1])
def test_a_recording_has_a_length(duration_ms: int) -> None:
    story = Story().opened()
    story.person("Amina").is_refused(c.LeaveNote(NoteId("n"), duration_ms), "note-too-long")
