"""The file that the browser's tests read is what the server does now."""

from jemaa.wire.message import EVENTS
from tests.vectors.make_procedure import PATH, made, written


def test_the_vectors_are_up_to_date() -> None:
    assert PATH.read_bytes() == written(), "run python -m tests.vectors.make_procedure"


def test_the_vectors_have_every_event() -> None:
    assert {event["type"] for story in made() for event in story["events"]} == EVENTS.keys()
