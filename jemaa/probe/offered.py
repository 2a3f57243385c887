"""Probe room. An offer as it may be used: bounded, so that no check does more than was agreed to."""

import ipaddress
import re

import msgspec

from jemaa.packets.offer import Offer
from jemaa.packets.stamp import RUN_BYTES

MOST_PORTS = 24
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_DIGEST = re.compile("[0-9a-f]{64}|")


def usable(offer: Offer) -> Offer:
    """The offer without what cannot be used. `ValueError` where it has no run: then it is nobody's offer."""
    if len(bytes.fromhex(offer.run)) != RUN_BYTES or not bytes.fromhex(offer.key):
        raise ValueError("an offer without a run")
    return msgspec.structs.replace(
        offer,
        udp_host=_host(offer.udp_host),
        tcp_host=_host(offer.tcp_host),
        udp=_ports(offer.udp),
        tcp=_ports(offer.tcp),
        neutral_name=_name(offer.neutral_name),
        voip_name=_name(offer.voip_name),
        tls_sha256=offer.tls_sha256 if _DIGEST.fullmatch(offer.tls_sha256) else "",
        page_sha256=offer.page_sha256 if _DIGEST.fullmatch(offer.page_sha256) else "",
    )


def _host(text: str) -> str:
    """An address, or that of everywhere, which `route` knows; nothing where it is none: then the pages' counts."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def _ports(ports: list[int]) -> list[int]:
    return [port for port in dict.fromkeys(ports) if 0 < port < 65_536][:MOST_PORTS]


def _name(text: str) -> str:
    return text if _NAME.fullmatch(text) else ""
