"""Matrix room. One person's loudspeaker, listened to from a moment on without a gap: first sound, then more of it."""

from jemaa.people import hearing
from jemaa.people.person import Person
from jemaa.people.speech import RATE, Samples

SOUND_SECONDS = 25.0
"""How long a participant waits for the first sound."""


class Ear:
    """Listens from the moment on in which it was made."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._mark = person.now()

    def until_loud(self) -> Samples:
        """Up to the first sound, or until he gives up."""
        start = self._mark
        deadline = start + int(SOUND_SECONDS * RATE)
        while self._person.now() < deadline:
            if hearing.first_loud(self._person.heard(start)) is not None:
                break
            self._person.place.square.wait_until_recorded(self._person.now() + RATE // 4)
        self._mark = self._person.now()
        return self._person.heard(start, self._mark)

    def more(self, seconds: int) -> Samples:
        """The next so many seconds."""
        until = self._mark + seconds * RATE
        self._person.place.square.wait_until_recorded(until + RATE // 10)
        heard = self._person.heard(self._mark, until)
        self._mark = until
        return heard
