"""A participant raises a hand, gets the floor, speaks by each up path, and is heard by everyone but himself."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from jemaa.people import hearing
from jemaa.people.clarity import UNDERSTOOD_STOI, clarity
from jemaa.people.person import Cast, Person
from jemaa.people.speech import DELEGATE_SPEECH, RATE, Speech, say, unbroken
from tests.harness.server import Server

from . import acts


@pytest.fixture(scope="module")
def delegate() -> Speech:
    """What the participant says when he has the floor."""
    return say(DELEGATE_SPEECH, voice="en-us+f3")


class Hall:
    """A sitting with a room console, a chair, a listener and a participant who may want to speak."""

    def __init__(self, server: Server, people: dict[str, Person]) -> None:
        self.server = server
        self.room = people["room"]
        self.listener = people["listener"]
        self.speaker = people["speaker"]
        self.chair = server.join("chair")


@pytest.fixture
def hall(cast: Cast, tmp_path: Path, silence: Path, request: pytest.FixtureRequest) -> Iterator[Hall]:
    """`request.param` is the speaker's up path."""
    up = getattr(request, "param", "live")
    with ExitStack() as stack:
        server = stack.enter_context(Server(tmp_path / "data", "--floor", str(silence)))
        people = {
            "room": stack.enter_context(cast.person("Room", server.page("room"))),
            "listener": stack.enter_context(cast.person("Amina", server.page("participant"))),
            "speaker": stack.enter_context(cast.person("Badr", server.page("participant", up=up, name="Badr"))),
        }
        yield Hall(server, people)


@pytest.mark.parametrize("hall", ["live", "pieces"], indirect=True)
def test_whoever_has_the_floor_is_heard_by_all_but_himself(hall: Hall, floor: Speech, delegate: Speech) -> None:
    for person in (hall.room, hall.listener, hall.speaker):
        acts.listen(person)
    acts.raise_hand(hall.speaker)
    hall.chair.give_floor_to_next()
    acts.speak(hall.speaker)
    acts.publish_room(hall.room)
    for person in (hall.listener, hall.speaker):
        acts.wait_for_path(person, "live")
    # One after the other: when two talk at once on a machine at its limits, a measure of voices is not sure of either.
    said = says(hall.room, floor, hall.listener)
    assert hearing.hears(floor, hall.listener.heard(*said)), "the listener hears the room"
    assert hearing.hears(floor, hall.speaker.heard(*said)), "the speaker hears the room"
    assert not hearing.hears(floor, hall.room.heard(*said)), "the room does not hear itself"
    said = says(hall.speaker, delegate, hall.listener)
    assert hearing.hears(delegate, hall.listener.heard(*said)), "the listener hears him"
    assert hearing.hears(delegate, hall.room.heard(*said)), "the room hears him"
    assert not hearing.hears(delegate, hall.speaker.heard(*said)), "he does not hear himself"


def test_who_wears_headphones_loses_no_word_while_others_speak(hall: Hall, floor: Speech, delegate: Speech) -> None:
    acts.publish_room(hall.room)
    acts.listen(hall.room)
    others = hall.room.says(floor.repeated(60))
    acts.listen(hall.speaker)
    acts.wait_until_hears(hall.speaker, floor)
    acts.raise_hand(hall.speaker)
    hall.chair.give_floor_to_next()
    hall.speaker.page.locator("#speak").get_by_label("I wear headphones").check(timeout=15_000)
    acts.speak(hall.speaker)
    heard = hall.room.heard(*says(hall.speaker, delegate, hall.room))
    others.stop()
    seconds = clarity(delegate, heard)
    assert min(seconds) > UNDERSTOOD_STOI, "no word is missing"
    assert np.mean(seconds) > 0.9, "he alone is in what the room hears"


def test_what_the_room_sends_is_heard_on_each_other_path(hall: Hall, floor: Speech) -> None:
    acts.publish_room(hall.room)
    speaking = hall.room.says(floor.repeated(40))
    for path in ("stream", "pieces", "radio"):
        hall.listener.page.goto(hall.server.page("participant", down=path))
        acts.listen(hall.listener)
        acts.wait_until_hears(hall.listener, floor)
        acts.wait_for_path(hall.listener, path)
    speaking.stop()


def says(person: Person, speech: Speech, listener: Person) -> tuple[int, int]:
    """Let somebody speak; the marks of a recording that has all of it, wherever it was heard."""
    speaking = person.says(speech)
    speaking.wait()
    _, end = acts.record_for(listener, 3)
    return speaking.mark, end


def test_a_voice_is_gone_within_half_a_second_of_the_chairs_word(hall: Hall) -> None:
    speech = unbroken(DELEGATE_SPEECH, voice="en-us+f3").repeated(40)
    acts.listen(hall.listener)
    acts.raise_hand(hall.speaker)
    person = hall.chair.give_floor_to_next()
    acts.speak(hall.speaker)
    speaking = hall.speaker.says(speech)
    acts.wait_until_hears(hall.listener, unbroken(DELEGATE_SPEECH, voice="en-us+f3"))
    taken = hall.listener.now()
    hall.chair.command("take_floor", person=person)
    _, end = acts.record_for(hall.listener, 3)
    speaking.stop()
    assert hearing.last_loud(hall.listener.heard(taken, end)) <= 0.5


@pytest.mark.parametrize("hall", ["pieces"], indirect=True)
def test_whoever_was_muted_is_not_on_the_air_until_he_speaks_again(hall: Hall) -> None:
    acts.raise_hand(hall.speaker)
    person = hall.chair.give_floor_to_next()
    acts.speak(hall.speaker)
    speaking = hall.speaker.page.locator("#speak")
    expect(speaking).to_contain_text("You are on the air.")
    hall.chair.command("mute", person=person)
    expect(speaking).to_contain_text("The chair has muted you.", timeout=10_000)
    acts.record_for(hall.speaker, 2)
    hall.chair.command("unmute", person=person)
    expect(acts.button(hall.speaker.page, "Speak")).to_be_visible(timeout=10_000)
    expect(speaking).not_to_contain_text("You are on the air.")
    acts.speak(hall.speaker)
    expect(speaking).to_contain_text("You are on the air.")


def test_nobody_is_heard_without_a_grant(hall: Hall, delegate: Speech) -> None:
    acts.listen(hall.listener)
    acts.raise_hand(hall.speaker)
    speaking = hall.speaker.says(delegate)
    speaking.wait()
    _, end = acts.record_for(hall.listener, 2)
    assert hearing.level_db(hall.listener.heard(speaking.mark + RATE, end)) < -60
