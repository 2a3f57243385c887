"""Reflector room. The whole measuring server beside the pages: its ports, its ledger, its offers."""

import asyncio
import socket
import time
from contextlib import suppress
from dataclasses import dataclass

from jemaa.errors import SettingsError
from jemaa.limits import CHECK_RUN_SECONDS
from jemaa.packets.offer import Counts, Offer
from jemaa.tasks import Tasks

from .budget import Budget
from .certificate import CAN_SIGN, Certificate, make
from .handshake import CAN_SHAKE, Handshakes
from .ledger import Ledger
from .tcp import Listener
from .udp import Port

_PEER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Services:
    """What to offer. Without ports there is only the page's part, which opens no socket."""

    udp_host: str = ""
    udp: tuple[int, ...] = ()
    tcp_host: str = ""
    tcp: tuple[int, ...] = ()
    neutral_name: str = ""
    voip_name: str = ""
    addresses: tuple[tuple[str, tuple[str, ...]], ...] = ()
    page_sha256: str = ""
    peers: tuple[str, ...] = ()


class Reflector:
    """`start` once, `close` once; `offer` and `counts` are what the pages ask."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._ledger = Ledger()
        self._budget = Budget()
        self._tasks = Tasks("check")
        self._ports: list[tuple[asyncio.BaseTransport, Port]] = []
        self._sockets: list[socket.socket] = []
        self._certificate: Certificate | None = make() if CAN_SIGN and (services.udp or services.tcp) else None
        self._peers: dict[str, bool] = {}

    async def start(self) -> None:
        """Open the ports. `SettingsError` `cannot-listen`."""
        await self._open_udp()
        self._open_tcp()
        if self._services.peers:
            self._tasks.start(self._watch_peers(), "peers")

    async def _open_udp(self) -> None:
        loop, services = asyncio.get_running_loop(), self._services
        shakes = CAN_SHAKE and self._certificate is not None
        handshakes = Handshakes(self._ledger, self._certificate) if shakes and self._certificate else None
        for port in services.udp:
            try:
                transport, opened = await loop.create_datagram_endpoint(
                    lambda: Port(self._ledger, self._budget, handshakes), local_addr=(services.udp_host, port)
                )
            except OSError as error:
                raise _cannot("UDP", services.udp_host, port, error) from None
            self._ports.append((transport, opened))

    def _open_tcp(self) -> None:
        services = self._services
        context = self._certificate.context() if self._certificate and services.tcp else None
        for port in services.tcp:
            family = socket.AF_INET6 if ":" in services.tcp_host else socket.AF_INET
            listening = socket.socket(family, socket.SOCK_STREAM)
            self._sockets.append(listening)
            try:
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listening.bind((services.tcp_host, port))
                listening.listen(128)
            except OSError as error:
                raise _cannot("TCP", services.tcp_host, port, error) from None
            listening.setblocking(False)
            listener = Listener(self._ledger, self._budget, context, self._tasks)
            self._tasks.start(listener.run(listening), f"tcp-{port}")

    def offer(self) -> Offer:
        """A new run with its key, and where to send what."""
        run, key = self._ledger.begin(time.monotonic(), self._overflowed())
        services = self._services
        certificate = self._certificate
        return Offer(
            run=run.hex(),
            key=key.hex(),
            seconds=CHECK_RUN_SECONDS,
            udp_host=services.udp_host,
            udp=list(services.udp),
            tcp_host=services.tcp_host,
            tcp=list(services.tcp),
            neutral_name=services.neutral_name,
            voip_name=services.voip_name,
            addresses={name: list(where) for name, where in services.addresses},
            tls_sha256=certificate.sha256 if certificate else "",
            page_sha256=services.page_sha256,
            handshake=CAN_SHAKE and certificate is not None and bool(services.udp),
            peers=dict(self._peers),
        )

    def counts(self, run: str) -> Counts | None:
        """What arrived of a run; None if there is none under that name."""
        try:
            return self._ledger.counts(bytes.fromhex(run), time.monotonic(), self._overflowed())
        except ValueError:
            return None

    def _overflowed(self) -> int:
        return sum(port.overflowed() for _, port in self._ports)

    async def _watch_peers(self) -> None:
        """Whether the other measuring servers can be reached from here: asked of us by those who cannot."""
        while True:
            for peer in self._services.peers:
                self._peers[peer] = await _reaches(peer)
            await asyncio.sleep(_PEER_SECONDS)

    async def close(self) -> None:
        """Close every port and forget every run."""
        for transport, _ in self._ports:
            transport.close()
        for _, port in self._ports:
            await port.lost
        await self._tasks.close()
        for listening in self._sockets:
            listening.close()


async def _reaches(peer: str) -> bool:
    host, _, port = peer.rpartition(":")
    with suppress(OSError, TimeoutError):
        _, writer = await asyncio.wait_for(asyncio.open_connection(host.strip("[]"), int(port)), 5)
        writer.close()
        return True
    return False


def _cannot(what: str, host: str, port: int, error: OSError) -> SettingsError:
    reason = error.strerror or str(error)
    return SettingsError("cannot-listen", f"Cannot measure on {what} port {port} of {host}: {reason}.")
