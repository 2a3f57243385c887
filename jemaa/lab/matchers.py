"""Lab room. All matchers by the name that a profile calls them. A new one is a function and a row here."""

from collections.abc import Callable
from dataclasses import replace

from . import match_call, match_flow, match_web
from .condition import Condition
from .params import Params, invalid

MATCHERS: dict[str, Callable[[Params], Condition]] = {
    "everything": match_flow.everything,
    "udp": match_flow.udp,
    "tcp": match_flow.tcp,
    "icmp": match_flow.icmp,
    "port": match_flow.port,
    "to": match_flow.to,
    "age": match_flow.age,
    "bytes": match_flow.volume,
    "size": match_flow.size,
    "cadence": match_flow.cadence,
    "random-payload": match_flow.random_payload,
    "stun": match_call.stun_cookie,
    "stun-message": match_call.stun_message,
    "turn": match_call.turn,
    "app-voice": match_call.app_voice,
    "dtls-hello": match_call.dtls_hello,
    "dtls-server-hello": match_call.dtls_server_hello,
    "rtp": match_call.rtp_like,
    "sip": match_call.sip_like,
    "sni": match_web.sni,
    "quic": match_web.quic_initial,
    "http": match_web.http_request,
    "dns-name": match_web.dns_name,
    "unknown-protocol": match_web.unknown_protocol,
}


def condition(where: str, name: str, values: object) -> Condition:
    """The matcher of this name with these parameters."""
    if name not in MATCHERS:
        raise invalid(where, f"there is no matcher `{name}`; there are {', '.join(sorted(MATCHERS))}")
    params = Params(f"{where}, matcher `{name}`", values)
    made = MATCHERS[name](params)
    params.done()
    return replace(made, name=name)
