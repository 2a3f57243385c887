"""Matrix room. A whole run: every system on every network, cell after cell, and what came of it."""

import os
import platform
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol, TypeVar

from msgspec.structs import replace
from playwright.sync_api import sync_playwright

from jemaa.errors import JemaaError, SettingsError
from jemaa.lab import profile as profiles
from jemaa.lab.topology import Lab
from jemaa.people.loudspeaker import Square

from .asking import ask
from .changing import change
from .failures import MatrixFailed
from .results import SWITCHED, Cell, Change, Key, Matrix, Network
from .sitting import Props
from .system import OWN_CHOICE, Route, System

T = TypeVar("T")

TOOLS = ("chromium", "pulseaudio", "pactl", "parec", "paplay", "espeak-ng", "ffmpeg", "ip", "nsenter", "setpriv")
TRIES = 2
"""A cell whose lab or server failed, on our side of the network, is built once more."""

IN_MID_SPEECH = Route(SWITCHED)
"""No path is forced: the network begins while somebody listens."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which cells are wanted. A profile that is none is a `SettingsError`."""

    systems: list[System]
    profiles: list[str]
    by_route: bool
    seconds: int
    switched: bool = False

    def cells(self) -> Iterator[tuple[System, Route, str]]:
        """One after the other; of a system that this machine lacks there are none."""
        for system in self.systems:
            for route in self._routes(system):
                yield from ((system, route, name) for name in self.profiles if system.missing() is None)

    def _routes(self, system: System) -> tuple[Route, ...]:
        if self.switched:
            return (IN_MID_SPEECH,)
        return (OWN_CHOICE, *(system.routes if self.by_route else ()))

    def missing(self, done: Matrix) -> list[Key]:
        """Those that are wanted and not done."""
        have = done.has()
        return [key for system, route, name in self.cells() if (key := (system.name, route.name, name)) not in have]

    def on(self, done: Matrix | None) -> Matrix:
        """What the run begins with: what was done before, or nothing."""
        if done and done.seconds != self.seconds:
            text = f"What is there was heard for {done.seconds} seconds a cell, and not for {self.seconds}."
            raise SettingsError("bad-setting", text)
        networks = {network.name: network for network in (done.networks if done else [])}
        networks |= {name: network_of(name) for name in self.profiles}
        systems = {system.name: system.missing() or system.version() for system in self.systems}
        return Matrix(
            began=done.began if done else datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            machine=machine(),
            seconds=self.seconds,
            systems=(done.systems if done else {}) | systems,
            networks=list(networks.values()),
            cells=done.cells if done else [],
            changes=done.changes if done else [],
        )


class Watch(Protocol):
    """Who follows a run."""

    def told(self, found: Cell | Change, so_far: Matrix) -> None:
        """A cell is done."""

    def failed(self, text: str) -> None:
        """A cell could not be built."""


def run(plan: Plan, done: Matrix | None, watch: Watch, *, minutes: float | None = None) -> Matrix:
    """All cells of the plan that are not done, or those that were begun within so many minutes. A wrong profile, a
    missing tool or right is a `JemaaError` before anything is started."""
    matrix = plan.on(done)
    check_machine()
    until = time.monotonic() + 60 * minutes if minutes else None
    wanted = set(plan.missing(matrix))
    with props(places=2) as ground:
        for system, route, name in plan.cells():
            if (system.name, route.name, name) not in wanted:
                continue
            if until and time.monotonic() > until:
                break
            found = _ask(ground, system, route, name, plan.seconds, watch)
            if found:
                found = replace(found, commit=commit(), day=datetime.now(UTC).date().isoformat())
                matrix = matrix.with_found(found)
                watch.told(found, matrix)
    return matrix


@contextmanager
def props(*, places: int) -> Iterator[Props]:
    """Certificates, a browser's driver and a square for so many people, for all networks of a run."""
    with (
        TemporaryDirectory(prefix="jemaa-matrix-") as folder,
        sync_playwright() as playwright,
        Square(Path(folder, "square"), places=places) as square,
    ):
        yield Props(Path(folder), square, playwright)


def check_machine() -> None:
    """`MatrixFailed` `matrix-tool-missing`, or what the lab says where it cannot be built."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        raise MatrixFailed("matrix-tool-missing", f"The matrix needs {', '.join(missing)}; install what is missing.")
    with Lab("clean"):
        pass


def commit() -> str:
    """Short id of the source's commit, with a + where its files differ from it; empty outside of a repository."""
    here = str(Path(__file__).parents[1])
    said = _words(["git", "-C", here, "rev-parse", "--short", "HEAD"])
    return said + ("+" if said and _words(["git", "-C", here, "status", "--porcelain", "--", here]) else "")


def machine() -> str:
    """Cores, kernel and browser: what the times depend on."""
    browser = _words([os.environ.get("CHROMIUM") or "chromium", "--version"]) or "no Chromium"
    return f"{os.cpu_count()} cores, {platform.system()} {platform.release().partition('-')[0]}, {browser}"


def _words(command: list[str]) -> str:
    """What a command says; empty if it fails or is not there."""
    found = subprocess.run(command, capture_output=True, text=True) if shutil.which(command[0]) else None
    return found.stdout.strip() if found and found.returncode == 0 else ""


def network_of(name: str) -> Network:
    """What a page has to say of this profile; a `SettingsError` if it is none."""
    found = profiles.load(name)
    return Network(name=name, description=found.description, hypothesis=found.hypothesis)


def attempted(what: str, do: Callable[[], T], failed: Callable[[str], None]) -> T | None:
    """What it gives; asked once more where our own side failed, and None if it failed again."""
    for attempt in range(TRIES):
        try:
            return do()
        except JemaaError as error:
            failed(f"{what}, attempt {attempt + 1}: {error.text} ({error.code})")
    return None


def _ask(ground: Props, system: System, route: Route, name: str, seconds: int, watch: Watch) -> Cell | Change | None:
    what = f"{system.name} on {name}"
    if route is IN_MID_SPEECH:
        return attempted(what, lambda: change(ground, system, name, seconds), watch.failed)
    return attempted(what, lambda: ask(ground, system, name, route, seconds), watch.failed)
