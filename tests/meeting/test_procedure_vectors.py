"""The file that the browser's tests read is what the server does now."""

import msgspec

from jemaa.wire.message import EVENTS
from tests.vectors.make_procedure import PATH, made


def test_the_vectors_are_up_to_date() -> None:
    assert msgspec.json.decode(PATH.read_bytes()) == msgspec.json.decode(msgspec.json.encode(made()))


def test_the_vectors_have_every_event() -> None:
    assert {event["type"] for story in made() for event in story["events"]} == EVENTS.keys()
