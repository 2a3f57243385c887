"""Somebody without a browser who attends by every path at once: the program that `make lab` runs in the participant's
node. It speaks the real protocol and prints one line of JSON: path by path why it is dead, "" for what lives."""

import asyncio
import json
import math
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import numpy as np

from jemaa.errors import ProtocolError
from jemaa.sound.opus import RATE, OpusEncoder
from jemaa.tasks import Tasks
from jemaa.wire.chunk import Chunk, decode_chunk, encode_chunk
from jemaa.wire.record import CONTROL, decode_records, encode_record
from jemaa.wire.varint import decode_varint

FRAME_MS = 60
PIECE_FRAMES = 16
LATE_SECONDS = 2.5
"""A path lives if its newest sound came so recently at the end, and no more than this is missing of it."""

SOUND = "sound/12"


class Dead(Exception):
    """What a path was missing, in a word or two."""


@dataclass(frozen=True, slots=True)
class Task:
    """What the program is told: where, who may give the floor, and how long a path has to hold."""

    base: str
    session: str
    chair: str
    seconds: float
    patience: float
    at_once: bool
    once: bool
    """One request a connection, as the page does where connections are cut."""

    @property
    def api(self) -> str:
        return f"{self.base}/api/s/{self.session}"


class Heard:
    """What has come by a down path."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._began = time.monotonic()
        self._first = self._last = 0.0
        self._frames = 0

    @property
    def is_enough(self) -> bool:
        """Whether the path has been listened to for long enough, or given up."""
        now = time.monotonic()
        if not self._frames:
            return now - self._began > self._task.patience
        return now - self._first > self._task.seconds or now - self._last > LATE_SECONDS + 1

    def chunks(self, data: bytes) -> None:
        """Whole records."""
        now = time.monotonic()
        bodies = [body for track, body in decode_records(data) if track != CONTROL]
        if bodies:
            self._first = self._first or now
            self._last = now
            self._frames += sum(len(decode_chunk(body).frames) for body in bodies)

    def bytes(self, count: int) -> None:
        """Of an endless answer without records, at 12 kb/s."""
        now = time.monotonic()
        self._first = self._first or now
        self._last = now
        self._frames += math.ceil(count / 90)

    def judge(self) -> None:
        """`Dead` if too little came."""
        if not self._frames:
            raise Dead("nothing came")
        held = self._last - self._first
        if held < self._task.seconds - LATE_SECONDS:
            raise Dead(f"cut after {held:.1f} s")
        missing = self._task.seconds - self._frames * FRAME_MS / 1000
        if missing > LATE_SECONDS:
            raise Dead(f"{missing:.1f} s are missing")


def records(data: bytearray) -> bytes:
    """Take the whole records off the beginning of what has come."""
    at = 0
    while (end := _end_of_record(bytes(data[at:]))) is not None:
        at += end
    whole = bytes(data[:at])
    del data[:at]
    return whole


def _end_of_record(data: bytes) -> int | None:
    try:
        _, at = decode_varint(data, 0)
        length, at = decode_varint(data, at)
    except ProtocolError:
        return None
    return at + length if at + length <= len(data) else None


class Attendee:
    """One person on one path, with connections of his own."""

    def __init__(self, task: Task, http: aiohttp.ClientSession) -> None:
        self.task = task
        self.http = http
        self.person = ""
        self.token = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    async def post(self, path: str, body: Any, method: str = "POST") -> dict[str, Any]:
        """JSON or bytes up, JSON down; asked again, as the page does, while nothing comes."""
        given = {"data": body} if isinstance(body, bytes) else {"json": body}
        url = f"{self.task.api}/{path}"
        return await self._asked(lambda: self.http.request(method, url, headers=self.headers, **given))

    async def get(self, path: str) -> dict[str, Any]:
        return await self._asked(lambda: self.http.get(f"{self.task.api}/{path}", headers=self.headers))

    async def _asked(self, ask: Callable[[], Any]) -> dict[str, Any]:
        async with ask() as answer:
            found: dict[str, Any] = {} if answer.status == 204 else await answer.json()
            if answer.status >= 400:
                raise Dead(found["error"]["code"])
            return found

    async def join(self, invitation: str = "") -> None:
        found = await self.post("join", {"token": invitation} if invitation else {})
        self.person, self.token = found["person"], found["token"]

    async def takes_floor(self, name: str) -> None:
        """Ask for the floor, and give it to oneself as the chair."""
        await self.join()
        await self.post("commands", {"type": "introduce", "name": name})
        await self.post("commands", {"type": "raise_hand"})
        chair = Attendee(self.task, self.http)
        await chair.join(self.task.chair)
        await chair.post("commands", {"type": "give_floor", "person": self.person})


async def down_live(one: Attendee) -> None:
    heard = Heard(one.task)
    async with one.http.ws_connect(f"{one.task.api}/live") as socket:
        await socket.send_json({"op": "hello", "listen": {"sound": SOUND, "batch_ms": 200, "back_ms": 0}})
        while not heard.is_enough:
            message = await ticking(socket.receive())
            if message and message.type == aiohttp.WSMsgType.BINARY:
                heard.chunks(message.data)
            elif message and message.type != aiohttp.WSMsgType.TEXT:
                break
    heard.judge()


async def down_stream(one: Attendee) -> None:
    heard, waiting = Heard(one.task), bytearray()
    async with one.http.get(f"{one.task.api}/stream?sound={SOUND}&batch_ms=200") as answer:
        while not heard.is_enough:
            data = await ticking(answer.content.readany())
            waiting += data or b""
            heard.chunks(records(waiting))
            if data == b"":
                break
    heard.judge()


async def down_pieces(one: Attendee) -> None:
    heard = Heard(one.task)
    newest = await one.get("pieces/newest?track=sound/8")
    n, where = newest["n"], f"{one.task.api}/pieces/{newest['epoch']}/sound/8"
    while not heard.is_enough:
        async with one.http.get(f"{where}/{n}") as answer:
            if answer.status == 200:
                heard.chunks(await answer.read())
                n += 1
    heard.judge()


async def down_radio(one: Attendee) -> None:
    heard = Heard(one.task)
    async with one.http.get(f"{one.task.base}/s/{one.task.session}/radio.opus?kbps=12") as answer:
        while not heard.is_enough:
            data = await ticking(answer.content.readany())
            if data == b"":
                break
            if data:
                heard.bytes(len(data))
    heard.judge()


async def down_text(one: Attendee) -> None:
    """Long polls: each change is seen, from the first to the last."""
    found = await one.get("events?since=0&wait=0")
    seq = found["snapshot"]["seq"]
    await one.join()
    until = time.monotonic() + one.task.seconds
    while time.monotonic() < until:
        await one.post("commands", {"type": "introduce", "name": f"Reader {seq}"})
        events = (await one.get(f"events?since={seq}&wait=5"))["events"]
        seq = events[-1]["seq"]
        await asyncio.sleep(1)


async def up_live(one: Attendee) -> None:
    """An answer to what is asked after the last word: all before it has come."""
    await one.takes_floor("Live")
    async with one.http.ws_connect(f"{one.task.api}/live") as socket:
        await socket.send_json({"op": "hello", "token": one.token})
        await socket.send_json({"op": "publish", "id": 1, "kind": "sound", "codec": "opus", "frame_ms": FRAME_MS})
        track = (await answer_of(socket, "published"))["tracks"][0]
        async for chunk in voice(one.task.seconds, frames=2):
            await socket.send_bytes(encode_record(track, chunk))
        await socket.send_json({"op": "ping", "t": 1})
        async with asyncio.timeout(one.task.patience):
            await answer_of(socket, "pong")


async def up_pieces(one: Attendee) -> None:
    """Each piece is answered for; two are under way at a time, as from the page."""
    await one.takes_floor("Pieces")
    opened = await one.post("publications", {"kind": "sound", "codec": "opus", "frame_ms": FRAME_MS})
    where, track = f"publications/{opened['publication']}", opened["tracks"][0]
    tasks, under_way = Tasks("attendee"), asyncio.Semaphore(2)

    async def send(n: int, chunk: bytes) -> None:
        async with under_way:
            await one.post(f"{where}/{n}", encode_record(track, chunk))

    sending, n = [], 0
    async for chunk in voice(one.task.seconds, frames=PIECE_FRAMES):
        sending.append(tasks.start(send(n, chunk), f"piece {n}"))
        n += 1
    async with asyncio.timeout(one.task.patience):
        await asyncio.gather(*sending)


async def up_note(one: Attendee) -> None:
    await one.join()
    await one.post("commands", {"type": "introduce", "name": "Note"})
    note, pieces = (await one.post("notes", {"frame_ms": FRAME_MS}))["note"], 4
    for n in range(pieces):
        await one.post(f"notes/{note}/{n}", encode_record(1, tone(n, PIECE_FRAMES)), "PUT")
    await one.post(f"notes/{note}/finish", {"pieces": pieces})


async def up_text(one: Attendee) -> None:
    await one.join()
    await one.post("commands", {"type": "introduce", "name": "Text"})
    await one.post("commands", {"type": "ask", "text": "Who was shut out?"})


PATHS: dict[str, Callable[[Attendee], Awaitable[None]]] = {
    "live": down_live,
    "stream": down_stream,
    "pieces": down_pieces,
    "radio": down_radio,
    "text": down_text,
    "up-live": up_live,
    "up-pieces": up_pieces,
    "note": up_note,
    "asks": up_text,
}
HELD = ("live", "stream", "radio", "up-live")
"""Paths that keep one connection."""


async def ticking(waiting: Awaitable[Any]) -> Any:
    """What comes within a moment, else None."""
    try:
        return await asyncio.wait_for(waiting, 0.5)
    except TimeoutError:
        return None


async def answer_of(socket: aiohttp.ClientWebSocketResponse, op: str) -> dict[str, Any]:
    async for message in socket:
        if message.type == aiohttp.WSMsgType.TEXT:
            said: dict[str, Any] = json.loads(message.data)
            if said["op"] in ("refusal", "unpublished"):
                raise Dead(said["code"])
            if said["op"] == op:
                return said
    raise Dead("closed")


_ENCODER_KBPS = 12


def tone(n: int, frames: int) -> bytes:
    """The n-th chunk of a note of music."""
    encoder = OpusEncoder(_ENCODER_KBPS, FRAME_MS)
    samples = np.arange(RATE * FRAME_MS * frames // 1000)
    sound = (0.3 * np.sin(2 * np.pi * 440 / RATE * samples)).astype(np.float32)
    return encode_chunk(Chunk(n, n * frames * FRAME_MS, tuple(encoder.encode(sound))))


async def voice(seconds: float, frames: int) -> AsyncIterator[bytes]:
    """Chunks, each at its time."""
    began = time.monotonic()
    for n in range(int(seconds * 1000 / (frames * FRAME_MS))):
        await asyncio.sleep(began + n * frames * FRAME_MS / 1000 - time.monotonic())
        yield tone(n, frames)


@asynccontextmanager
async def attendee(task: Task, path: str) -> AsyncIterator[Attendee]:
    connector = aiohttp.TCPConnector(ssl=False, force_close=task.once and path not in HELD)
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=task.patience, sock_read=task.patience + task.seconds)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=True) as http:
        yield Attendee(task, http)


async def attempt(task: Task, path: str) -> str:
    """Why this path is dead; empty if it lives."""
    try:
        async with asyncio.timeout(task.seconds + 2 * task.patience), attendee(task, path) as one:
            await PATHS[path](one)
    except TimeoutError:
        return "nothing came in time"
    except (Dead, aiohttp.ClientError, OSError) as trouble:
        return f"{type(trouble).__name__}: {trouble}"[:150]
    return ""


async def main(task: Task) -> None:
    """Try all, and say what came of it."""
    downs, ups = list(PATHS)[:5], list(PATHS)[5:]
    lanes = [[path] for path in PATHS] if task.at_once else [downs, ups]
    found = await asyncio.gather(*(one_by_one(task, paths) for paths in lanes))
    print(json.dumps({path: why for lane in found for path, why in lane.items()}))


async def one_by_one(task: Task, paths: list[str]) -> dict[str, str]:
    """For lines that have room for one thing at a time."""
    return {path: await attempt(task, path) for path in paths}


if __name__ == "__main__":
    asyncio.run(main(Task(**json.loads(sys.argv[1]))))
