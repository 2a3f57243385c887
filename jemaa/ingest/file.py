"""Files. A media file as a room: its sound and its picture are published, looped, in real time.

It goes the way of every publication: the rules are asked, the rate is held to, the chair can end it.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from jemaa.errors import JemaaError, Refused
from jemaa.live.publications import Publication, Publications, Unpublished
from jemaa.meeting.roles import Actor
from jemaa.wire.chunk import Chunk, encode_chunk
from jemaa.wire.record import encode_record

from .reel import Encoded, Reel

log = logging.getLogger("jemaa.ingest.file")

_RETRY_SECONDS = 0.25
"""How often a room that may not be heard asks again: sound is there this soon after the session opens."""

_LATE_SECONDS = 2.0
"""A machine that slept goes on from where it is instead of hurrying through what it missed."""


class FileRoom:
    """Publishes a file as `actor` (role `room`) for as long as `run` runs. `JemaaError` `not-media`, `no-such-file`."""

    def __init__(self, path: Path, publications: Publications, actor: Actor) -> None:
        self._reel = Reel(path)
        self._publications = publications
        self._actor = actor
        self._open: dict[str, Publication] = {}
        self._ask_at: dict[str, float] = {}
        self._seqs: dict[tuple[int, int], int] = {}
        self._stop = threading.Event()

    async def run(self) -> None:
        """Until cancelled. The file is read and encoded in a thread; what is due is published on the loop."""
        loop = asyncio.get_running_loop()
        failed: asyncio.Future[None] = loop.create_future()

        def deliver(encoded: Encoded) -> None:
            self._publish(encoded)

        def fail(error: JemaaError) -> None:
            if not failed.done():
                failed.set_exception(error)

        def call(action: Callable[..., None], *arguments: object) -> None:
            if not self._stop.is_set():
                loop.call_soon_threadsafe(action, *arguments)

        thread = threading.Thread(target=self._read, args=(call, deliver, fail), name="jemaa file room", daemon=True)
        thread.start()
        try:
            await failed
        finally:
            self._stop.set()
            for publication in list(self._open.values()):
                self._publications.close(publication)
            self._open.clear()

    def _read(
        self,
        call: Callable[..., None],
        deliver: Callable[[Encoded], None],
        fail: Callable[[JemaaError], None],
    ) -> None:
        """In the thread: hand over each thing when its time has come."""
        began: float | None = None
        try:
            for encoded in self._reel.play():
                now = time.monotonic()
                if began is None or now - began - encoded.time_ms / 1000 > _LATE_SECONDS:
                    began = now - encoded.time_ms / 1000
                if self._stop.wait(max(0.0, began + encoded.time_ms / 1000 - now)):
                    return
                call(deliver, encoded)
        except JemaaError as error:
            call(fail, error)
        except RuntimeError:
            # The loop was closed between our look and our call: nobody is left to publish to.
            if not self._stop.is_set():
                raise

    def _publish(self, encoded: Encoded) -> None:
        publication = self._open.get(encoded.kind) or self._ask(encoded.kind)
        if publication is None:
            return
        track = publication.tracks[encoded.rendition]
        seq = self._seqs.get((track, encoded.rendition), 0)
        self._seqs[track, encoded.rendition] = seq + 1
        chunk = Chunk(seq, encoded.time_ms, (encoded.data,), encoded.is_key, False, encoded.config)
        self._publications.write(self._actor.person, encode_record(track, encode_chunk(chunk)))

    def _ask(self, kind: str) -> Publication | None:
        """Open, if the rules let the room be heard now."""
        now = time.monotonic()
        if now < self._ask_at.get(kind, 0.0):
            return None
        self._ask_at[kind] = now + _RETRY_SECONDS

        def closed(reason: Unpublished) -> None:
            log.info("the room's %s was closed: %s", kind, reason.code)
            self._open.pop(kind, None)

        try:
            self._open[kind] = (
                self._publications.open_sound(self._actor, closed)
                if kind == "sound"
                else self._publications.open_picture(
                    self._actor, self._reel.contents.renditions, closed, lambda _: self._reel.ask_keyframe()
                )
            )
        except Refused:
            return None
        return self._open[kind]
