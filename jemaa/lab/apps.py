"""Lab room. How the calls of known apps differ from everybody's STUN: types, attributes and prefixes.

The signatures are those that open inspection engines publish (nDPI's `stun.c`, `zoom.c` and `hangout.c`); an
operator's real list is not public.
"""

from collections.abc import Callable
from dataclasses import dataclass

from jemaa.errors import SettingsError

from . import stun
from .params import invalid
from .places import GOOGLE, is_within, networks

_WHATSAPP_TYPES = frozenset({0x0800, 0x0801, 0x0802})
_WHATSAPP = frozenset({0x4000, 0x4001, 0x4002, 0x4003, 0x4004, 0x4007})
_SKYPE = frozenset({0x8054, 0x24DF, 0x3802, 0x8036, 0x8095, 0x0800, 0x8006, 0x8070, 0x8055})
_ZOOM = frozenset({0x0101, 0x0103})
_ZOOM_MEDIA = frozenset({13, 15, 16, 30, 33, 34, 35})
_REALM = 0x0014
_GOOGLE = networks("google", GOOGLE)
_GOOGLE_PORTS = frozenset({3478, *range(19_302, 19_310)})
_GOOGLE_LEAST = 25
"""Bytes of the smallest datagram that is taken for a call by its ends alone (nDPI's `hangout.c`)."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A datagram, and what it is as STUN; `far` and `port` are the far end's."""

    data: bytes
    far: bytes
    port: int
    message: stun.Message | None

    def has(self, attributes: frozenset[int]) -> bool:
        return self.message is not None and any(kind in attributes for kind, _ in self.message.attributes)

    def realm(self, word: bytes) -> bool:
        return self.message is not None and any(
            kind == _REALM and word in value for kind, value in self.message.attributes
        )


def _whatsapp(sent: _Sent) -> bool:
    return sent.message is not None and (sent.message.type in _WHATSAPP_TYPES or sent.has(_WHATSAPP))


def _skype(sent: _Sent) -> bool:
    return sent.data[:2] == b"\xff\x10" or sent.has(_SKYPE)


def _zoom(sent: _Sent) -> bool:
    data = sent.data
    if 8801 <= sent.port <= 8810 and len(data) > 8 and data[0] == 5 and data[8] in _ZOOM_MEDIA:
        return True
    return sent.has(_ZOOM)


def _google(sent: _Sent) -> bool:
    if sent.port in _GOOGLE_PORTS and len(sent.data) >= _GOOGLE_LEAST and sent.far and is_within(sent.far, _GOOGLE):
        return True
    return sent.has(frozenset({0xFF03})) or sent.realm(b"google.com")


def _by_realm(word: bytes) -> Callable[[_Sent], bool]:
    return lambda sent: sent.realm(word)


APPS: dict[str, Callable[[_Sent], bool]] = {
    "whatsapp": _whatsapp,
    "skype": _skype,
    "zoom": _zoom,
    "google": _google,
    "signal": _by_realm(b"signal.org"),
    "facebook": _by_realm(b"facebook"),
    "telegram": _by_realm(b"telegram"),
    "viber": _by_realm(b"viber"),
}


def is_call(data: bytes, port: int, wanted: tuple[str, ...], *, far: bytes = b"") -> bool:
    """Whether a datagram to or from this far port belongs to a call of one of these apps.

    `far` is the far end's address; without it nothing is known by its prefix.
    """
    sent = _Sent(data, far, port, stun.parse(data))
    return any(APPS[app](sent) for app in wanted)


def unknown(where: str, app: str) -> SettingsError:
    """The error for an app that has no signature here."""
    return invalid(where, f"there is no signature of {app!r}; there are {', '.join(APPS)}")
