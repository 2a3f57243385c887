"""Lab room. The process that is a lab: process 1 of its own process namespace, holder of all its network namespaces.

Nothing of a lab has a name on the machine: namespaces, devices, rules and processes live as long as this process, and
the kernel ends it when the one that asked for the lab ends (a pipe closes and a death signal comes). So there is
nothing to sweep up after a crash, and two labs never meet.

Standard output carries JSON, one a line: `ready`, `profile` after a switch, or `error`. A line `NAME` on standard
input switches to that profile. A lab of which a part has ended is no lab any more: it says so, and ends.
"""

import argparse
import json
import os
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from jemaa.errors import JemaaError

from . import kernel, middlebox, nft, plan
from .failures import LabFailed
from .fork import Forked
from .places import DNS
from .profile import load


def say(**values: object) -> None:
    """One line to whoever asked for the lab."""
    print(json.dumps(values), flush=True)


class Node:
    """A network namespace, held open by a process that does nothing else."""

    def __init__(self, name: str) -> None:
        reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _hold(name, writing)
        os.close(writing)
        told = os.read(reading, 4096)
        os.close(reading)
        if told != b"ready":
            raise LabFailed("lab-network-failed", f"{name} could not be made: {told.decode() or 'it died'}")
        self._network = os.open(f"/proc/{self.pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    def enter(self) -> None:
        """Let this process, and those that it starts, be in here from now on."""
        kernel.enter(self._network, kernel.NEW_NETWORK)

    def run(self, command: list[str], text: str = "") -> None:
        """Run a command in here to its end; LabFailed with its words if it fails."""
        own = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self.enter()
        try:
            done = subprocess.run(command, input=text, text=True, capture_output=True)
        except FileNotFoundError:
            raise LabFailed("lab-tool-missing", f"the lab needs the command `{command[0]}`; install it") from None
        finally:
            kernel.enter(own, kernel.NEW_NETWORK)
            os.close(own)
        if done.returncode != 0:
            raise LabFailed("lab-network-failed", f"{' '.join(command)}: {done.stderr.strip()}")

    def ip(self, lines: list[str]) -> None:
        """Commands for `ip`, in one go; those that begin with -6 after the others."""
        plain = [line for line in lines if not line.startswith("-6 ")]
        self.run(["ip", "-batch", "-"], "\n".join(plain) + "\n")
        six = [line.removeprefix("-6 ") for line in lines if line.startswith("-6 ")]
        if six:
            self.run(["ip", "-6", "-batch", "-"], "\n".join(six) + "\n")

    def start(self, name: str, main: Callable[[Sequence[str]], int], *arguments: str) -> "Part":
        """Start one of the lab's own programs in here."""
        return Part(name, lambda: main(arguments), self.enter)


class Part:
    """A program of the lab that says a line when it is ready, and takes lines."""

    def __init__(self, name: str, life: Callable[[], int], first: Callable[[], None]) -> None:
        self._name = name
        self._process = Forked(life, first=first)

    def answer(self) -> str:
        """The next line that it says; LabFailed if it ended instead."""
        line = self._process.stdout.readline().strip()
        if line.startswith("{"):
            error = json.loads(line)
            raise LabFailed(error["error"], error["text"])
        if not line:
            raise LabFailed("lab-network-failed", f"the {self._name} ended before it was ready")
        return line

    @property
    def handle(self) -> int:
        """A file that is readable once the program has ended (pidfd_open(2))."""
        return os.pidfd_open(self._process.pid)

    def ended(self) -> LabFailed:
        """What to say when it has."""
        text = f"the {self._name} ended in the middle of the lab, which is no such network any more and was taken down"
        return LabFailed("lab-part-ended", text)

    def tell(self, line: str) -> None:
        """Give it a line."""
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()


def _hold(name: str, writing: int) -> None:
    """The life of a node's process: it never returns."""
    try:
        kernel.die_with_parent(signal.SIGKILL)
        kernel.leave_for(kernel.NEW_NETWORK | kernel.NEW_MOUNTS)
        kernel.keep_mounts_private()
        for setting, value in plan.FORWARDING.items():
            if name in plan.FORWARDERS or "forward" not in setting:
                Path("/proc/sys", setting).write_text(value)
        if name == "participant":
            _use_resolver()
        os.write(writing, b"ready")
    except OSError as trouble:
        os.write(writing, str(trouble).encode())
        os._exit(1)
    os.close(writing)
    while True:
        signal.pause()


def _use_resolver() -> None:
    """Let the participant ask the operator's resolver, by an /etc/resolv.conf that only his namespace sees."""
    target = Path("/etc/resolv.conf").resolve()
    if not target.exists():
        return
    file = plan.ROOM / "resolv.conf"
    file.write_text(f"nameserver {DNS[0]}\noptions timeout:2 attempts:2\n")
    kernel.put_over(file, target)


def build(profile: str, seed: int, log: Path, *, by_kernel: bool) -> list[Part]:
    """All nodes, their devices and addresses, the middlebox and the services; the parts that take a profile."""
    nodes = {name: Node(name) for name in plan.ALL}
    for a, device, b, other in plan.wires():
        pids = nodes[a].pid, nodes[b].pid
        nodes[a].ip([f"link add {device} type veth peer name {other} netns {pids[1]}"])
    for name, node in nodes.items():
        node.ip(plan.commands(name))
    services = nodes["services"].start("services", _services, profile)
    parts = [services]
    if by_kernel:
        nodes["operator"].run(["nft", "-f", "-"], nft.ruleset(load(profile)))
    else:
        options = ("--seed", str(seed), "--log", str(log))
        box = nodes["operator"].start("middlebox", middlebox.main, profile, *options)
        box.answer()
        nodes["operator"].ip(plan.through_middlebox())
        parts.append(box)
    services.answer()
    say(ready=True, nodes={name: node.pid for name, node in nodes.items()})
    return parts


def _services(arguments: Sequence[str]) -> int:
    """Only their own process needs what they import, which is much."""
    from . import services

    return services.main(arguments)


def serve(parts: list[Part]) -> None:
    """Switch profiles as asked, until standard input ends; LabFailed where a part ends first."""
    handles = {part.handle: part for part in parts}
    poll = select.poll()
    for handle in (sys.stdin.fileno(), *handles):
        poll.register(handle, select.POLLIN)
    while True:
        for handle, _ in poll.poll():
            if handle in handles:
                raise handles[handle].ended()
            line = sys.stdin.readline()  # one at a time: whoever asked waits for its answer
            if not line:
                return
            _switch(parts, line.strip())


def _switch(parts: list[Part], profile: str) -> None:
    try:
        load(profile)
    except JemaaError as trouble:
        say(error=trouble.code, text=trouble.text)
        return
    for part in parts:
        part.tell(profile)
        part.answer()
    say(profile=profile)


def live(given: argparse.Namespace) -> None:
    """Life of process 1."""
    kernel.die_with_parent(signal.SIGKILL)
    kernel.keep_mounts_private()
    kernel.mount_own_processes()
    kernel.mount("tmpfs", str(plan.ROOM), "tmpfs")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who asked; he then closes the pipe
    serve(build(given.profile, given.seed, given.log, by_kernel=given.kernel))


def main(arguments: Sequence[str] | None = None) -> int:
    """Make room, become two processes, and pass on how the inner one ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("profile")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--kernel", action="store_true")
    given = parser.parse_args(arguments)
    try:
        kernel.make_room()
    except LabFailed as trouble:
        say(error=trouble.code, text=trouble.text)
        return 1
    kernel.die_with_parent(signal.SIGKILL)
    child = os.fork()
    if child == 0:
        _live_and_exit(given)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    say(pid=child)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _live_and_exit(given: argparse.Namespace) -> None:
    try:
        live(given)
    except JemaaError as trouble:
        say(error=trouble.code, text=trouble.text)
    except OSError as trouble:
        say(error="lab-network-failed", text=f"the lab could not be made: {trouble}")
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)  # as process 1: the kernel ends all others of the lab with it


if __name__ == "__main__":
    sys.exit(main())
