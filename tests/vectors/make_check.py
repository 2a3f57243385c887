"""Makes `check.json`: what a check of the browser sends, writes down and advises, so that both languages agree.

`python -m tests.vectors.make_check` writes it again. Bytes are hexadecimal.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec

from jemaa.facts.read import write
from jemaa.facts.record import Arm, Controls, Measurement, Network, Plan, Rung, Series
from jemaa.packets.stamp import in_text, run_key, stamp
from jemaa.verdict.advice import MOVING_KBPS, STILL_KBPS
from jemaa.web.check import filling

FILE = Path(__file__).parent / "check.json"

RUN, SECRET = bytes.fromhex("0a1b2c3d"), bytes(range(32))
KEY = run_key(SECRET, RUN)
PAGE = {"server": "page-1", "port": 443}
ABOUT = {
    "software": "jemaa-browser 0.1.0",
    "stack": "Chromium 156",
    "platform": "Linux",
    "started_s": 1_795_559_123.4,
    "clock_off_h": -9_000,
    "seconds": 61.26,
    "access": "adsl",
    "vpn": False,
    "steps": ["rungs", "up", "ws", "stun", "dtls_handshake", "long_flow"],
    "seed": 4_021_337_219,
}
STUN = {"server": "reference-1", "port": 3478, "transport": "udp", "payload": "genuine"}

BLOCKED: list[list[Any]] = [
    ["open", "up-server", PAGE | {"transport": "https", "payload": "neutral"}, 12.4],
    *[["send", "up-server"]] * 2,
    ["answered", "up-server", 0, 112.4, {"rttMs": 100.04}],
    ["answered", "up-server", 1, 172.4, {"rttMs": 60}],
    ["answered", "up-server", 1, 172.5, {"rttMs": 60}],
    ["answered", "up-server", 7, 172.5, {"rttMs": 60}],
    ["open", "ws-page-genuine", PAGE | {"transport": "ws", "payload": "genuine"}, 180],
    *[["send", "ws-page-genuine"]] * 3,
    ["failed", "ws-page-genuine", "http_request_failed"],
    ["failed", "ws-page-genuine", "generic_timeout_error"],
    ["failed", "ws-page-genuine", "http_request_failed"],
    ["open", "stun-3478-genuine", STUN, 900],
    *[["send", "stun-3478-genuine"]] * 5,
    ["open", "dtls_handshake-browser-genuine", STUN, 900],
    ["open", "long_flow-tls_1-neutral", PAGE | {"transport": "ws", "payload": "neutral", "inSeries": True}, 21_000],
    *[["send", "long_flow-tls_1-neutral"]] * 6,
    ["answered", "long_flow-tls_1-neutral", 0, 21_080, {"rttMs": 80, "bytes": 60}],
    ["answered", "long_flow-tls_1-neutral", 1, 21_590, {"rttMs": 90, "bytes": 60}],
    ["answered", "long_flow-tls_1-neutral", 2, 23_100.4, {"rttMs": 600, "bytes": 60}],
    ["failed", "long_flow-tls_1-neutral", "eof_error"],
]
"""What was done, in order, with times in ms since the check's start: no WebSocket, no STUN, a flow that is cut."""

TRIED = {
    "live": {"usable": False, "why": "refused"},
    "stream": {"usable": True, "setup_ms": 81.234},
    "pieces": {"usable": True, "setup_ms": 77, "kbps": 512.35},
    "text": {"usable": True, "setup_ms": 77},
    "webrtc-udp": {"usable": False},
}
COUNTS = {"run": RUN.hex(), "arms": {3: {"count": 4, "seconds": [2, 2], "turned_away": 2}}}


def recorded() -> Measurement:
    """The record of `BLOCKED`."""
    up = Arm(
        id="up-server", step="up", server="page-1", port=443, transport="https", payload="neutral",
        sent=2, rx_client=2, rtt_ms_p50=100.0, rtt_ms_p95=100.0, at_ms=12,
    )  # fmt: skip
    ws = Arm(
        id="ws-page-genuine", step="ws", server="page-1", port=443, transport="ws", payload="genuine",
        sent=3, rx_client=0, failure="http_request_failed", at_ms=180,
    )  # fmt: skip
    stun = Arm(
        id="stun-3478-genuine", step="stun", server="reference-1", port=3478, transport="udp", payload="genuine",
        sent=5, rx_client=0, rx_server=4, failure="generic_timeout_error", at_ms=900, turned_away=2,
    )  # fmt: skip
    flow = Arm(
        id="long_flow-tls_1-neutral", step="long_flow", server="page-1", port=443, transport="ws", payload="neutral",
        sent=6, rx_client=3, rtt_ms_p50=90.0, rtt_ms_p95=600.0, at_ms=21_000,
    )  # fmt: skip
    arms = [up, ws, stun, flow]
    return Measurement(
        software="jemaa-browser 0.1.0",
        started_at=1_795_557_600,
        seconds=61.3,
        network=Network(access="adsl", vpn=False),
        plan=Plan(
            seed=4_021_337_219,
            order=[arm.id for arm in arms],
            steps=["rungs", "up", "ws", "stun", "dtls_handshake", "long_flow"],
            lite=True,
        ),
        arms=arms,
        series=[Series(arm=flow.id, up=[], down=[2, 0, 1], last_rx_s=2.1, bytes=180)],
        rungs=[
            Rung(name="live", usable=False),
            Rung(name="stream", usable=True, setup_ms=81.2),
            Rung(name="pieces", usable=True, setup_ms=77.0, kbps=512.4),
            Rung(name="text", usable=True, setup_ms=77.0),
            Rung(name="webrtc-udp", usable=False),
        ],
        controls=Controls(clock_off_h=-9_000),
        stack="Chromium 156",
        platform="Linux",
    )


