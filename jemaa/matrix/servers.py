"""Matrix room. A server in a node of a lab: started, waited for until it says that it is ready, and ended."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jemaa.lab import said
from jemaa.lab.places import SERVER
from jemaa.lab.topology import Lab

from .failures import MatrixFailed
from .system import Ground

START_SECONDS = 20.0
END_SECONDS = 5.0


@contextmanager
def running(
    lab: Lab, node: str, command: list[str], log: Path, *, is_asked: bool = True
) -> Iterator["subprocess.Popen[str]"]:
    """A process in a node; its output is a pipe if it `is_asked`, and all else goes to `log`. It is ended with the
    context."""
    with log.open("ab") as complaints:
        process: subprocess.Popen[str] = lab.popen(
            node,
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if is_asked else complaints,
            stderr=complaints,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def first_line(process: "subprocess.Popen[str]", name: str, log: Path) -> str:
    """What a server says when it is ready. `MatrixFailed` with its last words if it ended instead."""
    assert process.stdout is not None, "a pipe was asked for"
    line: str = process.stdout.readline()
    if not line:
        raise _did_not_start(name, log)
    return line


def until_said(process: "subprocess.Popen[str]", words: str, name: str, log: Path) -> None:
    """Until it has said these words, wherever it says them. `MatrixFailed` with its last words if it ended instead, or
    does not say them."""
    if not said.until_said(process, words, log, START_SECONDS):
        raise _did_not_start(name, log)


def _did_not_start(name: str, log: Path) -> MatrixFailed:
    return MatrixFailed("matrix-server-failed", f"{name} did not start: {said.last_words(log)}")


@contextmanager
def front(ground: Ground, files: Path, over: dict[str, Path], prefix: str, behind: str, *more: str) -> Iterator[None]:
    """An HTTPS front (`front`, whose options `more` are) at the server's first address."""
    command = [sys.executable, "-m", "jemaa.matrix.front", str(ground.certificate), "--address", SERVER[0]]
    command += ["--files", str(files), "--behind", prefix, behind]
    command += [word for name, file in over.items() for word in ("--over", f"{name}={file}")]
    command += more
    log = ground.folder / "front.log"
    with running(ground.lab, "server", command, log) as process:
        first_line(process, "the front", log)
        yield
