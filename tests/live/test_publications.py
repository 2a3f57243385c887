"""Publications: the server decides who is heard, and every kind of misuse has its answer."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jemaa.errors import ProtocolError, Refused
from jemaa.limits import (
    EARLY_PIECES,
    MAX_CHUNK_BYTES,
    MAX_FRAMES_A_CHUNK,
    MAX_UPLOAD_BYTES,
    PICTURE_BYTES_A_SECOND,
    PUBLICATION_IDLE_SECONDS,
    PUBLISH_BURST_SECONDS,
    PUBLISH_SOUND_MS_A_SECOND,
    SOUND_BYTES_A_SECOND,
    UPLOAD_RECORDS_A_SECOND,
)
from jemaa.live.picture import Rendition
from jemaa.live.programme import Programme
from jemaa.live.publications import Publication, Publications, Unpublished
from jemaa.live.uploads import Uploads
from jemaa.meeting.ids import PersonId
from jemaa.meeting.roles import Actor
from jemaa.meeting.state import Holder, Person, State
from jemaa.wire.chunk import Chunk, encode_chunk
from jemaa.wire.record import encode_record
from tests.sound.speaking import frames_of, tone

from .studio import AMINA, BADR

SPEAKER, LISTENER = Actor(AMINA, "participant"), Actor(BADR, "participant")
OPEN = State(phase="open", floor={AMINA: Holder(0)})
FRAMES = frames_of(tone(2))
LOW = Rendition("low", "vp8", 320, 180, 100)


class Desk:
    """Publications of a session whose state we set, with our own clock."""

    def __init__(self, state: State = OPEN) -> None:
        self.state = state
        self.seconds = 9.0
        self.programme = Programme("e", lambda: self.seconds)
        self.all = Publications(self, self.programme, lambda: self.seconds)
        self.told: list[str] = []

    def closed(self, reason: Unpublished) -> None:
        self.told.append(reason.code)

    def sound(self, actor: Actor = SPEAKER) -> Publication:
        return self.all.open_sound(actor, self.closed)

    def heard_ms(self) -> float:
        return sum(1000 for level in self.programme.levels.values() if level > -40)


def record(publication: Publication, n: int, frame: bytes | None = None) -> bytes:
    return encode_record(publication.number, encode_chunk(Chunk(n, n * 20, (frame or FRAMES[n % len(FRAMES)],))))


def test_nobody_publishes_without_the_floor() -> None:
    desk = Desk()
    for actor, state in ((LISTENER, OPEN), (SPEAKER, State()), (Actor(BADR, "chair"), OPEN)):
        desk.state = state
        with pytest.raises(Refused) as refused:
            desk.sound(actor)
        assert refused.value.code == "not-your-turn"
        with pytest.raises(Refused) as refused:
            desk.all.open_picture(actor, [LOW], desk.closed)
        assert refused.value.code == "not-your-turn"
    assert desk.all.all() == []


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (State(phase="open"), "floor-taken"),
        (State(phase="open", floor={AMINA: Holder(0, muted=True)}), "muted"),
        (State(phase="suspended", floor=OPEN.floor), "session-not-open"),
        (State(phase="closed"), "session-not-open"),
        (
            State(
                phase="open", floor=OPEN.floor, persons={AMINA: Person("A", "", "participant", "text", removed=True)}
            ),
            "removed",
        ),
    ],
)
def test_a_right_that_ends_closes_the_microphone_with_its_reason(state: State, code: str) -> None:
    desk = Desk()
    publication = desk.sound()
    desk.all.enforce(OPEN)
    assert desk.told == [] and desk.programme.levels
    desk.all.enforce(state)
    assert desk.told == [code] and not desk.programme.levels
    desk.all.write(AMINA, record(publication, 0))


def test_a_mute_does_not_blind() -> None:
    desk = Desk()
    desk.all.open_picture(SPEAKER, [LOW], desk.closed)
    desk.all.enforce(State(phase="open", floor={AMINA: Holder(0, muted=True)}))
    assert desk.told == []


def test_a_second_tab_replaces_the_first_which_is_told() -> None:
    desk = Desk()
    first, second = desk.sound(), desk.sound()
    assert desk.told == ["replaced"]
    assert [one.number for one in desk.all.all()] == [second.number] != [first.number]


def test_another_person_cannot_write_or_close_it() -> None:
    desk = Desk()
    publication = desk.sound()
    desk.all.write(BADR, record(publication, 0, b"\xff\xff"))
    with pytest.raises(Refused) as refused:
        desk.all.get(publication.number, BADR)
    assert refused.value.code == "no-such-publication"


def test_ten_times_the_allowed_rate_is_closed() -> None:
    desk = Desk()
    publication = desk.sound()
    for n in range(2_000):
        desk.seconds += 0.002
        desk.all.write(AMINA, record(publication, n))
    assert desk.told == ["too-fast"] and not desk.programme.levels


def test_too_many_bytes_are_closed_too() -> None:
    desk = Desk()
    publication = desk.all.open_picture(SPEAKER, [LOW], desk.closed)
    size = 100_000

    def floods(n: int) -> None:
        chunk = Chunk(n, n, (bytes(size),), True, False, b"vp8 2x2")
        desk.seconds += size / (10 * PICTURE_BYTES_A_SECOND)
        desk.all.write(AMINA, encode_record(publication.number, encode_chunk(chunk)))

    for n in range(60):
        floods(n)
    assert desk.told == ["too-fast"]
    with pytest.raises(ProtocolError, match="too-fast"):
        for n in range(60, 200):
            floods(n)
    assert SOUND_BYTES_A_SECOND < PICTURE_BYTES_A_SECOND


def test_many_small_frames_are_as_much_sound_as_they_last() -> None:
    desk = Desk()
    publication = desk.sound()
    most = PUBLISH_SOUND_MS_A_SECOND * PUBLISH_BURST_SECONDS
    frames = (b"\xf8",) * MAX_FRAMES_A_CHUNK
    for n in range(most // (20 * len(frames)) + 1):
        assert desk.told == []
        desk.all.write(AMINA, encode_record(publication.number, encode_chunk(Chunk(n, n * 20, frames))))
    assert desk.told == ["too-fast"] and not desk.programme.levels


def test_what_nobody_uses_is_counted_too_and_read_no_further() -> None:
    desk = Desk(State())
    data = encode_record(77, b"") * (MAX_UPLOAD_BYTES // 2)
    most = UPLOAD_RECORDS_A_SECOND * PUBLISH_BURST_SECONDS
    read = 0
    with pytest.raises(ProtocolError, match="too-fast"):
        for _ in desk.all.uploads.records(BADR, data):
            read += 1
    assert read == most
    with pytest.raises(ProtocolError, match="too-fast"):
        desk.all.write(BADR, encode_record(77, b""))
    desk.all.write(AMINA, encode_record(77, b""))
    desk.seconds += 1
    desk.all.write(BADR, encode_record(77, b"") * UPLOAD_RECORDS_A_SECOND)


def test_who_has_sent_nothing_for_a_while_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jemaa.live.uploads.MAX_UPLOADERS", 3)
    seconds = 0.0
    uploads = Uploads(lambda: seconds)
    for n in range(50):
        seconds += PUBLISH_BURST_SECONDS / 4
        assert list(uploads.records(PersonId(f"p{n}"), encode_record(1, b""))) == [(1, b"")]
    assert len(uploads) <= 10


def test_the_usual_rate_goes_on_for_ever() -> None:
    desk = Desk()
    publication = desk.sound()
    for n in range(3_000):
        desk.seconds += 0.02
        desk.all.write(AMINA, record(publication, n))
    assert desk.told == []


def test_chunks_out_of_order_and_too_large_are_refused() -> None:
    desk = Desk()
    publication = desk.sound()
    desk.all.write(AMINA, record(publication, 5))
    for data, code in (
        (record(publication, 5), "chunk-order"),
        (record(publication, 2), "chunk-order"),
        (record(publication, 6, bytes(MAX_CHUNK_BYTES)), "chunk-too-large"),
        (record(publication, 7, b"\xff\xff\xff"), "not-opus"),
        (record(publication, 8)[:-1], "truncated"),
    ):
        desk.seconds += 20
        with pytest.raises(ProtocolError) as refused:
            desk.all.write(AMINA, data)
        assert refused.value.code == code
    desk.all.write(AMINA, record(publication, 9))
    assert desk.all.all() == [publication]


def test_pieces_are_put_in_order_and_repeats_change_nothing() -> None:
    desk = Desk()
    publication = desk.sound()
    pieces = [b"".join(record(publication, n * 5 + k) for k in range(5)) for n in range(12)]
    asked = [0, 2, 1, 1, 0, 3, 5, 4]
    assert [desk.all.write_piece(publication, n, pieces[n]) for n in asked] == [1, 1, 3, 3, 3, 4, 4, 6]
    assert publication.next_seqs == [30]
    with pytest.raises(Refused) as refused:
        desk.all.write_piece(publication, 6 + EARLY_PIECES + 1, pieces[0])
    assert refused.value.code == "piece-order"
    with pytest.raises(ProtocolError) as too_large:
        desk.all.write_piece(publication, 6, bytes(MAX_UPLOAD_BYTES + 1))
    assert too_large.value.code == "piece-too-large"


def test_who_vanishes_is_closed_after_a_while() -> None:
    desk = Desk()
    publication = desk.sound()
    desk.seconds += PUBLICATION_IDLE_SECONDS - 1
    desk.all.write(AMINA, record(publication, 0))
    desk.seconds += PUBLICATION_IDLE_SECONDS - 1
    desk.all.sweep()
    assert desk.told == []
    desk.seconds += 2
    desk.all.sweep()
    assert desk.told == ["publication-idle"]


def test_whoever_closes_his_own_is_not_told() -> None:
    desk = Desk()
    publication = desk.sound()
    desk.all.close(desk.all.get(publication.number, AMINA))
    desk.all.close(publication)
    assert desk.told == [] and desk.all.all() == []


def test_a_picture_has_a_number_for_each_rendition() -> None:
    desk = Desk()
    asked: list[int] = []
    high = Rendition("high", "vp8", 640, 360, 400)
    publication = desk.all.open_picture(SPEAKER, [LOW, high], desk.closed, asked.append)
    assert len(publication.tracks) == 2 and publication.number == publication.tracks[0]
    desk.programme.select_picture(AMINA)
    assert asked == [publication.number] and publication.wants_keyframe
    for track in publication.tracks:
        chunk = Chunk(0, 0, (bytes((track,)),), True, False, b"vp8 2x2")
        desk.all.write(AMINA, encode_record(track, encode_chunk(chunk)))
    shown = [desk.programme.tracks[f"picture/{size}"].from_independent()[0].frames for size in ("low", "high")]
    assert shown == [(bytes((track,)),) for track in publication.tracks]
    for renditions in ([], [LOW] * 4):
        with pytest.raises(Refused) as refused:
            desk.all.open_picture(SPEAKER, renditions, desk.closed)
        assert refused.value.code == "bad-renditions"


@pytest.mark.parametrize("by", ["enforce", "sweep"])
def test_a_publisher_who_cannot_be_told_leaves_nobody_audible(by: str, caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(State(phase="open", floor={AMINA: Holder(0), BADR: Holder(0)}))
    changes: list[int] = []
    desk.all.on_changed(lambda: changes.append(len(desk.all.all())))

    def fails(_: Unpublished) -> None:
        raise RuntimeError("the connection has gone")

    desk.all.open_sound(SPEAKER, fails)
    desk.sound(LISTENER)
    desk.seconds += PUBLICATION_IDLE_SECONDS + 1
    if by == "enforce":
        desk.all.enforce(State(phase="suspended"))
    else:
        desk.all.sweep()
    assert desk.all.all() == [] and not desk.programme.levels
    assert changes == [1, 2, 1, 0] and len(desk.told) == 1
    assert "with a failure" in caplog.text


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=80))
def test_random_bytes_from_a_speaker_are_refused_or_harmless(data: bytes) -> None:
    desk = Desk()
    publication = desk.sound()
    for sent in (data, encode_record(publication.number, data)):
        with suppress(ProtocolError):
            desk.all.write(AMINA, sent)
    desk.programme.tick()
