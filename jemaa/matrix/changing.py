"""Matrix room. A network that begins to block in mid-speech, and ends it again: what is heard of it."""

import time

from msgspec.structs import replace
from playwright.sync_api import Error

from jemaa.people.person import Person
from jemaa.people.speech import RATE
from jemaa.people.wait import wait_until

from .asking import ACT_SECONDS, outlasting
from .ear import Ear
from .failures import MatrixFailed, in_a_line
from .measure import is_followed, judge, longest_gap, lost_of
from .results import Change
from .sitting import PAGE_SECONDS, Props, Sitting, seated
from .system import OWN_CHOICE, System

CALM = "clean"
CALM_SECONDS = 8
"""How long he has listened when it begins."""

AGAIN_SECONDS = 120.0
"""How long he waits for his former path once it has ended."""

AFTER_SECONDS = 5
"""How long he listens once he has it."""


def change(props: Props, system: System, profile: str, seconds: int) -> Change:
    """Listen on a network that does nothing, for `seconds` on one that does, and on the first again, on one page. What
    fails in the participant's browser is an answer; what fails in our own lab or server is a `JemaaError`."""
    with seated(props, system, CALM) as sitting:
        found = _Witness(sitting, props, Change(system=system.name, profile=profile)).told(profile, seconds)
    return replace(found, late=sitting.late)


class _Witness:
    """Whoever listens, and what he has to say so far."""

    def __init__(self, sitting: Sitting, props: Props, found: Change) -> None:
        self._sitting = sitting
        self._props = props
        self._found = found

    def told(self, profile: str, seconds: int) -> Change:
        """All of it, or as far as his browser came, with the reason."""
        try:
            self._listens()
            self._while_it_blocks(profile, seconds)
            self._when_it_has_ended()
        except (Error, AssertionError) as error:
            self._found = replace(self._found, failure=in_a_line(error))
        return self._found

    def _listens(self) -> None:
        """On a network that does nothing: what does not work here, is no network's doing."""
        try:
            page = self._person.page
            page.goto(self._sitting.meeting.participant_url(OWN_CHOICE), timeout=PAGE_SECONDS * 1000)
            ear = Ear(self._person)
            self._sitting.seat.listen(ACT_SECONDS)
            ear.until_loud()
            heard = judge(ear.more(CALM_SECONDS), self._props.loop)
        except (Error, AssertionError) as error:
            raise MatrixFailed("matrix-server-failed", f"On {CALM} nobody heard: {in_a_line(error)}") from None
        if not heard.is_speech:
            raise MatrixFailed("matrix-server-failed", f"On {CALM} nobody heard the room.")
        self._found = replace(self._found, before=self._sitting.seat.path())

    def _while_it_blocks(self, profile: str, seconds: int) -> None:
        opened = self._page_opened()
        self._sitting.lab.switch(profile)
        recording = Ear(self._person).more(max(seconds, outlasting(self._sitting.lab.profile)))
        path, is_same = self._sitting.seat.path(), self._page_opened() == opened  # before seconds of reckoning
        heard = judge(recording, self._props.loop)
        self._found = replace(
            self._found,
            hears=heard.is_speech,
            gap=heard.longest_gap,
            lost=lost_of(recording, self._props.loop),
            within=path,
            same_page=is_same,
        )

    def _when_it_has_ended(self) -> None:
        self._sitting.lab.switch(CALM)
        ear, began = Ear(self._person), time.monotonic()
        wait_until(self._is_back, "the former path", timeout=AGAIN_SECONDS, every=0.25)
        again = time.monotonic() - began
        self._found = replace(self._found, again=again)
        recording = ear.more(int(again) + AFTER_SECONDS)
        self._found = replace(
            self._found,
            hears_again=is_followed(recording[-AFTER_SECONDS * RATE :], self._props.loop),
            gap_again=longest_gap(recording),
        )

    def _is_back(self) -> bool:
        return self._sitting.seat.path() == self._found.before

    def _page_opened(self) -> float:
        """When the page was opened, Unix ms: another one would say something else."""
        return float(self._person.page.evaluate("performance.timeOrigin"))

    @property
    def _person(self) -> Person:
        return self._sitting.participant
