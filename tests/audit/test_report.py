"""Who is shut out: as said, as measured, beside each other and never mixed; and ICANN 55 as the docs have it."""

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from jemaa import cli
from jemaa.audit import catalogue, claims, html_page, report, text
from jemaa.audit.announcement import from_names
from jemaa.audit.cells import Cell
from jemaa.audit.judgement import Finding
from jemaa.audit.report import Report, Shut
from jemaa.audit.wording import LANGUAGES, strings
from jemaa.facts.record import RUNGS

ROOT = Path(__file__).parent.parent.parent
APPS = catalogue.shipped()
TITLE = "ICANN 55, Marrakech (worked example, from historical claims)"
EXAMPLE = [
    "Skype,FaceTime,Google Hangouts,Webcast",
    "--country",
    "MA",
    "--date",
    "2016-03-05..2016-03-10",
    "--title",
    TITLE,
]


def audit(names: str, *, country: str = "MA", dates: str = "2016-03", cells: tuple[Cell, ...] = ()) -> Report:
    named = from_names(names.split(","), APPS)
    return report.make(named, APPS, country=country, dates=dates, dossiers=claims.shipped(), cells=cells)


def cell(subject: str = "path:webrtc-udp", **fields: Any) -> Cell:
    given: dict[str, Any] = {"country": "MA", "asn": 6713, "access": "4g", "period": "2016-03"}
    given |= {"probes": 20, "worked": 1, "verdict": "failed"}
    return Cell(subject=subject, **(given | fields))


def finding(found: Report, app: str, network: str, access: str) -> Finding:
    (way,) = [one for one in found.ways if one.app == app]
    (one,) = [one for one in way.findings if (one.place.network, one.place.access) == (network, access)]
    return one


def test_what_was_said_of_march_2016_is_disputed_and_leans() -> None:
    found = finding(audit("Skype"), "skype", "Inwi", "mobile")
    assert (found.heard.outcome, found.heard.leans, found.heard.grade) == ("disputed", "fails", "C")
    assert found.measured is None
    assert found.shuts_out


def test_who_repeats_another_is_no_second_voice() -> None:
    """Two of six sources pass on what a third paper wrote: they count as that one."""
    heard = finding(audit("Skype"), "skype", "Inwi", "mobile").heard
    assert heard.publishers == 5
    (dossier,) = [one for one in claims.shipped() if one.country == "MA"]
    alone = tuple(replace(one, repeats=("Digital Watch",)) for one in dossier.source)
    found = report.make(
        from_names(["Skype"], APPS), APPS, country="MA", dates="2016-03", dossiers=[replace(dossier, source=alone)]
    )
    one_voice = finding(found, "skype", "Inwi", "mobile").heard
    assert (one_voice.outcome, one_voice.publishers, one_voice.leans) == ("disputed", 1, "disputed")


def test_before_and_after_other_things_were_said() -> None:
    assert finding(audit("Skype", dates="2016-01-20"), "skype", "Inwi", "mobile").heard.outcome == "fails"
    assert finding(audit("Skype", dates="2016-01-20"), "skype", "Inwi", "fixed").heard.outcome == "degraded"
    assert finding(audit("Skype", dates="2016-12"), "skype", "Inwi", "fixed").heard.outcome == "works"
    assert finding(audit("Skype", dates="2015-06"), "skype", "Inwi", "fixed").heard.outcome == "nothing"


def test_statements_about_calls_say_nothing_of_pages() -> None:
    found = audit("Webcast,Skype")
    assert {one.heard.outcome for way in found.ways if way.app == "webcast" for one in way.findings} == {"nothing"}


