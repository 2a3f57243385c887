"""Evidence room. The archive: all facts, for ever, as Parquet by day.

A day's entries lie in two files of one name: `rows/` has what the tables count, `facts/` the measurements. Many that
came in several files and became one lie in parts (`NAME+1`, `NAME+2` …). Writers make new files and then replace the
manifest; a crash between leaves files that nothing names, which `tidy` removes.
One process writes at a time; any number may read.
"""

import fcntl
import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from jemaa.errors import StoreFailed

from . import manifest
from .arranged import Lines
from .engine import Engine, listed, quoted
from .entry import Entry
from .manifest import Manifest
from .slices import SIZED, slices

COLUMNS = {
    "id": "VARCHAR",
    "day": "VARCHAR",
    "cell": "UBIGINT",
    "probe": "UBIGINT",
    "tried": "USMALLINT",
    "worked": "USMALLINT",
    "fired": 'STRUCT("node" VARCHAR, verdict VARCHAR, rule_id VARCHAR)[]',
    "flags": "VARCHAR[]",
    "counted": "BOOLEAN",
    "ruleset": "VARCHAR",
    "instrument": "VARCHAR",
    "could": "VARCHAR",
    "deep": "USMALLINT",
    "marks": "UBIGINT",
    "asn_db": "VARCHAR",
    "facts": "VARCHAR",
}
"""Of an entry in JSON and in Parquet."""

_LATER = ("instrument", "could", "deep", "marks")


