"""Evidence room. The files that anyone may take: all rows as CSV, JSON lines and Parquet, and the facts of each row.

A row's facts are published only if the row is: of fewer than k=3 probes there is nothing.
"""

import csv
import datetime
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jemaa.errors import ProtocolError
from jemaa.facts import ooni
from jemaa.facts.record import Measurement

from .archive import Archive
from .cells import Cell
from .engine import Engine, quoted
from .entry import Key, monday_of, packed, unpacked
from .instruments import without
from .tables import Tables

if TYPE_CHECKING:
    Judge = Callable[[Measurement], Sequence[ooni.Finding]]

log = logging.getLogger("jemaa.evidence")

Flat = dict[str, Any]

CELL_FIELDS = (
    "cell", "week", "cc", "asn", "access", "path", "probes", "worked", "failed", "both", "share", "low", "high", "word",
)  # fmt: skip
RULE_FIELDS = (
    "cell", "week", "cc", "asn", "access", "node", "verdict", "rule_id", "ruleset", "probes", "of", "low", "high", "q",
)  # fmt: skip
BROKEN_FIELDS = ("instrument", "path", "networks", "failing", "countries")
CHANGE_FIELDS = ("week", "seen", "cc", "asn", "access", "path", "to", "q")


def write_tables(tables: Tables, folder: Path) -> None:
    """`cells`, `rules`, `changes` and `broken` in each form."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "cells", CELL_FIELDS, (_of_cell(one) for one in tables.cells))
    rules = (_of_key(one.key) | msgspec.structs.asdict(one) for one in tables.rules)
    _write(folder / "rules", RULE_FIELDS, rules)
    _write(folder / "changes", CHANGE_FIELDS, (msgspec.structs.asdict(one) for one in tables.changes))
    _write(folder / "broken", BROKEN_FIELDS, (msgspec.structs.asdict(one) for one in tables.broken))
    with (folder / "audit.jsonl").open("wb") as file:
        file.writelines(msgspec.json.encode(_for_audit(one)) + b"\n" for one in tables.cells)


def write_facts(archive: Archive, tables: Tables, folder: Path, judge: "Judge") -> None:
    """The facts of every published row, `facts/CELL.jsonl`, and of every week in OONI's form, `ooni/WEEK.jsonl`."""
    for part in ("facts", "ooni"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    published = {packed(one.key) for one in tables.cells}
    where = without({one.instrument for one in tables.broken})
    days = archive.days()
    for week, of_week in groupby(days, monday_of):
        with (folder / "ooni" / f"{week}.jsonl").open("wb") as in_their_form:
            for cell, lines in groupby(archive.counted(list(of_week), where), lambda row: row[0]):
                if cell in published:
                    _write_cell(folder / "facts" / f"{cell:016x}.jsonl", in_their_form, lines, judge)
    for part in ("facts", "ooni"):
        names = sorted(path.name for path in (folder / part).iterdir())
        (folder / f"{part}.txt").write_text("".join(f"{part}/{name}\n" for name in names))


def _write_cell(path: Path, in_their_form: Any, lines: Iterable[tuple[int, str, str]], judge: "Judge") -> None:
    key = unpacked(int(path.stem, 16))
    report = f"{key.week.replace('-', '')}_{key.cc}_{key.asn}_{key.access}"
    with path.open("wb") as file:
        for _, facts, asn_db in lines:
            measurement = msgspec.json.decode(facts, type=Measurement)
            try:
                form = ooni.write(measurement, judge(measurement), report=report, asn_db=asn_db)
            except ProtocolError as refusal:  # it could say who somebody is: kept back, and the rest is published
                log.warning("a measurement of %s is not published: %s", report, refusal)
                continue
            file.write(facts.encode() + b"\n")
            in_their_form.write(form + b"\n")


def _of_cell(cell: Cell) -> Flat:
    flat = _of_key(cell.key) | msgspec.structs.asdict(cell)
    return flat | {name: round(flat[name], 4) for name in ("share", "low", "high")}


def _for_audit(cell: Cell) -> Flat:
    """As `jemaa audit --cells` reads it. Whoever saw both counts as worked: he could attend."""
    key = cell.key
    sunday = datetime.date.fromisoformat(key.week) + datetime.timedelta(days=6)
    return {
        "country": key.cc,
        "asn": key.asn or None,
        "access": key.access,
        "subject": f"path:{cell.path}",
        "period": f"{key.week}..{sunday.isoformat()}",
        "probes": cell.probes,
        "worked": cell.worked + cell.both,
        "verdict": "failed" if cell.word == "failed" else "ok" if cell.word == "worked" else "insufficient",
    }


def _of_key(key: Key) -> Flat:
    return {"cell": f"{packed(key):016x}"} | msgspec.structs.asdict(key)


def _write(path: Path, fields: Sequence[str], rows: Iterator[Flat]) -> None:
    lines = path.with_suffix(".jsonl")
    with path.with_suffix(".csv").open("w", newline="") as table, lines.open("wb") as file:
        writer = csv.DictWriter(table, fields, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow(row)
            file.write(msgspec.json.encode({name: row[name] for name in fields}) + b"\n")
    with Engine() as engine:
        columns = ", ".join(f"{quoted(name)}: {quoted(_KINDS.get(name, 'VARCHAR'))}" for name in fields)
        source = f"read_json({quoted(lines)}, format='newline_delimited', columns={{{columns}}})"
        target = quoted(path.with_suffix(".parquet"))
        engine.rows(f"COPY (SELECT * FROM {source}) TO {target} (FORMAT parquet, COMPRESSION zstd)")


_KINDS = {
    "asn": "UINTEGER", "probes": "UINTEGER", "of": "UINTEGER", "worked": "UINTEGER", "failed": "UINTEGER",
    "both": "UINTEGER", "networks": "UINTEGER", "failing": "UINTEGER", "countries": "UINTEGER",
    "share": "DOUBLE", "low": "DOUBLE", "high": "DOUBLE", "q": "DOUBLE",
}  # fmt: skip
