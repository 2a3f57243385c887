"""Evidence room. An entry of the archive: the facts of one measurement, and beside them what the tables count.

Everything but `facts` is made from them and from the arrival, and can be made anew.
"""

import datetime
from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec
from msgspec import Struct

from jemaa.facts import read
from jemaa.facts.record import ACCESS, RUNGS, Measurement
from jemaa.verdict.could import could_fire
from jemaa.verdict.judge import BROWSER
from jemaa.verdict.rules.table import RULES

from . import marks

PATHS = RUNGS
"""What a cell is about. A path's place is its bit in `tried` and `worked`: new ones come at the end."""

HOUR = 3_600
_EPOCH = datetime.date(1970, 1, 5)
"""A Monday."""

NOT_THE_NETWORK = frozenset({"invalid", "down"})
"""Verdicts of a whole check that take its word: it cannot be believed, or its server was down for everyone."""

OWN_FLAGS = frozenset({"vpn", "lab", "network-unknown", *NOT_THE_NETWORK})
"""Flags that follow from the facts and their judgement, and are made anew with it."""

WEIGHTLESS = frozenset({"ok", "insufficient"})
"""Verdicts that the tables do not list: nothing fired."""

LISTED = frozenset(rule.id for rule in RULES if rule.says not in WEIGHTLESS)
"""Rules that the tables can list."""

SOUNDED = "webrtc-udp"
"""The path of which some checks, those that send sound, ask more than the others: that most of the sound comes back."""


class Verdict(marks.Named, Protocol):
    """What this room reads of a finding of the `verdict` room."""

    @property
    def node(self) -> str: ...
    @property
    def ruleset(self) -> str: ...


class Fired(Struct, frozen=True):
    """A rule that fired on a measurement."""

    node: str
    verdict: str
    rule_id: str


class Entry(Struct, frozen=True, kw_only=True):
    """`day` (ISO, UTC) is where it is filed; `cell` and `probe` are numbers of 64 bits; `facts` is JSON.

    `counted` is false where something speaks against counting it; `flags` says what. `instrument` is by what it was
    measured: a browser's version, or the program's. `could` are the ids of the rules that it could have fired, those of
    `fired` among them, with spaces between, None where nobody asked yet; `deep` are the paths of which it asked more
    than others do; `marks` is what became of marks of applications (`marks.marks_of`).
    """

    id: str
    day: str
    cell: int
    probe: int
    tried: int
    worked: int
    fired: list[Fired]
    flags: list[str]
    counted: bool
    ruleset: str
    asn_db: str
    facts: str
    instrument: str = ""
    could: str | None = None
    deep: int = 0
    marks: int = 0


class Key(Struct, frozen=True, order=True):
    """Which network, when: `week` is the Monday (ISO date), `cc` is ZZ and `asn` 0 where unknown."""

    week: str
    cc: str
    asn: int
    access: str


def entry_of(
    measurement: Measurement,
    findings: Sequence[Verdict],
    *,
    identity: str,
    probe: int,
    filed_at: int,
    flags: Sequence[str] = (),
    asn_db: str = "",
) -> Entry:
    """The entry of a measurement, filed at Unix second `filed_at`; its own time is cut to the hour."""
    all_flags = sorted({*flags, *_own_flags(measurement, findings)})
    day = datetime.datetime.fromtimestamp(filed_at, datetime.UTC).date()
    kept = msgspec.structs.replace(measurement, started_at=measurement.started_at // HOUR * HOUR)
    network = measurement.network
    key = Key(monday(day), network.cc or "ZZ", network.asn or 0, network.access)
    fired = [Fired(f.node, f.verdict, f.rule_id) for f in findings if f.verdict not in WEIGHTLESS]
    return Entry(
        id=identity,
        day=day.isoformat(),
        cell=packed(key),
        probe=probe,
        tried=_mask(rung.name for rung in measurement.rungs),
        worked=_mask(rung.name for rung in measurement.rungs if rung.usable),
        fired=fired,
        flags=all_flags,
        counted=not all_flags,
        ruleset=findings[0].ruleset if findings else "",
        asn_db=asn_db,
        facts=read.write(kept).decode(),
        instrument=kept.stack if kept.software.startswith(BROWSER) else kept.software,
        could=" ".join(sorted({*(could_fire(measurement) & LISTED), *(one.rule_id for one in fired)})),
        deep=_mask(rung.name for rung in measurement.rungs if rung.name == SOUNDED and rung.loss is not None),
        marks=marks.marks_of(measurement, findings),
    )


def judged_again(entry: Entry, findings: Sequence[Verdict], measurement: Measurement) -> Entry:
    """The same entry with what newer rules say of its facts; what arrival said of it stays."""
    midnight = datetime.datetime.combine(datetime.date.fromisoformat(entry.day), datetime.time(), datetime.UTC)
    return entry_of(
        measurement,
        findings,
        identity=entry.id,
        probe=entry.probe,
        filed_at=int(midnight.timestamp()),
        flags=[flag for flag in entry.flags if flag not in OWN_FLAGS],
        asn_db=entry.asn_db,
    )


def _own_flags(measurement: Measurement, findings: Sequence[Verdict]) -> list[str]:
    """What a measurement says against itself: a VPN's network is another's, and the lab is nobody's."""
    found = ["vpn"] if measurement.network.vpn else []
    found += ["lab"] if measurement.profile is not None else []
    found += ["network-unknown"] if not (measurement.network.asn and measurement.network.cc) else []
    return found + sorted({f.verdict for f in findings} & NOT_THE_NETWORK)


def _mask(names: Iterable[str]) -> int:
    return sum(1 << PATHS.index(name) for name in names)


def monday(day: datetime.date) -> str:
    """The Monday of a day's week."""
    return (day - datetime.timedelta(days=day.weekday())).isoformat()


def monday_of(day: str) -> str:
    """The same of a day as a text."""
    return monday(datetime.date.fromisoformat(day))


ACCESS_BITS = 63 << 36
"""Where in a packed key the access is."""


def packed(key: Key) -> int:
    """A key as one number of 64 bits, because grouping by a number costs half of grouping by four texts."""
    weeks = (datetime.date.fromisoformat(key.week) - _EPOCH).days // 7
    letters = (ord(key.cc[0]) - 65) << 5 | (ord(key.cc[1]) - 65)
    return weeks << 52 | letters << 42 | ACCESS.index(key.access) << 36 | key.asn


def unpacked(cell: int) -> Key:
    """`packed` backwards."""
    week = _EPOCH + datetime.timedelta(weeks=cell >> 52)
    cc = chr(65 + (cell >> 47 & 31)) + chr(65 + (cell >> 42 & 31))
    return Key(week.isoformat(), cc, cell & 0xFFFFFFFF, ACCESS[cell >> 36 & 63])
