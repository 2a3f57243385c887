"""What people do on the pages, by the names that a person, or a screen reader, finds there."""

import re

from playwright.sync_api import Locator, Page, expect

from jemaa.people import hearing
from jemaa.people.person import Attendee, Person
from jemaa.people.speech import RATE, Samples, Speech
from jemaa.people.wait import wait_until

EARSHOT = 5.0
"""Seconds of sound in which a voice is looked for."""


FOCUSED = """() => {
  const e = document.activeElement;
  return (e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent || '').trim();
}"""
"""The name of what has the focus."""


def button(page: Page, name: str) -> Locator:
    """The button of this name (the whole name, any case)."""
    return page.get_by_role("button", name=re.compile(f"^{name}$", re.IGNORECASE))


def listen(person: Person) -> None:
    """Press *Listen*."""
    button(person.page, "Listen").click()


def introduce(person: Person) -> None:
    """Give one's name in the form that asks for it."""
    person.page.get_by_label(re.compile("^your name", re.IGNORECASE)).first.fill(person.name)


def publish_room(room: Person) -> None:
    """Send the room's sound, and wait until the page says that it does."""
    button(room.page, "Send the room.s sound").click(timeout=15_000)
    expect(button(room.page, "Stop the room.s sound")).to_be_visible(timeout=15_000)


def raise_hand(person: Person) -> None:
    """Ask for the floor (the name is in the page's address), and wait until everyone's state says so."""
    button(person.page, "Raise hand").click(timeout=15_000)
    expect(button(person.page, "Lower hand")).to_be_visible(timeout=10_000)


def give_floor(chair: Person, name: str) -> None:
    """Grant the floor to whoever waits under that name."""
    chair.page.get_by_role("button", name=re.compile(f"^Give (the )?floor to {name}", re.IGNORECASE)).click(
        timeout=15_000
    )


def take_floor_back(chair: Person, name: str) -> None:
    """End it."""
    chair.page.get_by_role("button", name=re.compile(f"^Take (the )?floor (back )?from {name}", re.IGNORECASE)).click()


def speak(person: Person) -> None:
    """Open the microphone, and wait until the page says that it is open."""
    button(person.page, "Speak").click(timeout=15_000)
    expect(button(person.page, "Stop speaking")).to_be_visible(timeout=15_000)


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what has this name."""
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = str(page.evaluate(FOCUSED))
        if focused.lower().startswith(name.lower()):
            return
        seen.append(focused)
    raise AssertionError(f"Tab never reaches “{name}”; it reached {seen}")


def path_in_use(person: Person) -> str:
    """The path that the page says it uses."""
    return person.page.get_by_test_id("path").get_attribute("data-path") or ""


def wait_for_path(person: Person, path: str, *, timeout: float = 30) -> None:
    """Until the page is on this path."""
    wait_until(lambda: path_in_use(person) == path, f"{person.name} on {path}", timeout=timeout)


def is_hearing(person: Attendee, loop: Speech, *, seconds: float = EARSHOT) -> bool:
    """Whether the last seconds at this person's ear are part of `loop`, said again and again."""
    now = person.now()
    return is_part(person.heard(now - int(seconds * RATE), now), loop)


def is_part(recording: Samples, loop: Speech) -> bool:
    """Whether the recording holds this loop, wherever in it the recording began."""
    if hearing.level_db(recording) < -60:
        return False
    seconds = len(recording) / RATE
    return hearing.find(Speech("", recording), loop.repeated(loop.seconds + seconds).samples).heard


def wait_until_hears(person: Attendee, loop: Speech, *, timeout: float = 25) -> None:
    """Until the last seconds at this person's ear are part of the loop."""
    mark = person.now() + int(EARSHOT * RATE)
    wait_until(
        lambda: person.now() > mark and is_hearing(person, loop),
        f"{person.name} hears “{loop.text[:30]}…” (complaints: {person.complaints})",
        timeout=timeout,
        every=0.25,
    )


def hears_in_time(person: Attendee, speech: Speech, since: int, *, seconds: float) -> bool:
    """Whether this person has heard it within so many seconds of `since`, a mark; asked again and again until then."""
    last = since + int(seconds * RATE)
    wait_until(
        lambda: hearing.hears(speech, person.heard(since)) or person.now() > last,
        "the voice, or its end",
        timeout=60,
        every=0.5,
    )
    return hearing.hears(speech, person.heard(since))


def wait_until_moving(person: Person) -> None:
    """Until the picture at this person's page has changed three times: browsers' cameras of their own making move."""
    seen: set[str] = set()

    def has_changed() -> bool:
        seen.add(str(person.page.get_by_test_id("picture").evaluate("canvas => canvas.toDataURL()")))
        return len(seen) > 3

    wait_until(has_changed, f"a picture that moves at {person.name}'s page", every=0.2)


def record_for(person: Person, seconds: float) -> tuple[int, int]:
    """Let the recording grow by `seconds`, and return its two marks: elapsed time is what is recorded here."""
    start = person.now()
    return start, person.place.square.wait_until_recorded(start + int(seconds * RATE))
