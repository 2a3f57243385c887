"""The page's own client behind the hardest networks: what a listener would have heard, without browser or sound card.

Several labs are up at once; each test waits for its own.
"""

import gzip
import json
import os
import random
import shutil
import string
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from jemaa.people.speech import CHAIR_SPEECH, unbroken
from tests.harness.in_lab import HOST, MeetingInLab, pipe
from tests.lab.networks import why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

NODE = shutil.which("node", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}") or "node"
AT_ONCE = 5
STAND_IN = str(Path(__file__).parent.parent / "client" / "stand_in.mjs")


@dataclass(frozen=True, slots=True)
class Visit:
    """A profile, how long somebody listens behind it, and what the page's files would have told of the line.

    `caps` are caps of the profile's proxy in the place of its own, which nobody who listens for seconds would meet.
    `said`: so much was said before that the meeting's state is more than 16 KB, packed. `turns`: what the network turns
    into while he listens, each so many seconds after the first sound.
    """

    profile: str
    seconds: float
    learned: dict[str, Any] = field(default_factory=dict)
    caps: dict[str, int] = field(default_factory=dict)
    said: bool = False
    turns: tuple[tuple[float, str], ...] = ()

    def network(self, folder: Path) -> str:
        """The profile by its name, or the file of one with these caps."""
        if not self.caps:
            return self.profile
        head = f'description = "{self.profile}, sooner"\nincludes = ["{self.profile}"]\n[[seen]]\nwhere = "nowhere"\n'
        file = folder / "sooner.toml"
        file.write_text(head + "[proxy]\n" + "".join(f"{name} = {value}\n" for name, value in self.caps.items()))
        return str(file)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a listener would have heard; times in seconds since the press of *Listen*."""

    first: float | None
    gaps: list[tuple[float, float]]
    paths: list[tuple[float, str]]
    streams: list[float]
    network: dict[str, Any]
    is_in: bool

    @property
    def longest(self) -> float:
        return max((length for _, length in self.gaps), default=0.0)

    @property
    def silent(self) -> float:
        return sum(length for _, length in self.gaps)


VISITS = {
    "age": Visit("kill-after:seconds=8", 48),
    "bytes": Visit("kill-after-bytes", 35),
    # Two cuts of the stream, as sound at 12 kb/s meets them, and some seconds of what comes after them.
    "capped in time": Visit("proxy-only-capped", 22, caps={"max_seconds": 8}),
    "capped in size": Visit("proxy-only-capped", 22, caps={"max_bytes": 12_000}),
    "proxy": Visit("corp-resigned", 12),
    "capped": Visit("proxy-only-capped", 8),
    "edge": Visit("link-edge", 30, {"rttMs": 700, "isThin": True}),
    "thin": Visit("link-thin-64", 30, {"rttMs": 400, "isThin": True}),
    "known": Visit("kill-after-bytes", 15, {"isCutting": True, "path": "pieces"}, said=True),
}
THIN_FROM, THIN_UNTIL = 8, 28
VISITS |= {
    f"becomes {name}": Visit("clean", 55, turns=((THIN_FROM, name), (THIN_UNTIL, "clean")))
    for name in ("link-thin-64", "link-edge")
}
ON_ADSL = ("corp-resigned", "proxy-only-capped", "kill-after-bytes", "ma-2016-may", "ir-2020")
VISITS |= {f"adsl {name}": Visit(f"{name}@link-adsl-2016", 5) for name in ON_ADSL}


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Heard]]:
    """All visits, `AT_ONCE` at a time; the result of one by its name."""
    folder = tmp_path_factory.mktemp("ladder")
    floor = unbroken(CHAIR_SPEECH).write(folder / "floor.wav")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        under_way: dict[str, Future[Heard]] = {}
        for name, visit in VISITS.items():
            under_way[name] = pool.submit(visited, name, visit, folder / name.replace(" ", "-"), floor)
        yield lambda name: under_way[name].result()
        pool.shutdown(cancel_futures=True)


def visited(name: str, visit: Visit, folder: Path, floor: Path) -> Heard:
    """Listen behind a network, by the client in Node."""
    folder.mkdir()
    with MeetingInLab(visit.network(folder), folder / "meeting", floor) as meeting:
        if visit.said:
            draw = random.Random(11)
            texts = ["".join(draw.choices(string.ascii_letters + string.punctuation, k=2_000)) for _ in range(15)]
            assert len(gzip.compress("".join(texts).encode())) > 20_000
            meeting.commands("captioner", [{"type": "post_caption", "text": text, "language": "en"} for text in texts])
        return listened(meeting, visit)


def listened(meeting: MeetingInLab, visit: Visit) -> Heard:
    command = [NODE, "--no-warnings", STAND_IN, f"https://{HOST}", meeting.session["id"], str(visit.seconds)]
    environment = os.environ | meeting.lab.environment()
    environment |= {"NODE_TLS_REJECT_UNAUTHORIZED": "0", "NODE_USE_ENV_PROXY": "1"}
    running = meeting.lab.popen(
        "participant", [*command, json.dumps(visit.learned)], env=environment, stdout=subprocess.PIPE, text=True
    )
    playing = time.monotonic() if visit.turns and pipe(running.stdout).readline() else 0.0
    for at, profile in visit.turns:
        time.sleep(max(0.0, playing + at - time.monotonic()))  # the network's own time, which nobody can wait for
        meeting.lab.switch(profile)
    lines = running.communicate(timeout=visit.seconds + 60)[0].splitlines()
    return Heard(**json.loads(lines[-1]))


def test_where_connections_freeze_after_16_kilobytes_one_learns_to_use_small_ones(
    visits: Callable[[str], Heard],
) -> None:
    heard = visits("bytes")
    assert heard.longest < 2 and heard.silent < 3, heard
    assert heard.paths[-1][1] == "pieces" and heard.network["isCutting"]
    assert not [gap for gap in heard.gaps if gap[0] > 25], "once it is learned nothing is missing"


def test_where_connections_freeze_after_some_seconds_too_and_whether_they_still_do_is_found_out_without_a_gap(
    visits: Callable[[str], Heard],
) -> None:
    heard = visits("age")
    assert heard.longest < 2 and heard.silent < 3, heard
    learned, path = heard.paths[-1]
    assert path == "pieces" and heard.network["isCutting"]
    assert [asked for asked in heard.streams if asked > learned + 10], "a connection was kept beside the pieces"
    assert not [gap for gap in heard.gaps if gap[0] > learned + 1], "and nothing was heard of its death"


def test_who_comes_again_to_a_network_that_cuts_hears_without_a_gap(visits: Callable[[str], Heard]) -> None:
    heard = visits("known")
    assert heard.longest < 1.5 and heard.paths[-1][1] == "pieces", heard
    assert heard.is_in, "and has what was said so far, though it is more than one connection carries"


@pytest.mark.parametrize("name", ["proxy", "capped"])
def test_behind_a_companys_proxy_sound_begins_and_goes_on(visits: Callable[[str], Heard], name: str) -> None:
    heard = visits(name)
    assert heard.first is not None and heard.first < 5 and heard.is_in
    assert heard.silent < 1, heard


@pytest.mark.parametrize("name", ["capped in time", "capped in size"])
def test_where_a_proxy_cuts_long_answers_sound_goes_on_over_the_cuts(visits: Callable[[str], Heard], name: str) -> None:
    heard = visits(name)
    assert heard.longest < 1.5 and heard.silent < 3 and heard.is_in, heard
    assert [path for _, path in heard.paths] == ["stream", "pieces"] and heard.network["isCutting"], "it was cut twice"
    assert heard.paths[1][0] > 10, "a cut answer is asked for again before it is given up"
    assert not [gap for gap in heard.gaps if gap[0] > heard.paths[1][0]], "pieces are below the caps"


@pytest.mark.parametrize("name", ["edge", "thin"])
def test_over_a_thin_line_nothing_is_missing(visits: Callable[[str], Heard], name: str) -> None:
    heard = visits(name)
    assert heard.first is not None and heard.first < 8
    assert heard.silent < 0.01 * VISITS[name].seconds, heard


@pytest.mark.parametrize(("name", "most"), [("link-thin-64", 2), ("link-edge", 3)])
def test_a_line_that_becomes_thin_is_asked_for_less_and_for_more_when_it_has_room_again(
    visits: Callable[[str], Heard], name: str, most: float
) -> None:
    heard = visits(f"becomes {name}")
    assert heard.first is not None
    begins, ends = heard.first + THIN_FROM, heard.first + THIN_UNTIL
    assert sum(length for at, length in heard.gaps if begins + 5 < at < ends) < most, heard
    assert heard.paths[-1][1] == "live", heard
    assert not heard.network["isThin"]
    assert not [gap for gap in heard.gaps if gap[0] > ends + 5 and gap[1] > 0.5], heard


def test_the_first_sound_comes_soon_on_an_adsl_line_whatever_is_blocked(visits: Callable[[str], Heard]) -> None:
    firsts = sorted(visits(f"adsl {name}").first or 99 for name in ON_ADSL)
    assert firsts[len(firsts) // 2] < 3 and firsts[-1] < 8, firsts
