"""Evidence room. A journal's lines in another order: what is too large to be sorted in memory is sorted on disk."""

import os
from collections.abc import Iterable
from pathlib import Path

READ_BYTES = 1 << 20


class Lines:
    """Where the lines of a file are. Those that have nothing are none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places: list[tuple[int, int]] = []
        at = 0
        with path.open("rb", buffering=READ_BYTES) as file:
            for line in file:
                if line != b"\n":
                    self._places.append((at, len(line)))
                at += len(line)

    def __len__(self) -> int:
        return len(self._places)

    def arrange(self, order: Iterable[int], to: Path) -> None:
        """Make a file of these lines, by their numbers from 0 on."""
        with self._path.open("rb") as old, to.open("wb", buffering=READ_BYTES) as new:
            for number in order:
                at, size = self._places[number]
                line = os.pread(old.fileno(), size, at)
                new.write(line if line.endswith(b"\n") else line + b"\n")  # the file's last
