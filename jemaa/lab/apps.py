"""Lab room. How the calls of known apps differ from everybody's STUN: types, attributes and prefixes.

The signatures are those that open inspection engines publish (nDPI's `stun.c` and `zoom.c`); an operator's real list
is not public.
"""

from collections.abc import Callable

from jemaa.errors import SettingsError

from . import stun
from .params import invalid

_WHATSAPP_TYPES = frozenset({0x0800, 0x0801, 0x0802})
_WHATSAPP = frozenset({0x4000, 0x4001, 0x4002, 0x4003, 0x4004, 0x4007})
_SKYPE = frozenset({0x8054, 0x24DF, 0x3802, 0x8036, 0x8095, 0x0800, 0x8006, 0x8070, 0x8055})
_ZOOM = frozenset({0x0101, 0x0103})
_ZOOM_MEDIA = frozenset({13, 15, 16, 30, 33, 34, 35})
_REALM = 0x0014


def _has(message: stun.Message | None, attributes: frozenset[int]) -> bool:
    return message is not None and any(kind in attributes for kind, _ in message.attributes)


def _realm(message: stun.Message | None, word: bytes) -> bool:
    return message is not None and any(kind == _REALM and word in value for kind, value in message.attributes)


def _whatsapp(data: bytes, port: int, message: stun.Message | None) -> bool:
    return message is not None and (message.type in _WHATSAPP_TYPES or _has(message, _WHATSAPP))


def _skype(data: bytes, port: int, message: stun.Message | None) -> bool:
    return data[:2] == b"\xff\x10" or _has(message, _SKYPE)


def _zoom(data: bytes, port: int, message: stun.Message | None) -> bool:
    if 8801 <= port <= 8810 and len(data) > 8 and data[0] == 5 and data[8] in _ZOOM_MEDIA:
        return True
    return _has(message, _ZOOM)


def _google(data: bytes, port: int, message: stun.Message | None) -> bool:
    return _has(message, frozenset({0xFF03})) or _realm(message, b"google.com")


def _by_realm(word: bytes) -> Callable[[bytes, int, stun.Message | None], bool]:
    return lambda data, port, message: _realm(message, word)


APPS: dict[str, Callable[[bytes, int, stun.Message | None], bool]] = {
    "whatsapp": _whatsapp,
    "skype": _skype,
    "zoom": _zoom,
    "google": _google,
    "signal": _by_realm(b"signal.org"),
    "facebook": _by_realm(b"facebook"),
    "telegram": _by_realm(b"telegram"),
    "viber": _by_realm(b"viber"),
}


def is_call(data: bytes, port: int, wanted: tuple[str, ...]) -> bool:
    """Whether a datagram to this far port belongs to a call of one of these apps."""
    message = stun.parse(data)
    return any(APPS[app](data, port, message) for app in wanted)


def unknown(where: str, app: str) -> SettingsError:
    """The error for an app that has no signature here."""
    return invalid(where, f"there is no signature of {app!r}; there are {', '.join(APPS)}")
