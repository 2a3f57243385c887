"""Filters that know programs by their DTLS hello, on hellos that OpenSSL and Chromium say, whole and in fragments."""

import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
from OpenSSL import SSL

from jemaa.errors import SettingsError
from jemaa.lab import dtls, profile, tls
from jemaa.reflector.certificate import make
from tests.lab.cases import HEAD
from tests.lab.hellos import CHROMIUM, CHROMIUM_SERVER
from tests.lab.traffic import (
    Network,
    binding,
    dtls_hello,
    dtls_record,
    dtls_server_hello,
    hello,
    inverted,
)

PION = (0xC02B, 0xC02F, 0xC00A, 0xC014)


@dataclass(frozen=True, slots=True)
class Handshake:
    """What OpenSSL says: the first hello, the second, which shows the cookie, and the server's; records of each."""

    first: list[bytes]
    second: list[bytes]
    server: list[bytes]


def end(*, server: bool, alpn: bytes = b"", mtu: int = 1_200) -> SSL.Connection:
    context = SSL.Context(SSL.DTLS_METHOD)
    context.set_verify(SSL.VERIFY_NONE, lambda *_: True)
    context.set_tlsext_use_srtp(b"SRTP_AES128_CM_SHA1_80")
    context.set_options(SSL.OP_NO_QUERY_MTU | (SSL.OP_COOKIE_EXCHANGE or 0))
    if alpn:
        context.set_alpn_protos([alpn])
    if server:
        made = make()
        context.use_certificate(made.x509)
        context.use_privatekey(made.key)
        context.set_cookie_generate_callback(lambda _: b"cookie")
        context.set_cookie_verify_callback(lambda _, shown: shown == b"cookie")
    connection = SSL.Connection(context, None)
    if server:
        connection.set_accept_state()
    else:
        connection.set_connect_state()
    connection.set_ciphertext_mtu(mtu)
    return connection


def said(connection: SSL.Connection, *heard: bytes) -> list[bytes]:
    """The records that one end has to say once it has heard these."""
    for one in heard:
        connection.bio_write(one)
    whole = b""
    with suppress(SSL.WantReadError):
        connection.do_handshake()
    with suppress(SSL.WantReadError):
        while True:
            whole += connection.bio_read(65_536)
    return list(records(whole))


def records(datagrams: bytes) -> Iterator[bytes]:
    while datagrams:
        size = 13 + int.from_bytes(datagrams[11:13], "big")
        yield datagrams[:size]
        datagrams = datagrams[size:]


def handshake(**options: int | bytes) -> Handshake:
    client, server = end(server=False, **options), end(server=True)  # type: ignore[arg-type]
    first = said(client)
    second = said(client, *said(server, *first))
    return Handshake(first, second, said(server, *second))


@pytest.fixture(scope="module")
def openssl() -> Handshake:
    return handshake()


@pytest.fixture(scope="module")
def cut() -> Handshake:
    """A hello that is longer than its way allows."""
    return handshake(alpn=b"a" * 250, mtu=256)


def read(parts: list[bytes]) -> tls.ClientHello:
    message = dtls.Message(dtls.CLIENT_HELLO).add(b"".join(parts))
    assert message is not None
    found = tls.handshake_hello(message, dtls=True)
    assert found is not None
    return found


def network(match: str, scope: str = "flow") -> Network:
    text = f'{HEAD}[[rules]]\nname = "one"\nscope = "{scope}"\nmatch.{match}\ndo.drop = {{}}\n'
    return Network("one", text=text)


def knows(match: str, parts: list[bytes]) -> bool:
    """Whether a flow on which this is said is dead afterwards."""
    one = network(match)
    for part in parts:
        one.up(part)
    return not one.up(b"what comes later")


FIELDS: dict[str, Callable[[tls.ClientHello], str]] = {
    "ciphers": lambda found: f"ciphers = {list(found.ciphers)}",
    "extensions": lambda found: f"extensions = {list(found.extensions)}",
    "groups": lambda found: f"groups = {list(found.groups)}",
    "ja3": lambda found: f'ja3 = "{found.ja3}"',
}


