"""Probe room. Names: what the system's resolver says, and whether somebody answers in place of a resolver that is not.

The measuring server has no resolver. A question to its address is answered by nobody, unless on the way.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence

from jemaa.facts.record import Payload

from .book import Tally
from .ground import Ground
from .trouble import NotOurs, named

_TRIES = 3
_PORT = 53
_PAYLOADS: dict[str, Payload] = {"neutral": "neutral", "voip": "voip_name"}
_WORDS = {
    socket.EAI_NONAME: "dns_nxdomain_error",
    getattr(socket, "EAI_NODATA", -5): "dns_no_answer",
    socket.EAI_AGAIN: "dns_server_failure",
    socket.EAI_FAIL: "dns_server_failure",
}


async def dns(ground: Ground) -> None:
    """`dns-neutral-system`, `dns-voip-system`, `dns-neutral-injected`, `dns-voip-injected`."""
    if ground.offer is None:
        return
    names = [("neutral", ground.offer.neutral_name), ("voip", ground.offer.voip_name)]
    async with asyncio.TaskGroup() as group:
        for word, name in names:
            if name and name in ground.offer.addresses and not ground.page.proxy:
                group.create_task(_by_system(ground, word, name))
            if name and ground.udp_ports:
                group.create_task(_by_nobody(ground, word, name))


async def _by_system(ground: Ground, word: str, name: str) -> None:
    assert ground.offer is not None
    tally = ground.book.open(
        f"dns-{word}-system", port=_PORT, transport="udp", payload=_PAYLOADS[word], server="resolver"
    )
    for _ in range(_TRIES):
        tally.sent += 1
        try:
            async with asyncio.timeout(12):
                found = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_STREAM)
            _judge_answer([str(one[4][0]) for one in found], ground.offer.addresses[name])
            tally.answered(tally.sent - 1)
        except socket.gaierror as error:
            tally.failed(_WORDS.get(error.errno or 0, "unknown_failure"))
        except (OSError, NotOurs) as error:
            tally.failed(*named(error))


def _judge_answer(found: Sequence[str], right: Sequence[str]) -> None:
    """One right address is enough. `NotOurs` says how the others are wrong."""
    if any(one in right for one in found):
        return
    if found and all(is_bogon(one) for one in found) and not all(is_bogon(one) for one in right):
        raise NotOurs("dns_bogon_error", "bogon")
    raise NotOurs("dns_unexpected_answer")


def is_bogon(address: str) -> bool:
    """Private, loopback or nowhere: what no public name has. Addresses for documentation are a lab's public ones."""
    found = ipaddress.ip_address(address.partition("%")[0])
    documentation = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
    if found.version == 4 and any(found in ipaddress.ip_network(net) for net in documentation):
        return False
    return not found.is_global


async def _by_nobody(ground: Ground, word: str, name: str) -> None:
    tally = ground.book.open(f"dns-{word}-injected", port=_PORT, transport="udp", payload=_PAYLOADS[word])
    tally.is_stamped = False
    question = query(name, ground.book.chance.getrandbits(16))
    for _ in range(_TRIES):
        await _listen(ground, tally, question)


async def _listen(ground: Ground, tally: Tally, question: bytes) -> None:
    tally.sent += 1
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bytes] = loop.create_future()
    try:
        transport, _ = await loop.create_datagram_endpoint(lambda: _Ear(answer), remote_addr=(ground.udp_host, _PORT))
        try:
            transport.sendto(question)
            data = await asyncio.wait_for(answer, ground.line.patience)
        finally:
            transport.close()
        if data[:2] == question[:2]:
            tally.answered(tally.sent - 1)
            if any(is_bogon(one) for one in addresses(data)):
                tally.artefact = "bogon"
    except OSError as error:
        tally.failed(*named(error))


class _Ear(asyncio.DatagramProtocol):
    """The first datagram or error."""

    def __init__(self, answer: "asyncio.Future[bytes]") -> None:
        self._answer = answer

    def datagram_received(self, data: bytes, address: object) -> None:
        """From whoever it is."""
        if not self._answer.done():
            self._answer.set_result(data)

    def error_received(self, error: Exception) -> None:
        """The port is closed: nobody answers, as it should be."""
        if not self._answer.done():
            self._answer.set_exception(error)


def query(name: str, number: int) -> bytes:
    """A question for an IPv4 address (RFC 1035 §4.1)."""
    labels = b"".join(bytes([len(label)]) + label for label in name.encode("idna").split(b"."))
    return number.to_bytes(2, "big") + b"\1\0\0\1\0\0\0\0\0\0" + labels + b"\0\0\1\0\1"


def addresses(data: bytes) -> list[str]:
    """Every four bytes that an answer gives as an address: type A, class IN, a length of 4 before them."""
    found = []
    at = data.find(b"\0\1\0\1", 12) + 4
    while (at := data.find(b"\0\1\0\1", at)) >= 0:
        if data[at + 8 : at + 10] == b"\0\4" and len(data) >= at + 14:
            found.append(str(ipaddress.IPv4Address(data[at + 10 : at + 14])))
        at += 4
    return found
