"""One writer thread: answers come after the commit, trouble reaches everyone it concerns, and nothing is half done."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jemaa.errors import StoreFailed
from jemaa.store.database import Database


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    database = Database(path)
    database.open()
    try:
        yield database
    finally:
        database.close()


def put(name: str, value: bytes = b"x"):  # type: ignore[no-untyped-def]
    def work(connection: sqlite3.Connection) -> str:
        connection.execute("INSERT INTO secrets (name, value) VALUES (?, ?)", (name, value))
        return name

    return work


def names(connection: sqlite3.Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM secrets ORDER BY name")]


def test_what_was_answered_is_there_after_reopening(tmp_path: Path) -> None:
    async def story() -> None:
        with opened(tmp_path / "db") as database:
            await asyncio.gather(*(database.run(put(f"n{n:03d}")) for n in range(300)))
        with opened(tmp_path / "db") as database:
            assert len(await database.run(names)) == 300

    asyncio.run(story())


def test_one_job_that_fails_leaves_the_others_alone(tmp_path: Path) -> None:
    def wrong(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO secrets (name, value) VALUES ('half', x'00')")
        raise ValueError("mine")

    async def story() -> None:
        with opened(tmp_path / "db") as database:
            done = await asyncio.gather(
                database.run(put("a")), database.run(wrong), database.run(put("b")), return_exceptions=True
            )
            assert [type(one) for one in done] == [str, ValueError, str]
            assert await database.run(names) == ["a", "b"]

    asyncio.run(story())


def test_a_full_disk_is_told_to_everyone_and_nothing_is_kept(tmp_path: Path) -> None:
    async def story() -> None:
        with opened(tmp_path / "db") as database:
            await database.run(lambda connection: connection.execute("PRAGMA max_page_count=16").fetchall())
            done = await asyncio.gather(
                *(database.run(put(f"n{n}", b"x" * 30_000)) for n in range(4)), return_exceptions=True
            )
            failed = [one for one in done if isinstance(one, StoreFailed)]
            assert failed and all(one.code == "store-failed" for one in failed)
            kept = [one for one in done if isinstance(one, str)]
            assert await database.run(names) == sorted(kept)
            await database.run(lambda connection: connection.execute("PRAGMA max_page_count=100000").fetchall())
            assert await database.run(put("after")) == "after"

    asyncio.run(story())


@pytest.mark.parametrize("content", [b"this is not a database, it is a letter" * 50, b""])
def test_a_file_that_is_no_database_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "db"
    path.write_bytes(content)
    if content:
        with pytest.raises(StoreFailed, match="store-unusable"):
            Database(path).open()
    else:
        with opened(path):
            pass


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match="store-unusable"):
        Database(tmp_path / "nowhere" / "db").open()


def test_the_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with opened(tmp_path / "db"):
        pass
    connection = sqlite3.connect(tmp_path / "db")
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(StoreFailed, match="store-newer"):
        Database(tmp_path / "db").open()


def test_only_the_owner_of_the_server_reads_the_file_with_the_key(tmp_path: Path) -> None:
    async def story() -> None:
        with opened(tmp_path / "db") as database:
            await database.run(put("a"))
            rights = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}  # noqa: ASYNC240
            assert rights == {"db": 0o600, "db-wal": 0o600, "db-shm": 0o600}

    asyncio.run(story())


def test_a_damaged_file_is_the_disks_fault_and_not_the_askers(tmp_path: Path) -> None:
    def damaged(_: sqlite3.Connection) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    async def story() -> None:
        with opened(tmp_path / "db") as database:
            with pytest.raises(StoreFailed, match="store-failed"):
                await database.run(damaged)
            assert await database.run(put("after")) == "after"

    asyncio.run(story())


def test_a_queue_that_is_full_says_so_and_those_in_it_are_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jemaa.store.database.MAX_STORE_QUEUE", 10)
    begun, held = threading.Event(), threading.Event()

    def hold(_: sqlite3.Connection) -> bool:
        begun.set()
        return held.wait(30)

    async def story() -> None:
        with opened(tmp_path / "db") as database:
            async with asyncio.TaskGroup() as group:
                group.create_task(database.run(hold))
                await asyncio.to_thread(begun.wait)
                many = asyncio.gather(*(database.run(names) for _ in range(15)), return_exceptions=True)
                await asyncio.sleep(0)  # all of them have asked
                held.set()
            done = await many
            refused = [one for one in done if isinstance(one, StoreFailed)]
            assert [one.code for one in refused] == ["store-busy"] * 5

    asyncio.run(story())


def test_after_closing_nobody_waits_for_ever(tmp_path: Path) -> None:
    async def story() -> None:
        with opened(tmp_path / "db") as database:
            waiting = asyncio.gather(*(database.run(put(f"n{n}")) for n in range(3)))
            await asyncio.sleep(0)
        assert await waiting == ["n0", "n1", "n2"]
        with pytest.raises(StoreFailed, match="store-closed"):
            await database.run(names)

    asyncio.run(story())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk; the page limit above covers the rest")
def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(tmp_path)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this container mounts nothing")

    async def story() -> None:
        with opened(tmp_path / "db") as database:
            written = 0
            with pytest.raises(StoreFailed, match="store-failed"):
                while True:
                    await database.run(put(f"n{written:03d}", b"x" * 8_000))
                    written += 1
            assert len(await database.run(names)) == written > 3

    try:
        asyncio.run(story())
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)