def test_openssls_hello_is_read_as_it_is(openssl: Handshake) -> None:
    found = read(openssl.first)
    assert found.version == 0xFEFD and 0xC02B in found.ciphers and found.groups[0] in (0x1D, 0x11EC)
    assert {10, 11, 13, 14, 23} <= set(found.extensions)
    assert read(openssl.second) == found, "the cookie is no part of who one is"


@pytest.mark.parametrize("fields", [*([name] for name in FIELDS), list(FIELDS)], ids=" ".join)
def test_a_program_is_known_by_each_of_its_marks_and_another_is_not(fields: list[str], openssl: Handshake) -> None:
    match = f"dtls-hello = {{ {', '.join(FIELDS[name](read(openssl.first)) for name in fields)} }}"
    for parts in (openssl.first, openssl.second):
        assert knows(match, parts)
        assert not knows(match, [inverted(b"".join(parts))]), "the twin"
    assert not knows(match, [dtls_hello()]) and not knows(match, openssl.server)
    assert not knows(match, [binding()])


@pytest.mark.parametrize("fields", [*([name] for name in FIELDS), list(FIELDS)], ids=" ".join)
def test_chromium_is_known_though_no_datagram_holds_its_hello(fields: list[str], openssl: Handshake) -> None:
    match = f"dtls-hello = {{ {', '.join(FIELDS[name](read(list(CHROMIUM))) for name in fields)} }}"
    for order in (CHROMIUM, CHROMIUM[::-1]):
        assert [network(match).up(one) for one in order] == [True, True], "neither by itself"
        assert knows(match, list(order)) and not knows(match, list(map(inverted, order)))
    assert not knows(match, openssl.first) and not knows(match, list(CHROMIUM_SERVER))
    assert not knows(f"dtls-hello = {{ {FIELDS['ja3'](read(openssl.first))} }}", list(CHROMIUM))


@pytest.mark.parametrize("name", ["ciphers", "extensions", "groups"])
def test_the_order_decides(name: str, openssl: Handshake) -> None:
    turned = list(getattr(read(openssl.first), name))[::-1]
    assert not knows(f"dtls-hello = {{ {name} = {turned} }}", openssl.first)


def test_one_mark_that_does_not_fit_is_enough(openssl: Handshake) -> None:
    found = read(openssl.first)
    match = f"dtls-hello = {{ {FIELDS['ciphers'](found)}, groups = [23, 24] }}"
    assert not knows(match, openssl.first)


def test_a_hello_is_put_together_from_fragments(cut: Handshake) -> None:
    assert len(cut.first) > 1 and len(cut.second) > 1, "OpenSSL has cut it"
    match = f"dtls-hello = {{ {FIELDS['ja3'](read(cut.first))} }}"
    for parts in (cut.first, cut.second):
        for order in itertools.permutations(parts):
            one = network(match)
            passed = [one.up(part) for part in order]
            assert passed == [True] * (len(parts) - 1) + [False], "it is known once it is whole"
        assert knows(match, [b"".join(parts)]), "several records in one datagram"
        assert knows(match, [parts[0], parts[0], *parts[1:]]), "one came twice"
        assert not knows(match, parts[:-1]) and not knows(match, parts[1:])


def test_what_is_repeated_is_as_guilty(cut: Handshake) -> None:
    one = network(f"dtls-hello = {{ {FIELDS['ja3'](read(cut.first))} }}", scope="packet")
    again = [one.up(part) for _ in range(3) for part in cut.first]
    assert again == ([True] * (len(cut.first) - 1) + [False]) * 3


def test_each_direction_has_its_own_fragments(cut: Handshake) -> None:
    """The one who was called says hello, and may be on either side."""
    one = network(f"dtls-hello = {{ {FIELDS['ja3'](read(cut.first))} }}", scope="packet")
    assert all(one.up(part) for part in cut.first[:-1]) and one.down(cut.first[-1])
    assert [one.down(part) for part in cut.first[:-1]][-1] is False


def test_fragments_of_two_messages_make_none(cut: Handshake) -> None:
    match = f"dtls-hello = {{ {FIELDS['ja3'](read(cut.first))} }}"
    assert not knows(match, [cut.first[0], *cut.second[1:]])


