"""1,000 people join within 5 s; those already in must not notice."""

import asyncio
import json
import subprocess
import sys
import time
from typing import Any

import aiohttp

from .fanout import live_order, wait_for_all
from .listeners import Listeners
from .report import ROOT, Row
from .scene import meeting, spoken_floor

COUNT, WITHIN, ALREADY_IN = 1_000, 5.0, 50
LATEST = 3.0
GAP = 0.5
"""Seconds between two messages to somebody who was already in; they come every 0.2 s."""


def measure() -> list[Row]:
    """The storm from a process of its own, while 50 listeners watch for gaps."""
    with meeting(spoken_floor()) as server:
        watchers = Listeners(live_order(server, 200, ALREADY_IN))
        wait_for_all(watchers, ALREADY_IN)
        order = json.dumps({"url": server.url, "session": server.session["id"]})
        answer = subprocess.run(
            [sys.executable, "-m", "bench.storm"], input=order, capture_output=True, text=True, cwd=ROOT, check=True
        )
        storm = json.loads(answer.stdout)
        gap = watchers.report()["longest_gap"]
        watchers.close()
    how = "each joins by POST, opens the WebSocket, says hello, and has joined at its first sound; one core for all."
    good = storm["refused"] == 0 and storm["slowest"] <= LATEST
    return [
        Row(
            "joining storm: 1,000 joins in 5 s",
            f"{storm['refused']} refused; slowest {storm['slowest']:.2f} s, median {storm['median']:.2f} s",
            "none refused, none later than 3 s",
            good,
            how,
        ),
        Row("longest gap of those already in, meanwhile", f"{gap * 1000:.0f} ms", "no gap", gap < GAP),
    ]


async def one(http: aiohttp.ClientSession, order: dict[str, Any], wait: float) -> float:
    """Join after `wait` seconds; how long it took until the first sound, or -1 if it was refused."""
    await asyncio.sleep(wait)
    began = time.monotonic()
    base = f"{order['url']}/api/s/{order['session']}"
    try:
        async with http.post(f"{base}/join", json={}) as answer:
            token = (await answer.json())["token"]
        connection = await http.ws_connect(f"{base}/live")
        listen = {"sound": "sound/32", "picture": None, "batch_ms": 200, "back_ms": 0}
        await connection.send_json({"op": "hello", "token": token, "listen": listen})
        async for message in connection:
            if message.type is aiohttp.WSMsgType.BINARY:
                return time.monotonic() - began
    except (aiohttp.ClientError, KeyError):
        return -1
    return -1


async def storm(order: dict[str, Any]) -> dict[str, float]:
    """All of them, evenly over `WITHIN` seconds; connections stay open to the end."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        took = await asyncio.gather(*(one(http, order, n * WITHIN / COUNT) for n in range(COUNT)))
    joined = sorted(seconds for seconds in took if seconds >= 0)
    middle = joined[len(joined) // 2] if joined else 0.0
    return {"refused": COUNT - len(joined), "slowest": max(joined, default=0.0), "median": middle}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(storm(json.loads(sys.stdin.read())))))
