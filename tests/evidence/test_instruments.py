"""A failure that goes with a browser's version is no network's; one that goes with a network is no browser's. 2 s."""

import datetime
import json
from pathlib import Path

import duckdb
import msgspec
import pytest

from jemaa.evidence import pages_about
from jemaa.evidence.archive import Archive
from jemaa.evidence.cells import cells
from jemaa.evidence.downloads import write_tables
from jemaa.evidence.entry import Entry
from jemaa.evidence.facts_files import write_facts
from jemaa.evidence.instruments import broken
from jemaa.evidence.material import Material
from jemaa.evidence.records import records
from jemaa.evidence.rule_counts import rules
from jemaa.evidence.tables import Tables, tables
from jemaa.evidence.view import LANGUAGES, View, strings
from jemaa.facts.record import ACCESS
from tests.evidence.facts import CALLS, crowd

FIREFOX, CHROME = "firefox 132", "chrome 142"
COUNTRIES = ("MA", "TN", "DZ", "SN", "CI", "FR")
CALL = CALLS[0]


def browsers(
    probes: int,
    stack: str,
    *,
    network: int,
    start: int,
    failing: tuple[str, ...] = (),
    cc: str = "",
    access: str = "4g",
) -> list[Entry]:
    return crowd(
        probes, start=1_000 * network + start, failing=failing, cc=cc or COUNTRIES[network % 6], asn=64_500 + network,
        software="jemaa-browser 0.1", stack=stack, access=access,
    )  # fmt: skip


def record(folder: Path, *groups: list[Entry]) -> tuple[Archive, Tables]:
    archive = Archive(folder)
    archive.add([one for group in groups for one in group], "b")
    return archive, tables(archive, datetime.date(2026, 12, 1))


def words(found: Tables) -> dict[int, str]:
    return {cell.key.asn - 64_500: cell.word for cell in found.cells if cell.path == CALL}


def everywhere(failing: tuple[str, ...], *, of: str = FIREFOX) -> list[list[Entry]]:
    """Of each network's probes most have the one version, by which calls fail wherever one is."""
    return [
        group
        for network in range(6)
        for group in (
            browsers(20, of, network=network, start=0, failing=failing),
            browsers(12, CHROME, network=network, start=100),
        )
    ]


def test_a_version_that_fails_everywhere_turns_no_cell(tmp_path: Path) -> None:
    archive, found = record(tmp_path, *everywhere(CALLS))
    assert {cell.word for cell in cells(archive) if cell.path == CALL} == {"mixed"}, "it would have"
    assert len(rules(archive)) == 6, "and would have accused each network"
    assert words(found) == dict.fromkeys(range(6), "worked") and not found.rules
    assert [(one.instrument, one.path, one.failing, one.networks) for one in found.broken] == [
        (FIREFOX, path, 6, 6) for path in CALLS
    ]


def test_one_network_that_blocks_is_still_seen_by_what_is_not_broken(tmp_path: Path) -> None:
    blocked = browsers(12, CHROME, network=9, start=0, failing=CALLS)
    _, found = record(tmp_path, *everywhere(CALLS), blocked)
    assert words(found)[9] == "failed" and words(found)[0] == "worked"
    assert [one.key.asn for one in found.rules] == [64_509]


def test_a_network_that_blocks_breaks_no_browser(tmp_path: Path) -> None:
    groups = [browsers(20, FIREFOX, network=network, start=0, failing=CALLS) for network in range(6)]
    _, found = record(tmp_path, *groups, *(browsers(20, FIREFOX, network=n, start=0) for n in range(6, 9)))
    assert not found.broken and words(found)[0] == "failed" and words(found)[7] == "worked"


def test_a_country_that_cuts_one_browser_in_all_its_networks_is_not_taken_for_a_defect(tmp_path: Path) -> None:
    """As Russia did in March 2022: Chrome failed and Firefox worked."""
    there = [
        group
        for network in range(6)
        for group in (
            browsers(20, CHROME, network=network, start=0, failing=CALLS, cc="RU"),
            browsers(5, FIREFOX, network=network, start=100, cc="RU"),
        )
    ]
    elsewhere = [browsers(9, which, network=n, start=200) for n in range(10, 13) for which in (CHROME, FIREFOX)]
    _, found = record(tmp_path, *there, *elsewhere)
    assert not found.broken and found.rules


def test_one_person_who_floods_breaks_no_browser(tmp_path: Path) -> None:
    honest = everywhere((), of=FIREFOX)
    floods = [browsers(1, FIREFOX, network=n, start=900, failing=CALLS) * 100 for n in range(6)]
    _, found = record(tmp_path, *honest, *floods)
    assert not found.broken and words(found) == dict.fromkeys(range(6), "worked")