GOOD: dict[str, Any] = {"usable": True}
NOT: dict[str, Any] = {"usable": False, "why": "refused"}
ALL = {"decoder": True, "microphone": True, "encoder": True, "audio": True}


def tried(kbps: float, up_kbps: float, **ways: Any) -> dict[str, Any]:
    """All ways work at these rates, but for what is said."""
    plain = {way: dict(GOOD) for way in ("live", "stream", "radio", "text")}
    return plain | {"pieces": GOOD | {"kbps": kbps}, "up": GOOD | {"kbps": up_kbps}} | ways


def advised(down: str | None, up: str | None, kbps: float | None, *, picture: str | None = None) -> dict[str, Any]:
    return {"down": down, "sound": down not in (None, "text"), "picture": picture, "up": up, "kbps": kbps}


ADVICE: list[tuple[str, dict[str, Any], dict[str, bool], dict[str, Any]]] = [
    ("all works", tried(900, 300), ALL, advised("live", "live", 900, picture="moving")),
    ("no WebSocket", tried(900, 300, live=NOT), ALL, advised("stream", "pieces", 900, picture="moving")),
    ("answers are held back", tried(900, 300, live=NOT, stream=NOT), ALL,
     advised("pieces", "pieces", 900, picture="moving")),
    ("64 kb/s", tried(55, 50), ALL, advised("stream", "live", 55, picture="still")),
    ("24 kb/s", tried(24, 20), ALL, advised("stream", "note", 24, picture="still")),
    ("70 kb/s", tried(70, 60), ALL, advised("stream", "live", 70, picture="still")),
    ("16 kb/s", tried(16, 12), ALL, advised("stream", "note", 16, picture="still")),
    ("12 kb/s", tried(12, 12), ALL, advised("pieces", "note", 12)),
    ("a picture that just moves", tried(MOVING_KBPS, 300), ALL,
     advised("live", "live", MOVING_KBPS, picture="moving")),
    ("just no picture that moves", tried(MOVING_KBPS - 1, 300), ALL,
     advised("live", "live", MOVING_KBPS - 1, picture="still")),
    ("just a still", tried(STILL_KBPS, 12), ALL, advised("stream", "note", STILL_KBPS, picture="still")),
    ("just no still", tried(STILL_KBPS - 1, 12), ALL, advised("stream", "note", STILL_KBPS - 1)),
    ("8 kb/s", tried(8, 6), ALL, advised("text", "note", 8)),
    ("a socket that is slow", tried(300, 200, live=GOOD | {"delay_ms_p95": 4_000}), ALL,
     advised("stream", "live", 300, picture="moving")),
    ("a browser that decodes nothing", tried(900, 300), ALL | {"decoder": False}, advised("radio", "live", 900)),
    ("a browser that only reads", tried(900, 300), dict.fromkeys(ALL, False), advised("text", "text", 900)),
    ("nothing can be sent", tried(900, 0, live=NOT, up=NOT), ALL, advised("stream", None, 900, picture="moving")),
    ("pieces fail, the rate is not known", tried(0, 0, pieces=NOT, up=NOT), ALL, advised("live", "live", None)),
    ("nothing gets through", {"text": NOT}, ALL, advised(None, None, None)),
]  # fmt: skip


def vectors() -> dict[str, Any]:
    """All of the file."""
    measurement = recorded()
    write(measurement)  # refuses what is no fact
    return {
        "filling": [
            {"size": size, "sha256": hashlib.sha256(filling(size)).hexdigest()}
            for size in (0, 1, 137, 4_095, 4_096, 4_097, 9_000, 64_000)
        ],
        "long": [
            {"size": size, "pieces": pieces, "sha256": hashlib.sha256(long(size, pieces)).hexdigest()}
            for size, pieces in ((2_000, 5), (24_000, 2), (48_000, 7), (3, 5))
        ],
        "stamps": [
            {"run": RUN.hex(), "key": KEY.hex(), "arm": arm, "number": number,
             "word": in_text(stamp(KEY, RUN, arm, number))}
            for arm, number in ((1, 0), (2, 4), (400, 4_095))
        ],
        "record": {
            "acts": BLOCKED, "tried": TRIED, "counts": COUNTS, "about": ABOUT,
            "measurement": msgspec.to_builtins(measurement),
        },
        "advice": [
            {"name": name, "seen": {"tried": ways, "browser": browser}, "advice": advice}
            for name, ways, browser, advice in ADVICE
        ],
    }  # fmt: skip


def long(size: int, pieces: int) -> bytes:
    """The body of `GET /check/long`."""
    return b"".join(filling(size * (n + 1) // pieces - size * n // pieces) for n in range(pieces))


if __name__ == "__main__":
    FILE.write_text(json.dumps(vectors(), indent=1) + "\n", encoding="utf-8")
