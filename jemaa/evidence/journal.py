"""Evidence room. The journal: entries that are not in the archive yet, one a line, in a file a batch.

An entry is on the disk when `write` returns. A line that a crash cut off was acknowledged to nobody, and is cut away.
Whoever touches the folder holds the archive's lock, so that a fold by hand and a server do not meet.
"""

import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from jemaa.facts.record import Measurement

from . import manifest
from .archive import Archive
from .entry import Entry, Verdict, judged_again

_FOLDING = ".folding"


class Journal:
    """The journal and the archive of one folder, as one thing that is written to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "journal"
        self._current = self._folder / "none.ndjson"
        self.archive = Archive(folder / "archive")

    def write(self, entries: Sequence[Entry]) -> None:
        """Add entries; all of them are on the disk afterwards."""
        with self._held():
            if not self._current.exists():  # the first of this process, or the last one was folded
                self._current = self._folder / f"{secrets.token_hex(8)}.ndjson"
            with self._current.open("ab") as file:
                file.writelines(msgspec.json.encode(entry) + b"\n" for entry in entries)
                file.flush()
                os.fsync(file.fileno())
            manifest.sync(self._folder)

    def remove(self, identity: str, day: str) -> bool:
        """Take one measurement out of everything that is at rest; whether it was there."""
        with self._held():
            mark, found = f'"id":"{identity}"'.encode(), False
            for left in self._folder.glob("*.tmp"):  # of a crash
                left.unlink()
            for path in self._files():
                lines = path.read_bytes().splitlines(keepends=True)
                kept = [line for line in lines if mark not in line]
                if len(kept) < len(lines):
                    manifest.replace(path, b"".join(kept))
                    found = True
            # After a crash in the middle of a fold it is in both.
            return self.archive.remove(identity, day) or found

    def fold(self) -> int:
        """Move all into the archive, one file a day; how many entries. A crash in between repeats itself harmlessly."""
        count = 0
        with self._held():
            for path in self._files():
                _cut(path)
                count += path.read_bytes().count(b"\n")
                # Under another name first: nobody adds to a batch that the archive may have already.
                folding = path.rename(path.with_suffix(_FOLDING))
                self.archive.add_journal(folding, folding.stem)
                folding.unlink()
            if count:
                self.archive.tidy()
        return count

    def judge_again(self, judge: Callable[[Measurement], Sequence[Verdict]]) -> int:
        """Every verdict in the archive anew from its facts; how many entries."""

        def renewed(entry: Entry) -> Entry:
            measurement = msgspec.json.decode(entry.facts, type=Measurement)
            return judged_again(entry, judge(measurement), measurement)

        with self._held():
            return self.archive.renew(renewed)

    def _files(self) -> list[Path]:
        return sorted([*self._folder.glob("*.ndjson"), *self._folder.glob(f"*{_FOLDING}")])

    @contextmanager
    def _held(self) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.archive.held():
            yield


def _cut(path: Path) -> None:
    data = path.read_bytes()
    if data and not data.endswith(b"\n"):
        manifest.replace(path, data[: data.rfind(b"\n") + 1])
