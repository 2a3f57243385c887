"""Evidence room. Which files the archive consists of: one small file, replaced in one step.

So a reader sees all of a change or nothing of it. A file that it does not name is not part of the archive.
"""

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from jemaa.errors import StoreFailed


class Manifest(Struct, frozen=True, kw_only=True):
    """`days`: the names of the files of each day. `batches`: the journals that are in them already. `taken`: the cells
    from which somebody took a measurement back, each with the number of the last such taking, counted from 1.
    """

    version: int = 1
    days: dict[str, list[str]] = {}
    batches: list[str] = []
    taken: dict[str, int] = {}

    @property
    def takings(self) -> int:
        """How many there were."""
        return max(self.taken.values(), default=0)


def load(path: Path) -> Manifest:
    """The manifest, empty where there is none yet. `StoreFailed` `archive-unreadable`."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError:
        return Manifest()
    except (OSError, msgspec.DecodeError) as error:
        text = f"The list of the archive's files, {path.name}, cannot be read: put back a copy of it."
        raise StoreFailed("archive-unreadable", text) from error


def save(path: Path, manifest: Manifest) -> None:
    """Replace it: on the disk when this returns."""
    replace(path, msgspec.json.encode(manifest))


def replace(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """A file's new content, all or nothing, also through a power cut; `mode` as far as the user's mask permits."""
    with open(spare(path), "wb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    spare(path).replace(path)
    sync(path.parent)


def spare(path: Path) -> Path:
    """Under what name a file's new content lies until it is whole."""
    return path.with_name(path.name + ".tmp")


def sync(path: Path) -> None:
    """What was written or renamed is on the disk: a file, or a folder's list of names."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
