"""The picture: switched at key frames, two renditions, one time line."""

import itertools

import pytest

from jemaa.errors import ProtocolError
from jemaa.limits import STILL_BYTES
from jemaa.live.picture import Camera, Picture, Rendition
from jemaa.live.track import Entry
from jemaa.wire.chunk import Chunk, encode_chunk

from .studio import AMINA, BADR

LOW = Rendition("low", "vp8", 320, 180, 100)
HIGH = Rendition("high", "vp8", 640, 360, 400)


class Stage:
    """A picture, its media time, and publishers who send what they are told to."""

    def __init__(self) -> None:
        self.now_ms = 5_000
        self.picture = Picture(lambda: self.now_ms)
        self.asked: list[int] = []

    def camera(self, person: object, number: int, *renditions: Rendition) -> "Shooting":
        camera = self.picture.open_camera(
            AMINA if person == AMINA else BADR, number, renditions, lambda: self.asked.append(number)
        )
        return Shooting(camera, self)

    def shown(self, track: str = "picture/low") -> list[bytes]:
        return [entry.frames[0] for entry in self.entries(track)]

    def entries(self, track: str = "picture/low") -> list[Entry]:
        return self.picture.tracks[track].from_independent(10**9)


class Shooting:
    def __init__(self, camera: Camera, stage: Stage) -> None:
        self.camera = camera
        self._stage = stage
        self._seqs = [0, 0, 0]

    def sends(self, data: bytes, *, rendition: int = 0, key: bool = False, at_ms: int | None = None) -> None:
        time_ms = self._stage.now_ms + 900_000 if at_ms is None else at_ms
        config = b"vp8 320x180" if key else b""
        chunk = Chunk(self._seqs[rendition], time_ms, (data,), key, False, config)
        self._seqs[rendition] += 1
        self.camera.write(rendition, encode_chunk(chunk))
        self._stage.now_ms += 50

    def loses_one(self) -> None:
        self._seqs[0] += 1


def test_the_picture_before_stays_until_the_new_one_has_a_key_frame() -> None:
    stage = Stage()
    amina, badr = stage.camera(AMINA, 1, LOW), stage.camera(BADR, 2, LOW)
    stage.picture.select(AMINA)
    amina.sends(b"A0", key=True)
    badr.sends(b"B0", key=True)
    stage.picture.select(BADR)
    assert stage.asked == [1, 2]
    badr.sends(b"B1")
    amina.sends(b"A1")
    badr.sends(b"B2", key=True)
    amina.sends(b"A2")
    badr.sends(b"B3")
    assert stage.shown() == [b"A0", b"A1", b"B2", b"B3"]
    assert [entry.seq for entry in stage.entries()] == [0, 1, 2, 3]
    times = [entry.time_ms for entry in stage.entries()]
    assert times == sorted(set(times)) and abs(times[-1] - stage.now_ms) <= 60


def test_each_size_goes_to_its_track_and_one_size_to_both() -> None:
    stage = Stage()
    amina = stage.camera(AMINA, 1, HIGH, LOW)
    stage.picture.select(AMINA)
    amina.sends(b"large", rendition=0, key=True)
    amina.sends(b"small", rendition=1, key=True)
    assert (stage.shown("picture/high"), stage.shown("picture/low")) == ([b"large"], [b"small"])
    badr = stage.camera(BADR, 3, HIGH)
    stage.picture.select(BADR)
    badr.sends(b"only", key=True)
    assert stage.shown("picture/high")[-1] == stage.shown("picture/low")[-1] == b"only"


def test_after_a_loss_nothing_is_shown_until_a_key_frame_which_is_asked_for() -> None:
    stage = Stage()
    amina = stage.camera(AMINA, 1, LOW)
    stage.picture.select(AMINA)
    amina.sends(b"0", key=True)
    stage.asked.clear()
    amina.loses_one()
    amina.sends(b"2")
    amina.sends(b"3")
    assert stage.shown() == [b"0"] and stage.asked == [1]
    stage.now_ms += 1_000
    amina.sends(b"4")
    assert stage.asked == [1, 1], "asked again after a second, not for each picture"
    amina.sends(b"5", key=True)
    amina.sends(b"6")
    assert stage.shown() == [b"0", b"5", b"6"]


def test_a_closed_camera_is_out_of_sight_at_once() -> None:
    stage = Stage()
    amina = stage.camera(AMINA, 1, LOW)
    stage.picture.select(AMINA)
    amina.sends(b"0", key=True)
    amina.camera.close()
    amina.sends(b"1", key=True)
    assert stage.shown() == [b"0"]
    assert stage.picture.selected is None and stage.picture.people == []


def test_a_second_camera_replaces_the_first() -> None:
    stage = Stage()
    first, second = stage.camera(AMINA, 1, LOW), stage.camera(AMINA, 2, LOW)
    assert not first.camera.is_open and second.camera.is_open


