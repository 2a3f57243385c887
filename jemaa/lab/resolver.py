"""Lab room. The operator's DNS: honest about the lab's names, unless the profile has it lie (UDP, RFC 1035)."""

import asyncio
from typing import cast

from . import names
from .places import DNS, NAMES


class Resolver(asyncio.DatagramProtocol):
    """Answers each query by the lies first, then by the truth; an unknown name does not exist."""

    def __init__(self, lies: dict[str, str]) -> None:
        self.lies = lies
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        self._transport = cast(asyncio.DatagramTransport, transport)  # 3.11's transports do not derive from it

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Called by the event loop; what is no query is passed over."""
        asked = names.question(data)
        if asked is not None and self._transport is not None:
            self._transport.sendto(self.answer(asked), addr)

    def answer(self, asked: names.Question) -> bytes:
        """The answer to one question."""
        for name, lie in self.lies.items():
            if names.matches(asked.name, (name,)):
                return _lie(asked, lie)
        known = NAMES.get(asked.name)
        return names.answer(asked, known) if known else names.answer(asked, (), names.NXDOMAIN)


def _lie(asked: names.Question, lie: str) -> bytes:
    """To a question of the other IP version a false address is no answer, and the name exists all the same."""
    return names.answer(asked, (), names.NXDOMAIN) if lie == "nxdomain" else names.answer(asked, (lie,))


async def listen(lies: dict[str, str], addresses: tuple[str, ...] = DNS, port: int = 53) -> Resolver:
    """A resolver on each of these addresses; they share their lies."""
    loop, resolver = asyncio.get_running_loop(), Resolver(lies)
    for address in addresses:
        await loop.create_datagram_endpoint(lambda: Resolver(lies), local_addr=(address, port))
    return resolver
