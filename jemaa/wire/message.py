"""Wire room. JSON to commands, events and snapshots, and back (docs/protocol.md §3).

In: bytes of anybody. Out: values of the meeting room, or `ProtocolError`. Types and field names are those of the
dataclasses; nothing is listed twice. Text of removed messages is taken out here, so that it cannot leave.
"""

import dataclasses
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, get_args

import msgspec

from jemaa.errors import ProtocolError
from jemaa.limits import MAX_MESSAGE_BYTES, SNAPSHOT_CHAT_BYTES
from jemaa.meeting import commands as c
from jemaa.meeting import events as e
from jemaa.meeting.ids import MessageId
from jemaa.meeting.state import Message, State


def wire_name(cls: type) -> str:
    """`RaiseHand` → `raise_hand`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


COMMANDS: dict[str, type] = {wire_name(cls): cls for cls in get_args(c.Command)}
EVENTS: dict[str, type] = {wire_name(cls): cls for cls in get_args(e.Event)}
_NAMES = {cls: name for name, cls in (COMMANDS | EVENTS).items()}
SERVER_COMMANDS = frozenset({"leave_note"})
"""Commands that only the server itself makes."""

LEFT_OUT = "…"
"""What stands for the text of a message that a snapshot has no room for."""


def decode_object(data: bytes | str, *, limit: int = MAX_MESSAGE_BYTES) -> dict[str, Any]:
    """One JSON object. `ProtocolError`: `message-too-large`, `not-json`, `not-an-object`."""
    if len(data) > limit:
        raise ProtocolError("message-too-large", f"A message has at most {limit} bytes.")
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise ProtocolError("not-json", "That is not JSON.") from None
    if not isinstance(value, dict):
        raise ProtocolError("not-an-object", "A message is a JSON object.")
    return value


def command_from(value: Any) -> c.Command:
    """A command of a client. `ProtocolError`: `unknown-command`, `bad-command`."""
    if not isinstance(value, dict):
        raise ProtocolError("bad-command", "A command is a JSON object with a type.")
    name = value.get("type")
    cls = COMMANDS.get(name) if isinstance(name, str) and name not in SERVER_COMMANDS else None
    if cls is None:
        raise ProtocolError("unknown-command", "There is no command of that type.")
    fields = {key: field for key, field in value.items() if key != "type"}
    unknown = fields.keys() - {field.name for field in dataclasses.fields(cls)}
    if unknown:
        raise ProtocolError("bad-command", f"A {name} has no field {sorted(unknown)[0][:40]!r}.")
    try:
        command: c.Command = msgspec.convert(fields, cls)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ProtocolError("bad-command", f"The fields of this {name} are wrong: {error}.") from None
    return command


def event_to(event: e.Event) -> dict[str, Any]:
    """The stored form of an event, its type included."""
    return {"type": _NAMES[type(event)], **msgspec.to_builtins(event)}


def event_from(value: dict[str, Any]) -> e.Event:
    """An event from its stored form; a log that does not fit is `ProtocolError` `bad-event`."""
    fields = dict(value)
    cls = EVENTS.get(str(fields.pop("type", "")))
    if cls is None:
        raise ProtocolError("bad-event", "The log has an event of an unknown type; it needs a newer version.")
    try:
        event: e.Event = msgspec.convert(fields, cls)
    except msgspec.ValidationError as error:
        raise ProtocolError("bad-event", f"The log has an event that does not fit: {error}.") from None
    return event


def recorded_to(recorded: e.Recorded, state: State) -> dict[str, Any]:
    """An event for a client. The text of a chat message leaves only while `state` has it.

    So neither a removed one is told again, nor one that may have been removed before it left the state: a client that
    catches up over so many messages would show none of these anyway.
    """
    event = recorded.event
    if isinstance(event, e.MessageSaid):
        message = state.messages.get(event.message)
        if message is None or message.removed:
            event = replace(event, text="")
    return {"seq": recorded.seq, "at": recorded.at, **event_to(event)}


def events_message(recorded: Iterable[e.Recorded], state: State) -> bytes:
    """`{"op":"events",…}` as bytes."""
    return msgspec.json.encode({"op": "events", "events": [recorded_to(one, state) for one in recorded]})


def snapshot_message(state: State) -> bytes:
    """`{"op":"snapshot",…}` as bytes. Of very much chat the oldest messages have `LEFT_OUT` for their text.

    They stay themselves: what an event changes later is the same for whoever has the whole of them.
    """
    told = replace(state, messages=_bounded(state.messages))
    return msgspec.json.encode({"op": "snapshot", "seq": state.seq, "state": told})


def _bounded(messages: dict[MessageId, Message]) -> dict[MessageId, Message]:
    left = SNAPSHOT_CHAT_BYTES
    told: dict[MessageId, Message] = {}
    for name, message in reversed(messages.items()):
        left -= len(message.text.encode())
        told[name] = message if left >= 0 or not message.text else replace(message, text=LEFT_OUT)
    return dict(reversed(told.items()))


def refusal_message(id_: int | None, code: str, text: str) -> bytes:
    """`{"op":"refusal",…}` as bytes."""
    return msgspec.json.encode({"op": "refusal", "id": id_, "code": code, "text": text})
