"""Probe room. What every step of one check stands on: the page, the offer, the book, the line; and shared patterns.

A step is a function of a `Ground`. It writes facts into the book and raises nothing that a network can cause.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from jemaa.facts.record import Payload, Transport
from jemaa.packets.offer import Offer
from jemaa.packets.stamp import inverted
from jemaa.tasks import Tasks

from .book import Book, Tally
from .datagram import ask, random_packet
from .line import Line
from .page import Page
from .stream import Place, attempt

ROUNDS = 5
GAP_SECONDS = 0.2
_RECHECKS, _LONG_RECHECKS = (5.0, 15.0, 30.0, 60.0), (120.0, 180.0)
_SOON_SECONDS, _RECHECK_UNTIL = 15.0, 75.0
"""How long a residual is waited for in any case, and seconds of a check after which no longer one is."""


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

    def random(self, size: int = 100) -> Callable[[bytes], bytes]:
        """A maker of packets that look like nothing."""
        filling = self.filling()
        return lambda raw: random_packet(raw, size, filling)

    async def is_alive(self, trigger: Tally, port: int) -> bool:
        """Right after a trigger: whether random bytes to this UDP port get through; noted as a residual.

        Where they do not, the same is asked again later, beside what follows.
        """
        plain = self.book.tallies.get(f"udp-{port}-random")
        was_alive = plain is None or bool(plain.answers)
        return await self._recheck(trigger, lambda: self._udp_lives(port), was_alive=was_alive)

    async def is_alive_tls(self, trigger: Tally, port: int) -> bool:
        """The same, of TLS with the neutral name."""
        before = [self.book.tallies.get(one) for one in (f"plain_tcp-{port}-before", "tls_name-before-neutral")]
        was_alive = any(one.answers for one in before if one is not None)
        return await self._recheck(trigger, lambda: self._tls_lives(port), was_alive=was_alive)

    async def _recheck(
        self, trigger: Tally, lives: Callable[[], Coroutine[Any, Any, bool]], *, was_alive: bool
    ) -> bool:
        began = self.book.seconds()
        ok = await lives()
        self.book.rechecked(trigger, 0.0, ok)
        if not ok and was_alive:
            self.later.append(self.tasks.start(self._again(trigger, lives, began), f"residual-{trigger.id}"))
        return ok

    async def _again(self, trigger: Tally, lives: Callable[[], Coroutine[Any, Any, bool]], began: float) -> None:
        """At set times, until it lives again or the check has no time any more."""
        for at in (*_RECHECKS, *(_LONG_RECHECKS if self.wishes.long else ())):
            if at > _SOON_SECONDS and began + at > _RECHECK_UNTIL and not self.wishes.long:
                return
            await asyncio.sleep(max(0.0, began + at - self.book.seconds()))
            ok = await lives()
            self.book.rechecked(trigger, at, ok)
            if ok:
                return

    async def _udp_lives(self, port: int) -> bool:
        probe = self._unwritten(port, "udp")
        make = self.random()
        for _ in range(3):
            if await ask(probe, make, (self.udp_host, port), self.line):
                return True
        return False

    async def _tls_lives(self, port: int) -> bool:
        probe = self._unwritten(port, "tls")
        for _ in range(2):
            if await attempt(probe, self.tls(port=port), self.filling(), seconds=self.line.patience * 2):
                return True
        return False

    def _unwritten(self, port: int, transport: Transport) -> Tally:
        """An arm that stands nowhere: a residual is a fact of its own."""
        book = self.book
        return Tally("control", "residual", 65_535, book.key, book.run, "", port, transport, "neutral", 0, 0.0)


@dataclass(frozen=True, slots=True)
class Side:
    """One arm of an interleaved comparison, and how its packets are made of stamps."""

    tally: Tally
    make: Callable[[bytes], bytes]


def twins(ground: Ground, stem: str, port: int, make: Callable[[bytes], bytes]) -> list[Side]:
    """`{stem}-genuine` and `{stem}-inverted`."""
    return [
        Side(ground.udp(f"{stem}-genuine", port, "genuine"), make),
        Side(ground.udp(f"{stem}-inverted", port, "inverted"), lambda raw: inverted(make(raw))),
    ]


def twins_again(ground: Ground, sides: Sequence[Side]) -> list[Side]:
    """The same sides as arms of their own, `_again` behind the detail: what differed once has to differ twice."""
    found = []
    for side in sides:
        stem, _, last = side.tally.id.rpartition("-")
        tally = ground.book.open(
            f"{stem}_again-{last}", port=side.tally.port, transport=side.tally.transport, payload=side.tally.payload
        )
        found.append(Side(tally, side.make))
    return found


def is_thin(side: Side) -> bool:
    """Whether at most half of it came back."""
    return 2 * len(side.tally.answers) <= side.tally.sent


async def interleaved(ground: Ground, sides: Sequence[Side], *, rounds: int = ROUNDS) -> None:
    """One packet of each side a round, in an order by chance, each from a new source port."""
    async with asyncio.TaskGroup() as group:
        for _ in range(rounds):
            order = list(sides)
            ground.book.chance.shuffle(order)
            for side in order:
                to = (ground.udp_host, side.tally.port)
                group.create_task(ask(side.tally, side.make, to, ground.line))
                await asyncio.sleep(max(0.02, GAP_SECONDS / len(order)))
