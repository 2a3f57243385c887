"""Web room. Who comes in: tokens are read here and nowhere else.

In: requests and messages. Out: a `Pass`, or a refusal with a code that says what is wrong with the token.
"""

import secrets
import time
from collections.abc import Callable

from aiohttp import hdrs, web

from jemaa.errors import Refused
from jemaa.meeting.ids import PersonId
from jemaa.meeting.roles import Actor
from jemaa.meeting.rules import may_read
from jemaa.wire.token import Invitation, Pass, Tokens

from .hall import Hall


class Door:
    """Reads tokens of one server. `now` gives Unix seconds."""

    def __init__(self, tokens: Tokens, *, person_seconds: int, now: Callable[[], float] = time.time) -> None:
        self._tokens = tokens
        self._person_seconds = person_seconds
        self._now = now

    def admit(self, hall: Hall, invitation: str | None, resume: str | None) -> Pass:
        """Joining. Whoever comes back with the same rights is the same person; touches no disk."""
        invited = self._invited(hall, invitation) if invitation else None
        earlier = self._earlier(hall, resume, needed=invited is None and not hall.is_public) if resume else None
        if invited is None and earlier is None and not hall.is_public:
            raise Refused("invitation-needed", "This meeting is by invitation; please open the link you were sent.")
        role = invited.role if invited else earlier.role if earlier else "participant"
        came_with = invited.id if invited else earlier.invitation if earlier else None
        person = earlier.person if earlier and earlier.role == role else PersonId("p" + secrets.token_hex(8))
        expires = int(self._now()) + self._person_seconds
        return Pass(person, hall.meeting, hall.id, role, came_with, expires)

    def sign(self, person: Pass) -> str:
        """The person token."""
        return self._tokens.sign_pass(person)

    def recognise(self, hall: Hall, token: str) -> Pass:
        """The person of a person token. `Refused`: `token-forged`, `-expired`, `-elsewhere`, `-revoked`."""
        person = self._tokens.read_pass(token, session=hall.id, now=self._now())
        if not hall.may_attend(person):
            raise _revoked()
        return person

    def attendee(self, request: web.Request, hall: Hall) -> Pass | None:
        """Who asks, by header or cookie; None if nobody in particular, and the meeting is for everyone.

        A bad cookie is as none where none is needed: it is the browser that sends it, not the person.
        """
        scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        if token and scheme.lower() == "bearer":
            return self.recognise(hall, token.strip())
        cookie = request.cookies.get(cookie_name(hall))
        if cookie:
            try:
                return self.recognise(hall, cookie)
            except Refused:
                if not hall.is_public:
                    raise
        if not hall.is_public:
            raise Refused("invitation-needed", "This meeting is by invitation; please open the link you were sent.")
        return None

    def required(self, request: web.Request, hall: Hall) -> Pass:
        """As `attendee`, where somebody in particular must ask. `Refused` `not-joined`."""
        person = self.attendee(request, hall)
        if person is None:
            raise Refused("not-joined", "Please join the session first.")
        return person

    def _invited(self, hall: Hall, token: str) -> Invitation:
        invitation = self._tokens.read_invitation(token, session=hall.id, now=self._now())
        if not may_read(hall.session.state, invitation.id):
            raise _revoked()
        return invitation

    def _earlier(self, hall: Hall, token: str, *, needed: bool) -> Pass | None:
        """A person token that is no longer good makes a new person, unless nothing else opens the door."""
        try:
            return self.recognise(hall, token)
        except Refused:
            if needed:
                raise
            return None


def actor(person: Pass) -> Actor:
    """As the procedure knows a person."""
    return Actor(person.person, person.role)


def cookie_name(hall: Hall) -> str:
    """One cookie a session, so that two sessions of a meeting can be attended in two tabs."""
    return f"jemaa_{hall.id}"


def set_cookie(request: web.Request, response: web.StreamResponse, hall: Hall, token: str, *, is_secure: bool) -> None:
    """Hand the person token to the browser, for what it fetches without headers: players and plain pages."""
    if request.cookies.get(cookie_name(hall)) != token:
        response.set_cookie(cookie_name(hall), token, path="/", httponly=True, samesite="Lax", secure=is_secure)


def _revoked() -> Refused:
    return Refused("token-revoked", "This link has been withdrawn; please ask the organiser for a new one.")
