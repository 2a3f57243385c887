"""Evidence room. The tables that anyone may take: all rows as CSV, JSON lines and Parquet; and what the audit reads."""

import csv
import datetime
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec

from .app_cells import AppCell
from .cells import Cell
from .changes import Change
from .engine import Engine, quoted
from .entry import Key, packed
from .rule_counts import RuleCount
from .tables import Tables

Flat = dict[str, Any]

CELL_FIELDS = (
    "cell", "week", "cc", "asn", "access", "path", "probes", "worked", "failed", "both", "share", "low", "high", "word",
)  # fmt: skip
RULE_FIELDS = (
    "cell", "week", "cc", "asn", "access", "node", "verdict", "rule_id", "ruleset", "probes", "of", "low", "high", "q",
    "tested", "by_few",
)  # fmt: skip
BROKEN_FIELDS = ("instrument", "path", "networks", "failing", "countries")
APP_FIELDS = (
    "cell", "week", "cc", "asn", "access", "app", "probes", "worked", "failed", "both", "share", "low", "high", "word",
    "fired", "verdict", "rule_id", "ruleset", "q", "by_few",
)  # fmt: skip
CHANGE_FIELDS = ("week", "seen", "cc", "asn", "access", "path", "to", "q", "app")


def write_tables(tables: Tables, folder: Path) -> None:
    """`cells`, `apps`, `rules`, `changes` and `broken` in each form."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "cells", CELL_FIELDS, (_of_cell(one) for one in tables.cells))
    _write(folder / "apps", APP_FIELDS, (_of_app(one) for one in tables.apps))
    rules = (_of_key(one.key) | msgspec.structs.asdict(one) for one in tables.rules)
    _write(folder / "rules", RULE_FIELDS, rules)
    turns = [_of_change(one) for one in tables.changes] + [_of_app_change(one) for one in tables.app_changes]
    _write(folder / "changes", CHANGE_FIELDS, iter(turns))
    _write(folder / "broken", BROKEN_FIELDS, (msgspec.structs.asdict(one) for one in tables.broken))
    _write_audits(tables, folder / "audit")


def _write_audits(tables: Tables, folder: Path) -> None:
    """A file a country, as an audit is of one: all of a large record are more cells than it takes. An audit has no room
    for a doubt, so that rules and marks whose whole row could be forged stay out."""
    rows = [_for_audit(one) for one in tables.cells]
    rows += [_app_for_audit(one) for one in tables.apps if not one.by_few]
    rows += [_rule_for_audit(one) for one in tables.rules if not (one.may_be_chance or one.by_few)]
    folder.mkdir(exist_ok=True)
    for country, of_country in groupby(sorted(rows, key=itemgetter("country")), itemgetter("country")):
        lines = b"".join(msgspec.json.encode(row) + b"\n" for row in of_country)
        (folder / f"{country}.jsonl").write_bytes(lines)


def _of_cell(cell: Cell) -> Flat:
    flat = _of_key(cell.key) | msgspec.structs.asdict(cell)
    return flat | {name: round(flat[name], 4) for name in ("share", "low", "high")}


def _of_app(cell: AppCell) -> Flat:
    return _of_cell(cell) | {"app": cell.app}


def _of_change(change: Change) -> Flat:
    return msgspec.structs.asdict(change) | {"app": ""}


def _of_app_change(change: Change) -> Flat:
    return msgspec.structs.asdict(change) | {"app": change.path, "path": ""}


def _for_audit(cell: Cell) -> Flat:
    """As `jemaa audit --cells` reads it. Whoever saw both counts as worked: he could attend."""
    return _place_for_audit(cell.key) | {
        "subject": f"path:{cell.path}",
        "probes": cell.probes,
        "worked": cell.worked + cell.both,
        "verdict": _VERDICTS.get(cell.word, "insufficient"),
    }


def _app_for_audit(cell: AppCell) -> Flat:
    """The same of an application's mark."""
    of_rule = {"verdict": cell.verdict} if cell.verdict else {}
    return _for_audit(cell) | {"subject": f"mark:{cell.app}"} | of_rule


def _rule_for_audit(rule: RuleCount) -> Flat:
    """The same of a rule; it “worked” for those for whom the rule could have fired and did not."""
    return _place_for_audit(rule.key) | {
        "subject": f"rule:{rule.rule_id}",
        "probes": rule.of,
        "worked": rule.of - rule.probes,
        "verdict": rule.verdict,
    }


def _place_for_audit(key: Key) -> Flat:
    sunday = datetime.date.fromisoformat(key.week) + datetime.timedelta(days=6)
    return {
        "country": key.cc,
        "asn": key.asn or None,
        "access": key.access,
        "period": f"{key.week}..{sunday.isoformat()}",
    }


def _of_key(key: Key) -> Flat:
    return {"cell": f"{packed(key):016x}"} | msgspec.structs.asdict(key)


def _write(path: Path, fields: Sequence[str], rows: Iterator[Flat]) -> None:
    lines = path.with_suffix(".jsonl")
    with path.with_suffix(".csv").open("w", newline="") as table, lines.open("wb") as file:
        writer = csv.DictWriter(table, fields, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: _as_in_json(row[name]) for name in fields})
            file.write(msgspec.json.encode({name: row[name] for name in fields}) + b"\n")
    with Engine() as engine:
        columns = ", ".join(f"{quoted(name)}: {quoted(_KINDS.get(name, 'VARCHAR'))}" for name in fields)
        source = f"read_json({quoted(lines)}, format='newline_delimited', columns={{{columns}}})"
        target = quoted(path.with_suffix(".parquet"))
        engine.rows(f"COPY (SELECT * FROM {source}) TO {target} (FORMAT parquet, COMPRESSION zstd)")


def _as_in_json(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


_VERDICTS = {"failed": "failed", "worked": "ok"}
"""Of an audit, for a word of `cells.word_of`."""

_KINDS = {
    "asn": "UINTEGER", "probes": "UINTEGER", "of": "UINTEGER", "worked": "UINTEGER", "failed": "UINTEGER",
    "both": "UINTEGER", "fired": "UINTEGER", "networks": "UINTEGER", "failing": "UINTEGER", "countries": "UINTEGER",
    "share": "DOUBLE", "low": "DOUBLE", "high": "DOUBLE", "q": "DOUBLE", "tested": "BOOLEAN",
    "by_few": "BOOLEAN",
}  # fmt: skip
