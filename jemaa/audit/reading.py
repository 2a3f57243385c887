"""Audit room. A table of a TOML file to a record, strictly: an unknown field is refused with one sentence.

`audit-catalogue-invalid` and `audit-claims-invalid` name the file, the place in it and what is wrong there.
"""

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from jemaa.errors import SettingsError

from .period import Period

Record = TypeVar("Record", bound=msgspec.Struct)

_UNKNOWN = re.compile(r"Object contains unknown field `([^`]*)`(?: - at `\$\.?([^`]*)`)?")
_MISSING = re.compile(r"Object missing required field `([^`]*)`(?: - at `\$\.?([^`]*)`)?")


def invalid_app(where: str, text: str) -> SettingsError:
    """The error for a file of the catalogue that cannot be used."""
    return SettingsError("audit-catalogue-invalid", f"{where}: {text}")


def invalid_claims(where: str, text: str) -> SettingsError:
    """The error for a file of claims that cannot be used."""
    return SettingsError("audit-claims-invalid", f"{where}: {text}")


def parse(text: str, kind: type[Record]) -> Record:
    """The record; `ValueError` with the sentence."""
    try:
        table: Any = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as trouble:
        raise ValueError(f"this is no TOML: {trouble}") from trouble
    try:
        return msgspec.convert(table, kind)
    except (msgspec.ValidationError, RecursionError) as trouble:
        raise ValueError(sentence(str(trouble))) from trouble


def sentence(trouble: str) -> str:
    """What msgspec complains about, as a person would say it."""
    if found := _UNKNOWN.search(trouble):
        return f"there is no field `{found[1]}`{_at(found[2])}; is it misspelt?"
    if found := _MISSING.search(trouble):
        return f"the field `{found[1]}` is missing{_at(found[2])}"
    return trouble[:1].lower() + trouble[1:]


def _at(place: str | None) -> str:
    return f" in {place}" if place else ""


def period(text: str, where: str) -> Period:
    """A period in a file; `ValueError` says where it stands."""
    try:
        return Period.parse(text)
    except ValueError as trouble:
        raise ValueError(f"{where}: {trouble}") from trouble


def text_of(path: Path) -> str:
    """A file's text; `ValueError` if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as trouble:
        raise ValueError(f"it cannot be read: {trouble}") from trouble
