"""Packets room. The answer to ICE's connectivity check (RFC 8445), by which a browser's own call can be tried.

The measuring server is the other side of that call itself, as an ICE lite agent: the page writes its description, and
gives it a stamp's word for a name (`ice-ufrag`). The browser then puts that word before its own name into USERNAME.
The same word is the password: it keeps nothing secret, it only makes the answer one that a browser accepts.
"""

import hashlib
import hmac
import zlib

from . import stun

_USERNAME, _XOR_MAPPED, _INTEGRITY, _FINGERPRINT = 0x0006, 0x0020, 0x0008, 0x8028
_HEADER_BYTES, _INTEGRITY_BYTES, _FINGERPRINT_BYTES = 20, 24, 8
_FINGERPRINT_MASK = 0x5354554E


def is_check(data: bytes, name: str) -> bool:
    """Whether a STUN request is a connectivity check of the agent that goes by this name."""
    wanted = name.encode() + b":"
    at = _HEADER_BYTES
    while at + 4 <= len(data):
        kind, size = int.from_bytes(data[at : at + 2], "big"), int.from_bytes(data[at + 2 : at + 4], "big")
        if kind == _USERNAME:
            return data[at + 4 : at + 4 + size].startswith(wanted)
        at += 4 + size + -size % 4
    return False


def answer(request: bytes, name: str, host: str, port: int) -> bytes:
    """Success, signed with the password. 76 bytes by IPv6 and 64 by IPv4: shorter than any check with such a name."""
    transaction = request[8:20]
    mapped = stun.xor_mapped(host, port, transaction)
    bare = stun.message(stun.BINDING_SUCCESS, transaction, ((_XOR_MAPPED, mapped),))
    to_sign = _of_length(bare, _INTEGRITY_BYTES)
    mac = hmac.digest(name.encode(), to_sign, hashlib.sha1)
    signed = to_sign + _INTEGRITY.to_bytes(2, "big") + len(mac).to_bytes(2, "big") + mac
    to_sum = _of_length(signed, _FINGERPRINT_BYTES)
    sum_ = (zlib.crc32(to_sum) ^ _FINGERPRINT_MASK).to_bytes(4, "big")
    return to_sum + _FINGERPRINT.to_bytes(2, "big") + len(sum_).to_bytes(2, "big") + sum_


def _of_length(message: bytes, more: int) -> bytes:
    """The message with the length that it has once `more` bytes follow: both sums are made over that (RFC 8489 §14)."""
    return message[:2] + (len(message) - _HEADER_BYTES + more).to_bytes(2, "big") + message[4:]
