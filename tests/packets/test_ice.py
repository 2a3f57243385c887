"""What a browser sends in a call's first moment is known, and answered so that the browser believes it."""

import hashlib
import hmac
import zlib

import pytest

from jemaa.packets import ice, stun
from jemaa.packets.stamp import in_text, run_key, stamp
from jemaa.reflector.answer import answer
from jemaa.reflector.ledger import Ledger

LEDGER = Ledger(bytes(32))
RUN, KEY = LEDGER.begin(0.0)
RAW = stamp(KEY, RUN, 3, 7)
NAME = in_text(RAW)


def check(name: str = NAME) -> bytes:
    """As Chromium sends it, less its integrity, which the server does not need."""
    user = f"{name}:Akwl".encode()
    attributes = ((0x0006, user), (0xC057, bytes(4)), (0x802A, bytes(8)), (0x0024, bytes(4)), (0x0008, bytes(20)))
    return stun.message(stun.BINDING, bytes(range(12)), attributes)


def test_the_key_of_the_run_is_what_made_the_name() -> None:
    assert run_key(bytes(32), RUN) == KEY


def test_a_check_is_counted_by_the_name_that_the_page_gave_the_server() -> None:
    seen = LEDGER.see(check(), 1.0)
    assert seen is not None and seen[0].raw == RAW and not seen[1]
    counts = LEDGER.counts(RUN, 1.0)
    assert counts is not None and counts.arms[3].count == 1


@pytest.mark.parametrize("host", ["192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7"])
def test_the_answer_is_signed_and_shorter_than_the_check(host: str) -> None:
    found = answer(check(), LEDGER.see(check(), 1.0)[0], False, host, 40_000)  # type: ignore[index]  # seen above
    assert found is not None and len(found) <= len(check())
    assert found[:2] == b"\x01\x01" and found[8:20] == bytes(range(12))
    assert int.from_bytes(found[2:4], "big") == len(found) - 20
    signed = found[:2] + (len(found) - 20 - 8).to_bytes(2, "big") + found[4:-32]
    assert found[-28:-8] == hmac.digest(NAME.encode(), signed, hashlib.sha1)
    assert int.from_bytes(found[-4:], "big") == zlib.crc32(found[:-8]) ^ 0x5354554E


def test_the_check_of_another_agent_is_not_ours_to_answer_as_ice() -> None:
    assert ice.is_check(check(), NAME)
    assert not ice.is_check(check("jmaa" + "0" * 24), NAME)
    assert not ice.is_check(stun.binding(RAW), NAME)


def test_a_damaged_check_is_none() -> None:
    whole = check()
    for end in range(20, 24 + len(NAME)):
        assert not ice.is_check(whole[:end], NAME), end
    assert not ice.is_check(whole[:20] + b"\x00\x01\xff\xff" + whole[24:], NAME)