def test_a_measurement_stands_beside_what_was_said_and_changes_nothing_of_it() -> None:
    before = finding(audit("Skype"), "skype", "Maroc Telecom", "mobile")
    after = finding(audit("Skype", cells=(cell(worked=20, verdict="ok"),)), "skype", "Maroc Telecom", "mobile")
    assert after.heard == before.heard
    assert after.measured is not None and after.measured.outcome == "works" and not after.measured.direct
    assert before.shuts_out and after.shuts_out and after.is_disputed, "a path like its own has not the word"
    own = cell("app:skype", worked=20, verdict="ok")
    itself = finding(audit("Skype", cells=(own,)), "skype", "Maroc Telecom", "mobile")
    assert itself.heard == before.heard and not itself.shuts_out, "its own clear measurement has"


def everything_works(*more: Cell) -> tuple[Cell, ...]:
    return (*(cell(f"path:{path}", worked=20, verdict="ok") for path in RUNGS), *more)


def shut(found: Report, network: str = "Maroc Telecom", access: str = "mobile") -> Shut:
    (one,) = [one for one in found.shut if (one.place.network, one.place.access) == (network, access)]
    return one


def test_paths_that_work_leave_no_application_of_which_most_say_that_it_fails() -> None:
    """Morocco, March 2016, had every path been measured: networks that know applications by their marks pass paths."""
    found = audit("Skype,FaceTime,WhatsApp", dates="2016-03-05..2016-03-10", cells=everything_works())
    here = shut(found)
    assert here.out_of == here.disputed == here.said == ("Skype", "FaceTime", "WhatsApp")
    assert (here.left, here.unknown) == ((), ())
    told = " ".join(text.write(found, "en").split())
    assert "Shut out of: Skype (said, disputed), FaceTime (said, disputed), WhatsApp (said, disputed)" in told
    assert "Ways that remain: none" in told
    assert "worked for most (20 of 20 probes; between 84 and 100 %; a path that behaves like it (webrtc-udp;" in told


def test_a_path_that_works_leaves_no_application_of_which_nobody_spoke_either() -> None:
    found = audit("Zoom,Signal", country="FR", dates="2026-11", cells=abroad(*everything_works()))
    here = shut(found, "AS64500")
    assert (here.left, here.unknown, here.passes) == ((), ("Zoom", "Signal"), ("Zoom", "Signal"))
    assert "Not known: Zoom (a path like its own works), Signal (a path like its own works)" in text.write(found, "en")


def test_what_the_check_itself_uses_is_no_likeness() -> None:
    found = audit("Jemaa meeting,Webcast", country="FR", dates="2026-11", cells=abroad(*everything_works()))
    here = shut(found, "AS64500")
    assert (here.left, here.unknown, here.said) == (("Jemaa",), ("Webcast",), ())


def abroad(*cells: Cell) -> tuple[Cell, ...]:
    """The same in a country of which nobody said anything."""
    return tuple(replace(one, country="FR", asn=64_500, period="2026-11-23..2026-11-29") for one in cells)


@pytest.mark.parametrize(
    ("app", "paths", "out_of", "grade"),
    [
        ("FaceTime", ("turn-udp",), True, "B"),
        ("Skype", ("webrtc-udp",), False, ""),
        ("Skype", ("webrtc-udp", "turn-tcp"), False, ""),
        ("Skype", ("webrtc-udp", "turn-tcp", "turn-tls"), True, "B"),
        ("Webcast", ("stream",), False, ""),
    ],
)
def test_a_likeness_shuts_out_only_whole_and_confirmed(
    app: str, paths: tuple[str, ...], out_of: bool, grade: str
) -> None:
    """Of several routes all have to be measured, and somebody has to confirm that it is like them (Webcast: nobody)."""
    found = audit(app, country="FR", dates="2016-03", cells=tuple(
        replace(cell(f"path:{path}"), country="FR", asn=64_500) for path in paths
    ))  # fmt: skip
    here = shut(found, "AS64500")
    assert (here.out_of == (app,), here.alike.get(app, "")) == (out_of, grade)
    told = text.write(found, "en")
    assert (f"{app} (by a likeness, grade B)" in told) == out_of
    assert ("its other routes were not measured" in " ".join(told.split())) == (app == "Skype" and not out_of)


