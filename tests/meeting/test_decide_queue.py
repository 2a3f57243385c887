"""One fair queue, and the floor."""

from dataclasses import replace

import pytest

from jemaa.limits import MAX_FLOOR_HOLDERS, MAX_QUEUE
from jemaa.meeting import commands as c
from jemaa.meeting.apply import replay
from jemaa.meeting.ids import PersonId
from jemaa.meeting.rules import may_show, may_speak, next_in_queue

from .people import Story


def test_a_hand_needs_a_name_first() -> None:
    story = Story().opened()
    amina = story.person("Amina", "captioner")
    amina.is_refused(c.RaiseHand(), "name-needed")
    amina.does(c.Introduce("Amina"))
    amina.does(c.RaiseHand())
    assert story.waiting() == ["Amina"]


def test_a_place_is_kept_and_given_up_by_its_owner() -> None:
    story = Story().opened()
    amina, badr = story.person("Amina"), story.person("Badr")
    amina.does(c.RaiseHand())
    badr.does(c.RaiseHand())
    amina.is_refused(c.RaiseHand(), "already-waiting")
    badr.is_refused(c.LowerHand(amina.id), "not-allowed")
    amina.does(c.LowerHand())
    amina.is_refused(c.LowerHand(), "not-waiting")
    assert story.waiting() == ["Badr"]


def test_whoever_is_given_the_floor_leaves_the_queue_and_may_speak() -> None:
    story = Story().opened()
    amina = story.person("Amina")
    amina.does(c.RaiseHand())
    assert next_in_queue(story.state) == amina.id
    assert not may_speak(story.state, amina.id, "participant")
    story.chair.does(c.GiveFloor(amina.id))
    assert amina.holds_floor and story.waiting() == []
    assert may_speak(story.state, amina.id, "participant")
    amina.is_refused(c.RaiseHand(), "already-holds-floor")


def test_only_the_desk_gives_takes_and_mutes() -> None:
    story = Story().opened()
    amina, badr = story.person("Amina"), story.person("Badr")
    for command in (c.GiveFloor(badr.id), c.Mute(badr.id), c.RemovePerson(badr.id), c.MoveInQueue(badr.id, 0)):
        amina.is_refused(command, "not-allowed")
    story.chair.does(c.GiveFloor(badr.id))
    amina.is_refused(c.TakeFloor(badr.id), "not-allowed")
    badr.does(c.TakeFloor(badr.id))
    assert not badr.holds_floor


def test_a_mute_silences_but_does_not_blind() -> None:
    story = Story().opened()
    amina = story.person("Amina")
    story.chair.does(c.GiveFloor(amina.id))
    story.chair.does(c.Mute(amina.id))
    assert not may_speak(story.state, amina.id, "participant")
    assert may_show(story.state, amina.id, "participant")
    assert story.chair.does(c.Mute(amina.id)) == []
    story.chair.does(c.Unmute(amina.id))
    assert may_speak(story.state, amina.id, "participant")


def test_a_recess_silences_everyone_and_keeps_every_place() -> None:
    story = Story().opened()
    amina, badr, room = story.person("Amina"), story.person("Badr"), story.person("Room", "room")
    story.chair.does(c.GiveFloor(amina.id))
    badr.does(c.RaiseHand())
    story.chair.does(c.SuspendSession("lunch"))
    assert not may_speak(story.state, amina.id, "participant")
    assert not may_speak(story.state, room.id, "room")
    story.chair.does(c.ResumeSession())
    assert may_speak(story.state, amina.id, "participant")
    assert story.waiting() == ["Badr"]


def test_the_floor_has_room_for_a_panel_and_no_more() -> None:
    story = Story().opened()
    people = [story.person(f"P{n}") for n in range(MAX_FLOOR_HOLDERS + 1)]
    for person in people[:-1]:
        story.chair.does(c.GiveFloor(person.id))
    story.chair.is_refused(c.GiveFloor(people[-1].id), "floor-full")


def test_somebody_removed_has_no_floor_no_place_and_no_word() -> None:
    story = Story().opened()
    troll = story.person("Troll")
    troll.does(c.RaiseHand())
    story.chair.does(c.GiveFloor(troll.id))
    story.chair.does(c.RemovePerson(troll.id, "shouting"))
    assert not troll.holds_floor and story.waiting() == []
    for command in (c.RaiseHand(), c.Say("hi"), c.Ask("why?"), c.Introduce("Other name")):
        troll.is_refused(command, "removed")
    story.chair.is_refused(c.GiveFloor(troll.id), "removed")
    story.chair.is_refused(c.RemovePerson(story.chair.id), "not-allowed")


