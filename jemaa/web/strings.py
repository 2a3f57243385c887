"""Web room. The interface's words: one JSON table a language, the same that the browser reads."""

import json
from collections.abc import Mapping
from pathlib import Path

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
DEFAULT = "en"


class Strings:
    """Tables of `folder`, read once. A key that a language lacks is given in English."""

    def __init__(self, folder: Path) -> None:
        self._tables: dict[str, dict[str, str]] = {
            path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))
        }

    @property
    def languages(self) -> list[str]:
        """Tags of the tables that there are."""
        return list(self._tables)

    def table(self, language: str) -> Mapping[str, str]:
        """Every string of a language."""
        return self._tables.get(DEFAULT, {}) | self._tables.get(language, {})

    def choose(self, asked: str | None, accept: str) -> str:
        """The language that was asked for, else the best of an Accept-Language header (RFC 9110 §12.5.4)."""
        wishes = [asked or "", *(tag for _, tag in sorted(map(_weighed, accept.split(",")), key=lambda w: -w[0]))]
        for wish in wishes:
            tag = wish.strip().lower().partition("-")[0]
            if tag in self._tables:
                return tag
        return DEFAULT


def direction(language: str) -> str:
    """`rtl` or `ltr`."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def _weighed(wish: str) -> tuple[float, str]:
    tag, _, weight = wish.partition(";")
    try:
        return float(weight.strip().removeprefix("q=")) if weight else 1.0, tag
    except ValueError:
        return 0.0, tag
