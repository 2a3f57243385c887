"""`python -m bench [NAME…] [--write]`: measure, print one table, and with `--write` keep it in docs/benchmarks.md."""

import argparse
import importlib
import os
import sys
import time
import traceback

from . import report
from .report import Row

ALL = (
    "fanout",
    "memory",
    "slow_listener",
    "storm",
    "mouth_to_ear",
    "intelligibility",
    "weight",
    "first_sound",
    "hour",
    "taken_back",
    "restart",
    "evidence",
    "lab_middlebox",
)
COMMAND = 'make bench BENCH="{}"'


def run(name: str) -> list[Row]:
    """One measurement; a failure is a row of its own, because the other figures are still worth having."""
    print(f"— {name} …", file=sys.stderr, flush=True)
    began = time.monotonic()
    try:
        rows: list[Row] = importlib.import_module(f"bench.{name}").measure()
    except Exception as error:
        traceback.print_exc()
        reason = (str(error) or type(error).__name__).splitlines()[0]
        rows = [Row(name, "not measured", "–", False, f"it could not be measured: {reason}")]
    for row in rows:
        print(f"  {row.what}: {row.figure} (to reach: {row.target}) {row.mark}", file=sys.stderr, flush=True)
    print(f"  {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return rows


def main() -> None:
    """Measure what was named, or everything; the exit code is always 0, because a figure is not a test."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure this version on this machine.")
    parser.add_argument("names", nargs="*", choices=[[], *ALL], metavar="NAME", help=", ".join(ALL))
    parser.add_argument("--write", action="store_true", help="keep the rows in docs/benchmarks.md")
    chosen = parser.parse_args()
    rows = []
    for name in chosen.names or ALL:
        load = os.getloadavg()[0]
        found = [report.measured(COMMAND.format(name), row, load) for row in run(name)]
        rows += found
        if chosen.write:
            kept = report.keep(found, [COMMAND.format(one) for one in ALL])
            print(f"  kept: {kept.relative_to(report.ROOT)}", file=sys.stderr, flush=True)
    print(report.table(rows))


if __name__ == "__main__":
    main()
