"""Wire room. Signed tokens: an invitation in a link, and the person token that joining gives (docs/protocol.md §2).

Both are HMAC-SHA256 over JSON by itsdangerous, with a salt of their own each, so that one never passes for the other.
Nothing is kept of them: a meeting of thousands joins without touching the disk. What ends one early is the
revocation of the invitation it came from, which is an event of the session.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec
from itsdangerous import BadData, URLSafeSerializer

from jemaa.errors import Refused
from jemaa.meeting.ids import InvitationId, MeetingId, PersonId, SessionId
from jemaa.meeting.roles import Role

MAX_TOKEN_CHARACTERS = 1_000
"""Ours have about 250; whatever is longer is not looked at."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link grants; `expires_at` is in Unix seconds."""

    id: InvitationId
    meeting: MeetingId
    session: SessionId
    role: Role
    expires_at: int


@dataclass(frozen=True, slots=True)
class Pass:
    """Who somebody is in one session; `invitation` is what he came with, None where none was needed."""

    person: PersonId
    meeting: MeetingId
    session: SessionId
    role: Role
    invitation: InvitationId | None
    expires_at: int


class Tokens:
    """Signs and reads both kinds with one key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._invitations = _serializer(key, b"jemaa.invitation")
        self._passes = _serializer(key, b"jemaa.person")

    def sign_invitation(self, invitation: Invitation) -> str:
        """The text that stands in a link."""
        return _dump(self._invitations, invitation)

    def sign_pass(self, person: Pass) -> str:
        """The text that a person shows from then on."""
        return _dump(self._passes, person)

    def read_invitation(self, token: str, *, session: SessionId, now: float) -> Invitation:
        """The invitation in `token`. `Refused`: `token-forged`, `token-expired`, `token-elsewhere`."""
        invitation: Invitation = _load(self._invitations, token, Invitation)
        _check(invitation, session, now)
        return invitation

    def read_pass(self, token: str, *, session: SessionId, now: float) -> Pass:
        """The person in `token`. `Refused`: `token-forged`, `token-expired`, `token-elsewhere`."""
        person: Pass = _load(self._passes, token, Pass)
        _check(person, session, now)
        return person


def _serializer(key: bytes, salt: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=salt, signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"})


def _dump(serializer: URLSafeSerializer, value: Invitation | Pass) -> str:
    text = serializer.dumps(msgspec.to_builtins(value))
    return text if isinstance(text, str) else text.decode("ascii")


def _load(serializer: URLSafeSerializer, token: str, kind: type[Any]) -> Any:
    if len(token) > MAX_TOKEN_CHARACTERS:
        raise _forged()
    try:
        return msgspec.convert(serializer.loads(token), kind)
    except (BadData, msgspec.ValidationError, ValueError, RecursionError):
        raise _forged() from None


def _forged() -> Refused:
    return Refused("token-forged", "This link or its token is not one of ours; please copy the whole link again.")


def _check(token: Invitation | Pass, session: SessionId, now: float) -> None:
    if token.session != session:
        raise Refused("token-elsewhere", "This link is for another session.")
    if now >= token.expires_at:
        raise Refused("token-expired", "This link has expired; please ask the organiser for a new one.")
