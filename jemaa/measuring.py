"""Settings to the measuring server's services: what `jemaa serve` offers to checks beside the pages."""

import hashlib
import ipaddress
import ssl
from pathlib import Path

from jemaa.config import Config, split_address
from jemaa.errors import SettingsError
from jemaa.reflector.reflector import Services


def services(config: Config) -> Services:
    """What the settings `check_…` ask for. `SettingsError` `bad-setting`."""
    udp_host, udp = _ports(config, "check_udp")
    tcp_host, tcp = _ports(config, "check_tcp")
    names = _names(config)
    return Services(
        udp_host=udp_host,
        udp=udp,
        tcp_host=tcp_host,
        tcp=tcp,
        neutral_name=names[0][0] if names else "",
        voip_name=names[1][0] if len(names) > 1 else "",
        addresses=tuple((name, where) for name, where in names if where),
        page_sha256=_fingerprint(config.text("tls_cert")),
        peers=_peers(config),
    )


def _ports(config: Config, name: str) -> tuple[str, tuple[int, ...]]:
    """`HOST:PORT,PORT` as host and ports; nothing where the setting is empty."""
    text = config.text(name)
    if not text:
        return "", ()
    host, colon, ports = text.rpartition(":")
    found = [port.strip() for port in ports.split(",")]
    if not colon or not host or not all(port.isdecimal() and 0 < int(port) < 65_536 for port in found):
        raise SettingsError("bad-setting", f"{name} is HOST:PORT,PORT…, for example 192.0.2.1:3478,443.")
    try:
        return str(ipaddress.ip_address(host.strip("[]"))), tuple(dict.fromkeys(map(int, found)))
    except ValueError:
        raise SettingsError("bad-setting", f"{name} begins with an address of this machine, not {host!r}.") from None


def _names(config: Config) -> list[tuple[str, tuple[str, ...]]]:
    """`NAME=ADDRESS,NAME=ADDRESS`; the address may be left out."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for entry in filter(None, (part.strip() for part in config.text("check_names").split(","))):
        name, _, address = entry.partition("=")
        found.append((name.strip().lower(), (address.strip(),) if address.strip() else ()))
    if len(found) not in (0, 2):
        raise SettingsError("bad-setting", "check_names is two names: a neutral one, then one like a calling service.")
    return found


def _peers(config: Config) -> tuple[str, ...]:
    peers = tuple(filter(None, (part.strip() for part in config.text("check_peers").split(","))))
    for peer in peers:
        split_address(peer)
    return peers


def _fingerprint(file: str) -> str:
    """SHA-256 of the first certificate in a file; empty where there is none, or where a proxy holds it."""
    try:
        text = Path(file).read_text(encoding="ascii") if file else ""
        end = text.find("-----END CERTIFICATE-----")
        begin = text.find("-----BEGIN CERTIFICATE-----")
        if begin < 0 or end < 0:
            return ""
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(text[begin : end + 25])).hexdigest()
    except (OSError, ValueError):
        return ""
