"""Whose address it is: the published tables as they are, and files that are none."""

import gzip
from pathlib import Path

import pytest

from jemaa.errors import SettingsError
from jemaa.evidence import origin
from jemaa.evidence.origin import Origin
from tests.evidence import mmdb
from tests.evidence.senders import TABLE, table


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("192.0.2.7", Origin(64_500, "MA")),
        ("::ffff:192.0.2.7", Origin(64_500, "MA")),
        ("2001:db8:1::1%eth0", Origin(64_502, "TN")),
        ("203.0.113.9", Origin()),
        ("10.0.0.1", Origin()),
        ("255.255.255.255", Origin()),
        ("", Origin()),
        ("not an address", Origin()),
    ],
)
def test_iptoasn(tmp_path: Path, address: str, found: Origin) -> None:
    origins = origin.load(table(tmp_path))
    assert origins.find(address) == found
    assert origins.label == "ip2asn-combined-2026-11-20 2026-11-20 PDDL-1.0"


def test_dbip_has_networks_and_countries_in_two_files(tmp_path: Path) -> None:
    networks, countries = tmp_path / "dbip-asn-lite-2026-11.csv.gz", tmp_path / "dbip-country-lite-2026-11.csv"
    networks.write_bytes(gzip.compress(b'192.0.2.0,192.0.2.255,64500,"Example, One"\n'))
    countries.write_text("192.0.2.0,192.0.2.127,MA\n192.0.2.128,192.0.2.255,ZZ\n")
    origins = origin.load(f"{networks}, {countries}")
    assert origins.find("192.0.2.1") == Origin(64_500, "MA")
    assert origins.find("192.0.2.200") == Origin(64_500)
    assert origins.label.count("CC-BY-4.0") == 2


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"autonomous_system_number": 64_500, "autonomous_system_organization": "Example"}, Origin(64_500)),
        ({"country": {"iso_code": "MA"}}, Origin(None, "MA")),
        ({"asn": "AS64500", "country_code": "MA", "country": "Morocco"}, Origin(64_500, "MA")),
        ({"asn": "none", "country": {"names": {"en": "x"}}}, Origin()),
        ("a text", Origin()),
    ],
)
def test_a_file_in_maxminds_format(tmp_path: Path, row: mmdb.Value, found: Origin) -> None:
    origins = origin.load(mmdb.write(tmp_path / "dbip-asn.mmdb", "192.0.2.0/24", row))
    assert origins.find("192.0.2.9") == origins.find("::ffff:192.0.2.9") == found
    assert origins.find("192.0.3.9") == origins.find("2001:db8::1") == origins.find("nothing") == Origin()
    assert origins.label == "DBIP-ASN-Lite 2026-11-23 CC-BY-4.0"


@pytest.mark.parametrize("content", ["", "hello\n", "192.0.2.0\t2001:db8::\t1\tMA\tX\n", "192.0.2.0\n", "\0\n"])
def test_a_file_that_is_no_table_is_said(tmp_path: Path, content: str) -> None:
    path = tmp_path / "ip2asn.tsv"
    path.write_text(content)
    with pytest.raises(SettingsError, match="asn-db-unreadable"):
        origin.load(str(path))


@pytest.mark.parametrize("name", ["ip2asn.tsv", "dbip.csv.gz", "GeoLite2-ASN.mmdb"])
def test_a_missing_or_damaged_file_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError):
        origin.load(str(tmp_path / name))
    (tmp_path / name).write_bytes(b"\x1f\x8bnot really")
    with pytest.raises(SettingsError):
        origin.load(str(tmp_path / name))


def test_without_a_file_nothing_is_known() -> None:
    assert origin.load("").find("192.0.2.1") == Origin()
    assert origin.load("").label == ""
    assert TABLE
