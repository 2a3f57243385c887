"""Numbers of 1, 2, 4 and 8 bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jemaa.errors import ProtocolError
from jemaa.wire.varint import MAX_VARINT, decode_varint, encode_varint


@given(st.integers(0, MAX_VARINT), st.binary(max_size=3))
def test_what_is_written_is_read_wherever_it_stands(value: int, before: bytes) -> None:
    data = encode_varint(value)
    assert decode_varint(before + data + b"\xff", len(before)) == (value, len(before) + len(data))


@pytest.mark.parametrize(
    ("value", "hex_"),
    [(151_288_809_941_952_652, "c2197c5eff14e88c"), (494_878_333, "9d7f3e7d"), (15_293, "7bbd"), (37, "25")],
)
def test_the_examples_of_rfc_9000(value: int, hex_: str) -> None:
    assert encode_varint(value).hex() == hex_
    assert decode_varint(bytes.fromhex(hex_), 0)[0] == value


def test_a_longer_form_than_needed_is_read() -> None:
    assert decode_varint(bytes.fromhex("4025"), 0) == (37, 2)


@given(st.integers(0, MAX_VARINT))
def test_a_number_that_is_cut_off_is_refused(value: int) -> None:
    with pytest.raises(ProtocolError) as refused:
        decode_varint(encode_varint(value)[:-1], 0)
    assert refused.value.code == "truncated"