class Archive:
    """The archive in a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._list = root / "archive.json"

    @property
    def manifest(self) -> Manifest:
        """As it is now."""
        return manifest.load(self._list)

    def add(self, entries: Iterable[Entry], batch: str) -> None:
        """Add entries under the name `batch`; a name that is there already adds nothing (a crash repeats itself)."""
        self._root.mkdir(parents=True, exist_ok=True)
        journal = self._root / f"{batch}.ndjson.tmp"
        with journal.open("wb") as file:
            file.writelines(msgspec.json.encode(entry) + b"\n" for entry in entries)
        try:
            self.add_journal(journal, batch)
        finally:
            journal.unlink(missing_ok=True)

    def add_journal(self, journal: Path, batch: str) -> None:
        """Add all entries of a file that has one a line, in JSON."""
        now = self.manifest
        if batch in now.batches or not journal.stat().st_size:
            return
        found = self._sort_in(journal, batch)
        days = now.days | {day: [*now.days.get(day, []), batch] for day in found}
        added = msgspec.structs.replace(now, days=dict(sorted(days.items())), batches=[*now.batches, batch])
        manifest.save(self._list, added)

    def remove(self, identity: str, day: str) -> bool:
        """Take one measurement out, from the disk too; whether it was there. The manifest keeps from which cell, so
        that a site that has it already can be mended (`facts_files.mend`).
        """
        for name in self.manifest.days.get(day, []):
            with Engine(in_order=True) as engine:
                rows = f"SELECT cell FROM read_parquet({quoted(self._path('rows', day, name))}) WHERE id = ?"
                if found := engine.rows(rows, [identity]):
                    self._leave_out(engine, day, name, identity, found[0][0])
                    self.sweep()
                    return True
        self.sweep()  # a fold that a crash ended may have left a copy of what is in the journal alone
        return False

    def tidy(self) -> None:
        """One file a day instead of many, and none that the manifest does not name."""
        with Engine() as engine:
            for day, names in self.manifest.days.items():
                if len(names) > 1:
                    self._merge(engine, day, names)
        self.sweep()

    def sweep(self) -> None:
        """Delete what a crash left: files that the manifest does not name may have what was to be forgotten."""
        named = {self._path(kind, d, n) for d, names in self.manifest.days.items() for n in names for kind in _KINDS}
        for kind in _KINDS:
            for path in self._root.glob(f"{kind}/day=*/*"):
                if path.with_name(_whole_name(path) + path.suffix) not in named:
                    path.unlink()
        for path in self._root.glob("*.tmp"):
            path.unlink()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Whoever changes the archive, or what is made of it, holds its lock, so that two processes do not meet."""
        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / "lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def files(self, kind: str, days: Iterable[str] | None = None) -> list[str]:
        """Paths of the files of a kind (`rows` or `facts`), of all days or of some."""
        held = self.manifest.days
        chosen = held if days is None else [day for day in days if day in held]
        return [str(path) for day in chosen for name in held[day] for path in self._parts(kind, day, name)]

    def days(self) -> list[str]:
        """Days that have entries, oldest first."""
        return sorted(day for day, names in self.manifest.days.items() if names)

    def facts(self, cell: int, days: Iterable[str]) -> Iterator[str]:
        """The measurements of a cell that count, as JSON."""
        wanted = list(days)
        facts, rows = listed(self.files("facts", wanted)), listed(self.files("rows", wanted))
        query = f"""
            SELECT f.facts FROM read_parquet({facts}) f
            SEMI JOIN (SELECT id FROM read_parquet({rows}) WHERE cell = ? AND counted) r USING (id)
            WHERE f.cell = ? ORDER BY f.id"""
        with Engine() as engine:
            for (text,) in engine.rows(query, [cell, cell]):
                yield text

    def renew(self, change: Callable[[Entry], Entry]) -> int:
        """Every entry anew, as `change` makes it, a day at a time; how many. Ended midway, it can be begun again."""
        count = 0
        for day in self.days():
            lines: list[bytes] = []  # a digest of each: a day's files are read in no order
            journal = self._root / "renewed.ndjson.tmp"
            with journal.open("wb") as file, Engine() as engine:
                for part in self.files("facts", [day]):
                    for line in engine.stream(self._whole(day, part)):
                        entry = msgspec.convert(dict(zip(COLUMNS, line, strict=True)), Entry)
                        written = msgspec.json.encode(change(entry))
                        file.write(written + b"\n")
                        lines.append(hashlib.blake2b(written, digest_size=8).digest())
            count += len(lines)
            old = self.manifest.days[day]
            new = hashlib.blake2b(b"".join(sorted(lines)), digest_size=8).hexdigest()
            if old != [new]:  # else it is there already, as it would be written
                self._sort_in(journal, new)
                self._replace(day, old, new)
            journal.unlink()
        return count

    def _whole(self, day: str, part: str) -> str:
        """All columns of the measurements that a file of facts has, in their order."""
        other = {
            "facts": "f.facts", "day": f"{quoted(day)} AS day", "instrument": "coalesce(r.instrument, '')",
            "deep": "coalesce(r.deep, 0)", "marks": "coalesce(r.marks, 0)",
        }  # fmt: skip
        names = ", ".join(other.get(name, f"r.{name}") for name in COLUMNS)
        rows = rows_of(self.files("rows", [day]))
        return f"SELECT {names} FROM {rows} r JOIN read_parquet({quoted(part)}) f USING (id)"

    def asn_dbs(self) -> list[str]:
        """Every file of networks that an entry names."""
        files = self.files("rows")
        if not files:
            return []
        with Engine() as engine:
            found = engine.rows(f"SELECT DISTINCT asn_db FROM read_parquet({listed(files)}) WHERE asn_db <> ''")
        return sorted(name for (name,) in found)

    def _merge(self, engine: Engine, day: str, names: list[str]) -> None:
        """Files of a day as one new one; the old ones go once the manifest has the new one."""
        new = _digest(names)
        rows, facts = (listed(path for name in names for path in self._parts(kind, day, name)) for kind in _KINDS)
        self._copy(engine, f"SELECT * FROM read_parquet({rows}, union_by_name=true) {_SORTED}", "rows", day, new)
        self._copy_in_slices(engine, f"SELECT {SIZED} FROM read_parquet({facts})", day, new)
        self._replace(day, names, new)

    def _leave_out(self, engine: Engine, day: str, name: str, identity: str, cell: int) -> None:
        """The same of one, without a measurement. What is left is in order as it is, in an engine that keeps it."""
        new = _digest([name, identity])
        for kind in _KINDS:
            old = f"read_parquet({listed(self._parts(kind, day, name))})"
            self._copy(engine, f"SELECT * FROM {old} WHERE id <> {quoted(identity)}", kind, day, new)
        self._replace(day, [name], new, taken_from=cell)

    def _replace(self, day: str, old: list[str], new: str, *, taken_from: int | None = None) -> None:
        now = self.manifest
        left = [name for name in now.days[day] if name not in old]
        taken = {} if taken_from is None else {f"{taken_from:016x}": now.takings + 1}
        replaced = msgspec.structs.replace(now, days=now.days | {day: [*left, new]}, taken=now.taken | taken)
        manifest.save(self._list, replaced)
        for name in set(old) - {new}:
            for kind in _KINDS:
                self._forget(kind, day, name)

    def _sort_in(self, journal: Path, name: str) -> list[str]:
        """A journal's entries as files of this name, of each day that they are of; which days.

        Sorted is what the tables count, which is little; the facts, a hundred times as much, are brought into the same
        order line by line (`arranged.py`) and only packed.
        """
        arranged = self._root / f"{name}.arranged.ndjson.tmp"
        lines = Lines(journal)
        try:
            with Engine(in_order=True) as engine:
                engine.rows(f"CREATE TABLE come AS SELECT * EXCLUDE (facts) FROM {_journal(journal)}")
                [(count,)] = engine.rows("SELECT count(*) FROM come")
                if count != len(lines):
                    text = f"The archive could not be written: of {len(lines)} entries {count} were read."
                    raise StoreFailed("evidence-failed", text)
                days = [day for (day,) in engine.rows("SELECT DISTINCT day FROM come ORDER BY day")]
                for day in days:
                    of_day = f"FROM come WHERE day = {quoted(day)}"
                    self._copy(engine, f"SELECT * EXCLUDE (day) {of_day} {_SORTED}", "rows", day, name)
                    lines.arrange((n for (n,) in engine.rows(f"SELECT rowid {of_day} {_SORTED}")), arranged)
                    self._forget("facts", day, name)  # what a crash may have left
                    self._copy(engine, f"SELECT id, cell, facts FROM {_journal(arranged)}", "facts", day, name)
        finally:
            arranged.unlink(missing_ok=True)
        return days

    def _copy_in_slices(self, engine: Engine, facts: str, day: str, name: str) -> None:
        """In parts, of which each follows on the one before; the query has the size of the facts as well."""
        self._forget("facts", day, name)  # what a crash may have left
        for number, where in enumerate(slices(engine, facts)):
            part = f"SELECT * EXCLUDE (size) FROM ({facts}) WHERE {where} {_SORTED}"
            self._copy(engine, part, "facts", day, f"{name}+{number}" if number else name)

    def _forget(self, kind: str, day: str, name: str) -> None:
        for path in self._parts(kind, day, name):
            path.unlink(missing_ok=True)

    def _copy(self, engine: Engine, query: str, kind: str, day: str, name: str) -> None:
        path = self._path(kind, day, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        spare = path.with_suffix(".tmp")
        how = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_TOGETHER[kind]}"
        engine.rows(f"COPY ({query}) TO {quoted(spare)} ({how})")
        manifest.sync(spare)
        spare.replace(path)
        manifest.sync(path.parent)

    def _path(self, kind: str, day: str, name: str) -> Path:
        return self._root / kind / f"day={day}" / f"{name}.parquet"

    def _parts(self, kind: str, day: str, name: str) -> list[Path]:
        """The file of this name and, of facts, its parts."""
        first = self._path(kind, day, name)
        return [first, *sorted(first.parent.glob(f"{name}+*.parquet"), key=_part)]


_TOGETHER = {"rows": 122_880, "facts": 2_048}
"""Measurements that Parquet keeps together, all of which are in memory at once when they are written or read."""

_KINDS = tuple(_TOGETHER)

_SORTED = "ORDER BY cell, id"


def _digest(names: list[str]) -> str:
    """The name of what comes of these: the same after a crash."""
    return hashlib.blake2b("/".join(names).encode(), digest_size=8).hexdigest()


def _whole_name(path: Path) -> str:
    return path.stem.partition("+")[0]


def _part(path: Path) -> int:
    return int(path.stem.partition("+")[2])


def rows_of(files: Iterable[str]) -> str:
    """For SQL: the rows of these files. A column that came later is empty in files that are older."""
    later = ", ".join(f"NULL::{COLUMNS[name]} AS {name}" for name in _LATER)
    return (
        f"(SELECT {later} WHERE false UNION ALL BY NAME"
        f" SELECT * FROM read_parquet({listed(files)}, union_by_name=true))"
    )


def _journal(path: Path) -> str:
    columns = ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in COLUMNS.items())
    return f"read_json({quoted(path)}, format='newline_delimited', columns={{{columns}}}, maximum_object_size=16777216)"
