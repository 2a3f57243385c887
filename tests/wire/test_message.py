"""JSON of anybody becomes a value or a clear refusal, never anything else."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jemaa.errors import ProtocolError
from jemaa.limits import KEPT_MESSAGES, MAX_MESSAGE_BYTES, MAX_TEXT_CHARACTERS, SNAPSHOT_CHAT_BYTES
from jemaa.meeting import commands as c
from jemaa.meeting import events as e
from jemaa.meeting.apply import apply, replay
from jemaa.meeting.ids import MessageId, PersonId
from jemaa.wire.message import (
    COMMANDS,
    LEFT_OUT,
    command_from,
    decode_object,
    event_from,
    events_message,
    refusal_message,
    snapshot_message,
)


def refused(data: bytes | str) -> str:
    with pytest.raises(ProtocolError) as error:
        command_from(decode_object(data))
    return error.value.code


def test_a_command_is_read() -> None:
    read = command_from(decode_object(b'{"type":"add_to_queue","name":"Hassan","channel":"room"}'))
    assert read == c.AddToQueue("Hassan", channel="room")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b"\xff\xfe", "not-json"),
        (b'{"type":"ask","text":NaN}', "not-json"),
        (b"[" * 10_000, "not-json"),
        (b"[]", "not-an-object"),
        (b'"ask"', "not-an-object"),
        (b"{}", "unknown-command"),
        (b'{"type":7}', "unknown-command"),
        (b'{"type":"drop_table"}', "unknown-command"),
        (b'{"type":"leave_note","note":"n1","duration_ms":5}', "unknown-command"),
        (b'{"type":"ask"}', "bad-command"),
        (b'{"type":"ask","text":7}', "bad-command"),
        (b'{"type":"ask","text":"x","admin":true}', "bad-command"),
        (b'{"type":"add_to_queue","name":"x","channel":"moon"}', "bad-command"),
        (b'{"type":"move_in_queue","person":"p","place":1.5}', "bad-command"),
        (b'{"a":"' + b"x" * 10_000_000 + b'"}', "message-too-large"),
    ],
)
def test_what_is_not_a_command_is_refused(data: bytes, code: str) -> None:
    assert refused(data) == code


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_random_input_never_breaks_anything(data: bytes | str) -> None:
    try:
        command_from(decode_object(data))
    except ProtocolError as error:
        assert len(error.text) < 400


_GOOD = [
    b'{"type":"add_to_queue","name":"Hassan","affiliation":"ISOC","channel":"room"}',
    b'{"type":"set_agenda","items":["One","Two"]}',
    b'{"type":"post_caption","text":"\\u0645\\u0631","language":"ar","time_ms":1200}',
    b'{"type":"set_doors","chat":true,"questions":false,"hands":true}',
]


@given(
    st.sampled_from(_GOOD),
    st.lists(st.tuples(st.integers(0, 90), st.integers(0, 3), st.binary(max_size=3)), min_size=1, max_size=4),
)
def test_mutated_bytes_never_break_anything(good: bytes, cuts: list[tuple[int, int, bytes]]) -> None:
    for place, length, put in cuts:
        good = good[:place] + put + good[place + length :]
    try:
        command_from(decode_object(good))
    except ProtocolError as error:
        assert len(error.text) < 400


@given(
    st.sampled_from(sorted(COMMANDS)),
    st.dictionaries(
        st.sampled_from(["person", "text", "name", "place", "items", "chat", "index"]) | st.text(max_size=5),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3),
            max_leaves=5,
        ),
        max_size=4,
    ),
)
def test_mutated_commands_never_break_anything(name: str, fields: dict[str, object]) -> None:
    data = json.dumps({**fields, "type": name})
    if len(data) <= MAX_MESSAGE_BYTES:
        try:
            command_from(decode_object(data))
        except ProtocolError as error:
            assert error.code in {"bad-command", "unknown-command", "not-json"}


def test_the_text_of_a_removed_message_is_not_sent() -> None:
    person, message = PersonId("p"), MessageId("m3")
    log = [
        e.Recorded(1, 1, e.SessionCreated("T", "", ())),
        e.Recorded(2, 2, e.PersonIntroduced(person, "Troll", "", "participant", "remote")),
        e.Recorded(3, 3, e.MessageSaid(message, person, "vile")),
    ]
    state = replay(log)
    assert b"vile" in events_message(log, state)
    state = apply(state, e.Recorded(4, 4, e.MessageRemoved(message, person, "rude")))
    assert b"vile" not in events_message(log, state)
    assert b"vile" not in snapshot_message(state)


def test_the_text_of_a_removed_message_is_not_sent_when_many_others_followed() -> None:
    person, message = PersonId("p"), MessageId("m3")
    log = [
        e.Recorded(1, 1, e.SessionCreated("T", "", ())),
        e.Recorded(2, 2, e.PersonIntroduced(person, "Troll", "", "participant", "remote")),
        e.Recorded(3, 3, e.MessageSaid(message, person, "vile")),
        e.Recorded(4, 4, e.MessageRemoved(message, person, "rude")),
    ]
    log += [
        e.Recorded(seq, seq, e.MessageSaid(MessageId(f"m{seq}"), person, "kind")) for seq in range(5, KEPT_MESSAGES + 6)
    ]
    state = replay(log)
    assert message not in state.messages
    assert b"vile" not in events_message(log, state)


def test_a_snapshot_has_the_state_by_its_names() -> None:
    value = msgspec.json.decode(snapshot_message(replay([e.Recorded(1, 1, e.SessionCreated("T", "R", ("A",)))])))
    assert (value["op"], value["seq"], value["state"]["title"]) == ("snapshot", 1, "T")


def test_a_log_of_a_newer_version_is_not_guessed_at() -> None:
    for body in ({"type": "teleported"}, {"type": "hand_raised"}):
        with pytest.raises(ProtocolError, match="bad-event"):
            event_from(body)


def test_a_refusal_names_the_question() -> None:
    value = msgspec.json.decode(refusal_message(7, "not-open", "Wait."))
    assert value == {"op": "refusal", "id": 7, "code": "not-open", "text": "Wait."}


def test_a_snapshot_leaves_out_the_oldest_words_of_very_much_chat_and_no_message() -> None:
    long = "ع" * MAX_TEXT_CHARACTERS
    said = [e.MessageSaid(MessageId(f"m{n}"), PersonId("p"), long) for n in range(KEPT_MESSAGES - 1)]
    recorded = [e.Recorded(1, 1, e.SessionCreated("T", "R", ()))]
    recorded += [e.Recorded(n + 2, 1, event) for n, event in enumerate(said)]
    state = replay(recorded)
    state = apply(state, e.Recorded(state.seq + 1, 1, e.MessageRemoved(MessageId("m0"), PersonId("chair"), "")))
    told = msgspec.json.decode(snapshot_message(state))["state"]["messages"]
    assert list(told) == list(state.messages)
    texts = [message["text"] for message in told.values()]
    whole = SNAPSHOT_CHAT_BYTES // len(long.encode())
    assert texts == ["", *[LEFT_OUT] * (len(said) - 1 - whole), *[long] * whole]
    few = msgspec.json.decode(snapshot_message(replay(recorded[:whole])))["state"]["messages"]
    assert {message["text"] for message in few.values()} == {long}
