"""The rows of the bench are the lab's checks, drawn evenly, and the same each time. 3 s."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from bench import evidence_lab, evidence_rows
from bench.evidence_lab import Check
from jemaa.evidence.app_cells import app_cells
from jemaa.evidence.archive import Archive
from jemaa.evidence.cells import cells
from jemaa.evidence.engine import Engine
from jemaa.evidence.entry import Entry
from jemaa.evidence.marks import APPS

ROWS = 20_000
OUTCOME = "tried, worked, fired, could, deep, marks, ruleset, counted"


@cache
def some() -> tuple[Check, ...]:
    return tuple(evidence_lab.checks(("clean", "app-voice")))


def asked(archive: Archive, query: str) -> list[tuple[Any, ...]]:
    with Engine() as engine:
        return engine.rows(query.format(f"read_parquet({archive.files('rows')})"))


def filled(folder: Path, count: int = ROWS) -> Archive:
    evidence_rows.fill(folder, count, some(), over=5)
    return Archive(folder)


def outcome(entry: Entry) -> str:
    fired = [msgspec.structs.asdict(one) for one in entry.fired]
    return str((entry.tried, entry.worked, fired, entry.could, entry.deep, entry.marks, entry.ruleset, entry.counted))


def test_each_row_is_what_a_check_of_the_lab_came_to_and_the_next_time_the_same(tmp_path: Path) -> None:
    archive, again = filled(tmp_path / "a"), filled(tmp_path / "b")
    rows = asked(archive, f"SELECT id, cell, probe, instrument, {OUTCOME} FROM {{}} ORDER BY id")
    assert len(rows) == len({row[0] for row in rows}) == ROWS
    assert rows == asked(again, f"SELECT id, cell, probe, instrument, {OUTCOME} FROM {{}} ORDER BY id")
    assert {str(row[4:]) for row in rows} <= {outcome(one.entry) for one in some()}
    assert all(row[-1] for row in rows), "what comes from the lab counts, as if it were no lab"


def test_draws_of_a_row_know_nothing_of_each_other(tmp_path: Path) -> None:
    """By DuckDB's hash of several values they did: four networks in five had no probes."""
    archive = filled(tmp_path)
    kinds = asked(archive, "SELECT instrument LIKE 'jemaa%', count(*) FROM {} GROUP BY ALL")
    assert abs(dict(kinds)[True] / ROWS - 0.4) < 0.03
    ((networks, most, accesses, probes),) = asked(
        archive,
        "SELECT count(DISTINCT cell & 4294967295), max(cell & 4294967295), count(DISTINCT cell >> 36 & 63),"
        " count(DISTINCT probe) FROM {}",
    )
    assert networks > 0.95 * evidence_rows.NETWORKS and most > 64_880 and accesses == evidence_rows.ACCESSES
    assert probes > 0.8 * ROWS


def test_what_a_page_or_a_light_check_sends_is_part_of_a_full_one() -> None:
    of_kind: dict[str, list[Entry]] = {}
    for one in some():
        of_kind.setdefault(one.kind, []).append(one.entry)
    assert {kind: len(found) for kind, found in of_kind.items()} == dict.fromkeys(evidence_lab.KINDS, 49)
    could = {kind: set(found[0].could.split()) for kind, found in of_kind.items() if found[0].could}
    assert could["light"] < could["full"] and "rtp-loss" in could["full"] - could["light"]
    assert "stun-app" in could["light"] - could["browser"]
    assert {one.marks for one in of_kind["browser"]} == {0} and all(one.marks for one in of_kind["light"])


def test_the_tables_of_such_a_record_name_what_the_labs_networks_do(tmp_path: Path) -> None:
    archive = filled(tmp_path, 60_000)
    apps = Counter((one.word, one.verdict) for one in app_cells(archive))
    assert apps["failed", "blocked"] > len(APPS) and apps["worked", ""] > apps["failed", "blocked"]
    assert not [one for one in apps if one[0] == "worked" and one[1]]
    assert {one.word for one in cells(archive) if one.path == "text"} <= {"worked", "few"}


def test_a_day_has_facts_of_its_own_and_is_added_as_it_is(tmp_path: Path) -> None:
    journal = tmp_path / "day.ndjson"
    written = evidence_rows.write_day(journal, 60, some())
    lines = [msgspec.json.decode(line, type=Entry) for line in journal.read_bytes().splitlines()]
    assert written == journal.stat().st_size > 60 * 5_000, "as large as real ones are"
    assert len({one.facts for one in lines}) == len({one.id for one in lines}) == 60
    archive = Archive(tmp_path / "archive")
    archive.add_journal(journal, "day")
    kept: Sequence[str] = [text for cell in {one.cell for one in lines} for text in archive.facts(cell, archive.days())]
    assert sorted(kept) == sorted(one.facts for one in lines)
