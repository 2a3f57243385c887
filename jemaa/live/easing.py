"""Memory. Whether somebody's sound is made small for a while, because what was sent to him is long on its way.

A line that becomes too thin (a phone that leaves its good network) is seen here first: sound at 80 kb/s into 24 puts
more than two seconds of queue into each second, and what is in the network's queue nobody can take back. The page finds
it out too, but only by what comes through that queue, and then its wish has to come up the same line. So less is sent
as soon as half a second is not acknowledged, and what was asked for again when that has passed, or soon: what the line
really is, the page finds out (docs/decisions/0023-sound-on-its-way.md).
"""

GROWN_SECONDS = 0.4
"""How old what is on its way may become, beyond the least way there and back."""

CALM_SECONDS = 0.2
"""What it is below when nothing queues: acknowledgements wait for up to 0.2 s in their kernels (RFC 9293 §3.8.6.3)."""

MOST_SECONDS = 8.0
"""How long less is given at the most: a line that has only become longer is not to suffer for it."""

REST_SECONDS = 30.0
"""After so long it may begin again."""


class Easing:
    """Of one listener. Not before his line was calm once: what is given at the beginning comes in a burst."""

    __slots__ = ("_rests_until", "_since", "_was_calm", "is_on")

    def __init__(self) -> None:
        self.is_on = False
        self._was_calm = False
        self._since = 0.0
        self._rests_until = 0.0

    def judge(self, age: float, now: float) -> bool:
        """Whether this changed anything. `age`: of the oldest byte on its way, s, beyond the way there and back."""
        was_on = self.is_on
        is_calm = age < CALM_SECONDS
        if self.is_on:
            if is_calm or now - self._since > MOST_SECONDS:
                self.is_on = False
                self._rests_until = now if is_calm else now + REST_SECONDS
        elif age > GROWN_SECONDS and self._was_calm and now >= self._rests_until:
            self.is_on = True
            self._since = now
        self._was_calm |= is_calm
        return self.is_on != was_on

    def reset(self) -> None:
        """He asks for something himself."""
        self.is_on = self._was_calm = False
