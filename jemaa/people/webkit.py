"""People room. Debian's WebKit, the engine of every browser on an iPhone: driven by its own WebDriver (W3C) through
selenium, because Playwright drives only a WebKit of its own."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver.common.by import By
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from .loudspeaker import BOUND, Place
from .person import Attendee
from .wait import wait_until

BROWSER = "lib/*/webkit2gtk-4.*/MiniBrowser"
"""Below /usr: comes with the driver."""

FAKE_DEVICES = "--enable-mock-capture-devices=true"
"""A camera, and a microphone, of its own making."""

ON_SCREEN = "//{kind}[normalize-space()='{name}' or @aria-label='{name}']"
FIELD = "(//input | //textarea)[ancestor::label[starts-with(normalize-space(), '{name}')]]"


class WebKitPerson(Attendee):
    """Somebody at a page in WebKit; waits as `Person`'s page does."""

    def __init__(self, name: str, driver: WebDriver, place: Place) -> None:
        super().__init__(name, place)
        self._driver = driver

    def press(self, name: str) -> None:
        """Click the button of this name, as soon as one is there and can be clicked."""
        self._visible(ON_SCREEN.format(kind="button", name=name)).click()

    def sees(self, name: str) -> None:
        """Wait until something with just this text is to be seen."""
        self._visible(ON_SCREEN.format(kind="*", name=name))

    def fill(self, label: str, text: str) -> None:
        """Write into the first field with this label that can be seen."""
        field = self._visible(FIELD.format(name=label))
        field.clear()
        field.send_keys(text)

    @property
    def path(self) -> str:
        """The path that the page says it uses."""
        found = self._driver.find_elements(By.CSS_SELECTOR, "[data-testid=path]")
        return (found[0].get_attribute("data-path") or "") if found else ""

    def _visible(self, xpath: str) -> WebElement:
        def found() -> WebElement | None:
            every = self._driver.find_elements(By.XPATH, xpath)
            return next((one for one in every if one.is_displayed() and one.is_enabled()), None)

        element = wait_until(found, f"{self.name} sees {xpath}", timeout=15)
        assert element is not None  # `wait_until` returns what is true
        return element


@contextmanager
def person(name: str, url: str, place: Place, folder: Path, *arguments: str) -> Iterator[WebKitPerson]:
    """Somebody who has opened `url` and whose microphone is the sound server's default; `folder` is his home, and the
    caller's to remove. `arguments` are the browser's own."""
    place.become_default()
    with _display() as display:
        # Its sandbox needs privileges that a container lacks; without a bus it asks nobody for his settings.
        own = {
            "HOME": str(folder),
            "DISPLAY": display,
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        }
        options = Options()
        options.binary_location = _browser()
        for argument in ("--automation", *arguments):
            options.add_argument(argument)
        service = Service(log_output=str(folder / "driver.log"), env=os.environ | place.environment | own)
        service.start()
        try:
            how = ClientConfig(remote_server_addr=service.service_url)
            with WebDriver(RemoteConnection(client_config=how), options=options) as driver:
                driver.get(url)
                yield WebKitPerson(name, driver, place)
        finally:
            service.stop()


@contextmanager
def _display() -> Iterator[str]:
    """A screen that nobody looks at, and its name."""
    read, write = os.pipe()
    screen = subprocess.Popen(
        [*BOUND, "Xvfb", "-displayfd", str(write), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as number:
            yield f":{number.readline().strip()}"
    finally:
        screen.terminate()
        screen.wait(10)


def is_here() -> bool:
    """Whether there is one, and a screen for it."""
    return bool(_browser() and shutil.which("WebKitWebDriver") and shutil.which("Xvfb"))


def _browser() -> str:
    return next((str(one) for one in Path("/usr").glob(BROWSER)), "")
