"""Web room. One connection of `live` or `stream`: which tracks it hears, and how bytes get to it.

It stands between a fan-out, which writes media, and the herald, which writes messages; both write whole frames to the
same transport in the same thread, so nothing is ever interleaved. Touched only on the event loop.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from jemaa.bucket import Bucket
from jemaa.errors import Refused
from jemaa.limits import EVENT_BACKLOG_BYTES, LISTENS_A_SECOND, LISTENS_SECONDS
from jemaa.live.crowd import Listener
from jemaa.live.easing import Easing
from jemaa.live.fanout import buffer_limit
from jemaa.live.renditions import THIN
from jemaa.live.track import Track
from jemaa.meeting.rules import is_desk
from jemaa.wire import framing
from jemaa.wire.record import CONTROL, encode_record
from jemaa.wire.token import Pass

from .connections import keep_short
from .hall import Hall
from .herald import Framing, Message
from .in_flight import InFlight
from .shapes import Listen

ABORT_SECONDS = 5.0
"""How long a closed connection may take to read what is left before it is cut."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a path frames records and messages, and what it says before it is closed on somebody too slow."""

    path: str
    media: framing.Framing
    message: Framing
    farewell: bytes
    figures_seconds: float = 0.0
    """How often levels and counts alone may come: nearly a kilobyte each time is much on a thin line."""


def _live_message(message: Message) -> bytes:
    return framing.websocket_text(message.body)


def _stream_message(message: Message) -> bytes:
    return framing.http_chunk(encode_record(CONTROL, message.body))


def close_frame(code: int, reason: str) -> bytes:
    """A WebSocket close frame from a server (RFC 6455 §5.5.1)."""
    payload = code.to_bytes(2, "big") + reason.encode()[:120]
    return bytes((0x88, len(payload))) + payload


GOING_AWAY = 1001
RESTARTING = 1012
PROTOCOL = 4002
REFUSED = 4003
TOO_SLOW = 4008
"""Close codes of `live` (docs/protocol.md §4); the reason that goes with one is a code of §6."""

LIVE = Manner("live", framing.websocket_binary, _live_message, close_frame(TOO_SLOW, "too-slow"))
STREAM = Manner("stream", framing.http_chunk, _stream_message, b"0\r\n\r\n", figures_seconds=60.0)