def test_any_cut_in_any_order_is_the_same_message() -> None:
    chance, message = random.Random(7), hello("call.example", PION, dtls=True)
    size = len(message) - 4
    for _ in range(50):
        cuts = sorted({0, size, *(chance.randrange(size) for _ in range(chance.randrange(5)))})
        parts = [dtls_record(message, begin, stop, 3) for begin, stop in itertools.pairwise(cuts)]
        chance.shuffle(parts)
        found = dtls.Message(dtls.CLIENT_HELLO)
        assert [found.add(part) for part in parts] == [None] * (len(parts) - 1) + [message]


def test_any_hello_is_matched_by_its_first_fragment_already(cut: Handshake) -> None:
    assert not network("dtls-hello = {}").up(cut.first[0])


SERVERS = "dtls-server-hello = { groups = [0x1D, 0x17, 0x18] }"
"""After pion/dtls before 2.0.12, which was known by it (pion/dtls#409)."""


def test_a_server_is_known_by_groups_that_are_not_its_to_name(openssl: Handshake) -> None:
    named = dtls_server_hello((0x1D, 0x17, 0x18))
    assert knows(SERVERS, [named]) and not knows(SERVERS, [inverted(named)])
    assert not knows(SERVERS, [dtls_server_hello((0x17, 0x1D, 0x18))]) and not knows(SERVERS, [dtls_server_hello()])
    assert not knows(SERVERS, openssl.server), "OpenSSL's has none"
    assert knows("dtls-server-hello = {}", openssl.server) and not knows("dtls-server-hello = {}", openssl.first)


def test_a_real_server_is_known_by_its_extensions(openssl: Handshake) -> None:
    message = dtls.Message(dtls.SERVER_HELLO).add(b"".join(openssl.server))
    found = tls.server_hello(message or b"")
    assert found is not None and found.extensions and not found.groups
    match = f"dtls-server-hello = {{ extensions = {list(found.extensions)} }}"
    assert knows(match, openssl.server) and not knows(match, [dtls_server_hello()])
    assert knows("dtls-server-hello = { extensions = [51, 43] }", list(CHROMIUM_SERVER)), "DTLS 1.3"


@pytest.mark.parametrize(
    ("match", "code", "word"),
    [
        ('dtls-hello = { ja3 = "ABC" }', "lab-profile-invalid", "32 digits"),
        ("dtls-hello = { ja3 = 7 }", "lab-profile-invalid", "`ja3` must be text"),
        ("dtls-hello = { groups = [70000] }", "lab-profile-invalid", "from 0 to 65535"),
        ("dtls-hello = { ciphers = [49195, 0x2A2A] }", "lab-rule-never-matches", "GREASE"),
        ("dtls-hello = { groups = [29, 0x2A2A] }", "lab-rule-never-matches", "GREASE"),
        ("dtls-hello = { extensions = [0x2A2A] }", "lab-rule-never-matches", "GREASE"),
        ("dtls-hello = { extensions = [13, 23], groups = [29] }", "lab-rule-never-matches", "extension 10"),
        ("dtls-server-hello = { extensions = [23], groups = [29] }", "lab-rule-never-matches", "extension 10"),
        ("dtls-server-hello = { ciphers = [49195] }", "lab-profile-invalid", "no parameter `ciphers`"),
    ],
)
def test_a_mark_that_no_hello_has_is_refused(match: str, code: str, word: str) -> None:
    with pytest.raises(SettingsError) as caught:
        network(match)
    assert caught.value.code == code and word in caught.value.text and "\n" not in caught.value.text


def test_the_profile_knows_one_library_by_ciphers_and_groups(openssl: Handshake) -> None:
    def dead(*datagrams: bytes) -> bool:
        one = Network("dtls-fingerprint")
        for datagram in datagrams:
            one.up(datagram)
        return not one.up(b"later")

    assert dead(dtls_hello(PION))
    assert not dead(inverted(dtls_hello(PION))) and not dead(dtls_hello(PION, (0x17, 0x1D, 0x18)))
    assert not dead(*openssl.first, *openssl.second) and not dead(*CHROMIUM)
    message = hello("call.example", PION, groups=(0x1D, 0x17, 0x18), dtls=True)
    size = len(message) - 4
    assert dead(dtls_record(message, 60, size), dtls_record(message, 0, 60))
    assert "pion/dtls#409" in [source for seen in profile.load("dtls-fingerprint").seen for source in seen.sources]
