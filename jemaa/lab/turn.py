"""Lab room. The TURN relay of a lab's internet (RFC 8656): Debian's coturn at the server's second address.

It listens where browsers may look for one: 3478 by UDP and TCP and, where there is a certificate, 443 by TLS, which is
as much as a relay can do against blocking.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from jemaa.errors import SettingsError

from .failures import LabFailed
from .places import SERVER_SECOND
from .said import last_words, until_said
from .topology import Lab

ADDRESS = SERVER_SECOND[0]
USER, PASSWORD, REALM = "lab", "lab", "jemaa.example"
PORT, TLS_PORT = 3478, 443
START_SECONDS = 10.0
_READY = "Relay ports initialization done"


@dataclass(frozen=True, slots=True)
class Relay:
    """A relay that runs: its addresses, and who may use it."""

    urls: tuple[str, ...]
    username: str = USER
    credential: str = PASSWORD

    @property
    def ice_servers(self) -> str:
        """What a page gives its `RTCPeerConnection` as `iceServers` (WebRTC 1.0 §4.2.4), as JSON."""
        return json.dumps([asdict(self)])


def missing() -> str | None:
    """What to do where coturn is not installed."""
    return None if shutil.which("turnserver") else "coturn is not installed: scripts/matrix_systems.sh coturn."


@contextmanager
def relaying(lab: Lab, folder: Path, certificate: Path | None = None) -> Iterator[Relay]:
    """Run it in a lab that is up; its log goes into `folder`.

    `certificate` is PEM, with its key, for `ADDRESS`: browsers ask for a relay by its address, since a name
    would be one more thing to block.
    `SettingsError` where it is not installed, `LabFailed` with its last words where it does not start.
    """
    if lacking := missing():
        raise SettingsError("lab-command-missing", lacking)
    log = folder / "turn.log"
    process = lab.popen(
        "server", _command(folder, log, certificate), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        if not until_said(process, _READY, log, START_SECONDS):
            raise LabFailed("lab-turn-failed", f"coturn did not start: {last_words(log)}")
        urls = [f"turn:{ADDRESS}:{PORT}?transport={transport}" for transport in ("udp", "tcp")]
        urls += [f"turns:{ADDRESS}:{TLS_PORT}?transport=tcp"] if certificate else []
        yield Relay(tuple(urls))
    finally:
        process.terminate()
        process.wait()


def _command(folder: Path, log: Path, certificate: Path | None) -> list[str]:
    command = ["turnserver", "-n", "--no-cli", "--no-stdout-log", "--simple-log", f"--log-file={log}"]
    command += [f"--listening-ip={ADDRESS}", f"--relay-ip={ADDRESS}", f"--listening-port={PORT}"]
    command += ["--lt-cred-mech", f"--user={USER}:{PASSWORD}", f"--realm={REALM}"]
    command += [f"--pidfile={folder / 'turn.pid'}", f"--userdb={folder / 'turn.db'}"]
    if certificate:
        return [*command, f"--cert={certificate}", f"--pkey={certificate}", f"--tls-listening-port={TLS_PORT}"]
    return [*command, "--no-tls", "--no-dtls"]
