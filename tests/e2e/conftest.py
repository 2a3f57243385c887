"""Browsers and sound for one file of end-to-end tests; they are kept from one test to the next."""

import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from jemaa.people import firefox
from jemaa.people.loudspeaker import Square
from jemaa.people.person import Cast
from jemaa.people.speech import CHAIR_SPEECH, Speech, say, unbroken

_TOO_OLD = firefox.too_old()
collect_ignore = ["test_firefox.py"] if _TOO_OLD else []


def pytest_report_collectionfinish() -> str:
    """What is left out, and is no skip: nothing here could make it run."""
    told = f"tests/e2e/test_firefox.py is left out: {_TOO_OLD} cannot be driven, {firefox.OLDEST} could"
    return told if _TOO_OLD else ""


FAILED = Path("build/failed")
"""A folder of recordings for each test that failed: what was heard then is never heard again."""


@pytest.fixture(autouse=True)
def begin(request: pytest.FixtureRequest) -> int:
    """Where in the recording the test begins, for tests in which somebody hears; else 0."""
    return request.getfixturevalue("square").now() if "square" in request.fixturenames else 0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed keeps what was said and heard in it, and tells how loud it was."""
    report = yield
    square, begin = item.funcargs.get("square"), item.funcargs.get("begin")
    if report.when == "call" and report.failed and isinstance(square, Square) and isinstance(begin, int):
        folder = FAILED / item.path.stem / item.name  # tests of two browsers have the same names
        shutil.rmtree(folder, ignore_errors=True)  # an earlier failure's recordings would stand among these
        levels = square.keep(folder, begin)
        told = "\n".join(f"{folder / name}: {level:.0f} dB" for name, level in levels.items())
        report.sections.append(("Recorded", told or "nobody said or heard anything"))
    return report


@pytest.fixture(scope="module")
def square(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Square]:
    """The sound hardware of everybody in a file's tests."""
    with Square(tmp_path_factory.mktemp("square"), places=5) as square:
        yield square


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """What drives browsers. Module-wide: its loop must end before the next file's `asyncio.run`."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def cast(playwright: Playwright, square: Square) -> Iterator[Cast]:
    """People with browsers."""
    cast = Cast(playwright, square)
    yield cast
    cast.close()


@pytest.fixture(scope="session")
def floor() -> Speech:
    """What the room says, again and again, where a test does not need its own."""
    return say(CHAIR_SPEECH, voice="en-us+m3")


@pytest.fixture(scope="session")
def loop() -> Speech:
    """A floor without any pause: an interruption is ours or the network's."""
    return unbroken(CHAIR_SPEECH)


@pytest.fixture(scope="session")
def silence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a floor that says nothing, for whoever is to be heard: where two talk at once a measure of voices is
    not sure of either."""
    nothing = Speech("", say("Silence.").samples * 0)
    return nothing.repeated(2).write(tmp_path_factory.mktemp("silence") / "silence.wav")
