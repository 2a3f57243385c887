"""Files of facts: of no way that too few tried, and of no measurement that was taken back, whenever that was. 4 s."""

import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jemaa.evidence import facts_files, site
from jemaa.evidence.archive import Archive
from jemaa.evidence.engine import Engine
from jemaa.evidence.entry import Entry
from jemaa.evidence.facts_files import mend, write_facts
from jemaa.evidence.journal import Journal
from jemaa.evidence.material import Material
from jemaa.evidence.tables import tables
from jemaa.facts.record import Measurement
from tests.evidence.facts import MONDAY, Finding, crowd, entry

OURS = ("live", "text")
CALL = "webrtc-udp"
TODAY = datetime.date(2026, 12, 1)


def said(measurement: Measurement) -> list[Finding]:
    """What a judge says who names the ways that he was shown, and whether he saw packets."""
    return [Finding(node="stun.drop", evidence=tuple(arm.id for arm in measurement.arms), n=len(measurement.rungs))]


def one(number: int, *, ways: tuple[str, ...] = OURS, failing: tuple[str, ...] = (), **network: object) -> Entry:
    return entry(number, 2**63 + number, ways=ways, failing=failing, seed=1_000_000 + number, **network)


def published(folder: Path, entries: list[Entry]) -> Archive:
    archive = Archive(folder / "archive")
    archive.add(entries, "b")
    write(archive, folder)
    return archive


def write(archive: Archive, folder: Path) -> None:
    site.build(archive, folder / "site", Material(tables=tables(archive, TODAY)), said)


def texts(folder: Path) -> dict[str, str]:
    """All that is published, Parquet unpacked; pages say the names of all ways, and are left out."""
    found = {}
    for path in (folder / "site/data").rglob("*"):
        if path.suffix == ".parquet":
            with Engine() as engine:
                found[path.name] = str(engine.rows(f"SELECT * FROM read_parquet('{path}')"))
        elif path.is_file():
            found[str(path.relative_to(folder / "site/data"))] = path.read_text()
    return found


def lines(folder: Path, kind: str) -> list[dict[str, Any]]:
    paths = sorted((folder / "site/data" / kind).rglob("*.jsonl"))
    return [msgspec.json.decode(line) for path in paths for line in path.read_bytes().splitlines()]


def seeds(folder: Path) -> set[int]:
    """Whose measurements are shown; the two forms have the same."""
    ours = {found["plan"]["seed"] - 1_000_000 for found in lines(folder, "facts")}
    theirs = {found["test_keys"]["x_plan"]["seed"] - 1_000_000 for found in lines(folder, "ooni")}
    assert ours == theirs
    return ours


@pytest.mark.parametrize("failing", [(), (CALL,)])
def test_what_one_of_three_tried_besides_is_in_no_file(tmp_path: Path, failing: tuple[str, ...]) -> None:
    alone = one(3, ways=(*OURS, CALL), failing=failing)
    published(tmp_path, [one(1), one(2), alone])
    assert seeds(tmp_path) == {1, 2, 3}, "his published ways are there"
    for name, text in texts(tmp_path).items():
        assert CALL not in text, name
    (his,) = [found for found in lines(tmp_path, "facts") if found["plan"]["seed"] == 1_000_003]
    assert [rung["name"] for rung in his["rungs"]] == list(OURS)
    assert his["arms"] == [] and his["plan"]["order"] == []
    (form,) = [found for found in lines(tmp_path, "ooni") if found["test_keys"]["x_arms"] == []]
    assert [(found["evidence"], found["n"]) for found in form["test_keys"]["x_findings"]] == [([], 2)]


def test_what_three_tried_is_there_whole(tmp_path: Path) -> None:
    entries = [one(number, ways=(*OURS, CALL), failing=(CALL,)) for number in range(3)] + [one(9)]
    published(tmp_path, entries)
    kept = sorted(text for name, text in texts(tmp_path).items() if name.startswith("facts/"))
    assert sorted("".join(kept).splitlines()) == sorted(found.facts for found in entries)


def test_who_tried_nothing_that_is_published_is_not_there(tmp_path: Path) -> None:
    published(tmp_path, [one(1), one(2), one(3), one(4, ways=("turn-tls",))])
    assert seeds(tmp_path) == {1, 2, 3}


def taken(archive: Archive, gone: Entry) -> None:
    assert archive.remove(gone.id, gone.day)


def test_what_was_taken_back_is_in_no_file_and_other_rows_are_as_they_were(tmp_path: Path) -> None:
    entries = [one(number) for number in range(5)]
    archive = published(tmp_path, [*entries, *(one(50 + number, asn=64_501) for number in range(3))])
    before = texts(tmp_path)
    taken(archive, entries[2])
    assert mend(archive, tmp_path / "site/data", said) == 1
    assert seeds(tmp_path) == {0, 1, 3, 4, 50, 51, 52}
    after = texts(tmp_path)
    changed = {name for name in before if before[name] != after[name]}
    assert {name.partition("/")[0] for name in changed} == {"facts", "ooni", facts_files.TAKINGS} and len(changed) == 3
    assert mend(archive, tmp_path / "site/data", said) == 0
    assert texts(tmp_path) == after


