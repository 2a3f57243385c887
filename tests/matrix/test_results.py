"""The record of a run: kept as JSON, gone on with, compared."""

import msgspec
import pytest

from jemaa.matrix.results import decode, encode

from .cells import cell, change, matrix


def test_a_matrix_is_the_same_after_json() -> None:
    run = matrix(cell(), cell("udp-off", sees=None, first_sound=None, failures={"sees": "Timeout"}))
    assert decode(encode(run)) == run


@pytest.mark.parametrize("data", [b"", b"{}", b'{"began": 1}', b"[]"])
def test_what_is_no_matrix_is_refused(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(data)


def test_a_cell_that_is_asked_again_takes_the_place_of_the_old_one() -> None:
    run = matrix(cell(speaks=False), cell("udp-off")).with_found(cell(commit="def5678"))
    assert run.grid() == matrix(cell(), cell("udp-off")).grid()
    assert run.commits == ["abc1234", "def5678"]


def test_a_network_that_began_in_mid_speech_is_asked_once_and_kept_beside_the_cells() -> None:
    run = matrix(cell("sni")).with_found(change("sni")).with_found(change("sni", gap=2.0))
    assert run.has() == {("jemaa", "own choice", "sni"), ("jemaa", "switched on", "sni")}
    assert [found.gap for found in run.changes] == [2.0] and decode(encode(run)) == run


def test_two_runs_are_compared_answer_by_answer_where_both_have_one() -> None:
    earlier = matrix(cell(), cell("sni", note=None), cell("dtls"))
    later = matrix(cell(speaks=False), cell("sni", note=True), cell("udp-off"))
    assert later.unlike(earlier) == [
        "jemaa own choice clean: speaks was yes and is no",
        "jemaa own choice sni: note was no such thing and is yes",
    ]
    assert earlier.unlike(earlier) == []


def test_the_grid_is_the_answers_and_no_figure() -> None:
    assert matrix(cell(stoi=0.9)).grid() == matrix(cell(stoi=0.95, first_sound=2.0)).grid()
    assert matrix(cell(note=False)).grid() != matrix(cell()).grid()
    assert matrix(cell(note=None)).grid() != matrix(cell(note=False)).grid()
