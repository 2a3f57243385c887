"""A meeting on the other side of an emulated network: our server in the lab, its links, and nobody in it yet."""

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from jemaa.lab.places import SERVER
from jemaa.lab.topology import Lab
from jemaa.matrix.system import HOST as HOST
from jemaa.matrix.trust import Trust


class MeetingInLab:
    """A lab with `jemaa demo` on its server's port 443. `floor` is what the room says, again and again."""

    def __init__(self, profile: str, folder: Path, floor: Path, *arguments: str, seed: int = 1) -> None:
        self.lab = Lab(profile, seed=seed)
        self.folder = folder
        self._floor = floor
        self._arguments = arguments
        self._server: subprocess.Popen[str] | None = None
        self.trust = Trust.made(folder / "trust")
        self.announced: dict[str, Any] = {}

    def __enter__(self) -> "MeetingInLab":
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lab.__enter__()
        command = [sys.executable, "-m", "jemaa", "demo", "--json", "--floor", str(self._floor)]
        command += ["--data", str(self.folder / "data"), "--listen", f"{SERVER[0]}:443"]
        command += ["--base-url", f"https://{HOST}"]
        command += ["--tls-cert", str(self.trust.certificate), "--tls-key", str(self.trust.certificate)]
        command += self._arguments
        with (self.folder / "server.log").open("ab") as log:
            self._server = self.lab.popen("server", command, stdout=subprocess.PIPE, stderr=log, text=True)
        line = pipe(self._server.stdout).readline()
        if not line.startswith("{"):
            self.close()
            raise AssertionError(f"the server did not start: {(self.folder / 'server.log').read_text()[-3000:]}")
        self.announced = json.loads(line)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Server and network end; the kernel ends what is left in the lab."""
        self.lab.close()
        if self._server is not None:
            self._server.wait(10)
            pipe(self._server.stdout).close()

    @property
    def session(self) -> dict[str, Any]:
        """The first session of the first meeting: `id`, `room`, `links`."""
        found: dict[str, Any] = self.announced["meetings"][0]["sessions"][0]
        return found

    def page(self, role: str, **parameters: str) -> str:
        """A role's link with URL parameters."""
        address, hash_, fragment = str(self.session["links"][role]).partition("#")
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return address + ("?" + query if query else "") + hash_ + fragment

    def invitation(self, role: str) -> str:
        """The token in a role's link."""
        return str(self.session["links"][role]).partition("#t=")[2]

    def command(self, role: str, type_: str, **fields: Any) -> None:
        """Ask for something in a role, beside the server: no profile is in between."""
        self.commands(role, [{"type": type_, **fields}])

    def commands(self, role: str, wanted: list[dict[str, Any]]) -> None:
        """The same for several, one after the other."""
        token = self._asked("POST", "join", [{"token": self.invitation(role)}])["token"]
        self._asked("POST", "commands", wanted, token)

    def give_floor_to_next(self) -> str:
        """As the chair: give the floor to whoever waits first, and say who that is."""
        snapshot = self._asked("GET", "events?since=0&wait=0")["snapshot"]
        person = str(snapshot["state"]["queue"][0]["person"])
        self.command("chair", "give_floor", person=person)
        return person

    def _asked(self, method: str, path: str, bodies: list[Any] | None = None, token: str = "") -> dict[str, Any]:
        """The last answer of as many requests as there are bodies."""
        url = f"https://{SERVER[0]}/api/s/{self.session['id']}/{path}"
        command = [sys.executable, "-c", _ASK, method, url, json.dumps(bodies or [None]), token]
        answer = self.lab.popen("server", command, stdout=subprocess.PIPE, text=True).communicate(timeout=20)[0]
        found: dict[str, Any] = json.loads(answer)
        return found


_ASK = """
import json, ssl, sys, urllib.request
method, url, bodies, token = sys.argv[1:]
headers = {"Content-Type": "application/json"} | ({"Authorization": "Bearer " + token} if token else {})
for body in json.loads(bodies):
    data = json.dumps(body).encode() if method == "POST" else None
    request = urllib.request.Request(url, data, headers, method=method)
    answer = urllib.request.urlopen(request, context=ssl._create_unverified_context(), timeout=15).read().decode()
print(answer)
"""


def pipe(asked: IO[str] | None) -> IO[str]:
    """A pipe that was asked for."""
    assert asked is not None, "it was asked for"
    return asked