def test_a_clock_that_jumps_does_not_tear_the_time_line() -> None:
    stage = Stage()
    amina = stage.camera(AMINA, 1, LOW)
    stage.picture.select(AMINA)
    for n, at_ms in enumerate((100_000, 100_050, 9_000_000, 9_000_050, 40, 90)):
        amina.sends(bytes((n,)), key=True, at_ms=at_ms)
    times = [entry.time_ms for entry in stage.entries()]
    assert times == sorted(set(times))
    assert all(abs(time - (5_000 + 50 * n)) <= 60 for n, time in enumerate(times))


@pytest.mark.parametrize(
    ("chunk", "code"),
    [
        (Chunk(0, 0, (b"a", b"b"), True, False, b"vp8 2x2"), "picture-frames"),
        (Chunk(0, 0, (b"a",), True), "picture-config"),
    ],
)
def test_what_is_no_picture_is_refused(chunk: Chunk, code: str) -> None:
    stage = Stage()
    amina = stage.camera(AMINA, 1, LOW)
    with pytest.raises(ProtocolError) as refused:
        amina.camera.write(0, encode_chunk(chunk))
    assert refused.value.code == code


def test_nobody_is_selected_who_has_no_camera() -> None:
    stage = Stage()
    stage.picture.select(BADR)
    assert stage.picture.selected is None


def test_a_piece_that_was_handed_out_never_changes() -> None:
    stage = Stage()
    amina, track = stage.camera(AMINA, 1, LOW), stage.picture.tracks["picture/low"]
    stage.picture.select(AMINA)
    amina.sends(b"prompt", key=True, at_ms=905_000)
    stage.now_ms = 5_280
    stage.picture.advance(5_280)
    handed_out = track.piece(10)
    assert handed_out is not None and b"prompt" in handed_out
    amina.sends(b"late", at_ms=905_050)
    assert track.piece(10) == handed_out
    assert stage.entries()[-1].time_ms == 5_280


def test_pieces_wait_for_pictures_as_late_as_the_last_ones_were() -> None:
    stage = Stage()
    amina, track = stage.camera(AMINA, 1, LOW), stage.picture.tracks["picture/low"]
    stage.picture.select(AMINA)
    pieces: dict[int, bytes | None] = {}
    start = stage.now_ms
    for n in range(20):  # half a second of pictures at once, as a path of pieces brings them
        for _ in range(25):
            stage.now_ms += 20
            stage.picture.advance(stage.now_ms)
            pieces.setdefault(track.newest_piece(), track.piece(track.newest_piece()))
        now_ms = stage.now_ms
        for k in range(10):
            amina.sends(b"x", key=not n and not k, at_ms=900_000 + start + n * 500 + k * 50)
            stage.now_ms = now_ms
    assert all(track.piece(n) == piece for n, piece in pieces.items() if piece)
    times = [entry.time_ms for entry in stage.entries()][20:]
    assert {later - earlier for earlier, later in itertools.pairwise(times)} == {50}
    amina.camera.close()
    stage.picture.advance(stage.now_ms)
    assert track.newest_piece() == stage.now_ms // 480 - 1, "without a picture nothing is waited for"


def test_a_picture_that_was_late_once_is_not_waited_for_for_ever() -> None:
    stage = Stage()
    amina = stage.camera(AMINA, 1, LOW)
    stage.picture.select(AMINA)
    amina.sends(b"0", key=True)
    amina.sends(b"1", at_ms=stage.now_ms + 900_000 - 700)
    assert amina.camera.late_ms == 700
    for _ in range(200):
        amina.sends(b"x")
    assert amina.camera.late_ms <= 50


def test_a_still_is_a_key_frame_of_the_small_one_now_and_then() -> None:
    stage = Stage()
    amina = stage.camera(AMINA, 1, LOW, HIGH)
    stage.picture.select(AMINA)
    for second in range(20):
        amina.sends(b"key %d" % second, key=True)
        amina.sends(b"large", rendition=1, key=True)
        amina.sends(b"delta")
        stage.now_ms += 1_000 - 150
    assert stage.shown("picture/still") == [b"key 0", b"key 8", b"key 16"]
    assert all(entry.is_independent for entry in stage.entries("picture/still"))
    badr = stage.camera(BADR, 2, LOW)
    stage.picture.select(BADR)
    badr.sends(b"key of another", key=True)
    assert stage.shown("picture/still")[-1] == b"key of another", "who comes into the picture is seen at once"


def test_a_key_frame_that_would_hold_up_the_sound_is_no_still() -> None:
    stage = Stage()
    amina = stage.camera(AMINA, 1, LOW)
    stage.picture.select(AMINA)
    amina.sends(bytes(STILL_BYTES + 1), key=True)
    amina.sends(b"small enough", key=True)
    assert stage.shown("picture/still") == [b"small enough"]


def test_pieces_of_stills_are_complete_with_those_of_the_small_one() -> None:
    stage = Stage()
    amina, track = stage.camera(AMINA, 1, LOW), stage.picture.tracks["picture/still"]
    stage.picture.select(AMINA)
    stage.now_ms = 3_840
    amina.sends(b"key", key=True)
    stage.picture.advance(7_679)
    assert track.newest_piece() == 0
    stage.picture.advance(7_680)
    piece = track.piece(1)
    assert track.newest_piece() == 1 and piece is not None and b"key" in piece
