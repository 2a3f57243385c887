"""`make lab`: behind each profile, which paths live and which do not. Real server, real network, no browser.

Several labs are up at once: what takes the time is listening, not the machine.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from jemaa.lab import profile as profiles
from jemaa.lab.places import SERVER
from jemaa.matrix.system import HOST
from jemaa.people.speech import CHAIR_SPEECH, say
from tests.harness.in_lab import MeetingInLab
from tests.lab.attendee import HELD, PATHS, Task
from tests.lab.networks import why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

AT_ONCE = 6
ALL = frozenset(PATHS)
NO_UPGRADE = frozenset({"live", "up-live"})


@dataclass(frozen=True, slots=True)
class Expected:
    """Of a profile: the paths that must not live (all others must), and how long a path has to hold to count."""

    dead: frozenset[str] = frozenset()
    seconds: float = 4.0
    patience: float = 6.0
    at_once: bool = True
    once: bool = False
    unasked: frozenset[str] = frozenset()
    """Paths of which this profile says nothing certain."""


EVERYTHING = Expected()
NOTHING = Expected(ALL, patience=3.0)
HARD = {
    "dest-whitelist": NOTHING,
    "ru-2026-unlisted": NOTHING,
    "sni-own": NOTHING,
    # Sixteen kilobytes down, then the connection is dead: 11 s of 12 kb/s, less of the radio's burst.
    "kill-after-bytes": Expected(frozenset({"live", "stream", "radio"}), 14, once=True, unasked=frozenset({"up-live"})),
    "ru-2025": Expected(frozenset({"live", "stream", "radio"}), 14, once=True, unasked=frozenset({"up-live"})),
    "ru-2026": Expected(frozenset({"live", "stream", "radio"}), 14, once=True, unasked=frozenset({"up-live"})),
    "kill-after": Expected(frozenset(HELD), 24, once=True),
    "proxy-only-capped": Expected(NO_UPGRADE),
    "corp-capped": Expected(NO_UPGRADE),
    # Whole answers only: what has no end never comes.
    "proxy-only-resigned": Expected(NO_UPGRADE | {"stream", "radio"}),
    "corp-resigned": Expected(NO_UPGRADE | {"stream", "radio"}),
    "link-edge": Expected(patience=25, at_once=False),
    "link-thin-64": Expected(patience=12, at_once=False),
}
"""What is not in here must let everything through: nothing that Jemaa needs looks like a call."""

BY_ADDRESS = "sni-own by address"
"""There with a link that has the server's address for a name, of which TLS says nothing."""


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return say(CHAIR_SPEECH, voice="en-us+m3").write(tmp_path_factory.mktemp("paths") / "floor.wav")


@pytest.fixture(scope="module")
def networks(
    request: pytest.FixtureRequest, floor: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, "Future[dict[str, str]]"]]:
    """All labs that were asked for, the longest first, `AT_ONCE` at a time; each test waits for its own."""
    wanted = sorted(asked_for(request), key=lambda name: -HARD.get(name, EVERYTHING).patience)
    folder = tmp_path_factory.mktemp("labs")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {name: pool.submit(attend, name, folder / name, floor) for name in wanted}
        pool.shutdown(cancel_futures=True)


def asked_for(request: pytest.FixtureRequest) -> list[str]:
    """The profiles of the tests that this run has chosen."""
    chosen = [item for item in request.session.items if item.path == request.path]
    return [item.callspec.params["name"] for item in chosen if hasattr(item, "callspec")]


def attend(name: str, folder: Path, floor: Path) -> dict[str, str]:
    """Try every path behind this profile; why each is dead, "" for what lives."""
    expected = HARD.get(name, EVERYTHING)
    with MeetingInLab(name.partition(" ")[0], folder, floor) as meeting:
        task = Task(
            f"https://{SERVER[0] if name == BY_ADDRESS else HOST}",
            meeting.session["id"],
            meeting.invitation("chair"),
            expected.seconds,
            expected.patience,
            expected.at_once,
            expected.once,
        )
        command = [sys.executable, "-m", "tests.lab.attendee", json.dumps(asdict(task))]
        environment = os.environ | meeting.lab.environment()
        running = meeting.lab.popen("participant", command, env=environment, stdout=subprocess.PIPE, text=True)
        found: dict[str, str] = json.loads(running.communicate(timeout=300)[0])
        return found


@pytest.mark.parametrize("name", [*profiles.names(), BY_ADDRESS])
def test_the_paths_behind(name: str, networks: dict[str, "Future[dict[str, str]]"]) -> None:
    expected = HARD.get(name, EVERYTHING)
    found = {path: why for path, why in networks[name].result().items() if path not in expected.unasked}
    dead = {path for path, why in found.items() if why}
    assert dead == expected.dead, f"{name}: {found}"


def test_every_hard_profile_exists() -> None:
    assert set(HARD) <= set(profiles.names())