def test_a_likeness_that_fails_against_what_is_said_is_disputed() -> None:
    cells = tuple(cell(f"path:{path}", period="2016-12") for path in ("webrtc-udp", "turn-tcp", "turn-tls"))
    before = finding(audit("Skype", dates="2016-12"), "skype", "Maroc Telecom", "mobile")
    after = finding(audit("Skype", dates="2016-12", cells=cells), "skype", "Maroc Telecom", "mobile")
    assert before.verdict == "said-works" and (after.verdict, after.is_disputed) == ("alike-fails", True)


def test_rules_that_fired_are_told_and_marks_take_the_word_from_paths() -> None:
    marks = cell("rule:stun-app", probes=20, worked=4, verdict="likely_blocked")
    again = cell("rule:stun-app", probes=10, worked=4, verdict="likely_blocked", access="3g")
    other = cell("rule:of-another-version", probes=20, worked=15, verdict="blocked", access="ftth")
    found = audit("Zoom", country="FR", dates="2026-11", cells=abroad(*everything_works(marks, again, other)))
    here = shut(found, "AS64500")
    assert [(one.rule, one.node, one.verdict, one.probes, one.of) for one in here.fired] == [
        ("stun-app", "stun.drop.app", "likely_blocked", 22, 30)
    ]
    assert (here.unknown, here.passes) == (("Zoom",), ()), "what passes without marks says nothing of who has them"
    for language in LANGUAGES:
        told = " ".join(text.write(found, language).split())
        assert "[stun-app]" in told and "[of-another-version]" in told
        assert strings(language)["fired.apps"] in told
        assert html.escape(strings(language)["fired.apps"]) in html_page.write(found, language)
    assert "of known applications: likely blocked [stun-app], 22 of 30 probes" in " ".join(
        text.write(found, "en").split()
    )


def test_a_route_is_no_better_than_its_mark() -> None:
    """A network that knows two applications by their marks: a third one's passes, and so do paths without any."""
    lost = tuple(cell(f"mark:{mark}", worked=0, verdict="likely_blocked") for mark in ("facebook", "zoom"))
    passing = cell("mark:viber", worked=20, verdict="ok")
    fired = cell("rule:stun-app", worked=2, verdict="likely_blocked")
    found = audit(
        "Messenger,Zoom,Viber,Telegram", country="FR", dates="2026-11",
        cells=abroad(*everything_works(*lost, passing, fired)),
    )  # fmt: skip
    here = shut(found, "AS64500")
    assert (here.out_of, here.alike) == (("Facebook Messenger",), {"Facebook Messenger": "B"}), "it has one route"
    assert here.passes == ("Viber",), "its mark came through; Zoom can fall back, of Telegram's mark nothing is known"
    assert not set(here.unknown) ^ {"Zoom", "Viber", "Telegram"}
    messenger = finding(found, "messenger", "AS64500", "mobile").measured
    assert messenger is not None and (messenger.subject, messenger.worked) == ("mark:facebook", 0)
    told = " ".join(text.write(found, "en").split())
    assert (
        "packets that bear its mark (facebook; how alike: grade B), of which the same without it came through" in told
    )
    assert "packets that bear its mark came through as well" in told


def test_a_mark_that_comes_through_is_no_application_that_works() -> None:
    alone = audit("Viber", country="FR", dates="2026-11", cells=abroad(cell("mark:viber", worked=20, verdict="ok")))
    assert finding(alone, "viber", "AS64500", "mobile").measured is None
    both = abroad(cell("mark:viber", worked=20, verdict="ok"), cell())
    found = finding(audit("Viber", country="FR", dates="2026-11", cells=both), "viber", "AS64500", "mobile")
    assert found.measured is not None and (found.measured.outcome, found.measured.subject) == (
        "fails",
        "path:webrtc-udp",
    )


def test_the_applications_own_measurement_comes_before_its_likeness() -> None:
    own = cell("app:skype", worked=19, verdict="ok")
    found = finding(audit("Skype", cells=(cell(), own)), "skype", "Maroc Telecom", "mobile").measured
    assert found is not None and found.direct and found.outcome == "works"


