"""The catalogue, the claims and the cells: what is shipped is sound, and what is wrong is refused with a sentence."""

from datetime import date
from pathlib import Path

import pytest

from jemaa.audit import catalogue, cells, claims
from jemaa.audit.period import Period
from jemaa.audit.source import STALE_DAYS
from jemaa.errors import SettingsError
from jemaa.evidence.marks import APPS

APP = 'name = "X"\nkind = "call"\nnames = ["X app"]\n'


def test_marks_are_those_of_the_record_and_of_the_same_applications() -> None:
    marked = {(route.mark, app.name) for app in catalogue.shipped().values() for route in app.route if route.mark}
    assert marked == {(word, name) for word, names in APPS.items() for name in names}


def test_all_that_is_shipped_can_be_read() -> None:
    apps = catalogue.shipped()
    assert {"skype", "facetime", "hangouts", "zoom", "teams", "meet", "whatsapp", "signal", "jitsi"} <= set(apps)
    for dossier in claims.shipped():
        claims.check_apps(dossier, apps)
        for claim in dossier.claim:
            assert {"en", "fr", "ar"} <= set(claim.said), claim.id


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (APP + 'colour = "red"\n', "no field `colour`"),
        (APP + 'hosts = ["https://x.org/"]\n', "is written like example.org"),
        (APP + '[[route]]\ntransport = "udp"\nports = ["99999"]\ncarries = "x"\ngrade = "none"\n', "is no port"),
        (APP + '[[route]]\ntransport = "udp"\ncarries = "x"\ngrade = "A"\n', "has grade A and no source"),
        (APP + '[[route]]\ntransport = "udp"\ncarries = "x"\nown = true\ngrade = "none"\n', "does not say which"),
        (
            APP + '[[route]]\ntransport = "tls"\ncarries = "x"\nmark = "y"\ngrade = "none"\n',
            "the check sends marks by udp",
        ),
        (APP.replace('"call"', '"fax"'), "fax"),
        ('kind = "call"\nnames = []\n', "`name` is missing"),
        ("name = ", "this is no TOML"),
        (APP + 'from = "last year"\n', "is no date"),
    ],
)
def test_a_wrong_application_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(SettingsError, match="audit-catalogue-invalid") as refusal:
        catalogue.load(tmp_path)
    assert sentence in refusal.value.text


CLAIM = """
country = "MA"
name = { en = "x" }
[[source]]
id = "s"
publisher = "p"
kind = "press"
date = "2016-02-01"
[[claim]]
id = "c"
who = { en = "w" }
said = { en = "s" }
says = "fails"
apps = ["*"]
from = "2016-01-05"
grade = "C"
sources = ["s"]
"""


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('sources = ["s"]', 'sources = ["t"]', "cites the source 't'"),
        ('sources = ["s"]', "sources = []", "has no source"),
        ('country = "MA"', 'country = "Morocco"', "two capital letters"),
        ('who = { en = "w" }', 'who = { fr = "w" }', "needs English"),
        ('from = "2016-01-05"', 'from = "2016-13"', "no day 2016-13"),
        ('from = "2016-01-05"', 'from = "2016-01-05"\nuntil = "2015"', "ends before it begins"),
        ('grade = "C"', 'grade = "C"\nnetworks = ["Nobody"]', "network 'Nobody'"),
        ('grade = "C"', 'grade = "sure"', "sure"),
        ('grade = "C"', 'grade = "C"\nmood = 1', "no field `mood`"),
    ],
)
def test_a_wrong_claim_is_refused(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    path = tmp_path / "c.toml"
    path.write_text(CLAIM.replace(old, new))
    with pytest.raises(SettingsError, match="audit-claims-invalid") as refusal:
        claims.load(path)
    assert sentence in refusal.value.text


def test_a_claim_without_an_end_grows_old() -> None:
    dossier = claims.read(CLAIM)
    (claim,) = dossier.claim
    when = claim.period({one.id: one for one in dossier.source})
    assert (when.last - date(2016, 2, 1)).days == STALE_DAYS


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2016", date(2016, 1, 1), date(2016, 12, 31)),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29)),
        ("2016-12", date(2016, 12, 1), date(2016, 12, 31)),
        ("2016-03-05..2016-03-10", date(2016, 3, 5), date(2016, 3, 10)),
        ("9999-12", date(9999, 12, 1), date(9999, 12, 31)),
    ],
)
def test_a_period(text: str, first: date, last: date) -> None:
    assert Period.parse(text) == Period(first, last)


@pytest.mark.parametrize("text", ["", "March 2016", "2016-02-30", "2016..2015", "2016-3", "٢٠١٦"])
def test_no_period(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Period.parse(text)


CELL = (
    '{"country":"MA","asn":6713,"access":"4g","subject":"path:webrtc-udp","period":"2016-03","probes":9,"worked":0,'
    '"verdict":"failed"}'
)


def test_cells_as_a_list_or_as_lines() -> None:
    assert cells.read(f"[{CELL}]".encode()) == cells.read(f"{CELL}\n\n".encode()) == cells.read(CELL.encode())


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"probes":9', '"probes":2', "nothing is said of fewer than 3"),
        ('"worked":0', '"worked":10', "cannot have worked"),
        ('"worked":0', '"worked":-1', "cannot have worked"),
        ('"worked":0', '"worked":NaN', "no JSON"),
        ('"country"', '"county"', "county"),
        ("path:webrtc-udp", "Skype", "begins with app:, path:, mark: or rule:"),
        ('"2016-03"', '"soon"', "is no date"),
        ('"failed"', '"censored"', "censored"),
    ],
)
def test_a_wrong_cell_is_refused(old: str, new: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match="audit-cells-invalid") as refusal:
        cells.read(CELL.replace(old, new).encode())
    assert sentence in refusal.value.text


@pytest.mark.parametrize(("limit", "sentence"), [("AUDIT_CELLS", "2 cells"), ("AUDIT_CELLS_BYTES", "export fewer")])
def test_more_cells_than_an_audit_reads_are_refused(monkeypatch: pytest.MonkeyPatch, limit: str, sentence: str) -> None:
    monkeypatch.setattr(f"jemaa.audit.cells.{limit}", 2)
    with pytest.raises(SettingsError, match="audit-cells-invalid") as refusal:
        cells.read(f"{CELL}\n{CELL}\n{CELL}".encode())
    assert sentence in refusal.value.text


@pytest.mark.parametrize("text", [b"[" * 100_000, b"{}", b"not JSON", b'"x"'])
def test_what_is_no_list_of_cells_is_refused(text: bytes) -> None:
    with pytest.raises(SettingsError, match="audit-cells-invalid"):
        cells.read(text)
