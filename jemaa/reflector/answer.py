"""Reflector room. What a packet of a check is answered with. Never more bytes than it has."""

from jemaa.packets import dtls, ice, quic, sip, stun
from jemaa.packets.stamp import Stamp, in_text, inverted


def answer(data: bytes, stamp: Stamp, is_twin: bool, host: str, port: int) -> bytes | None:
    """The answer of the protocol that the packet speaks, else the same bytes; a twin gets the twin of the answer."""
    if is_twin:
        plain = _genuine(inverted(data), stamp.raw, host, port)
        found = inverted(plain) if plain is not None else None
    else:
        found = _genuine(data, stamp.raw, host, port)
    return found if found is not None and len(found) <= len(data) else None


def _genuine(data: bytes, stamp: bytes, host: str, port: int) -> bytes | None:
    if stun.is_request(data):
        if ice.is_check(data, in_text(stamp)):
            return ice.answer(data, in_text(stamp), host, port)
        return stun.answer(data, host, port) or data
    if dtls.is_client_hello(data):
        return dtls.hello_verify(stamp)
    if quic.is_long(data):
        return quic.answer(data)
    if sip.is_request(data):
        return sip.answer(data)
    return data
