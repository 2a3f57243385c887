"""The log keeps every acknowledged event, in order, whatever happens to the process."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jemaa.errors import StoreFailed
from jemaa.meeting import events as e
from jemaa.meeting.ids import MessageId, PersonId, SessionId
from jemaa.store.log import Log

from .test_database import opened

SESSION = SessionId("s1")


def said(text: str) -> e.Event:
    return e.MessageSaid(MessageId("m"), PersonId("p"), text)


def test_events_come_back_as_they_went_in(tmp_path: Path) -> None:
    async def story() -> None:
        with opened(tmp_path / "db") as database:
            log = Log(database)
            first = await log.append(SESSION, 0, 1000, [said("one"), said("مرحبا")])
            second = await log.append(SESSION, 2, 2000, [said("three")])
            assert [one.seq for one in first + second] == [1, 2, 3]
            assert await log.read(SESSION) == first + second
            assert await log.read(SESSION, since=1, limit=1) == first[1:]
            assert await log.read(SessionId("other")) == []

    asyncio.run(story())


def test_two_owners_of_one_session_cannot_fork_its_log(tmp_path: Path) -> None:
    async def story() -> None:
        with opened(tmp_path / "db") as mine, opened(tmp_path / "db") as theirs:
            await Log(mine).append(SESSION, 0, 1, [said("mine")])
            with pytest.raises(StoreFailed, match="log-forked"):
                await Log(theirs).append(SESSION, 0, 1, [said("theirs")])
            assert len(await Log(mine).read(SESSION)) == 1

    asyncio.run(story())


def test_every_acknowledged_event_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "db"
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(200)]
    os.kill(writer.pid, signal.SIGKILL)
    acknowledged += [int(line) for line in writer.stdout.read().split()]
    writer.wait()
    writer.stdout.close()

    async def story() -> None:
        with opened(path) as database:
            kept = await Log(database).read(SESSION)
            assert [one.seq for one in kept] == list(range(1, len(kept) + 1))
            assert len(kept) >= max(acknowledged)

    asyncio.run(story())


_WRITER = """
import asyncio, pathlib, sys
from jemaa.meeting import events as e
from jemaa.store.database import Database
from jemaa.store.log import Log

async def write():
    database = Database(pathlib.Path(sys.argv[1]))
    database.open()
    log = Log(database)
    seq = 0
    while True:
        recorded = await log.append("s1", seq, 1, [e.MessageSaid("m", "p", "word " * 20)])
        seq = recorded[-1].seq
        print(seq, flush=True)

asyncio.run(write())
"""
