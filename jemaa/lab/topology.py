"""Lab room. A lab as its user holds it: `with Lab("ma-2016-may") as lab: lab.popen("participant", [...])`.

Whatever happens to the holder, the kernel takes the lab down with it (see `supervisor`). A holder with one thread can
have its processes forked of itself, by `Lab(…, by_fork=True)` and `lab.fork("participant", life)`: none of them then
imports again what the holder has imported.
"""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from jemaa.errors import SettingsError

from . import kernel, supervisor
from .failures import LabFailed
from .fork import Forked
from .places import PROXY
from .plan import ALL
from .profile import Profile, load

PROXY_PORT = 3128
_PREFIX = "jemaa-lab-"


class Lab:
    """One lab with one profile. `by_kernel` lets nftables judge instead of the middlebox."""

    def __init__(
        self,
        profile: str,
        *,
        seed: int = 1,
        log: Path | None = None,
        by_kernel: bool = False,
        by_fork: bool = False,
    ) -> None:
        self.profile: Profile = load(profile)
        self._given = profile
        self._seed = seed
        self._by_kernel = by_kernel
        self._by_fork = by_fork
        _sweep()
        self._folder: Path | None = None if log else Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        self.log = log or (self._folder or Path()) / "decisions.jsonl"
        self._supervisor: subprocess.Popen[str] | Forked | None = None
        self._nodes: dict[str, int] = {}
        self._forked: list[Forked] = []

    def __enter__(self) -> "Lab":
        self._supervisor = self._supervised()
        try:
            outer = int(self._heard()["pid"])
            self._nodes = _outer_pids(outer, self._heard()["nodes"])
        except BaseException:
            self.close()
            raise
        return self

    def _supervised(self) -> "subprocess.Popen[str] | Forked":
        arguments = [self._given, "--seed", str(self._seed), "--log", str(self.log.absolute())]
        arguments += ["--kernel"] if self._by_kernel else []
        if self._by_fork:
            return Forked(lambda: supervisor.main(arguments))
        command = [sys.executable, "-m", "jemaa.lab.supervisor", *arguments]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.check()
        finally:
            self.close()

    def check(self) -> None:
        """`LabFailed` if the lab has ended by itself: what ran in it since was on no network."""
        self._ended_within(0)

    def wait(self) -> None:
        """Until it ends by itself, which is a `LabFailed`."""
        self._ended_within(None)

    def _ended_within(self, milliseconds: int | None) -> None:
        """Nothing is said unasked but that it ends."""
        if self._supervisor is not None and self._nodes:
            poll = select.poll()
            poll.register(_pipe(self._supervisor.stdout), select.POLLIN)
            if poll.poll(milliseconds):
                self._heard()

    def close(self) -> None:
        """Take the lab down and wait until it is; harmless when it is down already."""
        for child in self._forked:  # the kernel takes no process namespace down before all in it were waited for
            child.kill()
            child.wait()
        self._forked.clear()
        if self._supervisor is not None:
            _pipe(self._supervisor.stdin).close()
            try:
                self._supervisor.wait(10)
            except subprocess.TimeoutExpired:
                self._supervisor.kill()
                self._supervisor.wait()
            _pipe(self._supervisor.stdout).close()
            self._supervisor = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def enter(self, node: str) -> list[str]:
        """The words to put before a command so that it runs in this node."""
        if node not in self._nodes:
            raise SettingsError("lab-node-unknown", f"there is no {node!r} in a lab; there are {', '.join(ALL)}")
        words = ["nsenter", f"--target={self._nodes[node]}", "--mount", "--net", "--pid"]
        return words + (["--user", "--preserve-credentials"] if os.getuid() else [])

    def popen(self, node: str, command: list[str], **options: Any) -> subprocess.Popen[Any]:
        """Start a command in a node, in this working directory; it ends with the lab."""
        if shutil.which(command[0]) is None:
            raise SettingsError("lab-command-missing", f"there is no command {command[0]!r}")
        return subprocess.Popen([*self.enter(node), f"--wdns={Path.cwd()}", "--", *command], **options)

    def fork(self, node: str, life: Callable[[], int], *, errors: int | None = None) -> Forked:
        """Let a copy of this process live in a node, in this working directory; it ends with the lab or with us."""
        names = (("user", kernel.NEW_USERS),) if os.getuid() else ()
        kinds = (*names, ("mnt", kernel.NEW_MOUNTS), ("net", kernel.NEW_NETWORK))
        handles = [(_namespace(self._nodes[node], name), kind) for name, kind in kinds]
        own, theirs = _namespace(os.getpid(), "pid"), _namespace(self._nodes[node], "pid")

        folder = Path.cwd()

        def move() -> None:
            kernel.die_with_parent(signal.SIGKILL)
            for handle, kind in handles:
                kernel.enter(handle, kind)
            os.chdir(folder)

        kernel.enter(theirs, kernel.NEW_PROCESSES)  # for the children only, until it is taken back
        try:
            child = Forked(life, first=move, errors=errors)
        finally:
            kernel.enter(own, kernel.NEW_PROCESSES)
            for handle in (own, theirs, *(handle for handle, _ in handles)):
                os.close(handle)
        self._forked.append(child)
        return child

    def environment(self) -> dict[str, str]:
        """What a participant's command should know: the proxy, where the profile has one."""
        if not self.profile.proxy:
            return {}
        proxy = f"http://{PROXY[0]}:{PROXY_PORT}"
        names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
        return {name: proxy for name in names}

    def switch(self, profile: str) -> None:
        """Go on with another profile from now on, in mid-connection."""
        found = load(profile)
        if self._by_kernel or self._supervisor is None:
            raise SettingsError("lab-not-switchable", "only a lab that is up and has the middlebox can be switched")
        pipe = _pipe(self._supervisor.stdin)
        pipe.write(profile + "\n")
        pipe.flush()
        self._heard()
        self.profile = found

    def decisions(self) -> list[dict[str, Any]]:
        """The log of the middlebox so far, notes left out."""
        return [entry for entry in self._logged() if "note" not in entry]

    def fell_behind(self) -> list[str]:
        """What the middlebox has said so far of not keeping up: losses of this machine, which no profile asked for."""
        return [str(entry["text"]) for entry in self._logged() if entry.get("note") == "behind"]

    def _logged(self) -> list[dict[str, Any]]:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [json.loads(line) for line in lines]

    def _heard(self) -> dict[str, Any]:
        assert self._supervisor is not None, "asked only while it is up"
        line = _pipe(self._supervisor.stdout).readline()
        if not line:
            raise LabFailed("lab-network-failed", "the lab's process ended, and did not say why")
        said: dict[str, Any] = json.loads(line)
        if "error" in said:
            raise LabFailed(said["error"], said["text"])
        return said


def _namespace(pid: int, name: str) -> int:
    return os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC)


def _sweep() -> None:
    """Remove the logs of labs whose holder was killed: all that such a lab leaves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        holder = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if holder.isdecimal() and not Path("/proc", holder).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None, "both were asked for"
    return pipe


def _outer_pids(outer: int, nodes: dict[str, int]) -> dict[str, int]:
    """Ids of the nodes' processes as this process sees them, by the ids that they have in the lab (NSpid, proc(5))."""
    found: dict[int, int] = {}
    for child in Path(f"/proc/{outer}/task/{outer}/children").read_text().split():
        for line in Path(f"/proc/{child}/status").read_text().splitlines():
            if line.startswith("NSpid:"):
                found[int(line.split()[-1])] = int(child)
    return {name: found[pid] for name, pid in nodes.items()}
