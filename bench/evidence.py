"""The public record: ten million measurements on disk, the table of country, network and week, and one more day.

Rows are the lab's own checks, drawn under a fixed seed (`evidence_lab.py`, `evidence_rows.py`). Each engine runs in a
process of its own, which says how long it took and how much memory it ever had. pandas (with pyarrow) and ClickHouse in
a library (chdb) are measured if they are installed; the record needs neither.

`python -m bench.evidence fill FOLDER [N]` makes such an archive, and `… ours|rules|apps|pandas|clickhouse|add FOLDER`
measures one thing on it.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from jemaa.evidence.archive import Archive

from .evidence_lab import checks, digest
from .evidence_rows import DAYS, SEED, fill, write_day
from .report import Row

MEASUREMENTS = 10_000_000
DAY = 100_000


def measure() -> list[Row]:
    """Fill an archive, time each engine on it, add a day."""
    with tempfile.TemporaryDirectory(prefix="jemaa-bench-") as folder:
        root = Path(folder)
        size, facts = prepare(root, MEASUREMENTS, DAY)
        ours = run("ours", root)
        rows = [_row("10 million, the table by country, network, access, path and week", ours, size)]
        rows += [_part("which rules fired, of the same", run("rules", root))]
        rows += [_part("marks of applications, of the same", run("apps", root))]
        rows += [_beside(name, run(name, root), ours) for name in ("pandas", "clickhouse")]
        added = run("add", root)
        how = f"{DAY:,} entries with the lab's facts ({facts:,.0f} MB of JSON lines) by add_journal"
        shown = f"{added['seconds']:.1f} s, {added['peak_mb']:.0f} MB at the peak"
        rows.append(Row(f"one more day, {DAY:,}", shown, "under 10 s", added["seconds"] < 10, how))
        again = run("ours", root)
        rows.append(Row("the table after it", f"{again['seconds']:.1f} s", "under 5 s", again["seconds"] < 5))
        return rows


def prepare(root: Path, measurements: int, day: int) -> tuple[float, float]:
    """An archive, and the journal of one more day; how many MB of Parquet and of JSON lines these are."""
    began = time.monotonic()
    found = list(checks())
    fill(root / "archive", measurements, found)
    size = sum(path.stat().st_size for path in root.rglob("*.parquet")) / 1e6
    facts = write_day(root / "day.ndjson", day, found) / 1e6
    seconds = time.monotonic() - began
    print(f"  {len(found)} checks of the lab; filled in {seconds:.0f} s, {size:.0f} MB", file=sys.stderr, flush=True)
    return size, facts


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
        f"{found['rows']:.0f} cells of at least 3 probes out of {MEASUREMENTS:,} measurements, drawn from the lab's "
        f"checks (facts {digest()}, seed {SEED}), in {DAYS} Parquet files of {size:.0f} MB, one probe one vote, "
        "intervals included; DuckDB with 2 threads; whole process, start of Python not counted."
    )
    return Row(what, shown, "under 5 s, under 2,000 MB", reached, how)


def _part(what: str, found: dict[str, float]) -> Row:
    shown = f"{found['seconds']:.1f} s, {found['peak_mb']:.0f} MB at the peak"
    return Row(what, shown, "–", None, f"{found['rows']:.0f} rows, with intervals and q.")


def _beside(name: str, found: dict[str, float], ours: dict[str, float]) -> Row:
    if not found:
        return Row(f"the same by {name}", "not measured", "–", None, f"{name} is not installed here.")
    shown = f"{found['seconds']:.1f} s, {found['peak_mb']:.0f} MB at the peak"
    return Row(f"the same by {name}", shown, "–", None, f"{found['seconds'] / ours['seconds']:.1f} times as long.")


if __name__ == "__main__":
    where = Path(sys.argv[2])
    if sys.argv[1] == "fill":
        count = int(sys.argv[3]) if sys.argv[3:] else MEASUREMENTS
        prepare(where, count, count // DAYS)
    else:
        from . import evidence_engines

        evidence_engines.main(sys.argv[1], where, Archive(where / "archive"))
