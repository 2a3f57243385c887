"""What the commands print: plain lines for people, one line of JSON for scripts."""

import json
import sys
from typing import Any

ORDER = (
    "participant",
    "chair",
    "manager",
    "room",
    "captioner",
    "speaker",
    "text",
    "radio",
    "mp3",
)
_MEANING = {
    "participant": "anyone: listen, read, ask, raise a hand",
    "chair": "opens and closes, gives the floor",
    "manager": "does so on the chair's behalf",
    "room": "the meeting room's own machine",
    "captioner": "writes the captions",
    "speaker": "somebody on the programme",
    "text": "no JavaScript needed",
    "radio": "any player",
    "mp3": "old players",
}


def say(line: str) -> None:
    """To the person at the keyboard, not into a pipe."""
    print(line, file=sys.stderr, flush=True)


def print_json(value: Any) -> None:
    """One line, at once."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def print_announcement(announcement: dict[str, Any], *, as_json: bool) -> None:
    """The server is up."""
    if as_json:
        print_json(announcement)
        return
    print(f"Serving on {announcement['url']} – Ctrl-C ends it.", flush=True)
    for meeting in announcement["meetings"]:
        print_meeting(meeting)


def print_meeting(meeting: dict[str, Any]) -> None:
    """A meeting and its links."""
    print(f"\n{meeting['title']}  ({meeting['id']})")
    for session in meeting["sessions"]:
        if session["room"]:
            print(f"  {session['room']}")
        for role in ORDER:
            print(f"  {role:<12} {session['links'][role]}")
            print(f"  {'':<12} {_MEANING[role]}")
    print("\nWhoever has a link with “#t=” has that role: send each only to whom it is for.", flush=True)
