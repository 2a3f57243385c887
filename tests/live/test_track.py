"""Rings: the same bytes for everyone, pieces by media time, and never more than the limits."""

import asyncio

import pytest

from jemaa.limits import RING_BYTES, RING_SECONDS
from jemaa.live.track import NOTHING, Track, TrackInfo
from jemaa.wire.chunk import decode_chunk
from jemaa.wire.record import decode_records

SOUND = TrackInfo(2, "sound/12", "sound", "opus", 12, 60, 240, 960)
PICTURE = TrackInfo(5, "picture/low", "picture", "vp8", 100, 0, 0, 960)


def filled(seconds: float) -> Track:
    track = Track(SOUND)
    for n in range(int(seconds * 1000 / 240)):
        track.write(n * 240, (bytes((n % 256,)),) * 4)
    return track


def seqs(data: bytes) -> list[int]:
    return [decode_chunk(body).seq for _, body in decode_records(data)]


def test_a_chunk_is_the_same_object_for_everyone() -> None:
    track = Track(SOUND)
    seen: list[bytes] = []
    track.on_entry(lambda entry: seen.append(entry.record))
    track.on_entry(lambda entry: seen.append(entry.record))
    entry = track.write(0, (b"a",))
    assert seen[0] is seen[1] is entry.record is track.from_independent()[0].record
    assert decode_records(entry.record)[0][0] == SOUND.id


def test_pieces_hold_what_lies_in_their_time() -> None:
    track = filled(3)
    assert seqs(track.piece(0) or b"") == [0, 1, 2, 3]
    assert seqs(track.piece(2) or b"") == [8, 9, 10, 11]
    assert track.newest_piece() == 2
    assert track.piece(3) is None


def test_a_piece_that_has_left_the_ring_is_empty() -> None:
    track = filled(RING_SECONDS + 10)
    assert track.piece(0) == b""
    assert seqs(track.piece(track.newest_piece()) or b"")


def test_a_piece_is_waited_for() -> None:
    async def story() -> None:
        track = filled(0.5)
        waiting = asyncio.get_running_loop().create_task(track.wait_piece(0))
        await asyncio.sleep(0)
        assert not waiting.done()
        for n in (2, 3):
            track.write(n * 240, (b"x",))
        assert seqs(await waiting or b"") == [0, 1, 2, 3]

    asyncio.run(story())


def test_whoever_waits_on_a_track_that_ends_is_woken() -> None:
    async def story() -> None:
        track = filled(0.5)
        waiting = asyncio.get_running_loop().create_task(track.wait_piece(4))
        await asyncio.sleep(0)
        track.close()
        assert await waiting is None

    asyncio.run(story())


def test_a_piece_without_a_picture_is_complete_too() -> None:
    track = Track(PICTURE)
    track.advance(1920)
    assert track.piece(1) == NOTHING
    assert decode_records(NOTHING) == [(0, b"")]


@pytest.mark.parametrize("size", [100, 400_000])
def test_a_ring_is_bounded_in_time_and_in_bytes(size: int) -> None:
    track = Track(PICTURE)
    for n in range(4_000):
        track.write(n * 40, (bytes(size // 2 if n else 1),), is_independent=n % 10 == 0, config=b"vp8 2x2")
    kept = track.from_independent(10**9)
    assert sum(len(entry.record) for entry in kept) <= RING_BYTES
    assert kept[-1].time_ms - kept[0].time_ms <= RING_SECONDS * 1000


def test_a_listener_begins_where_decoding_can_start() -> None:
    track = Track(PICTURE)
    for n in range(100):
        track.write(n * 50, (b"x",), is_independent=n % 20 == 0, config=b"vp8 2x2")
    assert [entry.seq for entry in track.from_independent()] == list(range(80, 100))
    assert track.from_independent(1_500)[0].seq == 60
    assert track.from_independent(10**6)[0].seq == 0


def test_the_past_is_bounded_in_bytes_and_whole_from_where_it_starts() -> None:
    track = Track(PICTURE)
    for n in range(100):
        track.write(n * 50, (bytes(1_000),), is_independent=n % 20 == 0, config=b"vp8 2x2")
    assert [entry.seq for entry in track.from_independent(10**6, most_bytes=50_000)] == list(range(60, 100))
    assert [entry.seq for entry in track.from_independent(10**6, most_bytes=1)] == list(range(80, 100))