def test_one_person_who_names_every_access_breaks_no_browser(tmp_path: Path) -> None:
    """Eight for whom the version works, and one address in each network that says ten times that it does not."""
    groups = [
        group
        for n in range(6)
        for group in (
            browsers(8, FIREFOX, network=n, start=0),
            browsers(12, CHROME, network=n, start=100),
            *(browsers(1, FIREFOX, network=n, start=900, failing=CALLS, access=access) * 20 for access in ACCESS),
        )
    ]
    _, found = record(tmp_path, *groups)
    assert not found.broken and words(found) == dict.fromkeys(range(6), "worked")


def test_what_is_left_out_is_said_and_in_no_file_of_facts(tmp_path: Path) -> None:
    archive, found = record(tmp_path / "archive", *everywhere(CALLS))
    write_tables(found, tmp_path / "data")
    write_facts(archive, found, tmp_path / "data", lambda _: ())
    lines = [json.loads(line) for line in (tmp_path / "data" / "broken.jsonl").read_text().splitlines()]
    assert [line["instrument"] for line in lines] == [FIREFOX] * 2
    facts = [path.read_text() for path in (tmp_path / "data" / "facts").iterdir()]
    assert len(facts) == 6 and all(CHROME in text and FIREFOX not in text for text in facts)


PROGRAM = "jemaa 0.1.0"


def programs(
    network: int, start: int, *, failing: tuple[str, ...] = (), sound_loss: float | None = None
) -> list[Entry]:
    return crowd(
        12, start=1_000 * network + start, failing=failing, cc=COUNTRIES[network % 6], asn=64_500 + network,
        software=PROGRAM, sound_loss=sound_loss,
    )  # fmt: skip


def test_the_full_check_that_hears_no_sound_where_calls_can_be_set_up_is_not_broken(tmp_path: Path) -> None:
    """Six networks that let a call be set up and cut its sound, of which browsers and light checks know nothing."""
    groups = [
        group
        for n in range(6)
        for group in (
            browsers(12, CHROME, network=n, start=0),
            programs(n, 100, failing=(CALL,), sound_loss=0.8),
            programs(n, 200)[:3],
        )
    ]
    _, found = record(tmp_path, *groups)
    assert not found.broken and found.rules, "what the full checks saw is counted"
    by_word = Archive(tmp_path / "by-word")
    by_word.add([msgspec.structs.replace(one, deep=0) for group in groups for one in group], "b")
    assert [one.instrument for one in broken(by_word)] == [PROGRAM], "compared by the word alone it would be"


def test_a_program_whose_calls_are_not_even_set_up_is_still_found_by_its_light_checks(tmp_path: Path) -> None:
    groups = [
        group
        for n in range(6)
        for group in (
            browsers(12, CHROME, network=n, start=0),
            programs(n, 100, failing=(CALL,)),
            programs(n, 200, failing=(CALL,), sound_loss=1.0),
        )
    ]
    assert [(one.instrument, one.path) for one in record(tmp_path, *groups)[1].broken] == [(PROGRAM, CALL)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_on_data_names_them(tmp_path: Path, language: str) -> None:
    words = strings(language)
    for groups, said in ((everywhere(CALLS), FIREFOX), (everywhere(()), words["broken.none"])):
        _, found = record(tmp_path / said.partition(" ")[0], *groups)
        assert said in pages_about.data(View(language, "data.html"), Material(tables=found)).partition("<h2>")[2]


def test_an_archive_from_before_there_were_instruments_is_read(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.add(crowd(4), "old")
    drop(archive, "instrument")
    assert broken(archive) == [] and len(cells(archive)) == 9
    archive.add(crowd(4, start=50), "new")
    assert {cell.probes for cell in cells(archive, left_out=("firefox 132",))} == {8}
    archive.tidy()
    assert {cell.probes for cell in cells(archive)} == {8} and len(archive.files("rows")) == 1
    assert archive.renew(lambda entry: entry) == len(list(records(archive, archive.days())))


@pytest.mark.parametrize("column", ["could", "deep"])
def test_an_archive_from_before_a_column_is_read_beside_newer_files(tmp_path: Path, column: str) -> None:
    """And made anew it has it: here by what its facts say."""
    archive = Archive(tmp_path)
    archive.add(crowd(4, failing=CALLS), "old")
    drop(archive, column)
    archive.add(crowd(4, start=50, failing=CALLS), "new")
    assert broken(archive) == [] and [(one.probes, one.of) for one in rules(archive)] == [(8, 8)]
    archive.tidy()
    archive.renew(lambda entry: entry)
    assert [(one.probes, one.of) for one in rules(archive)] == [(8, 8)]


def drop(archive: Archive, column: str) -> None:
    """As the files were before the column."""
    for path in archive.files("rows"):
        duckdb.sql(f"COPY (SELECT * EXCLUDE ({column}) FROM read_parquet('{path}')) TO '{path}.new' (FORMAT parquet)")
        Path(f"{path}.new").replace(path)