class Attendance:
    """A person's connection. `listen` as often as he changes his mind; `leave` once."""

    def __init__(self, hall: Hall, transport: asyncio.Transport, manner: Manner, person: Pass | None) -> None:
        self.person = person
        self.is_gone = False
        self._hall = hall
        self._transport = transport
        self._manner = manner
        self._wish = Listen()
        self._easing = Easing()
        self._in_flight = InFlight(transport)
        self._listens = Bucket(LISTENS_A_SECOND, LISTENS_A_SECOND * LISTENS_SECONDS)
        self._greeting = 0
        self._figures_after = 0.0
        self._hears: dict[str, tuple[Track, Listener]] = {}
        self._leave_presence: Callable[[], None] = hall.presence.enter(manner.path)
        hall.attendances[self] = None
        keep_short(transport)
        if not hall.may_attend(person):  # the link was withdrawn while the answer was begun
            self.revoke()

    @property
    def is_live(self) -> bool:
        """Whether this is a WebSocket."""
        return self._manner is LIVE

    @property
    def framing(self) -> Framing:
        """How messages reach this connection."""
        return self._manner.message

    def write(self, data: bytes) -> None:
        """Bytes that are framed already. Nothing follows a farewell."""
        if not self.is_gone and not self._transport.is_closing():
            self._transport.write(data)

    def write_soon(self, data: bytes) -> None:
        """As `write`, with the next batch of sound where there is one: a thousand listeners are a thousand writes."""
        heard = self._hears.get("sound")
        if heard:
            heard[1].hold(data)
        else:
            self.write(data)

    def greet(self, data: bytes) -> None:
        """As `write`, for what brings a newcomer up to date: it may be large, and is no backlog of his."""
        self._greeting += len(data)
        self.write(data)

    def tell(self, body: bytes) -> None:
        """One JSON message for this connection alone; whoever does not read what he is told is sent away."""
        if not self.send_away_if_swamped():
            self.write(self._manner.message(Message("", 0, body)))

    def unread(self) -> int:
        """Bytes that wait in this connection."""
        return self._transport.get_write_buffer_size()

    def send_away_if_swamped(self) -> bool:
        """Whether so much waited here that it had to be, now or before."""
        if self.is_gone:
            return True
        if self._backlog() <= EVENT_BACKLOG_BYTES:
            return False
        self._hall.counters.add("listeners_sent_away")
        self.send_away()
        return True

    def takes_figures(self) -> bool:
        """Whether newer figures are worth sending now; who says so is taken to get them. The desk always is."""
        now = time.monotonic()
        if now < self._figures_after and not (self.person and is_desk(self.person.role)):
            return False
        self._figures_after = now + self._manner.figures_seconds
        return True

    def listen(self, wish: Listen) -> None:
        """Hear and see this instead. `Refused` `no-such-track` and `too-fast` change nothing.

        Whoever has not read what he was given before gets nothing of the past; who leaves very much is sent away.
        """
        sound = self._hall.sound_for(self.person, wish.sound) if wish.sound else None
        picture = self._hall.picture(wish.picture) if wish.picture else None
        if not self._listens.take(1, time.monotonic()):
            raise Refused("too-fast", "That was very fast; please wait a few seconds.")
        if self.send_away_if_swamped():
            return
        self._wish = wish
        self._easing.reset()
        backlog = self._backlog()
        self._hear("sound", sound, wish, backlog)
        self._hear("picture", picture, wish, backlog)

    def refresh(self) -> None:
        """The person's microphone opened or closed: change over to, or from, the mix without his own voice."""
        self._give_sound(self._given())

    def look(self, now: float) -> None:
        """Give less sound for a while if what was sent is long on its way; what was asked for when it is so no more.

        To be called a few times a second. A picture is too much for a line long before its sound, and rests by itself.
        """
        heard = self._hears.get("sound")
        if not self.is_live or heard is None or self._wish.picture or self._transport.is_closing():
            return
        if not self._easing.is_on and heard[0].info.kbps <= THIN.kbps:
            return
        age = self._in_flight.age(now)
        if age is None or not self._easing.judge(age, now):
            return
        if self._easing.is_on:
            self._hall.counters.add("listeners_eased")
        # A bit of the past comes with it: chunks of one track end later than another's.
        self._give_sound(msgspec.structs.replace(self._given(), back_ms=THIN.chunk_ms))

    def send_away(self, farewell: bytes | None = None) -> None:
        """Close the connection, with a reason; cut it if the rest is not read soon."""
        if self.is_gone:
            return
        self._silence()
        self.write(self._manner.farewell if farewell is None else farewell)
        self.is_gone = True
        if not self.is_live:
            self._transport.close()
        # A WebSocket is closed by whoever was told (RFC 6455 §7.1.1): closing first can destroy the reason on its way.
        asyncio.get_running_loop().call_later(ABORT_SECONDS, self._transport.abort)

    def revoke(self) -> None:
        """The link that this person came with is withdrawn."""
        self.send_away(close_frame(REFUSED, "token-revoked") if self.is_live else None)

    def leave(self) -> None:
        """The connection has ended."""
        self._silence()
        self._leave_presence()

    def _silence(self) -> None:
        self._stop("sound")
        self._stop("picture")
        self._hall.attendances.pop(self, None)
        self._hall.herald.dismiss(self)

    def _backlog(self) -> int:
        """What waits, less what may still be of the greeting: that was written first, and only gets less."""
        unread = self.unread()
        self._greeting = min(self._greeting, unread)
        return unread - self._greeting

    def _given(self) -> Listen:
        """What his wish comes to for now."""
        if not self._easing.is_on:
            return self._wish
        batch_ms = max(self._wish.batch_ms, THIN.chunk_ms)
        return msgspec.structs.replace(self._wish, sound=THIN.name, batch_ms=batch_ms)

    def _give_sound(self, given: Listen) -> None:
        if given.sound:
            self._hear("sound", self._hall.sound_for(self.person, given.sound), given, self._backlog())

    def _stop(self, kind: str) -> None:
        if heard := self._hears.pop(kind, None):
            self._hall.fanout(heard[0]).remove(heard[1])

    def _hear(self, kind: str, track: Track | None, given: Listen, backlog: int) -> None:
        """Off the old track and onto the new one between two batches: never both, never neither.

        Whoever stays on his track gets it in the batches that he asks for now.
        """
        current = self._hears.get(kind)
        if current and track is current[0]:
            self._hall.fanout(track).rebatch(current[1], given.batch_ms)
            return
        self._stop(kind)
        if track is not None:
            listener = Listener(self._transport, is_behind=backlog > buffer_limit(track.info.kbps))
            self._hears[kind] = (track, listener)
            fanout = self._hall.fanout(track)
            # Of a picture nobody misses the past, and a second of it is as much as twenty of the sound beside it.
            back_ms = given.back_ms if kind == "sound" else 0
            fanout.add(listener, self._manner.media, batch_ms=given.batch_ms, back_ms=back_ms)
