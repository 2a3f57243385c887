"""One network: the check's page in a real browser behind it, what it says and when, and then what it named, used.

The meeting's page is opened beside that of the check, in the same browser, as whoever follows the advice would; what is
heard is what came out of his loudspeaker.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
from msgspec.structs import replace
from playwright.sync_api import Error, Page

from bench.advice_results import SILENT_AT_MOST, STOI_UNDERSTOOD, WAYS, Advised, Used
from jemaa.facts.read import read
from jemaa.facts.record import Measurement
from jemaa.lab.places import SERVER_SECOND
from jemaa.lab.topology import Lab
from jemaa.matrix.ear import Ear
from jemaa.matrix.failures import in_a_line
from jemaa.matrix.jemaa_system import JemaaMeeting, opened
from jemaa.matrix.measure import judge
from jemaa.matrix.pulse import Pulse
from jemaa.matrix.sitting import PAGE_SECONDS, Props
from jemaa.matrix.stage import Stage
from jemaa.matrix.system import Ground, Route
from jemaa.people import hearing
from jemaa.people.person import Person

CALLS = f"{SERVER_SECOND[0]}:3478,40123"
"""Where calls are tried: an address of its own, as `docs/check.md` says."""

OVER_SECONDS = 60.0
FULLER_SECONDS = 240.0
PRESS_SECONDS = 60.0
"""Over EDGE the page takes long."""
LINE_SECONDS = 30.0
WHOLE_SECONDS = 60.0
"""A page's rest comes after its button: whoever forces a way that needs it waits for it."""

SETTLE_SECONDS = 1.0

WATCH = """
window.advised = [];
new MutationObserver(() => {
  const answer = document.getElementById("answer");
  const { how, way } = answer?.dataset ?? {};
  const at = performance.now() / 1000;
  const said = way || (how === "none" ? "none" : "some");
  if (how && window.advised.at(-1)?.way !== said) window.advised.push({ way: said, at });
  if (answer?.hasAttribute("data-over") && !window.over) window.over = at;
}).observe(document, { subtree: true, childList: true, attributes: true });
"""
"""Notes in the page itself which ways its answer names, and when: a driver that asks would come too late."""


class Watched(msgspec.Struct):
    """What `WATCH` noted."""

    way: str
    at: float


def ask(props: Props, profile: str, seconds: int) -> Advised:
    """The first advice, followed. What fails in the person's browser is an answer; what fails in our own lab or server
    is a `JemaaError`."""
    with _behind(props, profile) as (meeting, person), Pulse() as pulse:
        found = _advised(profile, person.page, meeting)
        found = _followed(found, props, meeting, person, seconds)
    pulse.refuse_if_late()
    return replace(found, late=round(pulse.late, 4))


def facts_of(props: Props, profile: str) -> Measurement | None:
    """Of the fuller test, every step of it; None where the page gives none."""
    with _behind(props, profile) as (meeting, person), Pulse() as pulse:
        page = person.page
        try:
            page.goto(meeting.check_page, wait_until="commit", timeout=PAGE_SECONDS * 1000)
            page.locator("#answer[data-over]").wait_for(timeout=OVER_SECONDS * 1000)
            _press(page, "Look at the fuller test")
            _press(page, "Start the fuller test")
            page.get_by_role("heading", name="What the fuller test found").wait_for(timeout=FULLER_SECONDS * 1000)
            with page.expect_download() as download:
                page.get_by_role("link", name="Download the facts").click()
            facts = read(Path(download.value.path()).read_bytes(), time.time())
        except Error:
            return None
    pulse.refuse_if_late()
    return replace(facts, profile=profile.replace("+", "-"))


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click(timeout=PRESS_SECONDS * 1000)


