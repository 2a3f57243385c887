"""Earlier checks in the file to which `jemaa check --out` adds: what they saw too was seen at another time."""

from collections import deque
from io import BytesIO
from pathlib import Path

from jemaa.errors import ProtocolError
from jemaa.facts.read import read
from jemaa.facts.record import Measurement

MOST = 50
"""Checks, the last ones: each is judged anew, in some 10 ms."""


def earlier(file: Path | None, now: float) -> list[Measurement]:
    """The facts in a file; none where there is no such file yet. A line that is no facts is somebody's own affair."""
    found: list[Measurement] = []
    for line in _lines(file):
        try:
            found.append(read(line, now))
        except ProtocolError:
            continue
    return found


def _lines(file: Path | None) -> deque[bytes]:
    try:
        with file.open("rb") if file is not None else BytesIO() as lines:
            return deque(lines, MOST)
    except OSError:
        return deque()
