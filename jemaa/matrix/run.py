"""Matrix room. A whole run: every system on every network, cell after cell, and what came of it."""

import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from jemaa.errors import JemaaError
from jemaa.lab import profile as profiles
from jemaa.lab.topology import Lab
from jemaa.people.loudspeaker import Square

from .asking import Props, ask
from .failures import MatrixFailed
from .results import Cell, Matrix, Network
from .system import OWN_CHOICE, Route, System

TOOLS = ("chromium", "pulseaudio", "pactl", "parec", "paplay", "espeak-ng", "ffmpeg", "ip", "nsenter")
TRIES = 2
"""A cell whose lab or server failed, on our side of the network, is built once more."""

Tell = Callable[[Cell], None]


def run(
    systems: list[System], names: list[str], *, by_route: bool, seconds: int, tell: Tell, failed: Callable[[str], None]
) -> Matrix:
    """All cells. `tell` hears of each when it is done, `failed` of what could not be built. A wrong profile, a missing
    tool or right is a `JemaaError` before anything is started."""
    networks = [_network(name) for name in names]
    check_machine()
    present = {system.name: system.missing() for system in systems}
    began = datetime.now(UTC)
    cells: list[Cell] = []
    with (
        TemporaryDirectory(prefix="jemaa-matrix-") as folder,
        sync_playwright() as playwright,
        Square(Path(folder, "square"), places=2) as square,
    ):
        props = Props(Path(folder), square, playwright)
        for system in (one for one in systems if not present[one.name]):
            for route in (OWN_CHOICE, *(system.routes if by_route else ())):
                for name in names:
                    cell = _ask(props, system, name, route, seconds, failed)
                    if cell:
                        cells.append(cell)
                        tell(cell)
    return Matrix(
        began=began.strftime("%Y-%m-%dT%H:%M:%SZ"),
        commit=commit(),
        seconds=seconds,
        systems={system.name: present[system.name] or system.version() for system in systems},
        networks=networks,
        cells=cells,
    )


def expected(matrix: Matrix, systems: list[System], *, by_route: bool) -> int:
    """How many cells a run without failures has."""
    ways = [1 + len(system.routes) * by_route for system in systems if system.missing() is None]
    return sum(ways) * len(matrix.networks)


def check_machine() -> None:
    """`MatrixFailed` `matrix-tool-missing`, or what the lab says where it cannot be built."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        raise MatrixFailed("matrix-tool-missing", f"The matrix needs {', '.join(missing)}; install what is missing.")
    with Lab("clean"):
        pass


def commit() -> str:
    """Short id of the source's commit, with a + where files differ from it; empty outside of a repository."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty=+", "--exclude=*"]
    found = subprocess.run(command, capture_output=True, text=True) if shutil.which("git") else None
    return found.stdout.strip() if found and found.returncode == 0 else ""


def _network(name: str) -> Network:
    found = profiles.load(name)
    return Network(name=found.name, description=found.description, hypothesis=found.hypothesis)


def _ask(
    props: Props, system: System, name: str, route: Route, seconds: int, failed: Callable[[str], None]
) -> Cell | None:
    for attempt in range(TRIES):
        try:
            return ask(props, system, name, route, seconds)
        except JemaaError as error:
            failed(f"{system.name} on {name}, attempt {attempt + 1}: {error.text} ({error.code})")
    return None
