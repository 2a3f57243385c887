"""Matrix room. What all systems on WebRTC have in common in a browser: connections to look at, a camera, pictures."""

import contextlib
from typing import Any

from playwright.sync_api import Error, Locator, Page

from jemaa.people.person import Person
from jemaa.people.speech import Speech
from jemaa.people.wait import wait_until

from .system import CAPTION, QUESTION

_CONNECTIONS = """(() => {
  const all = (window.matrixConnections = []);
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) { super(...given); all.push(this); }
  };
})()"""

_HEADPHONES = """(() => {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = ({ audio, ...others }) => {
    const wanted = audio === true ? {} : audio;
    return real({ ...others, audio: wanted && { ...wanted, echoCancellation: false } });
  };
})()"""
"""As on our own page (docs/decisions/0024-headphones.md): no loudspeaker reaches this microphone, and a browser that
seeks an echo there all the same swallows words."""

_CAMERA = """(() => {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async ({ audio, video }) => {
    const stream = audio ? await real({ audio }) : new MediaStream();
    if (video) {
      const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
      const brush = canvas.getContext("2d");
      let turn = 0;
      setInterval(() => { brush.fillStyle = `hsl(${(turn += 7)} 80% 50%)`; brush.fillRect(0, 0, 320, 180); }, 100);
      for (const track of canvas.captureStream(10).getVideoTracks()) stream.addTrack(track);
    }
    return stream;
  };
})()"""
"""Chromium's own pretended camera comes only together with a pretended microphone, and this person has to be heard."""

_PATH = """async () => {
  for (const connection of window.matrixConnections ?? []) {
    const found = await connection.getStats();
    for (const pair of found.values()) {
      if (pair.type !== "candidate-pair" || pair.state !== "succeeded" || !pair.nominated) continue;
      const [near, far] = [found.get(pair.localCandidateId), found.get(pair.remoteCandidateId)];
      return [near.relayProtocol ? `relay ${near.relayProtocol}` : near.protocol, far.port].join(" ");
    }
  }
  return "";
}"""
"""A relay's address may be learned from the other side ("prflx"); it is the relay all the same, by its protocol."""

_FRAMES = """videos => videos.filter(video => video.videoWidth > 0)
  .reduce((sum, video) => sum + video.getVideoPlaybackQuality().totalVideoFrames, 0)"""


def prepare(person: Person, *, camera: bool = False) -> None:
    """Before the page is opened: keep its connections in sight, let no echo be sought where none is and, where its page
    wants one, give it a camera."""
    person.page.add_init_script(_CONNECTIONS)
    person.page.add_init_script(_HEADPHONES)
    if camera:
        person.page.add_init_script(_CAMERA)


def path(person: Person) -> str:
    """`udp 50000` or `relay tls 443`, of the first connection that stands; empty if none does."""
    return str(person.page.evaluate(_PATH))


def attempts(person: Person) -> int:
    """How many connections were made."""
    return int(person.page.evaluate("() => (window.matrixConnections ?? []).length"))


def moves(person: Person, videos: str, seconds: float) -> bool:
    """Whether pictures go on coming in the elements of this selector."""
    shown = person.page.locator(videos)
    first = wait_until(lambda: _frames(shown), "a picture", timeout=seconds)
    wait_until(lambda: _frames(shown) > first, "another picture", timeout=seconds)
    return True


def _frames(shown: Any) -> int:
    with contextlib.suppress(Error):  # the page may be changing its elements
        return int(shown.evaluate_all(_FRAMES))
    return 0


LATE_SECONDS = 5.0


class CallSeat:
    """What is the same in every call; the rest is the adapter's. It has no text and no recorded questions."""

    lacks = frozenset({"reads", "asks", "note"})
    videos = "video"
    """Selector of the elements that show others."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._page = person.page

    def sees(self, seconds: float) -> bool | None:
        """See `system.Seat`."""
        return moves(self._person, self.videos, self._patience(seconds))

    def _patience(self, seconds: float) -> float:
        """By now the sound was waited for: where no connection stands, little more is to be hoped for."""
        return seconds if self.path() else min(seconds, LATE_SECONDS)

    def reads(self, seconds: float) -> bool | None:
        """There is no such thing."""
        return None

    def asks(self, seconds: float) -> bool | None:
        """There is no such thing."""
        return None

    def leaves_note(self, note: Speech, seconds: float) -> bool | None:
        """There is no such thing."""
        return None

    def path(self) -> str:
        """See `path` above."""
        return path(self._person)

    def attempts(self) -> int:
        """See `attempts` above."""
        return attempts(self._person)


class ChatSeat(CallSeat):
    """A seat in a call that has a chat: the room writes a line there, and the participant asks in it."""

    lacks = frozenset({"note"})

    def __init__(self, person: Person, room: Person) -> None:
        super().__init__(person)
        self._room = room

    def write(self, page: Page, text: str, seconds: float) -> None:
        """Say this in the chat of a page."""
        raise NotImplementedError

    def shown(self, page: Page, text: str) -> Locator:
        """Where the chat of a page has it."""
        raise NotImplementedError

    def reads(self, seconds: float) -> bool | None:
        """What the room writes in the chat."""
        return self._comes_across(self._room, self._person, CAPTION, seconds)

    def asks(self, seconds: float) -> bool | None:
        """What the participant writes in the chat, before the room."""
        return self._comes_across(self._person, self._room, QUESTION, seconds)

    def _comes_across(self, writer: Person, reader: Person, text: str, seconds: float) -> bool:
        self.write(writer.page, text, seconds)
        self.shown(reader.page, text).wait_for(timeout=seconds * 1000)
        return True
