"""Disk. One SQLite file, one writer thread, many readers' questions answered by the same thread.

Callers post a function and await its result; the thread runs all that has gathered in one transaction (group
commit), so that a burst of appends costs one fsync. A result is handed out only after the commit: whoever has an
answer can rely on the disk. Trouble on the disk is `StoreFailed` for everyone in that transaction, and nothing of
it has happened.
"""

import asyncio
import logging
import os
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from jemaa.errors import StoreFailed
from jemaa.limits import MAX_GROUP_COMMIT, MAX_STORE_QUEUE

log = logging.getLogger("jemaa.store")

T = TypeVar("T")

SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE meetings (
  id TEXT PRIMARY KEY, title TEXT NOT NULL, public INTEGER NOT NULL, created_at INTEGER NOT NULL, closed_at INTEGER
) STRICT;
CREATE TABLE sessions (
  id TEXT PRIMARY KEY, meeting TEXT NOT NULL REFERENCES meetings(id), room TEXT NOT NULL, place INTEGER NOT NULL
) STRICT;
CREATE TABLE events (
  session TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
"""


@dataclass(slots=True)
class _Job:
    work: Callable[[sqlite3.Connection], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]


class Database:
    """Owns the connection and its thread. `open` it once, `close` it once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._jobs: queue.Queue[_Job | None] = queue.Queue(MAX_STORE_QUEUE)
        self._thread = threading.Thread(target=self._run, name="jemaa.store", daemon=True)
        self._opened: threading.Event = threading.Event()
        self._failure: Exception | None = None
        self._is_closed = False

    def open(self) -> None:
        """Make or open the file. `StoreFailed` (`store-unusable`, `store-newer`) says what the operator can do."""
        self._thread.start()
        self._opened.wait()
        if isinstance(self._failure, StoreFailed):
            raise self._failure
        if self._failure is not None:
            raise StoreFailed("store-unusable", f"The database {self._path} cannot be opened: {self._failure}.")

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in the writer thread, commit, then return its result.

        `StoreFailed`: `store-busy` (too much waits), `store-closed`, `store-failed` (the disk; nothing was changed).
        """
        if self._is_closed:
            raise _closed()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        try:
            self._jobs.put_nowait(_Job(work, loop, future))
        except queue.Full:
            raise StoreFailed("store-busy", "The disk cannot keep up; please try again in a moment.") from None
        return await future

    def close(self) -> None:
        """Finish what is queued, then close the file."""
        self._is_closed = True
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            connection = _connect(self._path)
        except (sqlite3.Error, OSError, StoreFailed) as error:
            self._failure = error
            self._opened.set()
            return
        self._opened.set()
        while (job := self._jobs.get()) is not None:
            batch = [job]
            ending = False
            while len(batch) < MAX_GROUP_COMMIT and not self._jobs.empty():
                another = self._jobs.get()
                if another is None:
                    ending = True
                    break
                batch.append(another)
            _commit(connection, batch)
            if ending:
                break
        connection.close()
        self._turn_away()

    def _turn_away(self) -> None:
        """Whoever asked while the file was being closed hears so."""
        with suppress(queue.Empty):
            while True:
                late = self._jobs.get_nowait()
                if late is not None:
                    _answer(late, None, _closed())


def _closed() -> StoreFailed:
    return StoreFailed("store-closed", "The server is stopping; please try again in a moment.")


def _connect(path: Path) -> sqlite3.Connection:
    # The file has the key that signs every link: nobody else on the machine reads it. SQLite gives its -wal and -shm
    # files the rights of the database.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("BEGIN IMMEDIATE")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise StoreFailed("store-newer", f"The database {path} was made by a newer version of Jemaa.")
    if version == 0:
        for statement in _SCHEMA.split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
    connection.execute("COMMIT")


_OWN_FAULT = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.DataError)


def _commit(connection: sqlite3.Connection, batch: list[_Job]) -> None:
    """One transaction for the batch. A job that fails by its own fault is undone alone (savepoint)."""
    outcomes: list[tuple[_Job, Any, Exception | None]] = []
    try:
        connection.execute("BEGIN IMMEDIATE")
        for job in batch:
            outcomes.append((job, *_attempt(connection, job)))
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        log.error("the transaction failed, nothing of it was kept: %s", error)
        if connection.in_transaction:
            with suppress(sqlite3.Error):  # then the next transaction fails at BEGIN, and rolls back once more
                connection.execute("ROLLBACK")
        failed = StoreFailed(
            "store-failed", "The server's disk failed; nothing was recorded. Please tell the operator."
        )
        outcomes = [(job, None, failed) for job in batch]
    for job, result, failure in outcomes:
        _answer(job, result, failure)


def _attempt(connection: sqlite3.Connection, job: _Job) -> tuple[Any, Exception | None]:
    connection.execute("SAVEPOINT job")
    try:
        result = job.work(connection)
    except Exception as error:
        if isinstance(error, sqlite3.Error) and not isinstance(error, _OWN_FAULT):
            raise  # the disk or the file: all of the transaction is lost
        connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")
        return None, error
    connection.execute("RELEASE job")
    return result, None


def _answer(job: _Job, result: Any, failure: Exception | None) -> None:
    def settle() -> None:
        if job.future.done():
            return
        if failure is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(failure)

    with suppress(RuntimeError):  # the asker's loop is closed: nobody waits
        job.loop.call_soon_threadsafe(settle)
