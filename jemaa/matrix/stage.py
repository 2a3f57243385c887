"""Matrix room. Real browsers in the nodes of a lab, with ears and mouths that are not: sound goes by a UNIX socket."""

import itertools
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Playwright

from jemaa.lab.places import SERVER
from jemaa.lab.topology import Lab
from jemaa.people.loudspeaker import Square
from jemaa.people.person import FAKE_CAMERA, SWITCHES, Person, chromium_path

from .system import HOST

LAUNCH_MS = 60_000


class Stage:
    """Where the people of one meeting sit. `keys` are those that their browsers trust (`Trust.keys`)."""

    def __init__(self, playwright: Playwright, square: Square, lab: Lab, folder: Path, keys: list[str]) -> None:
        self._playwright = playwright
        self._square = square
        self._lab = lab
        self._folder = folder
        self._keys = keys
        self._numbers = itertools.count()

    @contextmanager
    def participant(self, name: str, **context: Any) -> Iterator[Person]:
        """Somebody behind the operator, through its proxy where it has one; no page is open yet."""
        proxy = self._lab.environment().get("https_proxy")
        with self._person("participant", name, [f"--proxy-server={proxy}"] if proxy else [], context) as person:
            yield person

    @contextmanager
    def room(self, microphone: Path) -> Iterator[Person]:
        """The meeting room's browser in the node `second`: its microphone is that file, again and again."""
        more = [FAKE_CAMERA, f"--use-file-for-fake-audio-capture={microphone}"]
        more.append(f"--host-resolver-rules=MAP {HOST} {SERVER[0]}")
        with self._person("second", "Room", more, {}) as person:
            yield person

    @contextmanager
    def _person(self, node: str, name: str, more: list[str], context: dict[str, Any]) -> Iterator[Person]:
        place = self._square.place()
        try:
            browser = self._playwright.chromium.launch(
                executable_path=self._wrapper(node),
                env={**os.environ, **place.environment},
                ignore_default_args=["--mute-audio"],
                args=[*SWITCHES, f"--ignore-certificate-errors-spki-list={','.join(self._keys)}", *more],
                timeout=LAUNCH_MS,
            )
            try:
                options = {"locale": "en-GB", "permissions": ["microphone", "camera"]} | context
                yield Person(name, browser.new_context(**options).new_page(), place)
            finally:
                browser.close()
        finally:
            place.leave()

    def _wrapper(self, node: str) -> Path:
        """A command that starts the browser inside a node: pipes, files and sockets of the file system stay."""
        path = self._folder / f"chromium-{next(self._numbers)}"
        path.write_text(f'#!/bin/sh\nexec {shlex.join([*self._lab.enter(node), "--", chromium_path()])} "$@"\n')
        path.chmod(0o700)
        return path
