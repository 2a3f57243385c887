"""Matrix room. A server in a node of a lab: started, waited for until it says that it is ready, and ended."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jemaa.lab.topology import Lab

from .failures import MatrixFailed

END_SECONDS = 5.0


@contextmanager
def running(lab: Lab, node: str, command: list[str], log: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process in a node; its output is a pipe, its complaints go to `log`. It is ended with the context."""
    with log.open("ab") as complaints:
        process: subprocess.Popen[str] = lab.popen(
            node,
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
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
        words = log.read_text(errors="replace").strip().splitlines()[-3:]
        raise MatrixFailed("matrix-server-failed", f"{name} did not start: {' / '.join(words) or 'it said nothing'}")
    return line