def test_what_is_left_of_a_row_obeys_the_same_rule(tmp_path: Path) -> None:
    """Three tried calls; when one takes his back, the other two's calls go as well, and when four are two, all goes."""
    entries = [one(number, ways=(*OURS, CALL)) for number in range(3)] + [one(3)]
    archive = published(tmp_path, entries)
    assert any(CALL in text for name, text in texts(tmp_path).items() if name.startswith(("facts/", "ooni/")))
    taken(archive, entries[0])
    mend(archive, tmp_path / "site/data", said)
    assert seeds(tmp_path) == {1, 2, 3}
    assert not any(CALL in text for name, text in texts(tmp_path).items() if name.startswith(("facts/", "ooni/")))
    taken(archive, entries[1])
    mend(archive, tmp_path / "site/data", said)
    assert seeds(tmp_path) == set()
    assert len(list((tmp_path / "site/data/facts").iterdir())) == 1, "the file that pages lead to is there, and empty"


def test_the_same_facts_twice_are_taken_back_once(tmp_path: Path) -> None:
    twice = [entry(number, 2**63 + number, ways=OURS, seed=1_000_005) for number in (5, 6)]
    archive = published(tmp_path, [one(1), one(2), *twice])
    taken(archive, twice[0])
    mend(archive, tmp_path / "site/data", said)
    assert len(lines(tmp_path, "facts")) == len(lines(tmp_path, "ooni")) == 3


def test_what_is_taken_back_while_a_site_is_built_is_not_in_it(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    entries = [one(number) for number in range(5)]
    archive.add(entries, "b")
    judged: list[Measurement] = []

    def meanwhile(measurement: Measurement) -> list[Finding]:
        if not judged:
            taken(archive, entries[4])
        judged.append(measurement)
        return said(measurement)

    site.build(archive, tmp_path / "site", Material(tables=tables(archive, TODAY)), meanwhile)
    assert seeds(tmp_path) == {0, 1, 2, 3}


@pytest.mark.parametrize("files", [0, 1, 2])
def test_what_was_ended_midway_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: int) -> None:
    """After none, one or both of a row's files took their places; the mark that it is done comes last."""
    entries = [one(number) for number in range(5)]
    archive = published(tmp_path, entries)
    taken(archive, entries[0])
    left, replace = files, Path.replace

    def full(path: Path, target: Path) -> Path:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError("no space left")
        return replace(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(OSError, match="no space"):
            mend(archive, tmp_path / "site/data", said)
    archive.add([one(70)], "later")
    assert mend(archive, tmp_path / "site/data", said) == 1
    assert seeds(tmp_path) == {1, 2, 3, 4, 70}, "and what has come since is in the row's files with the others"


def test_a_taking_is_remembered_whatever_is_filed_or_judged_after_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    entries = [one(number) for number in range(5)]
    journal.write(entries)
    journal.fold()
    write(journal.archive, tmp_path)
    assert journal.remove(entries[0].id, entries[0].day)
    journal.write([one(20, at=MONDAY + 86_400), one(21)])
    journal.fold()
    journal.judge_again(lambda _: [Finding(ruleset="2027-01")])
    assert mend(journal.archive, tmp_path / "site/data", said) == 1
    assert seeds(tmp_path) == {1, 2, 3, 4, 20, 21}


def test_what_a_crash_left_of_it_is_forgotten_too(tmp_path: Path) -> None:
    """A fold that ended between the archive and the journal; one that was copying; a verdict that was made anew."""
    journal = Journal(tmp_path)
    entries = [one(number) for number in range(4)]
    journal.write(entries)
    (waiting,) = (tmp_path / "journal").glob("*.ndjson")
    kept = waiting.read_bytes()
    journal.fold()
    waiting.with_suffix(".folding").write_bytes(kept)
    for left in ("journal/x.ndjson.tmp", "archive/renewed.ndjson.tmp", f"archive/facts/day={entries[0].day}/x.tmp"):
        (tmp_path / left).write_bytes(kept)
    assert journal.remove(entries[0].id, entries[0].day)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and entries[0].id.encode() in path.read_bytes()]
    journal.fold()
    assert len(list(journal.archive.facts(entries[1].cell, [entries[1].day]))) == 3


def test_what_a_fold_that_crashed_copied_is_forgotten_with_what_is_in_the_journal_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    entries = [one(number) for number in range(4)]
    journal.write(entries[:2])
    journal.fold()
    journal.write(entries[2:])
    (waiting,) = (tmp_path / "journal").glob("*.ndjson")
    day = f"facts/day={entries[2].day}"
    for left in ("x.parquet.tmp", "x.arranged.ndjson.tmp", f"{day}/x.tmp", f"{day}/x+1.parquet"):
        (tmp_path / "archive" / left).write_bytes(waiting.read_bytes())
    assert journal.remove(entries[2].id, entries[2].day)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and entries[2].id.encode() in path.read_bytes()]


def test_where_there_is_no_site_there_is_nothing_to_mend(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    entries = crowd(4)
    archive.add(entries, "b")
    taken(archive, entries[0])
    assert mend(archive, tmp_path / "site/data", said) == 0
    write_facts(archive, tables(archive, TODAY), tmp_path / "data", said)
    assert (tmp_path / "data" / facts_files.TAKINGS).read_text() == "1\n"
