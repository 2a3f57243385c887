"""Marks of applications: each by itself, against unmarked packets beside them, and no more said than was seen. 5 s."""

import csv
import datetime
import html
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec
import pytest

from bench.confusion import facts_in
from jemaa.audit import catalogue
from jemaa.evidence import pages, pages_about, pages_apps
from jemaa.evidence.app_cells import AppCell, app_cells
from jemaa.evidence.archive import Archive
from jemaa.evidence.downloads import write_tables
from jemaa.evidence.engine import Engine
from jemaa.evidence.entry import Entry
from jemaa.evidence.marks import ACCUSED, APPS, BLOCKED, LOST, RULE, THROUGH, marks_of
from jemaa.evidence.material import App, Material
from jemaa.evidence.tables import tables
from jemaa.evidence.view import LANGUAGES, View, strings
from jemaa.facts.record import Measurement
from jemaa.packets import stun
from jemaa.verdict.judge import judge
from tests.evidence.facts import MONDAY, WEEK, crowd, marked
from tests.evidence.test_could import CLEAN, PAGES, anew, full, probes
from tests.evidence.test_instruments import drop
from tests.verdict.profiles import PROFILES, neutral

LAB = Path(__file__).parent.parent.parent / "docs/ground-truth/facts.jsonl.xz"
ALL = frozenset(APPS)
TODAY = datetime.date(2027, 6, 1)


@cache
def kept() -> list[bytes]:
    return facts_in(LAB)


def of_lab(profile: str) -> list[Measurement]:
    mark = f'"profile":"{profile}"'.encode()
    return [msgspec.json.decode(line, type=Measurement) for line in kept() if mark in line]


def words(marks: int, group: int) -> frozenset[str]:
    return frozenset(app for bit, app in enumerate(APPS) if marks >> group + bit & 1)


@pytest.mark.parametrize(
    ("profile", "through", "lost"),
    [
        ("clean", ALL, frozenset()),
        ("link-4g-congested", ALL, frozenset()),
        ("dtls", ALL, frozenset()),
        ("app-voice", frozenset(), ALL),
        ("ma-2016-mobile-a", ALL - {"whatsapp", "skype", "viber", "facebook", "google"},
         frozenset({"whatsapp", "skype", "viber", "facebook", "google"})),
        ("stun-cookie", frozenset(), frozenset()),
        ("udp-off", frozenset(), frozenset()),
    ],
)  # fmt: skip
def test_of_each_network_of_the_lab_the_marks_that_it_cuts_are_named_and_no_other(
    profile: str, through: frozenset[str], lost: frozenset[str]
) -> None:
    """Real checks: `ma-2016-mobile-a` cuts five applications and lets three pass. Where all STUN is cut no mark is the
    reason, and nothing is said of any."""
    found = of_lab(profile)
    assert len(found) >= 20
    for facts in found:
        marks = marks_of(facts, judge(facts))
        groups = [words(marks, group) for group in (THROUGH, LOST, ACCUSED, BLOCKED)]
        assert groups == [through, lost, lost, lost]


def test_the_marks_are_those_that_the_check_sends_and_their_names_those_of_the_catalogue() -> None:
    assert list(APPS) == list(stun.APPS)
    known = {app.name for app in catalogue.shipped().values()}
    assert {name for names in APPS.values() for name in names} <= known


def test_what_a_browser_sends_bears_no_mark() -> None:
    assert marks_of(PAGES, judge(PAGES)) == 0
    assert words(marks_of(CLEAN, judge(CLEAN)), THROUGH) == ALL


@pytest.mark.parametrize("seed", range(12))
def test_a_bad_line_names_no_mark(seed: int) -> None:
    """Thin, lossy, bursty, with an outage: a mark may get lost there, and the rule says nothing of it."""
    facts = full(neutral(seed), seed)
    assert not words(marks_of(facts, judge(facts)), ACCUSED)


ONE_APP = full(PROFILES["one-app"][0])


def counted(folder: Path, *groups: Sequence[Entry]) -> dict[str, AppCell]:
    archive = Archive(folder)
    archive.add([one for group in groups for one in group], "b")
    return {one.app: one for one in app_cells(archive)}


def test_a_row_counts_probes_by_application_beside_however_many_browsers(tmp_path: Path) -> None:
    found = counted(
        tmp_path, probes(ONE_APP, range(8)), probes(CLEAN, range(20, 24)), probes(PAGES, range(100, 110))
    )  # fmt: skip
    assert found.keys() == ALL
    viber, signal = found["viber"], found["signal"]
    assert (viber.probes, viber.worked, viber.failed, viber.fired) == (12, 4, 8, 8)
    assert (viber.verdict, viber.rule_id, viber.by_few) == ("blocked", RULE, False) and viber.q < 0.001
    assert (signal.probes, signal.worked, signal.word) == (12, 12, "worked")
    assert (signal.fired, signal.verdict, signal.rule_id, signal.q) == (0, "", "", 1.0)


def test_one_probe_one_vote_and_both_is_half_a_vote_each_way(tmp_path: Path) -> None:
    twice = probes(ONE_APP, [1]) + probes(CLEAN, [1])
    found = counted(tmp_path, twice, probes(ONE_APP, range(20, 23), checks=9))["viber"]
    assert (found.probes, found.failed, found.both, found.share) == (4, 3, 1, 0.5 / 4)


