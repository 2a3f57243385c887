"""A meeting on the other side of an emulated network: the server in the lab, a browser behind its operator."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from playwright.sync_api import BrowserContext, Playwright

from jemaa.lab.places import PROXY, SERVER
from jemaa.lab.topology import PROXY_PORT, Lab
from jemaa.people.loudspeaker import Square
from jemaa.people.person import SWITCHES, Person, chromium_path

HOST = "meeting.example"


class Behind:
    """A lab with our server in it; `person` opens a page behind the operator, `nearby` beside the server."""

    def __init__(self, profile: str, folder: Path, floor: Path, *arguments: str, seed: int = 1) -> None:
        self.lab = Lab(profile, seed=seed)
        self._folder = folder
        self._floor = floor
        self._arguments = arguments
        self._server: subprocess.Popen[str] | None = None
        self.announced: dict[str, Any] = {}

    def __enter__(self) -> "Behind":
        self._folder.mkdir(parents=True, exist_ok=True)
        certificate, key = make_certificate(self._folder)
        self.lab.__enter__()
        command = [sys.executable, "-m", "jemaa", "demo", "--json", "--floor", str(self._floor)]
        command += ["--data", str(self._folder / "data"), "--listen", f"{SERVER[0]}:443"]
        command += ["--base-url", f"https://{HOST}", "--tls-cert", str(certificate), "--tls-key", str(key)]
        command += self._arguments
        with (self._folder / "server.log").open("ab") as log:
            self._server = self.lab.popen("server", command, stdout=subprocess.PIPE, stderr=log, text=True)
        line = _pipe(self._server.stdout).readline()
        if not line.startswith("{"):
            self.close()
            raise AssertionError(f"the server did not start: {(self._folder / 'server.log').read_text()[-3000:]}")
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
            _pipe(self._server.stdout).close()

    def page(self, role: str, **parameters: str) -> str:
        """A role's link with URL parameters."""
        link: str = self.announced["meetings"][0]["sessions"][0]["links"][role]
        address, hash_, fragment = link.partition("#")
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return address + ("?" + query if query else "") + hash_ + fragment

    @contextmanager
    def person(
        self, playwright: Playwright, square: Square, name: str, url: str = "", node: str = "participant"
    ) -> Iterator[Person]:
        """Somebody with a browser in this node, who has opened `url`; with an empty one nothing is open yet."""
        place = square.place()
        script = self._folder / f"chromium-{node}"
        words = [*self.lab.enter(node), f"--wdns={Path.cwd()}", "--", chromium_path()]
        script.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
        script.chmod(0o755)
        switches = [*SWITCHES, "--ignore-certificate-errors"]
        if node == "participant" and self.lab.profile.proxy:
            switches.append(f"--proxy-server=http://{PROXY[0]}:{PROXY_PORT}")
        elif node != "participant":
            switches.append(f"--host-resolver-rules=MAP {HOST} {SERVER[0]}")
        browser = playwright.chromium.launch(
            executable_path=str(script),
            env={**os.environ, **place.environment},
            ignore_default_args=["--mute-audio"],
            args=switches,
        )
        try:
            context: BrowserContext = browser.new_context(locale="en-GB", permissions=["microphone"])
            person = Person(name, context.new_page(), place)
            if url:
                person.page.goto(url)
            yield person
        finally:
            browser.close()
            place.leave()


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for the meeting's name, signed by itself, and its key."""
    certificate, key = folder / "server.pem", folder / "server.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    return certificate, key


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None, "it was asked for"
    return pipe
