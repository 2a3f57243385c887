"""Evidence room. The network and country of an address, from files that the operator fetched; asked in memory only.

Files: iptoasn's `ip2asn-*.tsv`, DB-IP's `dbip-*-lite-*.csv` (each also .gz), or any `.mmdb` (needs maxminddb). Where
one file has networks and another has countries, give both.
"""

import csv
import datetime
import gzip
import importlib
import ipaddress
import re
import socket
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from jemaa.errors import SettingsError

LICENCES = (
    ("ip2asn", "PDDL-1.0"),
    ("iptoasn", "PDDL-1.0"),
    ("dbip", "CC-BY-4.0"),
    ("ipinfo", "CC-BY-SA-4.0"),
    ("geolite", "GeoLite2-EULA"),
)
"""By what their files are called; the record says which file a network was taken from, and on what terms."""

_DATE = re.compile(r"20\d\d-\d\d(?:-\d\d)?")
_UNNAMED = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose address it is, as far as the files know."""

    asn: int | None = None
    cc: str | None = None


class _File(Protocol):
    label: str

    def find(self, address: str) -> Origin: ...


class Origins:
    """All files together; the first that knows has the word."""

    def __init__(self, files: Sequence[_File] = ()) -> None:
        self._files = files
        self.label = " + ".join(file.label for file in files)
        """Name, date and licence of each, for the record. Empty: there is none, and no network is verified."""

    def find(self, address: str) -> Origin:
        """Touches no disk and no network."""
        found = [file.find(address) for file in self._files]
        return Origin(
            next((one.asn for one in found if one.asn), None), next((one.cc for one in found if one.cc), None)
        )


def load(names: str) -> Origins:
    """Files by their names, with commas between; none if empty. `SettingsError` `asn-db-unreadable`."""
    paths = [Path(name.strip()).expanduser() for name in names.split(",") if name.strip()]
    return Origins([_database(path) if path.suffix == ".mmdb" else _table(path) for path in paths])


@dataclass(slots=True)
class _Ranges:
    """Ranges of addresses of one family, in order."""

    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    origin: list[Origin] = field(default_factory=list)

    def find(self, address: int) -> Origin:
        at = bisect_right(self.first, address) - 1
        return self.origin[at] if at >= 0 and address <= self.last[at] else Origin()


class _Table:
    """A table of ranges, read whole: 700,000 of them take some 150 MB."""

    def __init__(self, label: str) -> None:
        self.label = label
        self._ranges = {4: _Ranges(), 16: _Ranges()}

    def add(self, first: bytes, last: bytes, origin: Origin) -> None:
        ranges = self._ranges[len(first)]
        ranges.first.append(int.from_bytes(first))
        ranges.last.append(int.from_bytes(last))
        ranges.origin.append(origin)

    def find(self, address: str) -> Origin:
        packed = _packed(address)
        return self._ranges[len(packed)].find(int.from_bytes(packed)) if packed else Origin()


def _table(path: Path) -> _Table:
    table = _Table(_label(path.name.partition(".")[0], path))
    known: dict[Origin, Origin] = {}
    try:
        for first, last, origin in _rows(path):
            table.add(first, last, known.setdefault(origin, origin))
    except (OSError, EOFError, UnicodeError, ValueError, csv.Error) as error:
        raise _unreadable(path, str(error)) from None
    if not known:
        raise _unreadable(path, "it has no ranges of addresses")
    return table


def _rows(path: Path) -> Iterator[tuple[bytes, bytes, Origin]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        tabs = ".tsv" in path.name
        for row in csv.reader(file, delimiter="\t" if tabs else ",", quoting=csv.QUOTE_NONE if tabs else 0):
            first, last = _packed(row[0]), _packed(row[1]) if len(row) > 2 else b""
            if not first or len(first) != len(last):
                raise ValueError(f"this is no range of addresses: {' '.join(row)[:60]!r}")
            yield first, last, _origin(row[2:])


def _origin(fields: Sequence[str]) -> Origin:
    """`asn cc name` (iptoasn), `asn name` or `cc` (DB-IP)."""
    asn = int(fields[0]) if fields[0].isdecimal() else 0
    country = fields[1] if asn and len(fields) > 2 else "" if asn else fields[0]
    return Origin(asn or None, country if re.fullmatch("[A-Z]{2}", country) and country != "ZZ" else None)


class _Database:
    """An .mmdb file, mapped into memory."""

    def __init__(self, path: Path) -> None:
        try:
            maxminddb = importlib.import_module("maxminddb")
        except ImportError:
            raise SettingsError("evidence-tool-missing", "To read .mmdb files, install maxminddb.") from None
        try:
            self._reader: Any = maxminddb.open_database(path)
        except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
            raise _unreadable(path, str(error)) from None
        about = self._reader.metadata()
        built = datetime.datetime.fromtimestamp(about.build_epoch, datetime.UTC).date().isoformat()
        self.label = _label(about.database_type, path, built)

    def find(self, address: str) -> Origin:
        packed = _packed(address)
        row = self._reader.get(ipaddress.ip_address(packed)) if packed else None
        if not isinstance(row, dict):
            return Origin()
        country = row.get("country")
        code = country.get("iso_code") if isinstance(country, dict) else row.get("country_code", country)
        asn = str(row.get("autonomous_system_number", row.get("asn", ""))).removeprefix("AS")
        return Origin(int(asn) if asn.isdecimal() and int(asn) else None, code if isinstance(code, str) else None)


def _database(path: Path) -> _Database:
    return _Database(path)


def _label(name: str, path: Path, date: str = "") -> str:
    found = _DATE.search(path.name)
    try:
        changed = datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.UTC).date().isoformat()
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from None
    low = name.lower()  # no dots in it: a record is searched for what could be a host's name
    licence = next((terms for part, terms in LICENCES if part in low.replace("-", "") or part in low), "terms-unknown")
    return f"{_UNNAMED.sub('-', name)[:40]} {date or (found[0] if found else changed)} {licence}"


def _packed(address: str) -> bytes:
    """An address as bytes, IPv4 in IPv6 as IPv4; empty if it is none."""
    plain = address.partition("%")[0]
    try:
        packed = socket.inet_pton(socket.AF_INET6 if ":" in plain else socket.AF_INET, plain)
    except (OSError, ValueError):
        return b""
    return packed[12:] if packed.startswith(bytes(10) + b"\xff\xff") else packed


def _unreadable(path: Path, reason: str) -> SettingsError:
    return SettingsError("asn-db-unreadable", f"The file of networks {path} cannot be used: {reason}.")
