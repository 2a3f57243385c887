"""Packets room. STUN requests of a check, and their answers (RFC 8489; TURN: RFC 8656)."""

import ipaddress

COOKIE = b"\x21\x12\xa4\x42"
BINDING, BINDING_SUCCESS = 0x0001, 0x0101
ALLOCATE, ALLOCATE_ERROR = 0x0003, 0x0113
_XOR_MAPPED, _ERROR_CODE, _REALM, _NONCE, _SOFTWARE, _TRANSPORT = 0x0020, 0x0009, 0x0014, 0x0015, 0x8022, 0x0019

REQUEST_BYTES = 100
"""Every request is padded to this: an answer is never longer than what was asked."""

APPS: dict[str, tuple[int, int, bytes]] = {
    "whatsapp": (0x0800, 0x4000, bytes(8)),
    "skype": (BINDING, 0x8054, b"1\0\0\0"),
    "zoom": (BINDING, 0x0101, bytes(4)),
    "google": (BINDING, 0xFF03, bytes(4)),
    "signal": (BINDING, _REALM, b"signal.org"),
    "facebook": (BINDING, _REALM, b"facebook"),
    "telegram": (BINDING, _REALM, b"telegram"),
    "viber": (BINDING, _REALM, b"viber"),
}
"""What open inspection engines look for in the STUN of known apps: type, attribute, value (nDPI)."""


def message(kind: int, transaction: bytes, attributes: tuple[tuple[int, bytes], ...] = ()) -> bytes:
    """A message with this type on the wire."""
    body = b"".join(
        number.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value + b"\0" * (-len(value) % 4)
        for number, value in attributes
    )
    return kind.to_bytes(2, "big") + len(body).to_bytes(2, "big") + COOKIE + transaction + body


def binding(transaction: bytes) -> bytes:
    """A Binding request, with padding in SOFTWARE."""
    return _padded(BINDING, transaction, ())


def allocate(transaction: bytes) -> bytes:
    """TURN's first request, as without credentials: UDP is wanted."""
    return _padded(ALLOCATE, transaction, ((_TRANSPORT, b"\x11\0\0\0"),))


def of_app(app: str, transaction: bytes) -> bytes:
    """What a known app's call begins with, as filters know it. `KeyError` for an app that is not in `APPS`."""
    kind, attribute, value = APPS[app]
    return _padded(kind, transaction, ((attribute, value),))


def is_request(data: bytes) -> bool:
    """A STUN request that is whole."""
    return len(data) >= 20 and data[4:8] == COOKIE and data[0] & 0xC1 == 0 and data[1] & 0x10 == 0


def answer(request: bytes, host: str, port: int) -> bytes | None:
    """Success for Binding, 401 for Allocate, None for what we do not know. Never longer than a padded request."""
    kind, transaction = int.from_bytes(request[:2], "big"), request[8:20]
    if kind == BINDING:
        return message(BINDING_SUCCESS, transaction, ((_XOR_MAPPED, xor_mapped(host, port, transaction)),))
    if kind == ALLOCATE:
        refusal = b"\0\0\x04\x01Unauthorized"
        fields = ((_ERROR_CODE, refusal), (_REALM, b"check"), (_NONCE, transaction.hex().encode()[:12]))
        return message(ALLOCATE_ERROR, transaction, fields)
    return None


def _padded(kind: int, transaction: bytes, attributes: tuple[tuple[int, bytes], ...]) -> bytes:
    short = message(kind, transaction, attributes)
    software = b"jemaa".ljust(REQUEST_BYTES - len(short) - 4, b".")
    return message(kind, transaction, (*attributes, (_SOFTWARE, software)))


def xor_mapped(host: str, port: int, transaction: bytes) -> bytes:
    """RFC 8489 §14.2."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    mask = COOKIE + transaction
    turned = bytes(a ^ b for a, b in zip(address.packed, mask, strict=False))
    family = b"\0\x01" if address.version == 4 else b"\0\x02"
    return family + (port ^ 0x2112).to_bytes(2, "big") + turned
