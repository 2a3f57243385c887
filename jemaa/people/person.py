"""People room. A person: a real browser with a loudspeaker and a microphone of its own."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

from . import firefox
from .loudspeaker import Place, Square, Utterance
from .speech import Samples, Speech
from .wait import wait_until

SWITCHES = [
    "--no-sandbox",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-webrtc-ip-handling-policy=default_public_interface_only",
]
"""The sandbox needs privileges that a container lacks; the rest keeps the browser off the network and lets it
play and record without a hand on the mouse."""

FAKE_CAMERA = "--use-fake-device-for-media-stream"


class Attendee:
    """Somebody with a mouth and an ear, whatever he uses: hears through `heard`, speaks through `says`."""

    def __init__(self, name: str, place: Place) -> None:
        self.name = name
        self.place = place
        self.complaints: list[str] = []

    def says(self, speech: Speech) -> Utterance:
        """Speak into the microphone; returns at once."""
        return self.place.say(speech)

    def now(self) -> int:
        """A mark in the recording, for `heard`."""
        return self.place.square.now()

    def heard(self, since: int, until: int | None = None) -> Samples:
        """What came out of this person's loudspeaker."""
        return self.place.heard(since, until)


class Person(Attendee):
    """Somebody at a page, which Playwright drives."""

    def __init__(self, name: str, page: Page, place: Place) -> None:
        super().__init__(name, place)
        self.page = page
        self.hosts: set[str] = set()
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)


class Cast:
    """Starts people's browsers, and keeps each browser for the next test: a new person is a new, empty profile."""

    def __init__(self, playwright: Playwright, square: Square) -> None:
        self._playwright = playwright
        self._square = square
        self._free: list[tuple[Browser, Place]] = []
        self._all: list[Browser] = []

    @contextmanager
    def person(self, name: str, url: str, **context: Any) -> Iterator[Person]:
        """A person who has opened `url`; `context` is what Playwright's `new_context` takes."""
        browser, place = self._free.pop() if self._free else self._launch()
        options = {"locale": "en-GB", "permissions": ["microphone", "camera"]} | context
        profile: BrowserContext = browser.new_context(**options)
        try:
            person = Person(name, profile.new_page(), place)
            person.page.goto(url)
            yield person
        finally:
            profile.close()
            self._free.append((browser, place))

    @contextmanager
    def forgetful_person(self, name: str, url: str) -> Iterator[Person]:
        """A person whose browser lets no site keep anything: neither cookies nor local storage nor IndexedDB."""
        place = self._square.place()
        with tempfile.TemporaryDirectory() as folder:
            preferences = Path(folder) / "Default" / "Preferences"
            preferences.parent.mkdir()
            preferences.write_text(json.dumps({"profile": {"default_content_setting_values": {"cookies": 2}}}))
            profile = self._playwright.chromium.launch_persistent_context(
                folder, locale="en-GB", permissions=["microphone", "camera"], **_settings(place)
            )
            try:
                person = Person(name, profile.pages[0], place)
                person.page.goto(url)
                yield person
            finally:
                profile.close()
                place.leave()

    @contextmanager
    def person_with_firefox(self, name: str, url: str, **preferences: Any) -> Iterator[Person]:
        """A person who has opened `url` in Firefox with these preferences; his microphone is the default one."""
        place = self._square.place()
        try:
            place.become_default()
            with (
                tempfile.TemporaryDirectory() as folder,
                self._playwright.firefox.launch(**firefox.settings(place, Path(folder), preferences)) as browser,
            ):
                person = Person(name, browser.new_context(locale="en-GB").new_page(), place)
                person.page.goto(url)
                yield person
        finally:
            place.leave()

    def close(self) -> None:
        """Close every browser."""
        for browser in self._all:
            browser.close()
        for _, place in self._free:
            place.leave()

    def _launch(self) -> tuple[Browser, Place]:
        place = self._square.place()
        browser = self._playwright.chromium.launch(**_settings(place))
        self._all.append(browser)
        return browser, place


def _settings(place: Place) -> dict[str, Any]:
    """How a browser of ours is started, for one who sits at `place`."""
    return {
        "executable_path": chromium_path(),
        "env": {**os.environ, **place.environment},
        "ignore_default_args": ["--mute-audio"],
        "args": SWITCHES,
    }


def chromium_path() -> str:
    """Debian's Chromium, or whatever CHROMIUM names."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "no Chromium: make test installs it, or set CHROMIUM to its path"
    return path


def wait_for_sound(person: Person, *, louder_than: float = 0.01, timeout: float = 15.0) -> int:
    """Wait until something comes out of the loudspeaker; the mark from which it was waited."""
    mark = person.now()
    wait_until(
        lambda: bool((abs(person.heard(mark)) > louder_than).any()), f"sound at {person.name}'s ear", timeout=timeout
    )
    return mark
