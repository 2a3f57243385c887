"""The site: links lead somewhere, languages say all, nothing of fewer than three, never “blocked” by itself. 6 s."""

import csv
import datetime
import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from jemaa.audit import cells as audit_cells
from jemaa.errors import SettingsError
from jemaa.evidence import pages_apps, site
from jemaa.evidence.archive import Archive
from jemaa.evidence.engine import Engine
from jemaa.evidence.entry import Fired
from jemaa.evidence.marks import ACCUSED, LOST, THROUGH
from jemaa.evidence.material import App, Material
from jemaa.evidence.said import Origin, Said
from jemaa.evidence.tables import grouped, tables
from jemaa.evidence.view import LANGUAGES, View, countries, strings
from jemaa.facts.ooni import Finding
from jemaa.facts.record import Measurement
from tests.evidence.facts import CALLS, MONDAY, WEEK, crowd, marked

SAID = Said(
    cc="MA", first="2016-01-05", last="", who={"en": "A <reader>"}, words={"en": "Calls fail", "fr": "Échec"},
    grade="C", origins=(Origin(publisher="A paper", url="https://example.org/?a=1&b=2", date="2016-01-06"),),
)  # fmt: skip


def nothing(_: Measurement) -> tuple[Finding, ...]:
    return ()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("record")
    archive = Archive(folder / "archive")
    for week in range(4):
        failing = CALLS if week > 1 else ()
        here = crowd(12, start=week * 100, at=MONDAY + week * WEEK, failing=failing)
        archive.add(
            [
                *marked(here, *((LOST, ACCUSED) if failing else (THROUGH,))),
                *crowd(2, start=week * 100 + 50, at=MONDAY + week * WEEK, asn=64_999),
                *crowd(5, start=week * 100 + 60, at=MONDAY + week * WEEK, cc="FR", asn=64_501, access="ftth"),
            ],
            f"week-{week}",
        )
    material = Material(
        tables=tables(archive, datetime.date(2026, 12, 20)),
        said=(SAID,),
        apps=(App(name="Skype", ways=(("webrtc-udp", "B"),)),),
        asn_dbs=("ip2asn 2026-11-20 PDDL-1.0",),
    )
    out = folder / "site"
    assert site.build(archive, out, material, nothing) == 3 * (4 + 2 + 2 + 9 + 1 + 2 + 4)
    assert site.build(archive, out, material, nothing), "again, in its place"
    return out


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.styled = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.styled += "style" in found or tag == "style"
        self.links += [value for name in ("href", "src") if (value := found.get(name))]


def pages(built: Path) -> list[Path]:
    return sorted(built.rglob("*.html"))


def test_every_link_leads_to_a_file_and_nothing_comes_from_elsewhere(built: Path) -> None:
    for page in pages(built):
        seen = Links()
        seen.feed(page.read_text())
        assert page.parent == built or not seen.styled, "a strict policy forbids styles in the page"
        for link in seen.links:
            if link.startswith(("#", "data:,", "https://example.org/")):
                continue
            assert (page.parent / link).exists(), f"{page.relative_to(built)} → {link}"


def test_every_language_has_every_word_and_country(built: Path) -> None:
    for language in LANGUAGES:
        assert strings(language).keys() == strings("en").keys()
        assert countries(language).keys() == countries("en").keys()
        places = {key: sorted(re.findall(r"\{\w+\}", text)) for key, text in strings(language).items()}
        assert places == {key: sorted(re.findall(r"\{\w+\}", text)) for key, text in strings("en").items()}
    arabic = (built / "ar/country/MA.html").read_text()
    assert '<html lang="ar" dir="rtl">' in arabic and "المغرب" in arabic


def test_fewer_than_three_probes_are_nowhere(built: Path) -> None:
    for path in built.rglob("*"):
        if path.suffix in (".html", ".csv", ".jsonl", ".txt"):
            assert "64999" not in path.read_text(), path


def test_the_record_says_failed_where_no_rule_says_more(built: Path) -> None:
    page = (built / "en/path/webrtc-udp.html").read_text()
    assert "failed for most" in page
    assert "blocked" not in page.lower()
    network = (built / "en/network/MA-AS64500.html").read_text()
    assert "stun-signature" in network and "probably blocked" in network, "the rule that fired is named"


def test_what_is_said_of_an_application_is_said_to_be_of_a_path_like_its_own(built: Path) -> None:
    for language in LANGUAGES:
        page, words = (built / language / "apps.html").read_text(), strings(language)
        assert words["apps.share"] in page and html.escape(words["apps.help"]) in page
        assert f'<th scope="col">{words["share"]}' not in page, "no bare share beside an application's name"
        assert words["apps.marks.none"].partition("{")[0] in page


