"""Links: one for each role with a page, with a signed invitation in its fragment, which browsers send to no server."""

import secrets
from dataclasses import dataclass
from typing import Any

from jemaa.config import Config
from jemaa.meeting.ids import InvitationId, SessionId
from jemaa.meeting.roles import Role
from jemaa.store.meetings import MeetingRecord
from jemaa.wire.token import Invitation, Tokens

PAGES: dict[Role, str] = {
    "chair": "/chair",
    "manager": "/chair",
    "room": "/room",
    "captioner": "/captions",
    "speaker": "",
    "participant": "",
}
"""Behind `/s/{session}`, the page of each role that has one: a link says that there is something to open."""

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links that are good for `days` from `now` (Unix seconds) on."""

    tokens: Tokens
    base: str
    days: int
    now: float

    def of_session(self, meeting: MeetingRecord, session: SessionId) -> dict[str, str]:
        """By role, and by the paths that need no role: `text`, `radio`, `mp3`."""
        address = f"{self.base}/s/{session}"
        links = {role: f"{address}{page}#t={self._token(meeting, session, role)}" for role, page in PAGES.items()}
        if meeting.public:
            links["participant"] = address
        return links | {
            "text": f"{address}/text",
            "radio": f"{address}/radio.opus?kbps=12",
            "mp3": f"{address}/radio.mp3",
        }

    def _token(self, meeting: MeetingRecord, session: SessionId, role: Role) -> str:
        id_ = InvitationId("i" + secrets.token_hex(6))
        expires = int(self.now) + self.days * _DAY
        return self.tokens.sign_invitation(Invitation(id_, meeting.id, session, role, expires))


def described(meeting: MeetingRecord, links: Links | None = None) -> dict[str, Any]:
    """A meeting as `--json` prints it; with `links`, with its links."""
    sessions: list[dict[str, Any]] = []
    for session in meeting.sessions:
        row: dict[str, Any] = {"id": session.id, "room": session.room}
        if links:
            row["links"] = links.of_session(meeting, session.id)
        sessions.append(row)
    return {
        "id": meeting.id,
        "title": meeting.title,
        "public": meeting.public,
        "closed": meeting.closed_at is not None,
        "sessions": sessions,
    }


def base_url(config: Config, port: int | None = None) -> str:
    """The address that people see, without a slash at the end; `port` is the one that was really taken."""
    base = config.text("base_url").rstrip("/")
    if base:
        return base
    host, asked = config.address
    shown = "localhost" if host in ("", "0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    return f"{config.scheme}://{shown}:{port or asked}"
