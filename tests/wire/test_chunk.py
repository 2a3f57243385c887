"""Chunks: the shared vectors, and bytes of every kind of malice."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jemaa.errors import ProtocolError
from jemaa.limits import MAX_CHUNK_BYTES, MAX_FRAMES_A_CHUNK
from jemaa.wire.chunk import Chunk, decode_chunk, encode_chunk, peek_header

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "chunk.json").read_text())
CODES = {"truncated", "chunk-flags", "chunk-empty", "chunk-frames", "chunk-too-large"}

chunks = st.builds(
    Chunk,
    seq=st.integers(0, 2**62 - 1),
    time_ms=st.integers(0, 2**62 - 1),
    frames=st.lists(st.binary(min_size=1, max_size=70), min_size=1, max_size=MAX_FRAMES_A_CHUNK).map(tuple),
    is_independent=st.booleans(),
    is_after_gap=st.booleans(),
    config=st.binary(max_size=80),
)


def chunk_of(fields: dict[str, Any]) -> Chunk:
    return Chunk(
        fields["seq"],
        fields["time_ms"],
        tuple(bytes.fromhex(frame) for frame in fields["frames"]),
        fields["independent"],
        fields["gap"],
        bytes.fromhex(fields["config"]),
    )


@pytest.mark.parametrize("vector", VECTORS["good"], ids=lambda vector: vector["name"])
def test_the_good_vectors(vector: dict[str, Any]) -> None:
    chunk, data = chunk_of(vector["chunk"]), bytes.fromhex(vector["hex"])
    assert decode_chunk(data) == chunk
    if vector["canonical"]:
        assert encode_chunk(chunk) == data


@pytest.mark.parametrize("vector", VECTORS["bad"], ids=lambda vector: vector["name"])
def test_the_bad_vectors(vector: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError) as refused:
        decode_chunk(bytes.fromhex(vector["hex"]))
    assert refused.value.code == vector["code"]


@given(chunks)
def test_what_is_written_is_read(chunk: Chunk) -> None:
    data = encode_chunk(chunk)
    assert decode_chunk(data) == chunk
    header = peek_header(data)
    assert (header.seq, header.time_ms, header.is_independent) == (chunk.seq, chunk.time_ms, chunk.is_independent)


@given(st.binary(max_size=300))
def test_random_bytes_are_a_chunk_or_refused(data: bytes) -> None:
    try:
        chunk = decode_chunk(data)
    except ProtocolError as refused:
        assert refused.code in CODES
    else:
        assert decode_chunk(encode_chunk(chunk)) == chunk


@given(chunks, st.data())
def test_mutated_chunks_are_a_chunk_or_refused(chunk: Chunk, data: st.DataObject) -> None:
    mutated = bytearray(encode_chunk(chunk))
    for _ in range(data.draw(st.integers(1, 4))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode_chunk(bytes(mutated))
    except ProtocolError as refused:
        assert refused.code in CODES


@given(chunks, st.data())
def test_a_chunk_that_is_cut_off_is_never_taken_for_the_whole(chunk: Chunk, data: st.DataObject) -> None:
    whole = encode_chunk(chunk)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    try:
        found = decode_chunk(cut)
    except ProtocolError as refused:
        assert refused.code in CODES
    else:
        assert len(found.frames) < len(chunk.frames)


def test_too_large_and_too_many() -> None:
    for chunk, code in (
        (Chunk(0, 0, (bytes(MAX_CHUNK_BYTES),)), "chunk-too-large"),
        (Chunk(0, 0, (b"x",) * (MAX_FRAMES_A_CHUNK + 1)), "chunk-frames"),
    ):
        with pytest.raises(ProtocolError) as refused:
            decode_chunk(encode_chunk(chunk))
        assert refused.value.code == code


@given(st.binary(max_size=40))
def test_a_header_of_random_bytes_is_read_or_refused(data: bytes) -> None:
    try:
        peek_header(data)
    except ProtocolError as refused:
        assert refused.code in CODES
