"""Records: several tracks in one body."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jemaa.errors import ProtocolError
from jemaa.wire.record import CONTROL, decode_records, encode_record

records = st.lists(st.tuples(st.integers(0, 2**30), st.binary(max_size=50)), max_size=8)


@given(records)
def test_what_is_written_is_read(several: list[tuple[int, bytes]]) -> None:
    assert decode_records(b"".join(encode_record(track, body) for track, body in several)) == several


@given(records, st.binary(min_size=1, max_size=1))
def test_a_cut_record_is_refused(several: list[tuple[int, bytes]], body: bytes) -> None:
    data = b"".join(encode_record(track, part) for track, part in [*several, (7, body)])
    with pytest.raises(ProtocolError) as refused:
        decode_records(data[:-1])
    assert refused.value.code == "truncated"


@given(st.binary(max_size=200))
def test_random_bytes_are_records_or_refused(data: bytes) -> None:
    try:
        for track, body in decode_records(data):
            assert track >= 0 and isinstance(body, bytes)
    except ProtocolError as refused:
        assert refused.code == "truncated"


def test_keep_alive_is_an_empty_record_of_the_control_track() -> None:
    assert encode_record(CONTROL, b"") == b"\x00\x00"