def test_nothing_of_fewer_than_three_probes_and_no_verdict_of_fewer_either(tmp_path: Path) -> None:
    assert counted(tmp_path / "a", probes(ONE_APP, range(2)), probes(PAGES, range(100, 120))) == {}
    found = counted(tmp_path / "b", probes(ONE_APP, range(2)), probes(CLEAN, range(20, 30)))["viber"]
    assert (found.probes, found.failed, found.fired, found.verdict) == (12, 2, 0, "")


def test_one_forger_in_ten_makes_no_verdict_and_a_row_by_few_is_said_to_be_so(tmp_path: Path) -> None:
    honest = probes(CLEAN, range(27))
    for number, others in enumerate(([], probes(PAGES, range(100, 150)))):
        found = counted(tmp_path / str(number), honest, others, probes(ONE_APP, range(900, 903), checks=20))["viber"]
        assert (found.probes, found.fired, found.verdict, found.word) == (30, 3, "", "worked")
        assert found.q > 0.05
    few = counted(tmp_path / "few", probes(ONE_APP, range(5)), probes(PAGES, range(100, 150)))["viber"]
    assert (few.probes, few.verdict, few.by_few) == (5, "blocked", True)


def test_what_was_filed_before_anybody_looked_for_marks_counts_once_it_is_judged_anew(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.add(probes(ONE_APP, range(5)), "b")
    before = app_cells(archive)
    drop(archive, "marks")
    assert app_cells(archive) == []
    archive.renew(anew)
    assert app_cells(archive) == before and len(before) == len(APPS)


def test_a_change_of_a_mark_is_dated_as_one_of_a_path_is(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    for n in range(8):
        archive.add(marked(crowd(15, start=n * 100, at=MONDAY + n * WEEK), LOST if n >= 5 else THROUGH), f"b{n}")
    found = tables(archive, TODAY)
    assert found.changes == []
    assert [(one.path, one.week, one.to) for one in found.app_changes] == [("viber", found.weeks[-6], "failed")]


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    """One network whose checks were told that the mark was blocked, one in which it got lost and no rule says why."""
    archive = Archive(tmp_path_factory.mktemp("marks"))
    for n in range(2):
        archive.add(marked(crowd(12, start=n * 100, at=MONDAY + n * WEEK), LOST, ACCUSED, BLOCKED), f"a{n}")
        archive.add(marked(crowd(9, start=n * 100, at=MONDAY + n * WEEK, cc="FR", asn=64_501), LOST), f"b{n}")
    apps = (App(name="Viber", ways=(("webrtc-udp", "B"),)), App(name="Zoom", ways=(("webrtc-udp", "B"),)))
    return Material(tables=tables(archive, TODAY), apps=apps)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_say_what_was_seen_what_the_rule_said_and_what_neither_shows(
    material: Material, language: str
) -> None:
    said = strings(language)
    view = View(language, "network/x.html")
    blocked, lost = (
        html.unescape(pages.network(view, material, *at)) for at in (("MA", 64_500), ("FR", 64_501))
    )  # fmt: skip
    apps, app = (
        html.unescape(one) for one in (pages_apps.apps(view, material), pages_apps.app(view, material, "viber"))
    )
    week, data = (
        html.unescape(one) for one in (pages.week(view, material, "2026-11-23"), pages_about.data(view, material))
    )
    for text in (blocked, lost, apps, app, week, data):
        assert said["marks.limits"] in text and said["marks.help"] in text
    assert said["mark.failed"] in blocked and said["verdict.blocked"] in blocked
    assert said["mark.failed"] in lost and said["verdict.blocked"] not in lost, "where no rule says so it only failed"
    assert said["verdict.likely_blocked"] not in lost
    likenesses = apps.partition("<tbody>")[2]
    viber, zoom = (likenesses[likenesses.index(name) :].partition("<tr>")[0] for name in ("Viber", "Zoom"))
    assert "app/viber.html" in viber and "app/" not in zoom


def test_each_row_leads_to_its_facts_and_the_downloads_agree(material: Material, tmp_path: Path) -> None:
    write_tables(material.tables, tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "apps.jsonl").read_text().splitlines()]
    assert [(one["cc"], one["app"], one["probes"], one["fired"], one["verdict"]) for one in lines] == [
        ("FR", "viber", 9, 0, ""), ("MA", "viber", 12, 12, "blocked"),
    ] * 2  # fmt: skip
    with (tmp_path / "apps.csv").open() as file:
        in_csv = [(one["cell"], one["app"], int(one["probes"]), one["verdict"]) for one in csv.DictReader(file)]
    with Engine() as engine:
        in_parquet = engine.rows(f"SELECT cell, app, probes, verdict FROM read_parquet('{tmp_path / 'apps.parquet'}')")
    assert in_csv == in_parquet == [(one["cell"], one["app"], one["probes"], one["verdict"]) for one in lines]
    page = pages.network(View("en", "network/MA-AS64500.html"), material, "MA", 64_500)
    shown = {one["cell"] for one in lines if f"data/facts/{one['cell']}.jsonl" in page}
    assert shown == {one["cell"] for one in lines if one["cc"] == "MA"}


def test_a_form_leads_to_an_application_by_its_address(material: Material) -> None:
    page = pages_about.find(View("en", "find.html"), material)
    assert '<select name="app">' in page and '<option value="viber">Viber' in page and '<option value="*">' in page
    assert "zoom" not in page.partition('<select name="app">')[2].partition("</select>")[0]
    assert 'data-apps="../data/apps.jsonl"' in page


def test_where_nobody_sent_a_mark_that_is_said(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.add(crowd(5), "b")
    page = html.unescape(pages_apps.apps(View("en", "apps.html"), Material(tables=tables(archive, TODAY))))
    assert strings("en")["marks.none"].partition("{")[0] in page