def test_people_without_a_page_stand_in_the_same_queue() -> None:
    story = Story().opened()
    story.person("Amina").does(c.RaiseHand())
    story.chair.does(c.AddToQueue("Hassan", "in the third row", "room"))
    assert story.waiting() == ["Amina", "Hassan"]


def test_alternating_calls_room_and_remote_in_turn() -> None:
    story = Story().opened()
    story.chair.does(c.SetQueueRule("alternate"))
    for name in ("R1", "R2", "R3"):
        story.person(name).does(c.RaiseHand())
    for name in ("room1", "room2"):
        story.chair.does(c.AddToQueue(name, channel="room"))
    assert story.waiting() == ["R1", "room1", "R2", "room2", "R3"]


def test_first_timers_come_before_those_who_have_spoken() -> None:
    story = Story().opened()
    amina, badr = story.person("Amina"), story.person("Badr")
    story.chair.does(c.SetQueueRule("first_time"))
    story.chair.does(c.GiveFloor(amina.id))
    story.chair.does(c.TakeFloor(amina.id))
    amina.does(c.RaiseHand())
    badr.does(c.RaiseHand())
    assert story.waiting() == ["Badr", "Amina"]
    story.chair.does(c.SetQueueRule("arrival"))
    assert story.waiting() == ["Amina", "Badr"]


@pytest.mark.parametrize(("place", "then"), [(0, ["C", "A", "B"]), (1, ["A", "C", "B"]), (99, ["A", "B", "C"])])
def test_the_desk_moves_people(place: int, then: list[str]) -> None:
    story = Story().opened()
    people = {name: story.person(name) for name in "ABC"}
    for person in people.values():
        person.does(c.RaiseHand())
    story.chair.does(c.MoveInQueue(people["C"].id, place))
    assert story.waiting() == then


def test_a_closed_queue_takes_nobody_but_keeps_who_is_there() -> None:
    story = Story().opened()
    amina, badr = story.person("Amina"), story.person("Badr")
    amina.does(c.RaiseHand())
    story.chair.does(c.SetDoors(chat=True, questions=True, hands=False))
    badr.is_refused(c.RaiseHand(), "queue-closed")
    assert story.waiting() == ["Amina"]


def test_the_floor_is_given_only_while_the_session_is_open() -> None:
    story = Story()
    amina = story.person("Amina")
    story.chair.is_refused(c.GiveFloor(amina.id), "not-open")
    story.opened()
    story.chair.does(c.CloseSession())
    amina.is_refused(c.RaiseHand(), "closed")


def test_the_room_cannot_fill_a_closed_queue() -> None:
    story = Story().opened()
    room = story.person("Room", "room")
    room.does(c.AddToQueue("Hassan"))
    story.chair.does(c.SetDoors(chat=True, questions=True, hands=False))
    room.is_refused(c.AddToQueue("Houda"), "queue-closed")
    story.chair.does(c.AddToQueue("Houda"))
    assert story.waiting() == ["Hassan", "Houda"]


def test_a_full_queue_says_what_else_one_can_do() -> None:
    story = Story().opened()
    amina = story.person("Amina")
    story.chair.does(c.AddToQueue("First"))
    story.state = replace(story.state, queue=story.state.queue * MAX_QUEUE)
    amina.is_refused(c.RaiseHand(), "queue-full")
    story.chair.is_refused(c.AddToQueue("One more"), "queue-full")


def test_arrival_is_the_order_also_after_the_clock_was_set_back() -> None:
    story = Story().opened()
    amina, badr = story.person("Amina"), story.person("Badr")
    story.chair.does(c.SetQueueRule("first_time"))
    story.chair.does(c.GiveFloor(amina.id))
    story.chair.does(c.TakeFloor(amina.id))
    amina.does(c.RaiseHand())
    badr.does(c.RaiseHand())
    story.chair.does(c.SetQueueRule("arrival"))
    stuck = replay([replace(recorded, at=7_000) for recorded in story.log])
    assert [waiting.person for waiting in stuck.queue] == [amina.id, badr.id]


def test_nobody_unknown_is_given_the_floor_or_sent_out() -> None:
    story = Story().opened()
    for command in (c.GiveFloor(PersonId("nobody")), c.RemovePerson(PersonId("nobody"))):
        story.chair.is_refused(command, "no-such-person")


def test_the_desk_closing_what_is_closed_is_no_news() -> None:
    story = Story().opened()
    doors = c.SetDoors(chat=False, questions=True, hands=True)
    assert len(story.chair.does(doors)) == 1
    assert story.chair.does(doors) == []
