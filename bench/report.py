"""Figures with their target, command, machine and date; printed as one table, and kept as a page when asked to."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
KEPT = ROOT / "docs" / "benchmarks.json"
"""The rows of the page, so that one measurement can be repeated without the others."""

INTRODUCTION = """\
Figures of `make bench`, each with the command that gives it. They are measured, not promised: what falls short says
*missed*. The load before a measurement says what else the machine was doing; ratios are measured side by side."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `reached` is None where there is nothing to reach."""

    what: str
    figure: str
    target: str
    reached: bool | None
    how: str = ""
    """What a reader needs to know to believe or repeat it; one sentence."""

    @property
    def mark(self) -> str:
        """A word that also a screen reader reads."""
        return {True: "reached", False: "missed", None: ""}[self.reached]


def machine() -> str:
    """Processor, cores, memory, kernel and Python of this machine, in one line."""
    cpu = next((line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return (
        f"{cpu}, {os.cpu_count()} cores, {memory / 2**20:.0f} GB, Linux {platform.release()}, "
        f"{platform.python_implementation()} {platform.python_version()}"
    )


def commit() -> str:
    """The commit that was measured, marked when the tree differs from it."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return described.stdout.strip() or "no git"


def measured(command: str, row: Row, load: float) -> dict[str, Any]:
    """A row with what a reader needs to judge it: command, day, machine, commit, and what else the machine did."""
    facts = {"command": command, "day": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine(), "commit": commit()}
    return asdict(row) | {"mark": row.mark} | facts | {"load": round(load, 1)}


def table(rows: list[dict[str, Any]]) -> str:
    """All figures as a Markdown table."""
    lines = ["| what | measured | to reach | | command | day, commit, load before |", "|---|---|---|---|---|---|"]
    for row in rows:
        figures = f"| {row['what']} | {row['figure']} | {row['target']} | {row['mark']} "
        lines.append(f"{figures}| `{row['command']}` | {row['day']}, {row['commit']}, {row['load']} |")
    return "\n".join(lines)


def page(rows: list[dict[str, Any]]) -> str:
    """The page that `--write` keeps."""
    machines = "\n".join(f"* {one}" for one in dict.fromkeys(row["machine"] for row in rows))
    notes = "\n".join(f"* **{row['what']}**: {row['how']}" for row in rows if row["how"])
    return f"# Benchmarks\n\n{INTRODUCTION}\n\nMeasured on\n{machines}\n\n{table(rows)}\n\n## How\n{notes}\n"


def keep(rows: list[dict[str, Any]], order: Sequence[str]) -> Path:
    """Put these rows in the place of what their commands gave before; the rest of the page stays. `order`: commands."""
    old = json.loads(KEPT.read_text()) if KEPT.exists() else []
    again = {row["command"] for row in rows}
    whole = [row for row in old if row["command"] not in again and row["command"] in order] + rows
    whole.sort(key=lambda row: order.index(row["command"]))
    KEPT.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n")
    PAGE.write_text(page(whole))
    return PAGE


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines()