@contextmanager
def _behind(props: Props, profile: str) -> Iterator[tuple[JemaaMeeting, Person]]:
    """A meeting, and somebody behind this network who has opened nothing yet."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="cell-", dir=props.folder)))
        lab = stack.enter_context(Lab(profile))
        trust = props.trust
        ground = Ground(lab, folder, trust.certificate, trust.certificate, trust.authority, props.loop, props.floor)
        meeting = stack.enter_context(opened(ground, props.floor, "--check-udp", CALLS))
        stage = Stage(props.playwright, props.square, lab, folder, trust.keys(lab))
        yield meeting, stack.enter_context(stage.participant("Amina"))


def _advised(profile: str, page: Page, meeting: JemaaMeeting) -> Advised:
    """What the page of the check says."""
    page.add_init_script(WATCH)
    found = Advised(profile=profile, opened=False)
    try:
        page.goto(meeting.check_page, wait_until="commit", timeout=PAGE_SECONDS * 1000)
        found = replace(found, opened=True)
        page.locator("#answer[data-over]").wait_for(timeout=OVER_SECONDS * 1000)
    except Error as error:
        found = replace(found, why_not=in_a_line(error))
    if not found.opened:
        return found
    noted = msgspec.convert(page.evaluate("window.advised ?? []"), list[Watched])
    rows = page.locator("#ways li").all()
    return replace(
        found,
        first=round(noted[0].at, 2) if noted else None,
        whole=_rounded(page.evaluate("window.over ?? null")),
        named=tuple(one.way for one in noted),
        named_at=tuple(round(one.at, 2) for one in noted),
        said=page.get_by_test_id("answer").inner_text(),
        ways={row.get_attribute("data-way") or "": row.get_attribute("data-is") or "" for row in rows},
        details={
            row.get_attribute("data-way") or "": row.locator(".of").inner_text()
            for row in rows
            if row.locator(".of").count()
        },
    )


def _followed(found: Advised, props: Props, meeting: JemaaMeeting, person: Person, seconds: int) -> Advised:
    """With each way that was named, used; where none works by what was said, with every way."""
    named = [way for way in dict.fromkeys(found.named) if way in WAYS]
    used: dict[str, Used] = {}
    page_opened = False
    for way in named if found.advice in WAYS else WAYS:
        beside = Person(person.name, person.page.context.new_page(), person.place)
        try:
            used[way] = _use(props, meeting, beside, way, seconds)
            page_opened = True
        except Error as error:
            used[way] = Used(works=False, why_not=in_a_line(error))
            if not named:
                break
        finally:
            beside.page.close()
    return replace(found, used=used, page_opened=page_opened)


def _use(props: Props, meeting: JemaaMeeting, person: Person, way: str, seconds: int) -> Used:
    """This way, forced on the meeting's page. Raises where the page does not come."""
    url = meeting.participant_url(Route(way, way))
    person.page.goto(url, wait_until="domcontentloaded", timeout=PAGE_SECONDS * 1000)
    seat = meeting.seat(person)
    if way == "text":
        return _reads(lambda: bool(seat.reads(LINE_SECONDS)))
    with suppress(Error):
        person.page.locator("#path[data-path]").wait_for(state="attached", timeout=WHOLE_SECONDS * 1000)
    ear = Ear(person)
    try:
        seat.listen(PRESS_SECONDS)
    except Error as error:
        return Used(works=False, why_not=in_a_line(error))
    first = ear.until_loud()
    if hearing.first_loud(first) is None:
        return Used(works=False, why_not="nothing came out of the loudspeaker")
    heard = judge(np.concatenate([first, ear.more(seconds)]), props.loop, settle=SETTLE_SECONDS)
    works = (heard.stoi or 0.0) >= STOI_UNDERSTOOD and heard.silent <= SILENT_AT_MOST
    return Used(
        works=works,
        first_sound=_rounded(heard.first),
        stoi=_rounded(heard.stoi),
        silent=round(heard.silent, 3),
        longest_gap=_rounded(heard.longest_gap),
        why_not="" if works else "it was not understood, or was silent too long",
    )


def _reads(do: Callable[[], bool]) -> Used:
    try:
        return Used(works=do())
    except (Error, AssertionError) as error:
        return Used(works=False, why_not=in_a_line(error))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 2)