def test_where_applications_were_told_by_their_marks_is_said_beside_them(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    marks = Fired("stun.drop.app", "likely_blocked", "stun-app")
    told = [msgspec.structs.replace(one, fired=[marks], could="stun-app") for one in crowd(9)]
    archive.add(told + crowd(9, start=50, asn=64_501), "b")
    found = tables(archive, datetime.date(2026, 12, 1))
    for rules, is_listed in ((found.rules, True), ([msgspec.structs.replace(found.rules[0], q=0.5)], False)):
        material = Material(tables=msgspec.structs.replace(found, rules=rules))
        page = pages_apps.apps(View("en", "apps.html"), material)
        assert ("MA-AS64500" in page, strings("en")["apps.marks.help"] in html.unescape(page)) == (is_listed, is_listed)
        assert "64501" not in page


def test_a_statement_stands_apart_and_is_escaped(built: Path) -> None:
    page = (built / "fr/country/MA.html").read_text()
    said = page[page.index('class="said"') :]
    assert "A &lt;reader&gt;" in said and "Échec" in said and "?a=1&amp;b=2" in said
    assert "Échec" not in page[: page.index('class="said"')].replace("« Échec »", "")


def test_the_downloads_agree_with_each_other(built: Path) -> None:
    data = built / "data"
    with (data / "cells.csv").open() as file:
        in_csv = list(csv.DictReader(file))
    lines = [json.loads(line) for line in (data / "cells.jsonl").read_text().splitlines()]
    with Engine() as engine:
        in_parquet = engine.rows(f"SELECT cell, path, probes, share FROM read_parquet('{data / 'cells.parquet'}')")
    assert [(one["cell"], one["path"], int(one["probes"]), float(one["share"])) for one in in_csv] == in_parquet
    assert [str(one["low"]) for one in lines] == [one["low"] for one in in_csv]
    assert all(one["probes"] >= 3 for one in lines)


def test_the_audit_reads_the_records_own_cells(built: Path) -> None:
    files = sorted((built / "data/audit").iterdir())
    assert [path.name for path in files] == ["FR.jsonl", "MA.jsonl"]
    read = [one for path in files for one in audit_cells.read(path.read_bytes())]
    assert all(one.country == path.stem for path in files for one in audit_cells.read(path.read_bytes()))
    rows = [len((built / f"data/{name}.jsonl").read_text().splitlines()) for name in ("cells", "rules", "apps")]
    assert rows[1] == 2 and len(read) == sum(rows)
    assert {(one.subject, one.verdict) for one in read if one.subject.startswith("rule:")} == {
        ("rule:stun-signature", "likely_blocked")
    }
    assert {one.outcome() for one in read if one.subject == "path:webrtc-udp" and one.country == "MA"} == {
        "works",
        "fails",
    }


def test_each_row_leads_to_its_facts(built: Path) -> None:
    data = built / "data"
    lines = [json.loads(line) for line in (data / "cells.jsonl").read_text().splitlines()]
    for cell in {one["cell"] for one in lines}:
        facts = [json.loads(line) for line in (data / f"facts/{cell}.jsonl").read_text().splitlines()]
        probes = max(one["probes"] for one in lines if one["cell"] == cell)
        assert len(facts) >= probes
    ooni = [json.loads(line) for path in (data / "ooni").rglob("*.jsonl") for line in path.read_text().splitlines()]
    assert {one["probe_ip"] for one in ooni} == {"127.0.0.1"}
    assert len(ooni) == sum(len(path.read_text().splitlines()) for path in (data / "facts").iterdir())


def test_pictures_have_the_colours_of_the_page_and_no_words(built: Path) -> None:
    page = (built / "en/country/MA.html").read_text()
    (first, *_) = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert "var(--worked)" in first and not re.search(r'(fill|stroke)="#0[0-9a-f]{5}"', first)
    assert {re.sub(r"[\d\s%-]", "", text) for text in re.findall(r"<text[^>]*>([^<]*)<", first)} == {""}
    assert 'role="img" aria-label="' in page


def test_anothers_folder_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/letter.txt").write_text("dear")
    archive = Archive(tmp_path / "archive")
    with pytest.raises(SettingsError, match="evidence-out-taken"):
        site.build(archive, tmp_path / "home", Material(tables=tables(archive, datetime.date(2026, 1, 1))), nothing)
    assert (tmp_path / "home/letter.txt").read_text() == "dear"


def test_an_empty_record_says_so(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    site.build(archive, tmp_path / "site", Material(tables=tables(archive, datetime.date(2026, 1, 1))), nothing)
    assert "no published measurements yet" in (tmp_path / "site/en/index.html").read_text()


def test_sums_are_of_published_rows_only(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.add([*crowd(5), *crowd(2, start=50, asn=64_501)], "b")
    (group,) = grouped(
        tables(archive, datetime.date(2026, 1, 1)).cells, lambda one: (one.key.cc, one.path)[:1]
    ).values()
    assert group.probes == 5 * 9
