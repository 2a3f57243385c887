"""A real server in a process of its own: started, waited for, killed, started again on the same data."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

from jemaa.people.wait import wait_until

ROOT = Path(__file__).parent.parent.parent


def free_port() -> int:
    """A port of the loopback that nobody uses now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


class Server:
    """`jemaa demo` or `jemaa serve` on `data`; the port stays the same from one start to the next."""

    def __init__(self, data: Path, *arguments: str, command: str = "demo") -> None:
        self.data = data
        self.port = free_port()
        self.log = data.parent / f"{data.name}.log"
        self._arguments = [command, "--data", str(data), "--listen", f"127.0.0.1:{self.port}", "--json", *arguments]
        self._process: subprocess.Popen[str] | None = None
        self.announced: dict[str, Any] = {}
        self.start()

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return str(self.announced["url"]).rstrip("/")

    @property
    def pid(self) -> int:
        """Process id of the server."""
        assert self._process is not None  # start() was called
        return self._process.pid

    @property
    def session(self) -> dict[str, Any]:
        """The first session of the first meeting: `id`, `room`, `links`."""
        found: dict[str, Any] = self.announced["meetings"][0]["sessions"][0]
        return found

    @property
    def links(self) -> dict[str, str]:
        """One link a role of that session."""
        links: dict[str, str] = self.session["links"]
        return links

    def page(self, role: str, **parameters: str) -> str:
        """A role's link with URL parameters, which stand before the fragment that carries the token."""
        address, _, fragment = self.links[role].partition("#")
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return address + ("?" + query if query else "") + ("#" + fragment if fragment else "")

    def start(self) -> None:
        """Start the process and wait until it says that its port is open."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jemaa", *self._arguments],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )
        assert self._process.stdout is not None  # PIPE was asked for
        line = self._process.stdout.readline()
        if not line.startswith("{"):
            self._process.kill()
            raise AssertionError(f"the server did not start: {line!r}\n{self.log.read_text()[-3000:]}")
        self.announced = json.loads(line)

    def kill(self) -> None:
        """kill -9: no chance to say goodbye or to write anything."""
        assert self._process is not None  # start() was called
        self._process.kill()
        self._process.wait(10)
        self._done()

    def stop(self) -> None:
        """Ask it to end, and see that it does."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._done()

    def _done(self) -> None:
        """The end of its output; the pipe is given back."""
        assert self._process is not None  # start() was called
        assert self._process.stdout is not None  # PIPE was asked for
        self._process.stdout.close()

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of a GET."""
        return self._ask(urllib.request.Request(self.url + path))

    def post(self, path: str, body: dict[str, Any], token: str = "") -> tuple[int, dict[str, Any]]:
        """Status and JSON of a POST of JSON, as the person whose token it is."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        status, answer = self._ask(request)
        return status, json.loads(answer or b"{}")

    def join(self, role: str) -> "Attendant":
        """A person without a browser, with this role."""
        token = self.links[role].partition("#t=")[2]
        body = {"token": token} if token else {}
        status, answer = self.post(f"/api/s/{self.session['id']}/join", body)
        assert status == 200, answer
        return Attendant(self, answer["person"], answer["token"])

    def wait_gone(self) -> None:
        """Until nothing answers on the port."""
        wait_until(lambda: not self._is_open(), "the port is closed")

    def _is_open(self) -> bool:
        with socket.socket() as sock:
            sock.settimeout(1)
            return sock.connect_ex(("127.0.0.1", self.port)) == 0

    def _ask(self, request: urllib.request.Request) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def __enter__(self) -> "Server":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class Attendant:
    """Somebody who attends by the API alone: commands in, the state out."""

    def __init__(self, server: Server, person: str, token: str) -> None:
        self._server = server
        self.person = person
        self.token = token

    def command(self, type_: str, **fields: Any) -> int:
        """Ask for something; the number of its event. A refusal is an AssertionError with its code."""
        path = f"/api/s/{self._server.session['id']}/commands"
        status, answer = self._server.post(path, {"type": type_, **fields}, self.token)
        assert status == 200, answer
        return int(answer["seq"])

    def give_floor_to_next(self) -> str:
        """As the chair: give the floor to whoever waits first, and say who that is."""
        person = str(self.state()["state"]["queue"][0]["person"])
        self.command("give_floor", person=person)
        return person

    def outcomes(self) -> list[str]:
        """What became of each question, in the order in which they were asked."""
        return [str(question["status"]) for question in self.state()["state"]["questions"].values()]

    def state(self) -> dict[str, Any]:
        """A snapshot: `seq`, and the `state` after that event."""
        status, body = self._server.get(f"/api/s/{self._server.session['id']}/events?since=0&wait=0")
        assert status == 200, body
        answer = json.loads(body)
        return dict(answer["snapshot"])
