"""People room. Debian's Firefox: how it is started so that somebody hears and speaks by it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from .loudspeaker import Place

PREFERENCES = {
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "media.navigator.permission.disabled": True,
    "media.cubeb.backend": "pulse-rust",
    "toolkit.telemetry.enabled": False,
    "app.normandy.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "",
}
"""It plays and records without a hand on the mouse, by the sound server that we gave it, and asks nobody anything."""

FAKE_DEVICES = {"media.navigator.streams.fake": True}
"""A camera, and a microphone, of its own making."""


def settings(place: Place, folder: Path, preferences: dict[str, Any]) -> dict[str, Any]:
    """What Playwright's `firefox.launch` takes, for one who sits at `place`; `folder` is the caller's to remove, and
    `preferences` come on top of ours.

    Firefox records from the sound server's default microphone, whatever its environment says: `Place.become_default`.
    """
    script = folder / "firefox"
    root = Path(__file__).parents[2]
    script.write_text(
        f'#!/bin/sh\nPYTHONPATH="{root}" exec "{sys.executable}" -m jemaa.people.bidi_relay "{_path()}" "$@"\n'
    )
    script.chmod(0o700)
    return {
        "channel": "moz-firefox",
        "executable_path": str(script),
        "env": {**os.environ, **place.environment},
        "firefox_user_prefs": PREFERENCES | preferences,
    }


OLDEST = 153
"""The oldest that was tried and can be driven. In 140 a page's own policy keeps the driver from evaluating anything."""


def is_here() -> bool:
    """Whether there is one: Debian's, or whatever FIREFOX names."""
    return bool(_path())


def too_old() -> str:
    """Its name and version if there is one that cannot be driven, else nothing."""
    if not is_here():
        return ""
    said = subprocess.run([_path(), "--version"], capture_output=True, text=True, timeout=60).stdout.strip()
    version = re.search(r"(\d+)\.", said)
    return "" if version and int(version[1]) >= OLDEST else said or _path()


def _path() -> str:
    return os.environ.get("FIREFOX") or shutil.which("firefox-esr") or ""
