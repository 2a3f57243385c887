"""Counts by path."""

from jemaa.limits import SEEN_SECONDS
from jemaa.live.presence import PATHS, Presence


def test_connections_are_counted_until_they_leave() -> None:
    presence = Presence()
    leave = presence.enter("live")
    presence.enter("radio")
    assert presence.counts() == {"live": 1, "stream": 0, "pieces": 0, "radio": 1, "text": 0}
    leave()
    leave()
    assert presence.counts()["live"] == 0


def test_requests_of_one_listener_count_once_and_for_a_while() -> None:
    clock = [0.0]
    presence = Presence(lambda: clock[0])
    for key in ("amina", "badr", "amina"):
        presence.seen("pieces", key)
    assert presence.counts()["pieces"] == 2
    clock[0] = SEEN_SECONDS - 1
    presence.seen("pieces", "badr")
    clock[0] = SEEN_SECONDS + 1
    assert presence.counts() == dict.fromkeys(PATHS, 0) | {"pieces": 1}


def test_the_more_listen_the_longer_the_batches() -> None:
    presence = Presence()
    found = []
    for _ in range(1_001):
        presence.enter("live")
        found.append(presence.recommended_batch_ms)
    assert (found[0], found[300], found[-1]) == (60, 100, 200)


def test_one_who_comes_and_goes_changes_nobodys_batches() -> None:
    presence = Presence()
    leaves = [presence.enter("live") for _ in range(200)]
    found = set()
    for _ in range(5):
        leaves.pop()()
        found.add(presence.recommended_batch_ms)
        leaves.append(presence.enter("live"))
        found.add(presence.recommended_batch_ms)
    assert found == {100}
    while len(leaves) > 175:
        leaves.pop()()
    assert presence.recommended_batch_ms == 60
