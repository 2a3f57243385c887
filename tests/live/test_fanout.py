"""The fan-out: one object for a crowd, and the rule for the slow listener."""

import random

from jemaa.counters import Counters
from jemaa.limits import HELD_BYTES, LISTENER_BUFFER_BYTES, LISTENER_BUFFER_LEAST_BYTES
from jemaa.live.crowd import Listener
from jemaa.live.fanout import Fanout, buffer_limit
from jemaa.live.track import Track, TrackInfo
from jemaa.wire.chunk import decode_chunk
from jemaa.wire.framing import http_chunk, websocket_binary
from jemaa.wire.record import decode_records

from .outlet import SlowOutlet

SOUND = TrackInfo(1, "sound/32", "sound", "opus", 32, 20, 20, 960)
PICTURE = TrackInfo(5, "picture/low", "picture", "vp8", 100, 0, 0, 960)


def plain(payload: bytes) -> bytes:
    return payload


def seqs(outlet: SlowOutlet) -> list[int]:
    return [decode_chunk(body).seq for data in outlet.written for _, body in decode_records(data)]


def say(track: Track, chunks: int) -> None:
    for _ in range(chunks):
        track.write(track.newest_time_ms, (b"voice",))


def test_a_thousand_listeners_get_one_object() -> None:
    track = Track(SOUND)
    fanout = Fanout(track, Counters())
    outlets = [SlowOutlet() for _ in range(1_000)]
    for outlet in outlets:
        fanout.add(Listener(outlet), websocket_binary, batch_ms=60)
    say(track, 9)
    assert len(fanout) == 1_000
    for outlet in outlets:
        assert len(outlet.written) == 3
        assert all(mine is first for mine, first in zip(outlet.written, outlets[0].written, strict=True))


def test_batches_end_at_the_same_media_times_whoever_joins_when() -> None:
    track = Track(SOUND)
    fanout = Fanout(track, Counters())
    early, late = SlowOutlet(), SlowOutlet()
    say(track, 2)
    fanout.add(Listener(early), plain, batch_ms=100)
    say(track, 5)
    fanout.add(Listener(late), http_chunk, batch_ms=100)
    say(track, 13)
    ends = [decode_chunk(decode_records(data)[-1][1]).time_ms + 20 for data in early.written[1:]]
    assert ends == [100, 200, 300, 400]
    assert len(late.written) == 4


def test_nobody_misses_or_repeats_a_chunk_on_joining() -> None:
    for back_ms in (0, 100, 2_000):
        track = Track(SOUND)
        fanout = Fanout(track, Counters())
        fanout.add(Listener(SlowOutlet()), plain, batch_ms=200)
        for joined in range(1, 40):
            say(track, 1)
            outlet = SlowOutlet()
            fanout.add(Listener(outlet), plain, batch_ms=200, back_ms=back_ms)
            say(track, random.Random(joined).randrange(20))
            fanout.add(Listener(SlowOutlet()), plain, batch_ms=200)
            say(track, 10)
            got = seqs(outlet)
            assert got == list(range(got[0], got[-1] + 1))


