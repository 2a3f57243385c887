"""Lab room. What a program of others says in its log: until it is ready, and last of all."""

import subprocess
import time
from pathlib import Path
from typing import Any

_LOOK_SECONDS = 0.05
_LINES = 3


def last_words(log: Path) -> str:
    """Its last lines, in one; a sentence if there are none."""
    said = log.read_text(errors="replace") if log.exists() else ""
    return " / ".join(said.strip().splitlines()[-_LINES:]) or "it said nothing"


def until_said(process: "subprocess.Popen[Any]", words: str, log: Path, seconds: float) -> bool:
    """Whether it has said these words, wherever it says them; not if it ends before, or does not in so many seconds."""
    deadline = time.monotonic() + seconds
    while not (log.exists() and words in log.read_text(errors="replace")):
        if process.poll() is not None or time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_SECONDS)
    return True
