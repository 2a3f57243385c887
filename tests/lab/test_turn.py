"""The lab's TURN relay answers, by what the network lets through."""

from pathlib import Path

import pytest

from jemaa.errors import SettingsError
from jemaa.lab import turn
from jemaa.lab.topology import Lab
from tests.lab.networks import says, why_not
from tests.lab.traffic import binding

ASK = """
import socket, sys
address, port, kind, request = sys.argv[1], int(sys.argv[2]), sys.argv[3], bytes.fromhex(sys.argv[4])
with socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM) as one:
    one.settimeout(5 if kind == "tcp" else 0.5)
    try:
        one.connect((address, port))
        one.send(request)
        print(one.recv(2048)[:2].hex())
    except OSError:
        print("nothing")
"""
SUCCESS = "0101"
"""A binding response (RFC 8489 §5)."""


def test_where_it_is_not_installed_the_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    lab = Lab("clean")  # never up
    try:
        with pytest.raises(SettingsError, match=r"matrix_systems\.sh coturn"), turn.relaying(lab, tmp_path):
            pass
    finally:
        lab.close()


@pytest.mark.skipif(bool(why_not()), reason=why_not())
@pytest.mark.skipif(turn.missing() is not None, reason=turn.missing() or "")
def test_it_answers_by_tcp_where_udp_is_dropped(tmp_path: Path) -> None:
    with Lab("udp-off") as lab, turn.relaying(lab, tmp_path) as relay:
        assert relay.urls[0] == f"turn:{turn.ADDRESS}:{turn.PORT}?transport=udp"
        asked = {
            kind: says(lab, "participant", ASK, turn.ADDRESS, str(turn.PORT), kind, binding().hex())
            for kind in ("tcp", "udp")  # in this order: it is up and ready when UDP gets no answer
        }
    assert asked == {"udp": "nothing", "tcp": SUCCESS}
