"""Evidence room. DuckDB, with bounds: the only file that says how much memory and how many threads it may have."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from jemaa.errors import SettingsError, StoreFailed
from jemaa.limits import EVIDENCE_MEMORY_MB, EVIDENCE_THREADS


class Engine:
    """A database in memory that reads and writes files; it asks nobody on the network for extensions.

    `in_order`: what a query does not sort stays in the order in which it was read.
    """

    def __init__(self, *, in_order: bool = False) -> None:
        try:
            import duckdb
        except ImportError as error:
            text = "The evidence needs DuckDB: install jemaa with its extra “evidence”."
            raise SettingsError("evidence-tool-missing", text) from error
        self._failure = duckdb.Error
        self._connection: duckdb.DuckDBPyConnection = duckdb.connect(
            config={
                "threads": EVIDENCE_THREADS,
                "memory_limit": f"{EVIDENCE_MEMORY_MB}MB",
                "temp_directory": str(Path(tempfile.gettempdir()) / f"jemaa-evidence-{os.getpid()}"),
                "autoinstall_known_extensions": False,
                "preserve_insertion_order": in_order,
            }
        )

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give back its memory."""
        self._connection.close()

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query. `StoreFailed` `evidence-failed` if the disk or the query does not permit it."""
        try:
            return self._connection.execute(query, list(values)).fetchall()
        except self._failure as error:
            raise StoreFailed("evidence-failed", f"The archive could not be read or written: {error}.") from error

    def stream(self, query: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query that may have many, some thousand at a time."""
        try:
            found = self._connection.execute(query, list(values))
            while rows := found.fetchmany(2_000):
                yield from rows
        except self._failure as error:
            raise StoreFailed("evidence-failed", f"The archive could not be read or written: {error}.") from error


def quoted(text: object) -> str:
    """As a text in SQL, for places where DuckDB takes no parameter."""
    return "'" + str(text).replace("'", "''") + "'"


def listed(paths: Iterable[object]) -> str:
    """The same of several."""
    return "[" + ", ".join(quoted(path) for path in paths) + "]"
