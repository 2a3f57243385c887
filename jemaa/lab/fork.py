"""Lab room. A process that is forked rather than started: it has what its parent has imported, and is there at once.

Only a parent with one thread may fork: the child has a copy of the locks that other threads held, and not the threads.
"""

import gc
import os
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import IO, TextIO

_EXIT_MASK = 0xFF


def nothing() -> None:
    """What a child does first that has nothing to do first."""


class Forked:
    """A child that lives `life` and ends with its number. `stdin` and `stdout` are pipes; `errors` is a file that takes
    what it complains of. `first` is run while it still has the parent's open files, of which it keeps none.

    As a context: it is ended with it, if it has not ended by itself.
    """

    def __init__(
        self, life: Callable[[], int], *, first: Callable[[], None] = nothing, errors: int | None = None
    ) -> None:
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        _flush()
        self.pid = os.fork()
        if self.pid == 0:
            _live(life, first, (theirs_in, theirs_out, 2 if errors is None else errors))
        os.close(theirs_in)
        os.close(theirs_out)
        self.stdin: IO[str] = os.fdopen(ours_in, "w")
        self.stdout: IO[str] = os.fdopen(ours_out)
        self.returncode: int | None = None

    def __enter__(self) -> "Forked":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self.wait()
        self.stdin.close()
        self.stdout.close()

    def poll(self) -> int | None:
        """The number that it ended with, below 0 if a signal ended it; None as long as it lives."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Until it has ended. `subprocess.TimeoutExpired` as of a process that was started."""
        handle = os.pidfd_open(self.pid) if self.poll() is None else -1
        try:
            if self.returncode is None and not _is_readable(handle, timeout):
                raise subprocess.TimeoutExpired("a forked process", timeout or 0.0)
        finally:
            if handle >= 0:
                os.close(handle)
        while (code := self.poll()) is None:  # it has ended: its number is there, or is in the coming
            os.sched_yield()
        return code

    def terminate(self) -> None:
        """Ask it to end."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def _is_readable(handle: int, timeout: float | None) -> bool:
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(None if timeout is None else timeout * 1_000))


def _flush() -> None:
    """Nothing that the parent has yet to write is to be written twice."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def _lines(file: int) -> TextIO:
    """For the whole life of the process, and written line by line."""
    return os.fdopen(file, "w", buffering=1, closefd=False)


def _live(life: Callable[[], int], first: Callable[[], None], files: tuple[int, int, int]) -> None:
    """The child's whole life: it never returns. What the parent held is never collected here, for its files are
    closed and their numbers are others' now."""
    code = 1
    try:
        gc.freeze()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        first()
        for number, file in enumerate(files):
            os.dup2(file, number)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        sys.stdin, sys.stdout, sys.stderr = os.fdopen(0, closefd=False), _lines(1), _lines(2)
        code = life()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        _flush()
        os._exit(code & _EXIT_MASK)
