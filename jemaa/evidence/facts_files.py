"""Evidence room. The files of facts: of each published row the measurements behind it, as they are and in OONI's form.

A site is built now and then, but whoever takes a measurement back need not wait for that: `mend` makes the files of its
row anew at once. What was taken is counted in the manifest, and a site knows up to where it was made without.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import IO

import msgspec

from jemaa.errors import ProtocolError
from jemaa.facts import ooni, read
from jemaa.facts.record import Measurement

from . import manifest
from .archive import Archive
from .ballot import beside
from .cells import cells
from .entry import Key, monday_of, packed, unpacked
from .instruments import Broken, without
from .records import Record, records, shown
from .tables import Tables

log = logging.getLogger("jemaa.evidence")

Judge = Callable[[Measurement], Sequence[ooni.Finding]]

TAKINGS = "takings.txt"
"""How many measurements had been taken back when the site's files of facts were made."""


def write_facts(archive: Archive, tables: Tables, folder: Path, judge: Judge) -> None:
    """The facts of every published row, `facts/CELL.jsonl`, and the same in OONI's form, `ooni/WEEK/CELL.jsonl`."""
    ways: dict[int, set[str]] = {}
    for one in tables.cells:
        ways.setdefault(packed(one.key), set()).add(one.path)
    (folder / "facts").mkdir(parents=True, exist_ok=True)
    where = without({one.instrument for one in tables.broken})
    for _, of_week in groupby(archive.days(), monday_of):
        for cell, found in groupby(records(archive, list(of_week), where), attrgetter("cell")):
            if cell in ways:
                _write_cell(folder, cell, _told(found, ways[cell]), judge, {})
    for part in ("facts", "ooni"):
        names = sorted(str(path.relative_to(folder)) for path in (folder / part).rglob("*.jsonl"))
        (folder / f"{part}.txt").write_text("".join(f"{name}\n" for name in names))
    (folder / TAKINGS).write_text(f"{tables.takings}\n")


def mend(archive: Archive, folder: Path, judge: Judge) -> int:
    """Take out of a site's files what was taken back since they were made; how many rows were touched.

    Their files are made anew from the archive, which may have more by now than the tables say. Done again, it does
    nothing; ended midway, it goes on where it was. Whoever calls it holds the archive's lock.
    """
    mark = folder / TAKINGS
    if not mark.exists():  # there is no site
        return 0
    now, known = archive.manifest, int(mark.read_text())
    touched = [int(cell, 16) for cell, number in now.taken.items() if number > known]
    for cell in touched:
        if _facts(folder, cell).exists():
            _renew_cell(archive, folder, cell, judge)
    if touched:
        manifest.replace(mark, f"{now.takings}\n".encode())
    return len(touched)


def _renew_cell(archive: Archive, folder: Path, cell: int, judge: Judge) -> None:
    known = dict(zip(_lines(_facts(folder, cell)), _lines(_ooni(folder, cell)), strict=False))
    _ooni(folder, cell).unlink(missing_ok=True)  # before ours is another, if all ends here
    days = [day for day in archive.days() if monday_of(day) == unpacked(cell).week]
    where = without(_left_out(folder))
    ways = {
        one.path for one in cells(archive, days, where=f"{where} AND {beside(cell)}") if packed(one.key) == cell
    }  # fmt: skip
    _write_cell(folder, cell, _told(records(archive, days, where, only=cell), ways), judge, known)


def _told(found: Iterable[Record], ways: Collection[str]) -> Iterator[tuple[Measurement, bytes, str]]:
    """What may be shown of each: as a value, as a line, and by which file its network was known."""
    for record in found:
        whole = msgspec.json.decode(record.facts, type=Measurement)
        kept = shown(whole, ways)
        if kept is not None:
            yield kept, record.facts.encode() if kept is whole else read.write(kept), record.asn_db


def _write_cell(
    folder: Path, cell: int, told: Iterable[tuple[Measurement, bytes, str]], judge: Judge, known: Mapping[bytes, bytes]
) -> None:
    """Both files of a cell, line by line alike; `known` has what need not be judged again. Ours takes its place first:
    where theirs is there, the lines are each other's.
    """
    with _new(_ooni(folder, cell)) as theirs, _new(_facts(folder, cell)) as ours:
        for measurement, line, asn_db in told:
            form = known.get(line) or _form(measurement, unpacked(cell), judge, asn_db)
            if form:
                ours.write(line + b"\n")
                theirs.write(form + b"\n")


def _form(measurement: Measurement, key: Key, judge: Judge, asn_db: str) -> bytes:
    """In OONI's form; empty for what could say who somebody is: it is kept back, and the rest is published."""
    report = f"{key.week.replace('-', '')}_{key.cc}_{key.asn}_{key.access}"
    try:
        return ooni.write(measurement, judge(measurement), report=report, asn_db=asn_db)
    except ProtocolError as refusal:
        log.warning("a measurement of %s is not published: %s", report, refusal)
        return b""


@contextmanager
def _new(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes its place when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    spare = manifest.spare(path)
    with spare.open("wb") as file:
        yield file
    spare.replace(path)


def _facts(folder: Path, cell: int) -> Path:
    return folder / "facts" / f"{cell:016x}.jsonl"


def _ooni(folder: Path, cell: int) -> Path:
    return folder / "ooni" / unpacked(cell).week / f"{cell:016x}.jsonl"


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines() if path.exists() else []


def _left_out(folder: Path) -> set[str]:
    """Instruments that the site's tables do not count either."""
    lines = _lines(folder / "broken.jsonl")
    return {msgspec.json.decode(line, type=Broken).instrument for line in lines}
