"""Figures with their target, command, machine and date; printed as one table, and kept as a page when asked to."""

import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent


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


def table(rows: list[tuple[str, Row]]) -> str:
    """All figures as a Markdown table; `rows` are (command, row)."""
    lines = ["| what | measured | to reach | | command |", "|---|---|---|---|---|"]
    for command, row in rows:
        lines.append(f"| {row.what} | {row.figure} | {row.target} | {row.mark} | `{command}` |")
    return "\n".join(lines)


def page(rows: list[tuple[str, Row]], load_before: float) -> str:
    """The page that `--write` keeps."""
    now = datetime.now(UTC)
    notes = "\n".join(f"* **{row.what}**: {row.how}" for _, row in rows if row.how)
    return (
        f"# Measured on {now:%Y-%m-%d}\n\n"
        f"Machine: {machine()}. Load when it began: {load_before:.1f}. Commit: {commit()}. {now:%H:%M} UTC.\n\n"
        f"{table(rows)}\n\n## How\n{notes}\n"
    )


def write(text: str) -> Path:
    """Keep a page of today's figures; what was there from today is replaced."""
    folder = ROOT / "docs" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{datetime.now(UTC):%Y-%m-%d}.md"
    path.write_text(text)
    return path


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines()
