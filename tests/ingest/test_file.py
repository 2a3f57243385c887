"""A media file as a room: heard and seen in real time, looped, and only when the rules allow it."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from jemaa.errors import JemaaError
from jemaa.ingest.file import FileRoom
from jemaa.ingest.reel import Reel, contents
from jemaa.live.programme import Programme
from jemaa.live.publications import Publications
from jemaa.meeting.ids import PersonId
from jemaa.meeting.roles import Actor
from jemaa.meeting.state import State
from jemaa.people.speech import GUEST_SPEECH, say
from jemaa.sound.opus import RATE, Samples
from tests.live.until import until
from tests.sound.speaking import sound_of

SAMPLE = Path(__file__).parents[2] / "jemaa" / "ingest" / "sample" / "welcome.webm"
ROOM = Actor(PersonId("room"), "room")


class Sitting:
    """As much of a session as publications ask for."""

    def __init__(self, state: State) -> None:
        self.state = state


@asynccontextmanager
async def demonstration(path: Path, sitting: Sitting) -> AsyncIterator[Programme]:
    programme = Programme("e", time.monotonic)
    room = FileRoom(path, Publications(sitting, programme), ROOM)
    running = [asyncio.get_running_loop().create_task(work) for work in (programme.run(), room.run())]
    try:
        yield programme
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def test_the_sample_is_small_and_has_sound_and_a_picture() -> None:
    found = contents(SAMPLE)
    assert found.has_sound
    assert [(r.name, r.width, r.height) for r in found.renditions] == [("low", 320, 180), ("high", 640, 360)]
    assert SAMPLE.stat().st_size < 400_000


def test_the_room_is_heard_and_seen_once_the_session_is_open() -> None:
    async def story() -> None:
        sitting = Sitting(State())
        async with demonstration(SAMPLE, sitting) as programme:
            await until(lambda: programme.time_ms >= 400)
            assert not programme.levels
            sitting.state = State(phase="open")
            await until(lambda: max(programme.levels.values(), default=-90) > -40)
            await until(lambda: ROOM.person in programme.picture.people)
            programme.select_picture(ROOM.person)
            for name in ("picture/low", "picture/high"):
                await until(programme.tracks[name].from_independent)

    asyncio.run(story())


def test_a_short_file_goes_round_and_sound_and_picture_stay_together(tmp_path: Path) -> None:
    path = tmp_path / "short.mkv"
    graph = "testsrc=s=320x240:r=25:d=0.9"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", graph, "-f", "lavfi", "-i", "sine=d=0.5", str(path)]
    subprocess.run(command, check=True)
    times: dict[str, list[int]] = {"sound": [], "picture": []}
    for encoded in Reel(path).play():
        if encoded.rendition == 0:
            times[encoded.kind].append(encoded.time_ms)
        if encoded.time_ms > 4_000:
            break
    assert times["sound"] == list(range(0, times["sound"][-1] + 1, 20))
    assert times["picture"] == sorted(set(times["picture"]))
    assert times["picture"][-1] > 3_500
    assert len(times["picture"]) < 4.1 * 15 + 5


def clips(path: Path, *options: str) -> Path:
    """Half a second of a tone and of a test picture, which these options of ffmpeg shift."""
    graphs = ["-f", "lavfi", "-i", "testsrc=s=64x36:r=15:d=0.6", *options, "-f", "lavfi", "-i", "sine=d=0.6"]
    command = ["ffmpeg", "-v", "error", *graphs, "-map", "0:v", "-map", "1:a", "-c:v", "mpeg2video", "-c:a", "mp2"]
    offset = ["-output_ts_offset", "1000"] if path.suffix == ".ts" else []
    subprocess.run([*command, *offset, str(path)], check=True)
    return path


def played_once(path: Path, *, until_ms: int) -> tuple[list[int], Samples]:
    """When the pictures are, and the sound, from the beginning."""
    pictures, frames = [], []
    for encoded in Reel(path).play():
        if encoded.time_ms >= until_ms:
            break
        if encoded.kind == "sound":
            frames.append(encoded.data)
        elif encoded.rendition == 0:
            pictures.append(encoded.time_ms)
    return pictures, sound_of(frames)


def begins_ms(samples: Samples) -> float:
    """When something is heard."""
    return float(np.argmax(np.abs(samples) > 0.02)) * 1000 / RATE


def test_a_broadcast_that_begins_anywhere_is_heard_at_once(tmp_path: Path) -> None:
    pictures, sound = played_once(clips(tmp_path / "late.ts"), until_ms=1_500)
    assert pictures[0] < 100 and len(pictures) > 15
    assert begins_ms(sound) < 100
    assert float(np.sqrt(np.mean(sound**2))) > 0.03, "and again when it goes round"


def test_sound_that_begins_after_the_picture_does_so_here(tmp_path: Path) -> None:
    for name in ("later.ts", "later.mkv"):
        pictures, sound = played_once(clips(tmp_path / name, "-itsoffset", "0.4"), until_ms=900)
        assert pictures[0] < 70
        assert begins_ms(sound) == pytest.approx(400, abs=60)


def test_sound_alone_is_a_room_too(tmp_path: Path) -> None:
    found = contents(say(GUEST_SPEECH).write(tmp_path / "words.wav"))
    assert found.has_sound and not found.renditions


@pytest.mark.parametrize(
    "content", [b"", b"just words\n" * 50, bytes(range(256)) * 40, b"\x89PNG\r\n\x1a\n" + bytes(99)]
)
@pytest.mark.parametrize("name", ["thing.webm", "thing.txt"])
def test_a_file_that_is_no_media_is_refused(tmp_path: Path, content: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(JemaaError) as refused:
        contents(path)
    assert refused.value.code == "not-media"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JemaaError) as refused:
        contents(tmp_path / "nowhere.mp4")
    assert refused.value.code == "no-such-file"
