"""Lab room. What a profile says of its proxy: which CONNECT it allows, and what it does to a tunnel.

Apart from the proxy itself, so that reading a profile does not import what serving takes.
"""

import contextlib
import ipaddress
from dataclasses import dataclass
from typing import Any

from . import names
from .params import Params, invalid

_INSIDE = ("strip_upgrade", "buffer_responses", "max_bytes")


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """The `[proxy]` table of a profile. 0 is no cap: `max_seconds` is of a tunnel, `max_bytes` of a response in it.

    What reads or counts what is inside of TLS (`_INSIDE`) needs `resign`.
    """

    ports: tuple[int, ...] = (443,)
    allow: tuple[str, ...] = ()
    raw_ip: bool = True
    resign: bool = False
    strip_upgrade: bool = False
    buffer_responses: bool = False
    max_seconds: float = 0
    max_bytes: float = 0

    @staticmethod
    def read(where: str, table: dict[str, Any]) -> "ProxySettings":
        """From a profile; SettingsError if a value is wrong, or would have no effect."""
        params = Params(f"{where}, proxy", table)
        settings = ProxySettings(
            params.numbers("ports", least=1, most=65_535) or (443,),
            params.names("allow"),
            params.flag("raw_ip", True),
            params.flag("resign", False),
            params.flag("strip_upgrade", False),
            params.flag("buffer_responses", False),
            params.number("max_seconds", 0),
            params.number("max_bytes", 0),
        )
        params.done()
        if not settings.resign:
            for name in _INSIDE:
                if getattr(settings, name):
                    raise invalid(
                        params.where, f"`{name}` needs `resign = true`; TLS that is not opened cannot be read"
                    )
        return settings

    def refusal(self, host: str, port: int) -> str:
        """Why a CONNECT is refused; empty if it is not."""
        if port not in self.ports:
            return "this port is not allowed"
        with contextlib.suppress(ValueError):
            ipaddress.ip_address(host)
            return "" if self.raw_ip and not self.allow else "connections to bare addresses are not allowed"
        if self.allow and not names.matches(host, self.allow):
            return "this site is not on the list"
        return ""
