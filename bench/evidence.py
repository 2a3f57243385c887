"""The public record: ten million measurements on disk, the table of country, network and week, and one more day.

Each engine runs in a process of its own, which says how long it took and how much memory it ever had. pandas (with
pyarrow) and ClickHouse in a library (chdb) are measured if they are installed; the record needs neither.
"""

import datetime
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from jemaa.evidence import manifest
from jemaa.evidence.archive import Archive
from jemaa.evidence.engine import Engine, quoted
from jemaa.evidence.entry import PATHS, Key, packed
from jemaa.facts.record import ACCESS

from .report import Row

MEASUREMENTS = 10_000_000
DAYS = 100
FIRST = datetime.date(2026, 1, 5)
NETWORKS = 400

PROFILES = (
    (70, 0, 0.02),
    (8, 0b000_100_000 | 0b001_000_000, 0.05),
    (7, 0b011_100_000, 0.05),
    (5, 0b000_100_000, 0.05),
    (5, 0b111_100_000, 0.05),
    (3, 0b011_100_001, 0.05),
    (2, 0b111_111_111, 0.3),
)
"""The lab's networks by how common they shall be here: weight, paths that fail there (bits of `PATHS`: clean, udp-off,
stun-cookie, rtp-heur, proto-whitelist, proxy-only, a dead line), and how often any path errs by chance."""


def measure() -> list[Row]:
    """Fill an archive, time each engine on it, add a day."""
    with tempfile.TemporaryDirectory(prefix="jemaa-bench-") as folder:
        root = Path(folder)
        began = time.monotonic()
        fill(root / "archive")
        filled = time.monotonic() - began
        size = sum(path.stat().st_size for path in root.rglob("*.parquet")) / 1e6
        print(f"  filled in {filled:.0f} s, {size:.0f} MB", file=sys.stderr, flush=True)
        ours = run("ours", root)
        rows = [_row("10 million, the table by country, network, access, path and week", ours, size)]
        rows += [_beside(name, run(name, root), ours) for name in ("pandas", "clickhouse")]
        journal = root / "day.ndjson"
        write_day(journal)
        added = run("add", root)
        how = f"100,000 entries ({journal.stat().st_size / 1e6:.0f} MB of JSON lines with their facts) by add_journal"
        shown = f"{added['seconds']:.1f} s, {added['peak_mb']:.0f} MB"
        rows.append(Row("one more day, 100,000", shown, "under 10 s", added["seconds"] < 10, how))
        again = run("ours", root)
        rows.append(Row("the table after it", f"{again['seconds']:.1f} s", "under 5 s", again["seconds"] < 5))
        return rows


def fill(root: Path) -> None:
    """Rows of `DAYS` days; their facts are left out, as no table reads them."""
    days: dict[str, list[str]] = {}
    with Engine() as engine:
        engine.rows(
            f"CREATE TABLE networks AS SELECT * FROM (VALUES {', '.join(map(str, networks()))}) AS n(i, cc, asn)"
        )
        for number in range(DAYS):
            day = FIRST + datetime.timedelta(days=number)
            path = root / "rows" / f"day={day}" / "bench.parquet"
            path.parent.mkdir(parents=True)
            engine.rows(f"COPY ({_day_query(day, number)}) TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd)")
            days[day.isoformat()] = ["bench"]
    manifest.save(root / "archive.json", manifest.Manifest(days=days, batches=["bench"]))


def networks() -> list[tuple[int, str, int]]:
    """Networks of sixty countries."""
    countries = [chr(65 + n % 26) + chr(65 + n * 7 % 26) for n in range(60)]
    return [(n, countries[n % 60], 64_500 + n) for n in range(NETWORKS)]


