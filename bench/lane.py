"""One check behind one network of the lab, all of whose processes are forked of this one (`warm.py`).

In: a profile, a seed, the check's options. Out: the facts, and the bytes that went up and down for them.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.ground_truth_expected import LONG
from jemaa import cli
from jemaa.lab.authority import Authority
from jemaa.lab.places import SECOND, SERVER, SERVER_SECOND
from jemaa.lab.topology import Lab
from jemaa.matrix.failures import MatrixFailed
from jemaa.matrix.trust import PROXYS_AUTHORITY, Trust

UDP_PORTS = "443,80,3478,3479,5349,5060,8801,10000,16384,19302,40000,47123"
TCP_PORTS = "443,80,3478,5349,8443"
PAGE = "https://meeting.example"
PEER = "https://second.example"
CHECK_SECONDS = 330
LONG_SECONDS = 600
"""A long check has its calls beside the rest, and so much more time."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The facts as a line of JSON, empty if there are none; and the bytes that went up and down for them, headers and
    name look-ups included. `words` says why there are none."""

    facts: bytes
    up: int
    down: int
    words: str = ""


NOTHING = Checked(b"", 0, 0, "its process died")


def check(profile: str, seed: int, options: Sequence[str] = ("--full",)) -> Checked:
    """One check behind this network. The process that calls it has one thread."""
    with tempfile.TemporaryDirectory(prefix="jemaa-truth-") as name, Lab(profile, seed=seed, by_fork=True) as lab:
        folder = Path(name)
        trust = _trust(folder / "trust")
        with servers(lab, trust, folder):
            facts = folder / "facts.json"
            is_long = profile in LONG
            words = ["check", PAGE, "--yes", "--seed", str(seed), "--anchor", PEER, "--peer", PEER, *options]
            words += ["--long"] * is_long
            words += ["--authority", str(bundle(lab, trust, folder)), "--out", str(facts)]
            before = traffic(lab)
            code, said = _run(lab, words, folder / "check.log", CHECK_SECONDS + (LONG_SECONDS if is_long else 0))
            after = traffic(lab)
        if code or not facts.exists():
            return Checked(b"", 0, 0, f"the check ended with {code}: {said[-2_000:]}")
        return Checked(labelled(facts.read_bytes(), profile, seed), after[0] - before[0], after[1] - before[1])


@contextmanager
def servers(lab: Lab, trust: Trust, folder: Path) -> Iterator[None]:
    """Our server with its measuring services on its second address, and a second server that watches the first."""
    common = ["--tls-cert", str(trust.certificate), "--tls-key", str(trust.certificate), "--json"]
    first = ["serve", "--data", str(folder / "data"), *common]
    first += ["--listen", f"{SERVER[0]}:443", "--base-url", PAGE]
    first += ["--check-udp", f"{SERVER_SECOND[0]}:{UDP_PORTS}", "--check-tcp", f"{SERVER_SECOND[0]}:{TCP_PORTS}"]
    first += ["--check-names", f"other.meeting.example={SERVER_SECOND[0]},call.example={SECOND[0]}"]
    second = ["serve", "--data", str(folder / "second"), *common]
    second += ["--listen", f"{SECOND[0]}:443", "--base-url", PEER, "--check-peers", f"{SERVER[0]}:443"]
    with _serving(lab, "server", first, folder / "server.log"), _serving(lab, "second", second, folder / "second.log"):
        yield


@contextmanager
def _serving(lab: Lab, node: str, words: list[str], log: Path) -> Iterator[None]:
    """`jemaa serve` in a node, once it is ready. `MatrixFailed` with its last words if it ended instead."""
    with log.open("ab") as complaints:
        process = lab.fork(node, lambda: cli.main(words), errors=complaints.fileno())
    with process:
        if not process.stdout.readline():
            last = " / ".join(log.read_text(errors="replace").strip().splitlines()[-3:])
            raise MatrixFailed("matrix-server-failed", f"{node} did not start: {last or 'it said nothing'}")
        yield


def _trust(folder: Path) -> Trust:
    """One certificate for both servers."""
    folder.mkdir()
    authority = Authority(folder)
    return Trust(authority.file, authority.leaf("meeting.example", "other.meeting.example", "second.example"))


def bundle(lab: Lab, trust: Trust, folder: Path) -> Path:
    """Whom the participant's machine trusts: the run's authority, and the company's proxy, as companies arrange it."""
    seen = lab.popen("participant", ["cat", PROXYS_AUTHORITY], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    proxys, _ = seen.communicate(timeout=10)
    file = folder / "trusted.pem"
    file.write_bytes(trust.authority.read_bytes() + proxys)
    return file


def _run(lab: Lab, words: list[str], log: Path, seconds: float) -> tuple[int, str]:
    """A participant's `jemaa` with these words, ended after so many seconds: its number, and what it complained of."""

    def life() -> int:
        os.environ.update(lab.environment())
        sys.stdout = sys.stderr
        return cli.main(words)

    with log.open("wb") as complaints:
        process = lab.fork("participant", life, errors=complaints.fileno())
    with process, suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    return process.wait(), log.read_text(errors="replace")


def traffic(lab: Lab) -> tuple[int, int]:
    """Bytes that the participant's devices have sent and received so far, loopback left out (proc_net(5))."""
    seen = lab.popen("participant", ["cat", "/proc/net/dev"], stdout=subprocess.PIPE, text=True)
    rows = [line.split(":") for line in seen.communicate(timeout=10)[0].splitlines() if ":" in line]
    counts = [row[1].split() for row in rows if row[0].strip() != "lo"]
    return sum(int(one[8]) for one in counts), sum(int(one[0]) for one in counts)


def labelled(facts: bytes, profile: str, seed: int) -> bytes:
    """With the profile and seed that only a lab knows."""
    found = json.loads(facts)
    found |= {"profile": profile.replace("+", "-"), "seed": seed}
    return json.dumps(found, separators=(",", ":")).encode()
