"""Lab room. SIP by its first line (RFC 3261), also behind the four bytes of TURN ChannelData."""

import re

_REQUEST = re.compile(
    rb"(?:INVITE|REGISTER|OPTIONS|ACK|BYE|CANCEL|INFO|NOTIFY|SUBSCRIBE|MESSAGE|PRACK|UPDATE|REFER|PUBLISH)"
    rb" (?:sips?|tel):",
    re.IGNORECASE,
)


def is_sip(data: bytes) -> bool:
    """A request line with a `sip:` address, or a status line."""
    if len(data) > 4 and 0x40 <= data[0] <= 0x4F and data[1] < 0x80 and _line(data[4:]):
        return True
    return _line(data)


def _line(data: bytes) -> bool:
    return data[:8] == b"SIP/2.0 " or _REQUEST.match(data) is not None