def test_an_application_that_can_fall_back_is_not_shut_out() -> None:
    last = cell("path:turn-tls", worked=19, verdict="ok")
    cells = tuple(replace(one, country="FR") for one in (cell(), cell("path:turn-udp"), last))
    found = audit("Skype,FaceTime", country="FR", cells=cells)
    skype = finding(found, "skype", "AS6713", "mobile")
    assert skype.measured is not None and (skype.measured.subject, skype.shuts_out) == ("path:turn-tls", False)
    assert finding(found, "facetime", "AS6713", "mobile").shuts_out, "no way for its sound over TCP is known"


def test_what_was_said_of_another_time_does_not_colour_this_one() -> None:
    found = audit("Zoom", dates="2026-11")
    assert (found.cautions, found.names, found.claims, found.disagreements) == ((), (), (), ())
    assert {one.id for one in found.hypotheses} == {"server", "app", "line"}


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, "fails"),
        ({"worked": 19, "verdict": "ok"}, "works"),
        ({"worked": 19, "verdict": "throttled"}, "degraded"),
        ({"worked": 10}, "unclear"),
        ({"probes": 3, "worked": 0}, "unclear"),
        ({"worked": 0, "verdict": "down"}, "unclear"),
    ],
)
def test_what_a_measurement_says(fields: dict[str, Any], outcome: str) -> None:
    found = finding(audit("Skype", cells=(cell(**fields),)), "skype", "Maroc Telecom", "mobile").measured
    if fields.get("probes") == 3:
        outcome = "unclear" if found is not None and found.high > 0.5 else "fails"
    assert found is not None and found.outcome == outcome


def test_other_countries_times_and_networks_do_not_count() -> None:
    strange = (cell(country="FR"), cell(period="2015-01"))
    assert not audit("Skype", cells=strange).has_measurements
    elsewhere = audit("Skype", cells=(cell(asn=64_500),))
    assert finding(elsewhere, "skype", "Maroc Telecom", "mobile").measured is None
    assert finding(elsewhere, "skype", "AS64500", "mobile").measured is not None


def test_the_catalogues_routes_are_told_with_their_dates_and_sources_as_footnotes() -> None:
    found = audit("Skype,Zoom,WhatsApp", dates="2024-01")
    assert {"skype", "zoom", "whatsapp"} <= found.footnotes.routes.keys()
    assert set().union(*(one.notes for routes in found.footnotes.routes.values() for one in routes)) == set(
        range(1, len(found.footnotes.sources) + 1)
    )
    told = " ".join(text.write(found, "en").split())
    assert "TCP 443, 80 (as of 2014, grade B) [1, 2]" in told
    assert "[1] Cisco TAC, document 118094: how Skype falls back (cited by notes, not checked again)" in told
    for language in LANGUAGES:
        shown = html_page.write(found, language)
        for number, source in enumerate(found.footnotes.sources, 1):
            assert f'<a href="#source-{number}">' in shown and f'<li id="source-{number}">' in shown
            assert source.url in text.write(found, language) and html.escape(source.url) in shown


def test_a_way_of_another_time_or_without_a_source_has_no_routes_to_tell() -> None:
    found = audit("Skype,Webcast", dates="2026-11")
    assert "skype" not in found.footnotes.routes and found.footnotes.routes["webcast"] == ()
    assert [one.publisher for one in found.footnotes.sources] == ["Jemaa, docs/protocol.md"]


def test_what_did_not_exist_shuts_nobody_out() -> None:
    found = audit("Zoom,Teams,Skype", dates="2016-03")
    assert {way.app: way.existed for way in found.ways}["teams"] == "not yet"
    assert all("Microsoft Teams" not in (*one.out_of, *one.left, *one.unknown) for one in found.shut)
    assert {way.existed for way in audit("Skype", dates="2026-01").ways} == {"ended"}


