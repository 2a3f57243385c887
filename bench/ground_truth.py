"""The check against the lab: facts and findings of each network, and how often the right node was named.

In: profiles, runs, how many labs at once. Out: `facts.jsonl` and `findings.jsonl` in a folder, and the confusion
matrix (`confusion.py`); with `--write` that goes into the page of the documentation. `make ground-truth` runs it.
What is there already is not measured again, so that a run can be ended and gone on with.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench.confusion import put_into, rows, table
from jemaa.errors import JemaaError
from jemaa.facts.record import Measurement
from jemaa.lab.authority import Authority
from jemaa.lab.places import SECOND, SERVER, SERVER_SECOND
from jemaa.lab.profile import names
from jemaa.lab.topology import Lab
from jemaa.matrix.servers import first_line, running
from jemaa.matrix.trust import PROXYS_AUTHORITY, Trust
from jemaa.verdict.judge import judge

UDP_PORTS = "443,80,3478,3479,5349,5060,8801,10000,16384,19302,40000,47123"
TCP_PORTS = "443,80,3478,5349,8443"
PAGE = "https://meeting.example"
PEER = "https://second.example"
PAGE_OF_RESULTS = Path(__file__).parent.parent / "docs" / "ground-truth" / "README.md"
CHECK_SECONDS = 330


@contextmanager
def servers(lab: Lab, trust: Trust, folder: Path) -> Iterator[None]:
    """Our server with its measuring services on its second address, and a second server that watches the first."""
    common = ["--tls-cert", str(trust.certificate), "--tls-key", str(trust.certificate), "--json"]
    first = [sys.executable, "-m", "jemaa", "serve", "--data", str(folder / "data"), *common]
    first += ["--listen", f"{SERVER[0]}:443", "--base-url", PAGE]
    first += ["--check-udp", f"{SERVER_SECOND[0]}:{UDP_PORTS}", "--check-tcp", f"{SERVER_SECOND[0]}:{TCP_PORTS}"]
    first += ["--check-names", f"other.meeting.example={SERVER_SECOND[0]},call.example={SECOND[0]}"]
    second = [sys.executable, "-m", "jemaa", "serve", "--data", str(folder / "second"), *common]
    second += ["--listen", f"{SECOND[0]}:443", "--base-url", PEER, "--check-peers", f"{SERVER[0]}:443"]
    logs = folder / "server.log", folder / "second.log"
    with running(lab, "server", first, logs[0]) as one:
        first_line(one, "server", logs[0])  # before the second begins to watch it
        with running(lab, "second", second, logs[1]) as other:
            first_line(other, "second", logs[1])
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


@dataclass(frozen=True, slots=True)
class Checked:
    """The facts as a line of JSON, empty if there are none; and the bytes that went up and down for them, headers and
    name look-ups included."""

    facts: bytes
    up: int
    down: int


NOTHING = Checked(b"", 0, 0)


def check(profile: str, seed: int, options: Sequence[str] = ("--full",)) -> Checked:
    """One check behind this network; if it failed, its words are on standard error."""
    with tempfile.TemporaryDirectory(prefix="jemaa-truth-") as name, Lab(profile, seed=seed) as lab:
        folder = Path(name)
        trust = _trust(folder / "trust")
        with servers(lab, trust, folder):
            command = [sys.executable, "-m", "jemaa", "check", PAGE, "--yes", "--json", "--seed", str(seed), *options]
            command += ["--anchor", PEER, "--peer", PEER, "--authority", str(bundle(lab, trust, folder))]
            before = traffic(lab)
            facts, words, code = _run(lab, command)
            after = traffic(lab)
        if code:
            sys.stderr.write(f"{profile} {seed}: {words.decode()[-2_000:]}\n")
            return NOTHING
        return Checked(labelled(facts, profile, seed), after[0] - before[0], after[1] - before[1])


def _run(lab: Lab, command: list[str]) -> tuple[bytes, bytes, int]:
    """Output, words and exit code of a participant's command."""
    environment = os.environ | lab.environment()
    process = lab.popen("participant", command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        facts, words = process.communicate(timeout=CHECK_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        facts, words = process.communicate()
    return facts, words, process.returncode


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


def done(folder: Path) -> set[tuple[str, int]]:
    """Profile and seed of what was measured already."""
    file = folder / "facts.jsonl"
    lines = file.read_bytes().splitlines() if file.exists() else []
    found = (json.loads(line) for line in lines)
    return {(one["profile"], one["seed"]) for one in found}


def judged(folder: Path) -> None:
    """Findings of all facts, a line each."""
    with (folder / "findings.jsonl").open("wb") as out:
        for line in (folder / "facts.jsonl").read_bytes().splitlines():
            facts = msgspec.json.decode(line, type=Measurement)
            findings = [one for one in judge(facts) if one.verdict != "ok"]
            out.write(msgspec.json.encode({"profile": facts.profile, "seed": facts.seed, "findings": findings}) + b"\n")


def measure(jobs: Sequence[tuple[str, int]], folder: Path, *, together: int, options: Sequence[str]) -> None:
    """Each job's facts, as they come."""
    began = time.monotonic()

    def of(job: tuple[str, int]) -> tuple[tuple[str, int], Checked]:
        """A lab that could not be built is no fact of any network: said, and measured another time."""
        try:
            return job, check(*job, options)
        except (JemaaError, OSError, subprocess.SubprocessError) as error:
            sys.stderr.write(f"{job[0]} {job[1]}: {error}\n")
            return job, NOTHING

    with ThreadPoolExecutor(together) as pool, (folder / "facts.jsonl").open("ab") as out:
        for waiting in as_completed([pool.submit(of, job) for job in jobs]):
            (profile, seed), found = waiting.result()
            if found.facts:
                out.write(found.facts + b"\n")
                out.flush()
            cost = f"{found.up:,} bytes up, {found.down:,} down" if found.facts else "no facts"
            print(f"{time.monotonic() - began:7.1f} s  {profile} {seed}: {cost}", flush=True)


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", default="", help="names with commas between; all if empty")
    parser.add_argument("--runs", type=int, default=1, help="of each profile")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--together", type=int, default=8, help="labs at once: a check mostly waits")
    parser.add_argument("--out", type=Path, default=Path("build/ground-truth"))
    parser.add_argument("--lite", action="store_true")
    parser.add_argument("--write", action="store_true", help="put the matrix into docs/ground-truth/README.md")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    profiles = [one for one in given.profiles.split(",") if one] or list(names())
    there = done(given.out)
    jobs = [
        (profile, seed)
        for seed in range(given.first_seed, given.first_seed + given.runs)
        for profile in profiles
        if (profile.replace("+", "-"), seed) not in there
    ]
    measure(jobs, given.out, together=given.together, options=("--lite",) if given.lite else ("--full",))
    judged(given.out)
    text = table(rows([given.out / "facts.jsonl"]))
    sys.stdout.write(text)
    if given.write:
        put_into(PAGE_OF_RESULTS, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
