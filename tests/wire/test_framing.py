"""Frames that other people's parsers read."""

import pytest

from jemaa.wire.framing import http_chunk, websocket_binary, websocket_text


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536, 200_000])
def test_a_websocket_frame_has_the_header_of_rfc_6455(length: int) -> None:
    payload = bytes(length)
    frame = websocket_binary(payload)
    assert frame[0] == 0x82 and not frame[1] & 0x80
    short, extra = frame[1], {126: 2, 127: 8}.get(frame[1], 0)
    assert (int.from_bytes(frame[2 : 2 + extra], "big") if extra else short) == length
    assert frame[2 + extra :] == payload
    assert extra == (0 if length < 126 else 2 if length < 65_536 else 8)


def test_text_differs_in_its_opcode_only() -> None:
    assert websocket_text(b"{}") == b"\x81\x02{}"


def test_a_chunk_of_http() -> None:
    assert http_chunk(b"x" * 26) == b"1a\r\n" + b"x" * 26 + b"\r\n"