def test_other_batches_are_changed_over_to_with_nothing_missed_or_repeated() -> None:
    chance = random.Random(4)
    track = Track(SOUND)
    fanout = Fanout(track, Counters())
    outlets = [SlowOutlet() for _ in range(12)]
    listeners = [Listener(outlet) for outlet in outlets]
    for listener in listeners:
        fanout.add(listener, plain, batch_ms=chance.choice((20, 60, 100, 200)))
    for _ in range(400):
        fanout.rebatch(chance.choice(listeners), chance.choice((20, 60, 100, 140, 200)))
        chance.choice(outlets).unread = chance.choice((0, 0, 1))
        say(track, chance.randrange(4))
    for outlet, listener in zip(outlets, listeners, strict=True):
        outlet.unread = 0
        fanout.rebatch(listener, 20)
    say(track, 30)
    assert all(seqs(outlet) == list(range(track.newest_time_ms // 20)) for outlet in outlets)
    assert len(fanout) == len(outlets)


def test_who_asks_for_other_batches_gets_them() -> None:
    track = Track(SOUND)
    fanout = Fanout(track, Counters())
    outlets = [SlowOutlet() for _ in range(3)]
    changes, shorter, longer = (Listener(outlet) for outlet in outlets)
    for listener, batch_ms in ((changes, 200), (shorter, 20), (longer, 200)):
        fanout.add(listener, plain, batch_ms=batch_ms)
    say(track, 5)
    fanout.rebatch(changes, 20)
    assert seqs(outlets[0]) == [0, 1, 2, 3, 4], "what waited with the others for the end of their batch"
    say(track, 2)
    assert len(outlets[0].written) == 3
    fanout.rebatch(changes, 200)
    say(track, 1)
    assert len(outlets[0].written) == 4, "the longer batch that has begun holds what he has already"
    say(track, 20)
    assert outlets[0].written[-1] is outlets[2].written[-1], "he is one of that crowd"
    fanout.rebatch(changes, 20)
    fanout.remove(changes)
    said = len(outlets[0].written)
    say(track, 20)
    assert len(outlets[0].written) == said and len(fanout) == 2


def test_the_new_batch_does_not_wait_for_a_crowd_that_has_gone() -> None:
    track = Track(SOUND)
    fanout = Fanout(track, Counters())
    stays, goes = SlowOutlet(), Listener(SlowOutlet())
    listener = Listener(stays)
    fanout.add(listener, plain, batch_ms=20)
    fanout.add(goes, plain, batch_ms=2_000)
    say(track, 5)
    fanout.rebatch(listener, 2_000)
    fanout.remove(goes)
    say(track, 100)
    assert seqs(stays) == list(range(100)) and len(stays.written) == 7


def test_who_is_behind_stays_behind_when_his_batches_change() -> None:
    track, counters = Track(SOUND), Counters()
    fanout = Fanout(track, counters)
    slow = SlowOutlet()
    listener = Listener(slow)
    fanout.add(listener, plain, batch_ms=100)
    slow.unread = LISTENER_BUFFER_LEAST_BYTES + 1
    say(track, 7)
    fanout.rebatch(listener, 20)
    say(track, 3)
    assert slow.written == [] and listener.skipped == 10 == counters["chunks_skipped"]
    slow.unread = 0
    say(track, 1)
    assert seqs(slow) == [10]
    slow.is_gone = True
    fanout.rebatch(listener, 100)
    say(track, 10)
    assert seqs(slow) == [10] and len(fanout) == 0


def test_a_picture_waits_for_no_batch_and_is_one_object_whatever_was_asked_for() -> None:
    track = Track(PICTURE)
    fanout = Fanout(track, Counters())
    outlets = [SlowOutlet(), SlowOutlet()]
    for outlet, batch_ms in zip(outlets, (20, 200), strict=True):
        fanout.add(Listener(outlet), http_chunk, batch_ms=batch_ms)
    track.write(0, (b"x",), config=b"vp8 2x2")
    assert outlets[0].written[0] is outlets[1].written[0]


def test_a_slow_listener_is_passed_over_and_comes_back_at_the_head() -> None:
    track, counters = Track(SOUND), Counters()
    fanout = Fanout(track, counters)
    slow, quick = SlowOutlet(), SlowOutlet()
    listener = Listener(slow)
    fanout.add(listener, plain, batch_ms=20)
    fanout.add(Listener(quick), plain, batch_ms=20)
    say(track, 5)
    slow.unread = LISTENER_BUFFER_LEAST_BYTES + 1
    say(track, 50)
    assert listener.is_behind and listener.skipped == 50 == counters["chunks_skipped"]
    slow.unread = LISTENER_BUFFER_LEAST_BYTES // 2 + 1
    say(track, 1)
    assert listener.is_behind, "not before half of it has been read"
    slow.unread = 0
    say(track, 5)
    assert seqs(slow) == [*range(5), *range(56, 61)]
    assert seqs(quick) == list(range(61))


def test_small_batches_for_a_slow_listener_are_few_writes_and_all_arrive() -> None:
    track = Track(SOUND)
    fanout = Fanout(track, Counters())
    slow = SlowOutlet()
    fanout.add(Listener(slow), plain, batch_ms=20)
    slow.unread = 1
    say(track, 1_000)
    total = sum(len(data) for data in slow.written)
    assert HELD_BYTES <= len(slow.written[0]) < HELD_BYTES + 100
    assert len(slow.written) == total // HELD_BYTES
    slow.unread = 0
    say(track, 1)
    assert seqs(slow) == list(range(1_001))
    say(track, 1)
    assert len(decode_records(slow.written[-1])) == 1, "once he has read everything he waits for nothing"


def test_what_is_kept_for_a_slow_listener_comes_before_another_track() -> None:
    track = Track(SOUND)
    fanout = Fanout(track, Counters())
    changes, stays = SlowOutlet(), SlowOutlet()
    listener = Listener(changes)
    fanout.add(listener, plain, batch_ms=20)
    fanout.add(Listener(stays), plain, batch_ms=20)
    changes.unread = stays.unread = 1
    say(track, 3)
    assert changes.written == stays.written == []
    fanout.remove(listener)
    fanout.close()
    assert seqs(changes) == seqs(stays) == [0, 1, 2]


def test_what_is_kept_counts_against_the_limit() -> None:
    track, counters = Track(PICTURE), Counters()
    fanout = Fanout(track, counters)
    outlet = SlowOutlet()
    fanout.add(Listener(outlet), plain, batch_ms=20)
    outlet.unread = buffer_limit(PICTURE.kbps) - HELD_BYTES // 2
    for n in range(3):
        track.write(n * 50, (b"x" * (HELD_BYTES * 2 // 3),), config=b"vp8 2x2")
    assert counters["chunks_skipped"] == 2


def test_two_seconds_of_a_track_may_wait_within_bounds() -> None:
    assert buffer_limit(8) == buffer_limit(64) == LISTENER_BUFFER_LEAST_BYTES
    assert buffer_limit(100) == 25_000
    assert buffer_limit(4_000) == LISTENER_BUFFER_BYTES


def test_a_slow_viewer_comes_back_at_a_key_frame() -> None:
    track = Track(PICTURE)
    fanout = Fanout(track, Counters())
    outlet = SlowOutlet()
    fanout.add(Listener(outlet), plain, batch_ms=20)
    for n in range(60):
        outlet.unread = LISTENER_BUFFER_LEAST_BYTES * 2 if 5 <= n < 25 else 0
        track.write(n * 50, (b"x",), is_independent=n % 20 == 0, config=b"vp8 2x2")
    assert seqs(outlet) == [*range(5), *range(40, 60)]


def test_who_is_gone_is_forgotten() -> None:
    track = Track(SOUND)
    fanout = Fanout(track, Counters())
    outlet, other = SlowOutlet(), SlowOutlet()
    listener = Listener(other)
    fanout.add(Listener(outlet), plain, batch_ms=20)
    fanout.add(listener, plain, batch_ms=20)
    outlet.is_gone = True
    say(track, 1)
    assert outlet.written == []
    assert len(fanout) == 1
    fanout.remove(listener)
    assert len(fanout) == 0
    say(track, 1)
    assert seqs(other) == [0]


def test_the_last_listener_of_a_crowd_may_go_while_others_listen() -> None:
    track = Track(SOUND)
    fanout = Fanout(track, Counters())
    gone, stays = SlowOutlet(), SlowOutlet()
    fanout.add(Listener(gone), plain, batch_ms=20)
    fanout.add(Listener(stays), plain, batch_ms=60)
    gone.is_gone = True
    say(track, 3)
    assert seqs(stays) == [0, 1, 2]
    assert len(fanout) == 1


def test_a_connection_that_is_closing_is_not_written_to() -> None:
    track = Track(SOUND)
    fanout = Fanout(track, Counters())
    outlet = SlowOutlet()
    outlet.is_gone = True
    say(track, 3)
    fanout.add(Listener(outlet), plain, batch_ms=20)
    assert outlet.written == [] and len(fanout) == 0
