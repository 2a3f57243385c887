"""The key of a week that is over is nowhere, whether or not anything comes: at the start, on the way, at the end."""

import asyncio
import datetime
from pathlib import Path

import msgspec
import pytest

from jemaa.errors import StoreFailed
from jemaa.evidence import submissions as room
from jemaa.evidence.pseudonym import Pseudonyms
from jemaa.tasks import Tasks
from tests.evidence.facts import MONDAY, WEEK
from tests.evidence.senders import NOW, sent, submissions

TODAY = datetime.date(2026, 11, 25)
LATER = TODAY + datetime.timedelta(weeks=1)


def keys(folder: Path) -> list[bytes]:
    """Every key that lies in a folder."""
    return [path.read_bytes() for path in folder.rglob("week.key*")]


def test_within_its_week_a_key_stays_and_after_it_goes(tmp_path: Path) -> None:
    names = Pseudonyms(tmp_path)
    first = names.probe("192.0.2.1", "MA", 64_500, TODAY)
    names.forget(TODAY + datetime.timedelta(days=4))
    assert names.probe("192.0.2.1", "MA", 64_500, TODAY) == first
    assert Pseudonyms(tmp_path).probe("192.0.2.1", "MA", 64_500, TODAY) == first, "a restart makes no new probes"
    names.forget(LATER)
    assert keys(tmp_path) == []
    assert names.probe("192.0.2.1", "MA", 64_500, TODAY) != first, "in memory it is gone as well"


def test_what_a_crash_left_of_a_key_goes_too(tmp_path: Path) -> None:
    names = Pseudonyms(tmp_path)
    names.probe("192.0.2.1", "MA", 64_500, TODAY)
    (tmp_path / "week.key").rename(tmp_path / "week.key.tmp")
    Pseudonyms(tmp_path).forget(TODAY)
    assert keys(tmp_path) == []
    (tmp_path / "week.key").write_bytes(b'{"week":"2026-11-')
    Pseudonyms(tmp_path).forget(TODAY)
    assert keys(tmp_path) == [], "half of one may have been a key"


def test_a_key_that_cannot_be_deleted_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Pseudonyms(tmp_path).probe("192.0.2.1", "MA", 64_500, TODAY)

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refused)
    with pytest.raises(StoreFailed, match="cannot be deleted"):
        Pseudonyms(tmp_path).forget(LATER)


def test_a_server_to_which_nothing_comes_any_more_forgets_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On its rounds, every hour; here a thousand times as fast."""
    monkeypatch.setattr(room, "FOLD_SECONDS", 0.01)

    async def story() -> None:
        clock = NOW
        record = submissions(tmp_path, now=lambda: clock)
        tasks = Tasks("test")
        tasks.start(record.run(), "record")
        await record.submit(sent(), "192.0.2.1")
        await asyncio.sleep(0.2)
        (key,) = keys(tmp_path)
        assert msgspec.json.decode(key)["week"] == "2026-11-23"
        clock = MONDAY + WEEK + 60.0
        for _ in range(400):
            await asyncio.sleep(0.02)
            if not keys(tmp_path):
                break
        assert keys(tmp_path) == []
        await tasks.close()
        await record.close()

    asyncio.run(story())


@pytest.mark.parametrize("when", ["start", "close"])
def test_a_server_forgets_it_at_the_start_and_at_the_end(tmp_path: Path, when: str) -> None:
    async def story() -> None:
        clock = NOW
        record = submissions(tmp_path, now=lambda: clock)
        await record.submit(sent(), "192.0.2.1")
        if when == "close":
            clock = NOW + WEEK
        await record.close()
        if when == "start":
            assert len(keys(tmp_path)) == 1, "the week was not over"
            again = submissions(tmp_path, now=lambda: NOW + WEEK)
            assert keys(tmp_path) == []
            await again.close()
        assert keys(tmp_path) == []

    asyncio.run(story())
