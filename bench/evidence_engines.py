"""The engines that `bench/evidence.py` compares, one a process: seconds, peak memory and rows as one line of JSON."""

import importlib
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jemaa.evidence.app_cells import app_cells
from jemaa.evidence.archive import Archive
from jemaa.evidence.cells import cells
from jemaa.evidence.engine import Engine, listed
from jemaa.evidence.entry import PATHS
from jemaa.evidence.instruments import broken
from jemaa.evidence.rule_counts import rules


def main(name: str, root: Path, archive: Archive) -> None:
    """Run one, and say how it went."""
    engine: dict[str, Callable[[Path, Archive], int]] = {
        "ours": ours,
        "rules": lambda _, here: len(rules(here)),
        "apps": lambda _, here: len(app_cells(here)),
        "pandas": pandas,
        "clickhouse": clickhouse,
        "add": add,
    }
    if name == "pandas":
        importlib.import_module("pyarrow")
    for module in {"pandas": ("pandas",), "clickhouse": ("chdb",)}.get(name, ()):
        importlib.import_module(module)
    began = time.monotonic()
    rows = engine[name](root, archive)
    seconds = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": round(seconds, 2), "peak_mb": round(peak), "rows": rows}))


def ours(_root: Path, archive: Archive) -> int:
    """The record's own table, as the site shows it: without what broken instruments measured."""
    return len(cells(archive, left_out={one.instrument for one in broken(archive)}))


def add(root: Path, archive: Archive) -> int:
    """One more day; its rows are counted by what the new files say of themselves, which costs next to nothing."""
    archive.add_journal(root / "day.ndjson", "day")
    added = [path for path in archive.files("rows") if Path(path).stem == "day"]
    with Engine() as engine:
        return int(engine.rows(f"SELECT count(*) FROM read_parquet({listed(added)})")[0][0])


def pandas(_root: Path, archive: Archive) -> int:
    """As one would write it at first: read the columns, group by probe, then by cell."""
    pd: Any = importlib.import_module("pandas")
    columns = ["cell", "probe", "tried", "worked", "counted"]
    frame = pd.concat([pd.read_parquet(path, columns=columns) for path in archive.files("rows")], ignore_index=True)
    frame = frame[frame.counted]
    found = 0
    for bit in range(len(PATHS)):
        frame["w"] = (frame.worked.to_numpy() >> bit) & 1
        tried = frame[(frame.tried.to_numpy() >> bit) & 1 == 1]
        votes = tried.groupby(["cell", "probe"], sort=False).w.agg(["min", "max"])
        share = votes.assign(vote=(votes["min"] + votes["max"]) / 2).groupby("cell").vote.agg(["count", "mean"])
        found += int((share["count"] >= 3).sum())
    return found


def clickhouse(root: Path, _archive: Archive) -> int:
    """The same query in ClickHouse's SQL."""
    chdb: Any = importlib.import_module("chdb")
    query = f"""
        WITH votes AS (
            SELECT cell, probe, groupBitOr(worked) AS w, groupBitOr(bitAnd(tried, bitNot(worked))) AS f
            FROM file('{root}/archive/rows/*/*.parquet', Parquet) WHERE counted GROUP BY cell, probe
        ), patterns AS (SELECT cell, w, f, count() AS n FROM votes GROUP BY cell, w, f)
        SELECT count() FROM (
            SELECT cell, bit, sum(n) AS probes,
                sum(n * bitAnd(bitShiftRight(bitAnd(w, bitNot(f)), bit), 1)) AS worked,
                sum(n * bitAnd(bitShiftRight(bitAnd(f, bitNot(w)), bit), 1)) AS failed
            FROM patterns ARRAY JOIN range({len(PATHS)}) AS bit
            WHERE bitAnd(bitShiftRight(bitOr(w, f), bit), 1) = 1 GROUP BY cell, bit HAVING probes >= 3
        ) SETTINGS max_threads = 2"""
    return int(str(chdb.query(query, "CSV")).strip())
