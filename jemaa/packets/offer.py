"""Packets room. What a measuring server tells a check before it begins, and what it tells it afterwards."""

from msgspec import Struct, field


class Offer(Struct, frozen=True, kw_only=True):
    """The services of one server for one run. `run` and `key` are hexadecimal and good for `seconds`.

    Where `udp` or `tcp` has no ports the server does not offer these. Hosts are empty where the server does not know
    its own address: then it is that of the page. Fingerprints are SHA-256 of certificates, hexadecimal; empty where
    the server does not hold the certificate itself. `addresses` says where a name should lead.
    """

    run: str
    key: str
    seconds: int
    udp_host: str = ""
    udp: list[int] = field(default_factory=list)
    tcp_host: str = ""
    tcp: list[int] = field(default_factory=list)
    neutral_name: str = ""
    voip_name: str = ""
    addresses: dict[str, list[str]] = field(default_factory=dict)
    tls_sha256: str = ""
    page_sha256: str = ""
    handshake: bool = False
    peers: dict[str, bool] = field(default_factory=dict)


class Arrived(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of one arm: how many different packets, and how many in each second since the arm's first. `turned_away` are
    those that came and were not answered, because more came from there than the server has time for."""

    count: int
    seconds: list[int]
    turned_away: int = 0


class Counts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What arrived of a run, by the arms' numbers. `unread`: from where the run comes things of these kinds (`packets`,
    `handshakes`, `connections`) were turned away since it began, of which the server does not know whose they were."""

    run: str
    arms: dict[int, Arrived]
    unread: list[str] = field(default_factory=list)
