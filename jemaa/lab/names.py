"""Lab room. DNS messages: the question read, an answer forged (RFC 1035)."""

import ipaddress
from dataclasses import dataclass

A, AAAA = 1, 28
NXDOMAIN = 3


@dataclass(frozen=True, slots=True)
class Question:
    """What one client asks. `name` is lower case without the last dot."""

    identity: int
    name: str
    kind: int
    raw: bytes
    """The question as it was, to be repeated in the answer."""


def question(message: bytes) -> Question | None:
    """The only question of a query; None if this is no plain query."""
    if len(message) < 17 or message[2] & 0xF8 or message[4:6] != b"\0\1":
        return None
    labels, at = [], 12
    while at < len(message) and message[at]:
        size = message[at]
        if size > 63 or at + 1 + size > len(message):
            return None
        labels.append(message[at + 1 : at + 1 + size].decode("ascii", "replace").lower())
        at += 1 + size
    if len(message) < at + 5 or not labels:
        return None
    kind = int.from_bytes(message[at + 1 : at + 3], "big")
    return Question(int.from_bytes(message[:2], "big"), ".".join(labels), kind, message[12 : at + 5])


def query(name: str, kind: int = A, identity: int = 0x4A4D) -> bytes:
    """A query with recursion wished for."""
    labels = b"".join(bytes([len(label)]) + label.encode("ascii") for label in name.split("."))
    head = identity.to_bytes(2, "big") + b"\1\0\0\1\0\0\0\0\0\0"
    return head + labels + b"\0" + kind.to_bytes(2, "big") + b"\0\1"


def answer(asked: Question, addresses: tuple[str, ...], code: int = 0) -> bytes:
    """The answer with those of the addresses that fit the kind asked for; `code` 3 says that there is no such name."""
    packed = [ipaddress.ip_address(address).packed for address in addresses]
    fitting = [data for data in packed if {A: 4, AAAA: 16}.get(asked.kind) == len(data)]
    head = asked.identity.to_bytes(2, "big") + bytes([0x85, 0x80 | code]) + b"\0\1"
    head += len(fitting).to_bytes(2, "big") + b"\0\0\0\0"
    records = b""
    for data in fitting:
        records += b"\xc0\x0c" + asked.kind.to_bytes(2, "big") + b"\0\1\0\0\0\x3c" + len(data).to_bytes(2, "big") + data
    return head + asked.raw + records


def addresses(message: bytes) -> tuple[int, tuple[str, ...]]:
    """(code, addresses) of an answer whose records begin with a pointer to the question."""
    asked = question(message[:2] + b"\1\0" + message[4:])
    if asked is None:
        return -1, ()
    found, at = [], 12 + len(asked.raw)
    for _ in range(int.from_bytes(message[6:8], "big")):
        size = int.from_bytes(message[at + 10 : at + 12], "big")
        found.append(str(ipaddress.ip_address(message[at + 12 : at + 12 + size])))
        at += 12 + size
    return message[3] & 15, tuple(found)


def matches(name: str, wanted: tuple[str, ...]) -> bool:
    """Whether a name is one of these or below one of them (`example.org` takes `www.example.org` in)."""
    return any(name == one or name.endswith("." + one) for one in wanted)
