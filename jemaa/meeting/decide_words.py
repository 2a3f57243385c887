"""Meeting room. Decisions about words: questions in writing and recorded, chat, captions."""

import re

from jemaa.errors import Refused
from jemaa.limits import (
    MAX_NOTE_MS,
    MAX_TEXT_CHARACTERS,
    MAX_WAITING_QUESTIONS,
    MAX_WAITING_QUESTIONS_A_PERSON,
)

from . import commands as c
from . import events as e
from .decide_queue import introduced
from .ids import MessageId, QuestionId
from .roles import Actor
from .rules import is_desk
from .state import Question, State
from .text import clean_line, clean_text

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def ask(state: State, actor: Actor, command: c.Ask) -> list[e.Event]:
    """Waits to be read out."""
    _may_question(state, actor)
    question = QuestionId(f"q{state.seq + 1}")
    return [e.QuestionAsked(question, actor.person, "text", clean_text(command.text), None, 0)]


def leave_note(state: State, actor: Actor, command: c.LeaveNote) -> list[e.Event]:
    """Waits to be played; the recording is complete and on the server's disk."""
    _may_question(state, actor)
    if any(question.note == command.note for question in state.questions.values()):
        return []
    if not 0 < command.duration_ms <= MAX_NOTE_MS:
        raise Refused("note-too-long", f"A recorded question is at most {MAX_NOTE_MS // 1000} seconds long.")
    question = QuestionId(f"q{state.seq + 1}")
    return [e.QuestionAsked(question, actor.person, "voice", "", command.note, command.duration_ms)]


def mark_question(state: State, actor: Actor, command: c.MarkQuestion) -> list[e.Event]:
    """Every question ends as read, answered or dropped; a dropped one has a reason."""
    question = _known(state, command.question)
    reason = clean_line(command.reason, limit=MAX_TEXT_CHARACTERS, required=command.outcome == "dropped")
    if (question.status, question.reason) == (command.outcome, reason):
        return []
    return [e.QuestionMarked(command.question, command.outcome, reason, actor.person)]


def play_note(state: State, actor: Actor, command: c.PlayNote) -> list[e.Event]:
    """To everyone, now."""
    if state.phase != "open":
        raise Refused("not-open", "Open the session before playing a recorded question.")
    if _known(state, command.question).kind != "voice":
        raise Refused("not-voice", "This question was asked in writing; please read it out.")
    return [e.NotePlayed(command.question, actor.person)]


def say(state: State, actor: Actor, command: c.Say) -> list[e.Event]:
    """To the chat."""
    introduced(state, actor.person)
    if not state.doors.chat and not is_desk(actor.role):
        raise Refused("chat-closed", "The chair has closed the chat.")
    return [e.MessageSaid(MessageId(f"m{state.seq + 1}"), actor.person, clean_text(command.text))]


def remove_message(state: State, actor: Actor, command: c.RemoveMessage) -> list[e.Event]:
    """Its text no longer leaves the server; that it was removed, by whom and why stays in the log."""
    message = state.messages.get(command.message)
    if message is None:
        raise Refused("no-such-message", "There is no such message any more.")
    if message.removed:
        return []
    reason = clean_line(command.reason, limit=MAX_TEXT_CHARACTERS, required=False)
    return [e.MessageRemoved(command.message, actor.person, reason)]


def post_caption(state: State, actor: Actor, command: c.PostCaption) -> list[e.Event]:
    """A final line. Also in a recess: the last words before it are written down seconds after they were said."""
    if state.phase == "announced":
        raise Refused("not-open", "Captions can be posted once the session has been opened.")
    if not _LANGUAGE.fullmatch(command.language) or len(command.language) > 35:
        raise Refused("no-such-language", "Please give the language of the captions as a tag such as ar, en or fr.")
    if not 0 <= command.time_ms < 2**48:
        raise Refused("bad-time", "A caption's time is in milliseconds of media time.")
    return [e.CaptionPosted(clean_text(command.text), command.language, command.time_ms, actor.person)]


def _may_question(state: State, actor: Actor) -> None:
    introduced(state, actor.person)
    waiting = [question.person for question in state.questions.values() if question.status == "waiting"]
    if len(waiting) >= MAX_WAITING_QUESTIONS:
        raise Refused("questions-full", "Very many questions are waiting; please ask again when some were read out.")
    if is_desk(actor.role):
        return
    if not state.doors.questions:
        raise Refused("questions-closed", "The chair has closed the list of questions.")
    if waiting.count(actor.person) >= MAX_WAITING_QUESTIONS_A_PERSON:
        raise Refused("questions-waiting", "Please wait until your earlier questions have been read out.")


def _known(state: State, question: QuestionId) -> Question:
    known = state.questions.get(question)
    if known is None:
        raise Refused("no-such-question", "There is no such question any more.")
    return known
