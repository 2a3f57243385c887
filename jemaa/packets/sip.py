"""Packets room. SIP OPTIONS, which asks a telephone what it can do, and the answer (RFC 3261 §11)."""

import re

from .stamp import in_text

_CALL = re.compile(rb"jmaa[0-9a-f]{24}")


def options(name: str, stamp: bytes) -> bytes:
    """A request to this host."""
    word = in_text(stamp)
    lines = (
        f"OPTIONS sip:check@{name} SIP/2.0",
        f"Via: SIP/2.0/UDP check.invalid;branch=z9hG4bK{word}",
        "Max-Forwards: 70",
        "From: <sip:check@check.invalid>;tag=1",
        f"To: <sip:check@{name}>",
        f"Call-ID: {word}@check.invalid",
        "CSeq: 1 OPTIONS",
        "Content-Length: 0",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def is_request(data: bytes) -> bool:
    """Whether this is one of ours."""
    return data.startswith(b"OPTIONS sip:")


def answer(request: bytes) -> bytes | None:
    """A short 200 with the request's word, or nothing."""
    found = _CALL.search(request)
    if found is None:
        return None
    return b"SIP/2.0 200 OK\r\nCall-ID: " + found.group() + b"@check.invalid\r\nCSeq: 1 OPTIONS\r\n\r\n"
