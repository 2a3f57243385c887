"""An archive of as many measurements as wanted, drawn from the lab's own checks (`evidence_lab`) under a fixed seed.

The same seed gives the same rows: nothing is drawn but by the number of the row. The facts of the rows are left out, as
no table reads them; those of the added day are there.
"""

import datetime
import random
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from bench.ground_truth_expected import NEUTRAL
from jemaa.evidence import manifest
from jemaa.evidence.engine import Engine, quoted
from jemaa.evidence.entry import Key, monday, packed
from jemaa.facts.record import ACCESS

from .evidence_lab import KINDS, PLACE, Check, checks

SEED = 20_261_128
DAYS = 100
FIRST = datetime.date(2026, 1, 5)
NETWORKS = 400
ACCESSES = 6
PERIOD_DAYS = 56
"""So long a network does what it does."""

QUIET = 0.7
"""Of networks and accesses so many do nothing (the lab's clean, thin, slow and lossy lines), and the others one thing
each of all that the lab has."""

ELSEWHERE = 0.04
"""Of checks so many see another network of the lab: an office or a hotel behind the same operator."""

BROWSERS = ("chrome 142", "firefox 132", "safari 18")


def fill(root: Path, measurements: int, found: Sequence[Check] = (), *, over: int = DAYS) -> None:
    """Rows of so many days; of all checks of the lab if none are given."""
    days: dict[str, list[str]] = {}
    with Engine() as engine:
        _prepare(engine, found or list(checks()))
        for number in range(over):
            day = FIRST + datetime.timedelta(days=number)
            path = root / "rows" / f"day={day}" / "bench.parquet"
            path.parent.mkdir(parents=True)
            query = _day_query(day, number, measurements // over)
            engine.rows(f"COPY ({query}) TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd)")
            days[day.isoformat()] = ["bench"]
    manifest.save(root / "archive.json", manifest.Manifest(days=days, batches=["bench"]))


def networks() -> list[tuple[int, str, int]]:
    """Networks of sixty countries."""
    countries = [chr(65 + n % 26) + chr(65 + n * 7 % 26) for n in range(60)]
    return [(n, countries[n % 60], 64_500 + n) for n in range(NETWORKS)]


def _prepare(engine: Engine, found: Sequence[Check]) -> None:
    """Tables to draw from: `networks`, what each does in each period (`does`), the checks of each network of the lab
    and kind of instrument (`groups`, `checks`)."""
    chance = random.Random(SEED)
    ordered = sorted(found, key=lambda one: (one.profile, one.kind))
    profiles = list(dict.fromkeys(one.profile for one in ordered))
    quiet = [n for n, name in enumerate(profiles) if name in NEUTRAL]
    loud = [n for n, name in enumerate(profiles) if name not in NEUTRAL]
    does = [
        (network, access, period, chance.choice(quiet if chance.random() < QUIET else loud))
        for network in range(NETWORKS)
        for access in range(1, ACCESSES + 1)
        for period in range(DAYS // PERIOD_DAYS + 1)
    ]
    groups, first = [], 0
    for (profile, kind), of_group in groupby(ordered, lambda one: (one.profile, one.kind)):
        count = len(list(of_group))
        groups.append((profiles.index(profile), list(KINDS).index(kind), first, count))
        first += count
    _table(engine, "networks(i, cc, asn)", networks())
    _table(engine, "does(i, access, period, profile)", does)
    _table(engine, "groups(profile, kind, first, count)", groups)
    engine.rows("""CREATE TABLE checks (number INT, tried USMALLINT, worked USMALLINT, fired STRUCT("node" VARCHAR,
        verdict VARCHAR, rule_id VARCHAR)[], could VARCHAR, deep USMALLINT, marks UBIGINT, ruleset VARCHAR,
        instrument VARCHAR, flags VARCHAR[], counted BOOLEAN)""")
    for number, one in enumerate(ordered):
        entry = one.entry
        fired = [msgspec.structs.asdict(rule) for rule in entry.fired]
        engine.rows(
            "INSERT INTO checks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [number, entry.tried, entry.worked, fired, entry.could, entry.deep, entry.marks, entry.ruleset,
             "" if one.kind == "browser" else entry.instrument, entry.flags, entry.counted],
        )  # fmt: skip


def _table(engine: Engine, head: str, rows: Sequence[tuple[object, ...]]) -> None:
    name = head.partition("(")[0]
    engine.rows(f"CREATE TABLE {name} AS SELECT * FROM (VALUES {', '.join(map(str, rows))}) AS {head}")


def _day_query(day: datetime.date, number: int, count: int) -> str:
    """Few networks have most probes; a probe measures once or a few times, always by the same instrument."""
    base = packed(Key((day - datetime.timedelta(days=day.weekday())).isoformat(), "AA", 0, ACCESS[0]))
    network, who, access, elsewhere, which, pick = (_drawn(draw) for draw in range(6))
    upto, kinds = 0, "CASE "
    for place, share in enumerate(KINDS.values()):
        upto += share
        kinds += f"WHEN hash({SEED} + 10000 * asn + who) % 100 < {upto} THEN {place} "
    return f"""
        WITH drawn AS (
            SELECT d.row, n.*, (1 + floor({access} * {ACCESSES}))::INT AS access,
                floor(pow({who}, 2) * 2000)::BIGINT AS who
            FROM (SELECT row, floor(pow({network}, 3) * {NETWORKS})::INT AS i
                FROM (SELECT {number * count} + range AS row FROM range({count}))) d
            JOIN networks n USING (i)
        ), placed AS (
            SELECT row, cc, asn, who, access, {kinds} END AS kind,
                CASE WHEN {elsewhere} < {ELSEWHERE} THEN floor({which} * (SELECT max(profile) + 1 FROM groups))::INT
                    ELSE profile END AS profile,
                {base}::UBIGINT + (((ascii(cc[1]) - 65) << 5 | (ascii(cc[2]) - 65))::UBIGINT << 42)
                    + (access::UBIGINT << 36) + asn::UBIGINT AS cell
            FROM drawn JOIN (SELECT * FROM does WHERE period = {number // PERIOD_DAYS}) USING (i, access)
        ), picked AS (
            SELECT p.*, first + floor({pick} * count)::INT AS number
            FROM placed p JOIN groups USING (profile, kind)
        )
        SELECT md5(row::VARCHAR) AS id, cell, hash(asn, cell, who) AS probe, tried, worked, fired,
            flags, counted, ruleset,
            CASE WHEN instrument = '' THEN {list(BROWSERS)}[1 + (hash(who) % {len(BROWSERS)})::INT]
                ELSE instrument END AS instrument,
            could, deep, marks, 'ip2asn 2026-11-20 PDDL-1.0' AS asn_db
        FROM picked JOIN checks USING (number) ORDER BY cell, id"""


def _drawn(draw: int) -> str:
    """From 0 to 1, by the row and which of its draws it is. Of one number: DuckDB's hash of several is theirs laid over
    each other, so that draws of a row would go together."""
    return f"(hash({SEED * 10**9} + 8 * row + {draw}) / 18446744073709551616.0)"


def write_day(path: Path, count: int, found: Sequence[Check] = ()) -> int:
    """A day's submissions as the journal has them, each with the lab's facts; how many bytes of these."""
    chance = random.Random(SEED)
    day = FIRST + datetime.timedelta(days=DAYS)
    week = monday(day)
    by_kind = {kind: list(of) for kind, of in groupby(sorted(found or checks(), key=_kind), _kind)}
    kinds, weights = [kind for kind in KINDS if kind in by_kind], [KINDS[kind] for kind in KINDS if kind in by_kind]
    here, places, written = f'"asn":{PLACE.asn},"cc":"{PLACE.cc}"', networks(), 0
    with path.open("wb") as file:
        for number, kind in enumerate(chance.choices(kinds, weights, k=count)):
            entry = chance.choice(by_kind[kind]).entry
            _, cc, asn = chance.choice(places)
            cell = packed(Key(week, cc, asn, ACCESS[1 + number % ACCESSES]))
            facts = entry.facts.replace(here, f'"asn":{asn},"cc":"{cc}"', 1)
            facts = facts.replace('"seed":', f'"seed":{chance.randrange(1, 10**9)}', 1)
            own = msgspec.structs.replace(
                entry, id=f"{number:032x}", day=day.isoformat(), probe=chance.getrandbits(63), cell=cell, facts=facts
            )  # fmt: skip
            written += file.write(msgspec.json.encode(own) + b"\n")
    return written


def _kind(one: Check) -> str:
    return one.kind
