"""Probe room. What every step of one check stands on: the page, the offer, the book, the line.

A step is a function of a `Ground`. It writes facts into the book and raises nothing that a network can cause.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from jemaa.facts.record import Payload, Transport
from jemaa.packets.offer import Offer
from jemaa.tasks import Tasks

from .book import Book, Tally
from .datagram import random_packet
from .line import Line
from .page import Page
from .stream import Place

_RANDOM_BYTES, _NARROW_RANDOM_BYTES = 100, 44


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person wants of a check."""

    lite: bool = True
    long: bool = False
    steps: tuple[str, ...] = ()
    seed: int = 1
    access: str = "unknown"
    country: str | None = None
    asn: int | None = None
    vpn: bool | None = None
    anchors: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    proxy: str = ""
    authority: str = ""

    def has(self, step: str) -> bool:
        """Whether this step is wanted at all."""
        return not self.steps or step in self.steps or step == "up"


@dataclass(slots=True)
class Ground:
    """Written by `up` (offer, line), read by all other steps."""

    page: Page
    book: Book
    wishes: Wishes
    line: Line = field(default_factory=Line)
    offer: Offer | None = None
    udp_host: str = ""
    tcp_host: str = ""
    server_ok_elsewhere: bool | None = None
    tasks: Tasks = field(default_factory=lambda: Tasks("check"))
    later: list[asyncio.Task[None]] = field(default_factory=list)
    """What goes on beside the steps and is waited for at the end."""
    read_seconds: float | None = None
    """How long a page's worth of bytes took, where that is known already."""
    is_condemned: bool = False
    """Whether a trigger took the server's address with it: what would follow says nothing."""

    @property
    def udp_ports(self) -> list[int]:
        """In the server's order; none if it measures no UDP."""
        return self.offer.udp if self.offer is not None and self.udp_host else []

    @property
    def high(self) -> int:
        """The highest UDP port, which is on nobody's list."""
        return max(self.udp_ports)

    @property
    def tcp_ports(self) -> list[int]:
        """In the server's order."""
        return self.offer.tcp if self.offer is not None and self.tcp_host else []

    @property
    def tls_port(self) -> int:
        """443, or the first that there is."""
        return 443 if 443 in self.tcp_ports else self.tcp_ports[0]

    @property
    def udp_lives(self) -> bool:
        """Whether anything at all came back from the high port; True as long as nobody asked."""
        asked = [self.book.tallies[one] for one in self._plain_arms() if one in self.book.tallies]
        return not asked or any(tally.answers for tally in asked)

    def _plain_arms(self) -> tuple[str, ...]:
        return (f"udp-{self.high}-random", "udp-aa_a-random", "udp-aa_b-random")

    def listed(self, *ports: int) -> list[int]:
        """Of these and the high one, those that the server offers, each once."""
        return list(dict.fromkeys(port for port in (*ports, self.high) if port in self.udp_ports))

    def tls(self, *, port: int | None = None, name: str | None = None, proxy: str = "", host: str = "") -> Place:
        """TLS to the measuring server, with the neutral name unless another is given."""
        assert self.offer is not None, "asked for only with ports"
        return Place(
            host or self.tcp_host,
            port or self.tls_port,
            name or self.neutral_name,
            self.offer.tls_sha256,
            proxy,
        )

    @property
    def neutral_name(self) -> str:
        """A name of no meaning; where the server has none, its page's."""
        return (self.offer.neutral_name if self.offer else "") or self.page.host

    def filling(self, size: int = 1_200) -> bytes:
        """Bytes of chance, the same for the same seed."""
        return self.book.chance.randbytes(size)

    def udp(self, id_: str, port: int, payload: Payload, transport: Transport = "udp") -> Tally:
        """An arm of packets to the measuring server."""
        return self.book.open(id_, port=port, transport=transport, payload=payload)

    def random(self) -> Callable[[bytes], bytes]:
        """A maker of packets that look like nothing."""
        filling, size = self.filling(), _NARROW_RANDOM_BYTES if self.line.is_narrow else _RANDOM_BYTES
        return lambda raw: random_packet(raw, size, filling)
