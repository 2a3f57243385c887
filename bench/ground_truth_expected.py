"""What a check has to name behind each network of the lab: nodes of what its profile does, as far as it can be seen.

A network that does nothing has to be accused of nothing. Residues (`*.residual`) of what is named may be named too.
"""

NEUTRAL = frozenset(
    {"clean", "link-3g", "link-4g-congested", "link-adsl-2016", "link-edge", "link-satellite", "link-thin-64"}
)

_PROXY = ("http.proxy_only",)
_OPENED = (*_PROXY, "tls.resigned", "ws.stripped")
_CALLS = ("stun.drop.signature", "rtp.drop")
_LIST = ("dest.whitelist",)

EXPECTED: dict[str, tuple[str, ...]] = {
    "udp-off": ("udp.drop",),
    "port-list": ("udp.drop.port",),
    "port-list-3478": ("udp.drop.port",),
    "stun-cookie": ("stun.drop.signature",),
    "turn-only": ("turn.drop",),
    "app-voice": ("stun.drop.app",),
    "dtls": ("dtls.drop",),
    "dtls-fingerprint": ("dtls.drop.fingerprint",),
    "rtp-heur": ("rtp.drop",),
    "rtp-throttle": ("rtp.throttle.loss",),
    "rtp-loss": ("rtp.throttle.loss",),
    "shape": ("flow.throttle.shape",),
    "shape-block": ("flow.drop.shape",),
    "kill-after": ("flow.kill.time",),
    "kill-after-bytes": ("tcp.kill.bytes",),
    "call-age": ("rtp.kill.time",),
    "call-bytes": ("rtp.kill.bytes",),
    "sni-own": ("tls.rst.sni",),
    "sni": ("tls.rst.sni",),
    "sni-drop": ("tls.drop.sni", "quic.drop.sni"),
    "dns+ip": ("dns.bogon",),
    "quic-off": ("quic.drop",),
    "proto-whitelist": ("tcp.drop.protocol",),
    "proxy-only": _PROXY,
    "proxy-only-allowlist": _PROXY,
    "proxy-only-no-raw-ip": _PROXY,
    "proxy-only-resigned": (*_OPENED, "http.answer.held"),
    "proxy-only-capped": (*_OPENED, "http.answer.capped"),
    "corp": _PROXY,
    "corp-allowlist": _PROXY,
    "corp-no-raw-ip": _PROXY,
    "corp-resigned": (*_OPENED, "http.answer.held"),
    "corp-capped": (*_OPENED, "http.answer.capped"),
    "dest-whitelist": _LIST,
    "dest-whitelist-listed": _LIST,
    "ae": ("stun.drop.app", "rtp.throttle.loss", "dns.bogon"),
    "cn": ("tls.rst.sni", "quic.drop", "tcp.drop.random"),
    "eg-2015": ("rtp.throttle.loss",),
    "ir-2020": ("tls.rst.sni", "tcp.drop.protocol"),
    "ma-2016-adsl": _CALLS,
    "ma-2016-may": (*_CALLS, "flow.throttle.shape"),
    "ma-2016-mobile-a": ("stun.drop.app",),
    "ma-2016-mobile-b": _CALLS,
    "pk-grey": ("flow.drop.shape",),
    "qa-2022": ("rtp.throttle.loss",),
    "ru-2025": ("stun.drop.app", "tcp.kill.bytes"),
    "ru-2026": (*_LIST, "tcp.kill.bytes"),
    "ru-2026-unlisted": _LIST,
    "tm-2022": ("udp.drop.port", "tls.rst.sni", "dns.bogon"),
}
"""Two networks hide a part of what they do: in `ru-2026` no packet of a handshake gets as far as the filter that knows
fingerprints, because the measuring address is not on the list; in `ru-2026-unlisted` neither does the server's."""

ALSO: dict[str, tuple[str, ...]] = {
    "port-list": ("tcp.drop.port",),
    "sni": ("quic.drop.sni",),
    "dns+ip": ("dns.injected",),
    "tm-2022": ("tcp.drop.port",),
}
"""True as well, and not asked for."""

LONG = frozenset({"call-age", "call-bytes"})
"""What they do is seen by a long check only: calls end in the middle."""
