"""Writes `chunk.json`: the bytes of docs/protocol.md §1, put together by hand here and read by Python and JavaScript.

python -m tests.vectors.make_chunk
"""

import json
from pathlib import Path
from typing import Any


def good(name: str, hex_: str, *, canonical: bool = True, **fields: Any) -> dict[str, Any]:
    chunk = {"seq": 0, "time_ms": 0, "frames": [], "independent": True, "gap": False, "config": ""} | fields
    return {"name": name, "hex": hex_.replace(" ", ""), "canonical": canonical, "chunk": chunk}


def bad(name: str, hex_: str, code: str) -> dict[str, str]:
    return {"name": name, "hex": hex_.replace(" ", ""), "code": code}


def good_chunks() -> list[dict[str, Any]]:
    size = b"vp8 640x360".hex()
    return [
        good("one frame of sound", "01 05 4064 03 aabbcc", seq=5, time_ms=100, frames=["aabbcc"]),
        good("four frames", "01 00 00 01 01 01 02 01 03 01 04", frames=["01", "02", "03", "04"]),
        good("after a gap", "05 4040 8000fa00 01 78", seq=64, time_ms=64000, frames=["78"], gap=True),
        good(
            "a key frame names its codec and size",
            f"03 07 28 0b {size} 02 9d01",
            seq=7,
            time_ms=40,
            frames=["9d01"],
            config=size,
        ),
        good(
            "a picture that builds on the one before",
            "00 08 4053 02 3100",
            seq=8,
            time_ms=83,
            frames=["3100"],
            independent=False,
        ),
        good(
            "a day after the beginning",
            "01 c000000040000000 8526 5c00 01 00",
            seq=1073741824,
            time_ms=86400000,
            frames=["00"],
        ),
        good("a frame of 64 bytes", "01 00 00 4040" + "ee" * 64, frames=["ee" * 64]),
        good("64 frames", "01 00 00" + "01ff" * 64, frames=["ff"] * 64),
        good(
            "longer numbers than needed",
            "01 4005 80000064 4003 aabbcc",
            canonical=False,
            seq=5,
            time_ms=100,
            frames=["aabbcc"],
        ),
        good("an empty configuration", "03 00 00 00 01 aa", canonical=False, frames=["aa"]),
    ]


def bad_chunks() -> list[dict[str, str]]:
    return [
        bad("nothing", "", "truncated"),
        bad("flags only", "01", "truncated"),
        bad("number cut off", "01 40", "truncated"),
        bad("no time", "01 05", "truncated"),
        bad("no frame", "01 05 28", "chunk-empty"),
        bad("an empty frame", "01 05 28 00", "chunk-empty"),
        bad("an empty frame among others", "01 05 28 01 aa 00", "chunk-empty"),
        bad("frame cut off", "01 05 28 03 aabb", "truncated"),
        bad("frame longer than any", "01 05 28 ffffffffffffffff aa", "truncated"),
        bad("configuration cut off", "03 05 28 05 aabb", "truncated"),
        bad("configuration and no frame", "03 05 28 01 aa", "chunk-empty"),
        bad("an unknown flag", "09 05 28 01 aa", "chunk-flags"),
        bad("all flags", "ff 05 28 01 aa", "chunk-flags"),
        bad("65 frames", "01 00 00" + "01ff" * 65, "chunk-frames"),
    ]


def vectors() -> dict[str, list[Any]]:
    return {
        "varint": [
            {"value": 0, "hex": "00"},
            {"value": 63, "hex": "3f"},
            {"value": 64, "hex": "4040"},
            {"value": 16383, "hex": "7fff"},
            {"value": 16384, "hex": "80004000"},
            {"value": 1073741823, "hex": "bfffffff"},
            {"value": 1073741824, "hex": "c000000040000000"},
            {"value": 9007199254740991, "hex": "c01fffffffffffff"},
        ],
        "good": good_chunks(),
        "bad": bad_chunks(),
        "records": [
            {"name": "nothing", "hex": "", "records": []},
            {"name": "keep-alive", "hex": "0000", "records": [[0, ""]]},
            {"name": "two tracks", "hex": "0203aabbcc4064" + "01dd", "records": [[2, "aabbcc"], [100, "dd"]]},
        ],
        "bad_records": [{"name": "cut off", "hex": "0203aabb", "code": "truncated"}],
    }


if __name__ == "__main__":
    path = Path(__file__).with_name("chunk.json")
    path.write_text(json.dumps(vectors(), indent=1) + "\n")
