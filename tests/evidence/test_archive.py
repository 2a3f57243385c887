"""The archive keeps what it said it has, says nothing twice, and forgets what it was asked to."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from jemaa.errors import StoreFailed
from jemaa.evidence import slices
from jemaa.evidence.archive import Archive
from jemaa.evidence.engine import Engine
from jemaa.evidence.entry import Key, packed, unpacked
from jemaa.evidence.journal import Journal
from jemaa.evidence.records import records
from jemaa.facts import read
from jemaa.facts.record import ACCESS, Measurement
from tests.evidence.facts import CALLS, MONDAY, Finding, crowd, entry


@pytest.mark.parametrize("access", ACCESS)
@pytest.mark.parametrize("asn", [0, 1, 4_294_967_295])
def test_a_key_is_one_number_and_back(access: str, asn: int) -> None:
    for cc in ("AA", "MA", "ZZ"):
        key = Key("2026-11-23", cc, asn, access)
        assert packed(key) < 2**64
        assert unpacked(packed(key)) == key


def test_what_was_added_is_read_again_whole(tmp_path: Path) -> None:
    entries = crowd(5, failing=CALLS)
    archive = Archive(tmp_path / "archive")
    archive.add(entries, "b1")
    assert archive.days() == ["2026-11-23"]
    kept = list(archive.facts(entries[0].cell, archive.days()))
    assert sorted(kept) == sorted(one.facts for one in entries)
    again = read.read(kept[0].encode(), MONDAY + 86_400)
    assert again.started_at == MONDAY, "times are cut to the hour"
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_journal_of_several_days_with_an_empty_line_and_no_end_is_added_whole(tmp_path: Path) -> None:
    entries = [entry(n, n, at=MONDAY + 86_400 * (n % 3)) for n in range(9)]
    lines = [msgspec.json.encode(one) for one in entries]
    journal = tmp_path / "day.ndjson"
    journal.write_bytes(b"\n".join([*lines[:4], b"", *lines[4:]]))
    archive = Archive(tmp_path / "archive")
    archive.add_journal(journal, "b")
    assert len(archive.days()) == 3
    kept = [text for one in entries for text in archive.facts(one.cell, [one.day])]
    assert set(kept) == {one.facts for one in entries}
    assert all(order(archive, day) == sorted(order(archive, day)) for day in archive.days())


def test_a_journal_of_which_not_every_line_is_read_changes_nothing(tmp_path: Path) -> None:
    journal = tmp_path / "day.ndjson"
    journal.write_bytes(msgspec.json.encode(entry(1, 1)) + b"\n{}{}\n")
    archive = Archive(tmp_path / "archive")
    with pytest.raises(StoreFailed):
        archive.add_journal(journal, "b")
    assert not archive.days()
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_batch_that_comes_again_adds_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    for _ in range(2):
        archive.add(crowd(4), "b1")
    assert len(archive.files("rows")) == 1


def test_a_crash_before_the_manifest_changes_nothing_and_is_tidied(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.add(crowd(4), "b1")
    before = (tmp_path / "archive.json").read_bytes()
    archive.add(crowd(4, start=100), "b2")
    (tmp_path / "archive.json").write_bytes(before)
    assert len(archive.files("rows")) == 1
    archive.tidy()
    assert len(list(tmp_path.rglob("*.parquet"))) == 2, "one file of rows and one of facts"


def test_tidying_makes_one_file_a_day_with_all_in_it(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    entries = crowd(4) + crowd(3, start=50) + crowd(3, start=90, at=MONDAY + 86_400)
    archive.add(entries[:6], "b1")
    archive.add(entries[6:], "b2")
    archive.tidy()
    assert len(archive.files("facts")) == 2
    cells = {one.cell for one in entries}
    assert sum(len(list(archive.facts(cell, archive.days()))) for cell in cells) == len(entries)


def test_a_removed_measurement_is_on_no_disk(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    entries = [entry(number, number) for number in range(4)]
    archive.add(entries, "b1")
    gone = entries[2]
    assert archive.remove(gone.id, gone.day)
    assert not archive.remove(gone.id, gone.day)
    assert not archive.remove(gone.id, "2026-01-01")
    assert len(list(archive.facts(gone.cell, [gone.day]))) == 3
    assert not any(gone.id.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_verdicts_are_made_anew_and_facts_are_not(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    entries = [*crowd(4, failing=CALLS), *crowd(3, start=50, at=MONDAY + 86_400, vpn=True)]
    flagged = msgspec.structs.replace(entries[0], flags=["network-differs"], counted=False)
    journal.write([flagged, *entries[1:]])
    journal.fold()
    before = rows_of(journal.archive)

    def stricter(measurement: Measurement) -> list[Finding]:
        return [Finding(rule_id="newer", verdict="blocked", ruleset="2027-01"), Finding(verdict="down")]

    assert journal.judge_again(stricter) == len(entries)
    after = rows_of(journal.archive)
    assert [one[:3] for one in after] == [one[:3] for one in before], "ids, cells and facts"
    assert {one[4] for one in after} == {"2027-01"}
    assert all("newer" in str(one[5]) for one in after)
    flags = {one[0]: set(one[3]) for one in after}
    assert flags.pop(flagged.id) == {"network-differs", "down"}
    assert {frozenset(one) for one in flags.values()} == {frozenset({"down"}), frozenset({"down", "vpn"})}
    assert journal.judge_again(lambda _: []) == len(entries)
    assert {one[0]: set(one[3]) for one in rows_of(journal.archive)}[flagged.id] == {"network-differs"}
    files = dict(journal.archive.manifest.days)
    assert journal.judge_again(lambda _: []) == len(entries)
    assert journal.archive.manifest.days == files, "where nothing changes nothing is written"


def rows_of(archive: Archive) -> list[tuple[Any, ...]]:
    rows, facts = archive.files("rows"), archive.files("facts")
    with Engine() as engine:
        return engine.rows(
            f"SELECT r.id, r.cell, f.facts, r.flags, r.ruleset, r.fired FROM read_parquet({rows}) r "
            f"JOIN read_parquet({facts}) f USING (id) ORDER BY r.id"
        )


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """So little is sorted at once that a handful of measurements is many."""
    monkeypatch.setattr(slices, "SLICE_BYTES", 5_000)


def order(archive: Archive, day: str | None = None) -> list[tuple[Any, ...]]:
    """Cells and ids in the order in which the files of facts have them."""
    with Engine(in_order=True) as engine:
        return [
            row
            for path in archive.files("facts", day and [day])
            for row in engine.rows(f"SELECT cell, id FROM read_parquet('{path}')")
        ]


def test_facts_of_a_day_lie_in_order_in_one_file_and_are_read_in_slices(tmp_path: Path, small: None) -> None:
    entries = [one for n in (2, 0, 3, 1) for one in crowd(6, start=n * 100, asn=64_500 + n)]
    whole = Archive(tmp_path / "whole")
    whole.add(entries, "b")
    assert len(whole.files("facts")) == len(whole.files("rows")) == 1
    assert order(whole) == sorted((one.cell, one.id) for one in entries)
    found = list(records(whole, whole.days()))
    assert [one.cell for one in found] == [cell for cell, _ in order(whole)]
    assert sorted(one.facts for one in found) == sorted(one.facts for one in entries)
    assert not list(tmp_path.rglob("*.tmp"))


def test_parts_are_put_together_forgotten_and_judged_anew_as_one(tmp_path: Path, small: None) -> None:
    journal = Journal(tmp_path)
    entries = [one for n in range(3) for one in crowd(6, start=n * 100, asn=64_500 + n)]
    for half in (entries[:20], entries[20:]):
        journal.write(half)
        journal.fold()
    archive = journal.archive
    assert order(archive) == sorted((one.cell, one.id) for one in entries), "of two batches one"
    gone = entries[7]
    assert archive.remove(gone.id, gone.day)
    left = sorted((one.cell, one.id) for one in entries if one.id != gone.id)
    assert order(archive) == left
    assert not any(gone.id.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for _ in range(2):
        assert journal.judge_again(lambda _: [Finding(ruleset="2027-01")]) == len(left)
        assert order(archive) == left and {row[4] for row in rows_of(archive)} == {"2027-01"}
    folder = Path(archive.files("facts")[0]).parent
    for name in ("crashed.parquet", "crashed+1.parquet", "crashed+2.tmp"):
        (folder / name).write_bytes(b"PAR1 not really")
    archive.sweep()
    assert sorted(map(str, folder.iterdir())) == sorted(archive.files("facts"))


def test_a_damaged_list_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.add(crowd(4), "b1")
    (tmp_path / "archive.json").write_text("{")
    with pytest.raises(StoreFailed, match="archive-unreadable"):
        archive.days()
    with pytest.raises(StoreFailed, match="archive-unreadable"):
        archive.add(crowd(4), "b2")


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.add(crowd(4), "b1")
    Path(archive.files("rows")[0]).write_bytes(b"PAR1 not really")
    with pytest.raises(StoreFailed, match="evidence-failed"):
        archive.remove("0" * 32, "2026-11-23")


def test_an_entry_is_json_both_ways() -> None:
    one = crowd(1, failing=CALLS)[0]
    assert msgspec.json.decode(msgspec.json.encode(one), type=type(one)) == one
