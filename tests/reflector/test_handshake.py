"""A real DTLS handshake, as the other side of a call makes it; nothing longer than the question before the cookie."""

import asyncio
import time

from jemaa.packets.offer import Offer
from jemaa.probe.book import Book
from jemaa.probe.dtls_handshake import dtls_handshake, stack
from jemaa.probe.ground import Ground, Wishes
from jemaa.probe.page import Page
from jemaa.reflector.budget import Budget
from jemaa.reflector.certificate import make
from jemaa.reflector.handshake import Handshakes
from jemaa.reflector.ledger import Ledger
from jemaa.reflector.purse import Purse
from tests.reflector.test_reflector import HERE, reflector

ADDRESS = (HERE, 40_000)


def ground(offer: Offer) -> Ground:
    book = Book(1)
    book.key, book.run = bytes.fromhex(offer.key), bytes.fromhex(offer.run)
    return Ground(Page("http://127.0.0.1"), book, Wishes(), offer=offer, udp_host=HERE, tcp_host=HERE)


def test_openssl_shakes_hands_and_its_message_comes_back_and_is_counted() -> None:
    async def run() -> None:
        async with reflector() as (made, offer):
            here = ground(offer)
            await dtls_handshake(here)
            (tally,) = here.book.tallies.values()
            assert len(tally.answers) == tally.sent == 3, tally.failures
            counts = made.counts(offer.run)
            assert counts is not None and counts.arms[tally.number].count == 3

    asyncio.run(asyncio.wait_for(run(), 20))
    assert stack().startswith("OpenSSL")


def hello(shakes: Handshakes, address: tuple[str, int], purse: Purse) -> tuple[bytes, list[bytes]]:
    """A client's first datagram and what is answered; then its second, with the cookie, which opens the handshake."""
    from OpenSSL import SSL

    client = SSL.Connection(SSL.Context(SSL.DTLS_METHOD), None)
    client.set_connect_state()
    client.set_ciphertext_mtu(1_200)
    sent: list[bytes] = []
    answers: list[bytes] = []
    for _ in range(2):
        try:
            client.do_handshake()
        except SSL.WantReadError:
            sent.append(client.bio_read(2_048))
        found = list(shakes.feed(address, sent[-1], time.monotonic(), purse))
        answers = answers or found
        if len(sent) == 1:
            assert not shakes._open.get(address), "nothing is kept of an address that has not shown that it is its own"
            client.bio_write(found[0])
    return sent[0], answers


def test_before_the_cookie_less_goes_back_than_came() -> None:
    shakes = Handshakes(Ledger(), make())
    first, answers = hello(shakes, ADDRESS, Budget().purse(HERE))
    assert len(answers) == 1 and len(answers[0]) < len(first)
    assert list(shakes._open) == [ADDRESS]


def test_what_is_no_handshake_is_answered_with_nothing() -> None:
    shakes = Handshakes(Ledger(), make())
    for data in (b"\x16\xfe\xfd" + bytes(10), b"\x16\xfe\xff" + bytes(100), b"\x17\xfe\xfd" + b"\xff" * 60):
        assert not list(shakes.feed(ADDRESS, data, 1.0, Budget().purse(HERE)))