def test_a_country_of_which_nothing_is_known() -> None:
    found = audit("Zoom", country="FR", dates="2026-11")
    assert [(one.place.network, one.out_of, one.unknown) for one in found.shut] == [("*", (), ("Zoom",))] * 2
    assert "Nothing was measured" in text.write(found, "en")


def test_what_a_regulator_said_in_another_country_shuts_its_people_out() -> None:
    found = audit("WhatsApp", country="RU", dates="2025-10-15")
    assert {one.out_of for one in found.shut} == {("WhatsApp",)}
    assert {one.out_of for one in audit("WhatsApp", country="RU", dates="2025-07").shut} == {()}, "not yet"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_all(language: str) -> None:
    assert strings(language).keys() == strings("en").keys()
    places = {key: sorted(re.findall(r"\{\w+\}", value)) for key, value in strings(language).items()}
    assert places == {key: sorted(re.findall(r"\{\w+\}", value)) for key, value in strings("en").items()}
    found = audit("Skype,Zoom,Signal", cells=(cell(),))
    assert text.write(found, language) and html_page.write(found, language)


class Page(HTMLParser):
    """Which addresses a page would load, and whether its elements close."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.loads += [tag] if tag in ("script", "img", "link", "iframe") or "src" in given else []
        self.anchors |= {value for name, value in attrs if name == "id" and value}
        self.links += [value for name, value in attrs if name == "href" and value]


def test_the_page_loads_nothing_and_its_links_hold() -> None:
    page = Page()
    page.feed(html_page.write(audit("Skype,FaceTime"), "en"))
    assert page.loads == []
    assert {one[1:] for one in page.links if one.startswith("#")} <= page.anchors
    assert all(one.startswith(("#", "https://", "http://")) for one in page.links)


def test_nothing_of_a_page_becomes_html(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.html").write_text("<title>&lt;script>alert(1)</title><p>Skype &lt;img src=x onerror=alert(1)>")
    code, out = run(capsys, str(tmp_path / "a.html"), "--country", "MA", "--date", "2016-03", "--html")
    assert code == 0
    page = Page()
    page.feed(out)
    assert page.loads == [] and "<img" not in out


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = cli.main(["audit", *arguments])
    return code, capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["Pigeon", "--country", "MA", "--date", "2016"],
        ["Skype", "--country", "Morocco", "--date", "2016"],
        ["Skype", "--country", "MA", "--date", "spring"],
        ["missing.html", "--country", "MA", "--date", "2016"],
        ["Skype", "--country", "MA", "--date", "2016", "--cells", "missing.json"],
    ],
)
def test_a_wrong_call_is_one_sentence(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert cli.main(["audit", *arguments]) in (1, 2)
    seen = capsys.readouterr()
    assert seen.out == "" and seen.err.startswith("jemaa: ") and seen.err.count("\n") == 1


def test_json_has_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, *EXAMPLE, "--json")
    found = json.loads(out)
    assert code == 0 and found["has_measurements"] is False
    assert [way["app"] for way in found["ways"]] == ["skype", "facetime", "hangouts", "webcast"]
    assert {one["id"] for one in found["hypotheses"]} == {"server", "app", "line", "A", "B"}
    assert len(found["disagreements"]) == 3 and len(found["claims"]) >= 10


def test_the_worked_example_of_the_docs_is_what_the_command_says(capsys: pytest.CaptureFixture[str]) -> None:
    """To write it again: the commands of docs/audit.md."""
    assert (ROOT / "docs/audit/icann55.txt").read_text() == run(capsys, *EXAMPLE)[1]
    for language in LANGUAGES:
        kept = (ROOT / f"docs/audit/icann55.{language}.html").read_text()
        assert kept == run(capsys, *EXAMPLE, "--html", "--lang", language)[1]


def test_the_worked_example_says_no_more_than_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys, *EXAMPLE)[1]
    assert "Nothing was measured" in shown and "worked example" in shown
    assert "blocked" not in shown.split("WHAT WAS SAID")[0].lower(), "it failed, as people said; why is a hypothesis"
