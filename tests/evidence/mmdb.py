"""A file in MaxMind's format (2.0) with one network in it, for the reader to read."""

import ipaddress
from pathlib import Path

MARKER = b"\xab\xcd\xefMaxMind.com"
_KINDS = {
    "record_size": 5,
    "ip_version": 5,
    "binary_format_major_version": 5,
    "binary_format_minor_version": 5,
    "build_epoch": 9,
}
"""Numbers of 16 and of 64 bits; all others have 32."""

Value = str | int | dict[str, "Value"] | list["Value"]


def write(path: Path, network: str, row: Value, *, kind: str = "DBIP-ASN-Lite", built: int = 1_795_392_000) -> str:
    """The file's name. Addresses of IPv4 lie below ::/96, as everywhere."""
    whole = ipaddress.ip_network(network)
    number, length = int(whole.network_address), whole.prefixlen + (96 if whole.version == 4 else 0)
    bits = f"{number:0128b}"[:length]
    nodes = b"".join(_node(at, bit, length) for at, bit in enumerate(bits))
    about: Value = {
        "node_count": length,
        "record_size": 24,
        "ip_version": 6,
        "database_type": kind,
        "languages": [],
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": built,
        "description": {},
    }
    path.write_bytes(nodes + bytes(16) + _encoded(row) + MARKER + _encoded(about))
    return str(path)


def _node(at: int, bit: str, count: int) -> bytes:
    """Two records: along the network's bit to the next node, or to the row; the other way to nothing."""
    onward = at + 1 if at + 1 < count else count + 16
    pair = (onward, count) if bit == "0" else (count, onward)
    return b"".join(record.to_bytes(3) for record in pair)


def _encoded(value: Value, kind: int = 6) -> bytes:
    if isinstance(value, str):
        return _control(2, len(value)) + value.encode()
    if isinstance(value, int):
        data = value.to_bytes((value.bit_length() + 7) // 8)
        return _control(kind, len(data)) + data
    if isinstance(value, list):
        return _control(11, len(value)) + b"".join(map(_encoded, value))
    pairs = (_encoded(key) + _encoded(one, _KINDS.get(key, 6)) for key, one in value.items())
    return _control(7, len(value)) + b"".join(pairs)


def _control(kind: int, size: int) -> bytes:
    """The type, in a byte of its own beyond 7, and the size; 29 and more in another byte."""
    first = size if size < 29 else 29
    more = b"" if size < 29 else bytes([size - 29])
    return (bytes([kind << 5 | first]) if kind < 8 else bytes([first, kind - 7])) + more
