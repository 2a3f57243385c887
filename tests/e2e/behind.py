"""People behind an emulated network: the server in the lab, a browser behind its operator."""

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Playwright

from jemaa.lab.places import PROXY, SERVER
from jemaa.lab.topology import PROXY_PORT
from jemaa.matrix.system import HOST
from jemaa.people.loudspeaker import Square
from jemaa.people.person import SWITCHES, Person, chromium_path
from tests.harness.in_lab import MeetingInLab


class Behind(MeetingInLab):
    """`person` opens a page behind the operator, or beside the server."""

    def __enter__(self) -> "Behind":
        super().__enter__()
        return self

    @contextmanager
    def person(
        self, playwright: Playwright, square: Square, name: str, url: str = "", node: str = "participant"
    ) -> Iterator[Person]:
        """Somebody with a browser in this node, who has opened `url`; with an empty one nothing is open yet."""
        place = square.place()
        script = self.folder / f"chromium-{node}"
        words = [*self.lab.enter(node), f"--wdns={Path.cwd()}", "--", chromium_path()]
        script.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
        script.chmod(0o755)
        # By its key and not by ignoring errors: what came with an error Chromium does not cache.
        keys = ",".join(self.trust.keys(self.lab))
        switches = [*SWITCHES, f"--ignore-certificate-errors-spki-list={keys}"]
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
