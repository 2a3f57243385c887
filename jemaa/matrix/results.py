"""Matrix room. What the matrix found: records that become JSON and a page."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from jemaa.errors import SettingsError

T = TypeVar("T")

ACTS = ("hears", "sees", "reads", "asks", "note", "speaks")
"""The questions of a cell, in the order of a page."""


_WORDS = {True: "yes", False: "no", None: "no such thing"}

Key = tuple[str, str, str]
"""System, route, profile."""

SWITCHED = "switched on"
"""In place of a route, where the network began in mid-speech."""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One system on one network by one route. Times in seconds; None where there is nothing to measure."""

    system: str
    profile: str
    route: str
    hears: bool
    sees: bool | None
    reads: bool | None
    asks: bool | None
    note: bool | None
    speaks: bool | None
    first_sound: float | None
    stoi: float | None
    longest_gap: float | None
    silent: float | None
    """Share of the time after the first sound."""
    to_room: float | None
    """From the mouth to the meeting room's ear."""
    kbps: float | None
    """Down, on the participant's line, all packets with their headers, while he listened."""
    path: str
    attempts: int | None
    failures: dict[str, str] = {}
    """Act → why it did not work, in the browser's words."""
    late: float | None = None
    """How late the machine was with its own beat: seconds, the latest hundredth (`pulse.Pulse`). None: not watched."""
    commit: str = ""
    """Of the source that asked, since a run may go on later."""
    day: str = ""
    """When it asked: UTC, ISO 8601."""

    @property
    def key(self) -> "Key":
        """Which cell this is."""
        return self.system, self.route, self.profile

    @property
    def says_no(self) -> bool:
        """Whether any answer is a no."""
        return any(self.answer(act) is False for act in ACTS)

    def answer(self, act: str) -> bool | None:
        """Yes, no, or no such thing."""
        value: bool | None = getattr(self, act)
        return value


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One system on one network that began in mid-speech, and ended. Times in seconds; None where there is nothing to
    measure."""

    system: str
    profile: str
    before: str = ""
    """The path before it began."""
    hears: bool = False
    """While it lasted, pauses and all."""
    gap: float | None = None
    """The longest silence from the moment it began."""
    lost: float | None = None
    """The longest time in which nothing was understood: silence, and sound in bits."""
    within: str = ""
    """The path at its end."""
    same_page: bool = True
    """Whether the page stayed: no reload."""
    again: float | None = None
    """From its end until the former path; None if that did not come."""
    hears_again: bool = False
    gap_again: float | None = None
    """The longest silence from its end."""
    failure: str = ""
    """Why it could not be told to the end, in the browser's words."""
    late: float | None = None
    commit: str = ""
    day: str = ""
    """As in `Cell`."""

    @property
    def key(self) -> "Key":
        """Which one this is."""
        return self.system, SWITCHED, self.profile


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """What a page has to say of a profile."""

    name: str
    description: str
    hypothesis: bool


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """One run."""

    began: str
    """UTC, ISO 8601."""
    machine: str
    """What it ran on, in a few words."""
    seconds: int
    """How long each participant listened."""
    systems: dict[str, str]
    """Name → version, or why it was left out."""
    networks: list[Network]
    cells: list[Cell]
    changes: list[Change] = []

    @property
    def commits(self) -> list[str]:
        """Of the source, in the order in which they were run: one, unless the run was gone on with."""
        return list(dict.fromkeys(found.commit for found in self._found()))

    def has(self) -> set[Key]:
        """What was asked."""
        return {found.key for found in self._found()}

    def _found(self) -> list[Cell | Change]:
        return [*self.cells, *self.changes]

    def with_found(self, found: Cell | Change) -> "Matrix":
        """And this one, instead of an older one of its kind."""
        if isinstance(found, Cell):
            return replace(self, cells=[*(old for old in self.cells if old.key != found.key), found])
        return replace(self, changes=[*(old for old in self.changes if old.key != found.key), found])

    def grid(self) -> dict[Key, tuple[bool | None, ...]]:
        """The answers alone: what two runs in a row have to agree on."""
        return {cell.key: tuple(cell.answer(act) for act in ACTS) for cell in self.cells}

    def unlike(self, other: "Matrix") -> list[str]:
        """A line for each answer that both have and that is not the same."""
        ours, theirs = self.grid(), other.grid()
        return [
            f"{' '.join(key)}: {act} was {_WORDS[was]} and is {_WORDS[now]}"
            for key in ours
            if key in theirs
            for act, was, now in zip(ACTS, theirs[key], ours[key], strict=True)
            if was != now
        ]


def encode(found: msgspec.Struct) -> bytes:
    """As JSON, for people too."""
    return msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n"


def decode(data: bytes) -> Matrix:
    """From JSON; `msgspec.ValidationError` if it is none of ours."""
    return msgspec.json.decode(data, type=Matrix)


def kept(file: Path, read: Callable[[bytes], T]) -> T | None:
    """What an earlier run left; None if it left nothing. `SettingsError` `matrix-unreadable`."""
    try:
        return read(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise SettingsError("matrix-unreadable", f"{file} is no result of such a run: {error}") from None


def write_whole(file: Path, data: bytes) -> None:
    """Whole or not at all, since a run may be ended at any moment."""
    new = file.with_suffix(".new")
    new.write_bytes(data)
    new.replace(file)
