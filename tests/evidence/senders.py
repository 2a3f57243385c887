"""Senders of measurements, and the table of networks that knows their addresses."""

from collections.abc import Callable
from pathlib import Path

from jemaa.evidence import origin
from jemaa.evidence.submissions import Submissions
from jemaa.facts import read
from jemaa.facts.record import Measurement
from tests.evidence.facts import MONDAY, Finding, measurement

NOW = MONDAY + 3_600.0
TABLE = (
    "192.0.2.0\t192.0.2.255\t64500\tMA\tEXAMPLE-ONE\n"
    "198.51.100.0\t198.51.100.255\t64501\tMA\tEXAMPLE-TWO\n"
    "203.0.113.0\t203.0.113.255\t0\tNone\tNot routed\n"
    "2001:db8::\t2001:db8:ffff:ffff:ffff:ffff:ffff:ffff\t64502\tTN\tEXAMPLE-SIX\n"
)


def table(folder: Path) -> str:
    """The name of a file as iptoasn publishes it."""
    path = folder / "ip2asn-combined-2026-11-20.tsv"
    path.write_text(TABLE)
    return str(path)


def judged(found: Measurement) -> list[Finding]:
    return [Finding()] if any(not rung.usable for rung in found.rungs) else []


def submissions(folder: Path, *, names: str | None = None, now: Callable[[], float] = lambda: NOW) -> Submissions:
    files = table(folder) if names is None else names
    return Submissions(folder / "record", key=b"k" * 32, origins=origin.load(files), judge=judged, now=now)


def sent(**fields: object) -> bytes:
    return read.write(measurement(**fields))  # type: ignore[arg-type]