def _day_query(day: datetime.date, number: int) -> str:
    """Few networks have most probes; what a network does lasts eight weeks; a probe measures once or a few times."""
    base = packed(Key((day - datetime.timedelta(days=day.weekday())).isoformat(), "AA", 0, ACCESS[0]))
    weight = 0
    masks, errors = "CASE ", "CASE "
    for share, mask, error in PROFILES:
        weight += share
        masks += f"WHEN p < {weight} THEN {mask} "
        errors += f"WHEN p < {weight} THEN {error} "
    chance = " | ".join(f"((random() < {errors} ELSE 0 END)::INT << {bit})" for bit in range(len(PATHS)))
    return f"""
        WITH drawn AS (
            SELECT n.*, (1 + floor(random() * 6))::UBIGINT AS access, floor(pow(random(), 2) * 2000)::BIGINT AS who
            FROM (SELECT floor(pow(random(), 3) * {NETWORKS})::INT AS i FROM range({MEASUREMENTS // DAYS})) d
            JOIN networks n USING (i)
        ), placed AS (
            SELECT *, hash(asn, access, {number // 56}) % 100 AS p,
                {base}::UBIGINT + (((ascii(cc[1]) - 65) << 5 | (ascii(cc[2]) - 65))::UBIGINT << 42)
                    + (access << 36) + asn::UBIGINT AS cell
            FROM drawn
        ), judged AS (
            SELECT *, 511 & ~(CASE WHEN random() < 0.96 THEN {masks} END ELSE 0 END | {chance}) AS w FROM placed
        )
        SELECT md5(random()::VARCHAR || who::VARCHAR) AS id, cell, hash(asn, cell, who) AS probe,
            511::USMALLINT AS tried, w::USMALLINT AS worked,
            CASE WHEN w & 32 = 0 THEN [{{'node': 'stun.drop', 'verdict': 'likely_blocked', 'rule_id': 'stun-1'}}]
                ELSE [] END AS fired,
            []::VARCHAR[] AS flags, true AS counted, '2026-11' AS ruleset,
            ['jemaa 0.1', 'chrome 142', 'firefox 132', 'safari 18'][1 + (hash(who) % 4)::INT] AS instrument,
            'ip2asn 2026-11-20 PDDL-1.0' AS asn_db
        FROM judged ORDER BY cell, id"""


def write_day(path: Path) -> None:
    """A day's submissions as the journal has them, each with facts of its own."""
    from tests.evidence.facts import entry

    chance = random.Random(2)
    day = FIRST + datetime.timedelta(days=DAYS)
    at = int(datetime.datetime.combine(day, datetime.time(), datetime.UTC).timestamp())
    template = [entry(1, 1, at=at, asn=64_500 + n, failing=("webrtc-udp",) * (n % 3 == 0)) for n in range(200)]
    with path.open("wb") as file:
        for number in range(100_000):
            one = chance.choice(template)
            facts = one.facts.replace('"seed":7', f'"seed":{chance.getrandbits(60)}')
            own = msgspec.structs.replace(one, id=f"{number:032x}", probe=chance.getrandbits(63), facts=facts)
            file.write(msgspec.json.encode(own) + b"\n")


def run(name: str, root: Path) -> dict[str, float]:
    """One engine in a process of its own: seconds, peak MB, rows; empty if it is not installed."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.evidence", name, str(root)],
        capture_output=True, text=True, check=False, timeout=900,
        env=os.environ | {"OMP_NUM_THREADS": "2", "ARROW_NUM_THREADS": "2"},
    )  # fmt: skip
    if done.returncode:
        print(f"  {name}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return {}
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    print(f"  {name}: {found}", file=sys.stderr, flush=True)
    return found


def _row(what: str, found: dict[str, float], size: float) -> Row:
    reached = found["seconds"] < 5 and found["peak_mb"] < 2_000
    shown = f"{found['seconds']:.1f} s, {found['peak_mb']:.0f} MB at the peak"
    how = (
        f"{found['rows']:.0f} cells of at least 3 probes out of {MEASUREMENTS:,} measurements in {DAYS} Parquet files "
        f"of {size:.0f} MB, one probe one vote, intervals included; DuckDB with 2 threads; whole process, start of "
        "Python not counted."
    )
    return Row(what, shown, "under 5 s, under 2,000 MB", reached, how)


def _beside(name: str, found: dict[str, float], ours: dict[str, float]) -> Row:
    if not found:
        return Row(f"the same by {name}", "not measured", "–", None, f"{name} is not installed here.")
    shown = f"{found['seconds']:.1f} s, {found['peak_mb']:.0f} MB at the peak"
    return Row(f"the same by {name}", shown, "–", None, f"{found['seconds'] / ours['seconds']:.1f} times as long.")


if __name__ == "__main__":
    from . import evidence_engines

    evidence_engines.main(sys.argv[1], Path(sys.argv[2]), Archive(Path(sys.argv[2]) / "archive"))
