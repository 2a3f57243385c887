"""A whole check against a server on the loopback, which blocks nothing: facts, and never an exception."""

import asyncio
import socket
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest
import uvloop

from jemaa.cli_check_print import print_facts, print_result
from jemaa.facts.read import write
from jemaa.facts.record import Measurement
from jemaa.lab.authority import Authority
from jemaa.limits import MAX_CHECK_ANSWERS, MAX_MEASUREMENT_BYTES
from jemaa.packets.offer import Counts, Offer
from jemaa.packets.stamp import stamp
from jemaa.probe.check import check
from jemaa.probe.datagram import random_packet
from jemaa.probe.ground import Wishes
from jemaa.probe.page import Page
from jemaa.tasks import Tasks
from jemaa.verdict.advice import advise
from jemaa.verdict.finding import ACCUSES
from jemaa.verdict.judge import TURNED_AWAY, judge
from jemaa.web import check as web_check
from tests.reflector.test_reflector import HERE, free_ports
from tests.web.place import Place, place

STEPS = ("dns", "udp", "stun", "turn", "dtls", "dtls_handshake", "sip", "ws", "tls_name", "quic", "long_answer")
OFFER = Offer(run="01020304", key="00" * 32, seconds=60)


async def checked(url: str, wishes: Wishes, asked: type[Page] = Page) -> tuple[Measurement, list[str]]:
    seen: list[str] = []
    async with asked(url, proxy=wishes.proxy, authority=wishes.authority) as page:
        found = await check(page, wishes, software="test 1", show=lambda step, what, _: seen.append(f"{step} {what}"))
    assert len(write(found)) < MAX_MEASUREMENT_BYTES
    return found, seen


def run(folder: Path, wishes: Wishes, asked: type[Page] = Page) -> tuple[Measurement, list[str]]:
    """Behind a server with measuring services."""

    async def test() -> tuple[Measurement, list[str]]:
        udp, tcp = free_ports(3), free_ports(2, socket.SOCK_STREAM)
        settings: dict[str, Any] = {
            "check_udp": f"{HERE}:{','.join(map(str, udp))}",
            "check_tcp": f"{HERE}:{','.join(map(str, tcp))}",
            "check_names": f"localhost={HERE},call.invalid={HERE}",
        }
        async with place(folder, **settings) as here:
            return await checked(here.url, wishes, asked)

    return asyncio.run(asyncio.wait_for(test(), 60))


def shared(folder: Path, wishes: Wishes, beside: Callable[[Place, Offer], Coroutine[Any, Any, None]]) -> Measurement:
    """The same, while this goes on from the same address."""

    async def test() -> Measurement:
        (udp,), (tcp,) = free_ports(1), free_ports(1, socket.SOCK_STREAM)
        settings: dict[str, Any] = {"check_udp": f"{HERE}:{udp}", "check_tcp": f"{HERE}:{tcp}"}
        async with place(folder, **settings) as here, Page(here.url) as neighbours:
            tasks = Tasks("test")
            tasks.start(beside(here, await neighbours.offer(5)), "beside")
            try:
                return (await checked(here.url, wishes))[0]
            finally:
                await tasks.close()

    with asyncio.Runner(
        loop_factory=uvloop.new_event_loop
    ) as runner:  # as the server has it: it reads all that is there
        return runner.run(asyncio.wait_for(test(), 60))


async def crowd(_: Place, offer: Offer) -> None:
    """As many packets as ten calls have, of another check behind the same address: more than one source may send."""
    key, run_, filling = bytes.fromhex(offer.key), bytes.fromhex(offer.run), bytes(100)
    began, sent = time.monotonic() - CROWD_FIRST / CROWD_A_SECOND, 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.connect((HERE, offer.udp[0]))
        while True:
            due = int((time.monotonic() - began) * CROWD_A_SECOND)
            for number in range(sent, min(due, sent + 50)):  # what the server's socket has room for
                sending.send(random_packet(stamp(key, run_, 1, number % 4_096), 100, filling))
            sent = min(due, sent + 50)
            await asyncio.sleep(0.01 if sent == due else 0)


CROWD_A_SECOND, CROWD_FIRST = 1_000, 1_500
"""Packets, and how many of them at once."""


def test_what_the_servers_own_budget_turned_away_is_no_loss_of_the_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = shared(tmp_path, Wishes(steps=("udp", "stun"), seed=5), crowd)
    away = [arm for arm in found.arms if arm.turned_away]
    assert {"udp", "stun"} & {arm.step for arm in away}
    assert all(arm.turned_away <= arm.sent - arm.rx_client for arm in away)
    findings = judge(found)
    assert {one.verdict for one in findings} <= {"ok", "insufficient"}
    (busy,) = (one for one in findings if one.rule_id == TURNED_AWAY)
    assert set(busy.evidence) == {arm.id for arm in away} and busy.n == sum(arm.turned_away for arm in away)
    assert "unknown.turned_away" in advise(found).unknown and "unknown.insufficient" not in advise(found).unknown
    print_result(found)
    print_facts(found)
    said = capsys.readouterr().out
    assert "what the server itself had no time for" in said and "Not counted, or a part of it" in said


async def full(here: Place, _: Offer) -> None:
    """As many long answers as there may be."""
    app = here.running.runner.app
    assert app is not None
    app[web_check._UNDER_WAY][0] = MAX_CHECK_ANSWERS


def test_pages_that_have_no_time_say_nothing_of_the_ways_to_attend(tmp_path: Path) -> None:
    found = shared(tmp_path, Wishes(steps=("ws", "long_answer", "rungs"), seed=5), full)
    arms = {arm.id: arm for arm in found.arms}
    assert arms["up-server"].rx_client == 2 and not arms["up-server"].turned_away, "it was reached"
    for name in ("ws-page-genuine", "long_answer-long-neutral", "long_answer-flowing-neutral"):
        assert arms[name].turned_away == arms[name].sent > 0, name
    assert not {"live", "stream", "radio"} & {rung.name for rung in found.rungs}
    assert {"pieces", "text"} <= {rung.name for rung in found.rungs if rung.usable}
    assert {one.verdict for one in judge(found)} <= {"ok", "insufficient"}


def knows_localhost() -> bool:
    """Whether this machine's resolver has the name: a folder made by debootstrap has no /etc/hosts."""
    try:
        return bool(socket.getaddrinfo("localhost", None))
    except OSError:
        return False


def test_behind_no_filter_everything_comes_through_and_both_ends_say_so(tmp_path: Path) -> None:
    found, seen = run(tmp_path, Wishes(steps=STEPS, seed=5))
    arms = {arm.id: arm for arm in found.arms}
    supposed_to_fail = {"udp-closed-random", "dns-voip-system"} | {one for one in arms if one.endswith("-injected")}
    if not knows_localhost():
        supposed_to_fail.add("dns-neutral-system")
    lost = [arm.id for arm in found.arms if arm.rx_client < arm.sent and arm.id not in supposed_to_fail]
    assert not lost
    assert arms["dns-voip-system"].failure == "dns_nxdomain_error"
    counted = [arm for arm in found.arms if arm.rx_server is not None and arm.id not in supposed_to_fail]
    wholes = [one for one in found.series if one.arm.startswith("long_answer-long_")]
    assert [one.bytes for one in wholes] == [48_000] * 3
    assert len(counted) > 30 and all(arm.rx_server == arm.sent for arm in counted)
    assert found.controls.positive_ok and found.controls.aa_p == 1.0
    assert {rung.name: rung.usable for rung in found.rungs} == {"webrtc-udp": True, "turn-udp": True}
    assert found.residual and all(one.ok for one in found.residual)
    assert found.stack.startswith("OpenSSL") and found.plan.order == list(arms)
    assert not found.plan.left_out
    assert "rtp skipped" in seen and "long_flow skipped" in seen and "stun ends" in seen


class Once(Page):
    """Pages that tell what arrived once, and then no more: as where a trigger has condemned their address as well."""

    is_asked = False

    async def counts(self, run: str, seconds: float) -> Counts:
        if self.is_asked:
            raise TimeoutError
        self.is_asked = True
        return await super().counts(run, seconds)


def test_of_what_was_sent_after_the_server_was_asked_its_log_says_nothing(tmp_path: Path) -> None:
    arms = {arm.id: arm for arm in run(tmp_path, Wishes(steps=("stun", "tls_name"), seed=5), Once)[0].arms}
    assert arms["tls_name-before-neutral"].rx_server == 5
    assert (arms["tls_name-voip-voip_name"].rx_client, arms["tls_name-voip-voip_name"].rx_server) == (5, None)


def test_what_was_not_agreed_to_is_left_out_with_its_reason(tmp_path: Path) -> None:
    found, _ = run(tmp_path, Wishes(steps=("rtp", "shape"), lite=True))
    assert [(one.step, one.why) for one in found.plan.left_out] == [("rtp", "lite"), ("shape", "lite")]


def test_without_measuring_services_the_pages_are_checked_all_the_same(tmp_path: Path) -> None:
    async def test() -> Measurement:
        async with place(tmp_path) as here:
            return (await checked(here.url, Wishes(steps=("ws", "udp", "tls_name", "quic"))))[0]

    found = asyncio.run(asyncio.wait_for(test(), 60))
    assert {arm.step for arm in found.arms} == {"up", "ws"} and "unknown.no_services" in advise(found).unknown
    assert all(arm.rx_client == arm.sent for arm in found.arms)


def test_a_server_that_is_not_there_is_a_fact(tmp_path: Path) -> None:
    (port,) = free_ports(1, socket.SOCK_STREAM)
    found, _ = asyncio.run(checked(f"http://{HERE}:{port}", Wishes(anchors=(f"{HERE}:{port}",))))
    (server, anchor) = found.arms
    assert (server.id, server.rx_client, server.sent, server.failure) == ("up-server", 0, 5, "connection_refused")
    assert anchor.id == "up-anchor-1" and found.controls.anchors_ok is False
    assert "unknown.no_services" not in advise(found).unknown, "who was not reached did not say so"


def test_a_portal_that_answers_200_to_everything_is_not_the_server() -> None:
    (server,) = asyncio.run(asyncio.wait_for(answered(b"200 OK"), 60)).arms
    assert (server.rx_client, server.failure, server.artefact) == (0, "http_request_failed", "http_replaced")


def test_a_refusal_without_a_certificate_may_be_anybodys() -> None:
    (server,) = asyncio.run(asyncio.wait_for(answered(b"403 Forbidden"), 60)).arms
    assert (server.rx_client, server.failure, server.artefact) == (0, "http_request_failed", "http_replaced")


def test_a_refusal_under_the_servers_own_certificate_is_not_the_networks(tmp_path: Path) -> None:
    found = asyncio.run(asyncio.wait_for(answered(b"451 Unavailable", Authority(tmp_path)), 60))
    (server,) = found.arms
    assert (server.rx_client, server.failure, server.artefact) == (0, "http_unexpected_status_code", None)
    assert [(one.rule_id, one.verdict) for one in judge(found)] == [("server-refuses", "app_gated")]


@pytest.mark.parametrize("status", [b"502 Bad Gateway", b"404 Not Found", b"200 OK"])
def test_an_error_under_the_servers_own_certificate_is_nobody_elses(status: bytes, tmp_path: Path) -> None:
    found = asyncio.run(asyncio.wait_for(answered(status, Authority(tmp_path)), 60))
    (server,) = found.arms
    assert (server.rx_client, server.failure, server.artefact) == (0, "http_unexpected_answer", None)
    assert [(one.rule_id, one.verdict) for one in judge(found)] == [("server-errs", "app_gated")]


def test_what_answers_without_http_may_be_anybody() -> None:
    (server,) = asyncio.run(asyncio.wait_for(answered(b"", begins=b"SSH-2.0-x"), 60)).arms
    assert (server.rx_client, server.failure, server.artefact) == (0, "http_request_failed", "http_replaced")


@pytest.mark.parametrize(("times", "offers"), [(1, True), (5, False)])
def test_one_error_among_offers_makes_no_portal(times: int, offers: bool) -> None:
    """A server behind a front that is just being started anew: what comes after is a check as any other."""
    found = asyncio.run(asyncio.wait_for(answered(b"502 Bad Gateway", times=times), 60))
    assert bool(found.arms[0].rx_client) is offers and found.arms[0].artefact == "http_replaced"
    assert ("portal" in [one.rule_id for one in judge(found)]) is not offers


def test_services_at_an_address_to_which_there_is_no_way_are_not_blocked_and_the_server_is_not_blamed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As on a network of the other kind. To an address of one link, without that link, no machine has a way."""
    there = Offer(
        run="01020304", key="00" * 32, seconds=60, udp_host="fe80::1", udp=[3478], tcp_host="fe80::1", tcp=[443]
    )
    found = asyncio.run(asyncio.wait_for(answered(b"", times=0, offer=there, steps=("udp", "stun", "tls_name")), 60))
    assert {arm.step for arm in found.arms} == {"up"}
    assert {(one.step, one.why) for one in found.plan.left_out} == {
        (step, "no_route") for step in ("udp", "stun", "tls_name")
    }
    assert {"unknown.no_route"} == {
        one for one in advise(found).unknown if one.startswith("unknown.no_") and "media" not in one
    }
    print_facts(found)
    assert "no way to the kind of address" in (said := capsys.readouterr().out) and "no measuring services" not in said


def test_a_server_of_another_kind_of_address_is_not_kept_away_by_the_network() -> None:
    """The machine itself says that it has no way to this address, at once: everybody's and nobody's."""
    (server,) = (found := asyncio.run(checked("http://255.255.255.255:1", Wishes()))[0]).arms
    assert (server.failure, server.artefact) == ("network_unreachable", None)
    assert [(one.step, one.why) for one in found.plan.left_out] == [("up", "no_route")]
    reached = msgspec.structs.replace(server, id="up-anchor-1", rx_client=server.sent, failure=None)
    found = msgspec.structs.replace(
        found,
        arms=[server, reached],
        controls=msgspec.structs.replace(found.controls, server_ok_elsewhere=True),
    )
    assert [(one.rule_id, one.verdict) for one in judge(found)] == [("no-route", "insufficient")]
    assert "todo.no_route" in advise(found).todo


@pytest.mark.parametrize("is_needed", [False, True])
def test_a_proxy_that_refuses_the_server_is_left_out_where_it_is_not_needed(tmp_path: Path, is_needed: bool) -> None:
    """It is offered, and no network blocks anything because of it. Where there is no other way out, that stays so."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async def test() -> Measurement:
        async with await asyncio.start_server(refuse, HERE, 0) as proxy:
            at = f"http://{HERE}:{proxy.sockets[0].getsockname()[1]}"
            if is_needed:
                (port,) = free_ports(1, socket.SOCK_STREAM)
                return (await checked(f"https://{HERE}:{port}", Wishes(proxy=at, steps=("up",))))[0]
            return await answered(b"", Authority(tmp_path), times=0, proxy=at)

    found = asyncio.run(asyncio.wait_for(test(), 60))
    server = found.arms[0]
    if is_needed:
        assert (server.id, server.rx_client, server.failure) == ("up-server", 0, "proxy_refused")
        assert not found.plan.left_out
    else:
        assert (server.id, server.rx_client > 0, server.failure) == ("up-server", True, None)
        assert [(one.step, one.why) for one in found.plan.left_out] == [("up", "proxy_refused")]
        assert not [one for one in judge(found) if one.verdict in ACCUSES]


async def answered(
    status: bytes,
    authority: Authority | None = None,
    *,
    begins: bytes = b"HTTP/1.1 ",
    times: int = 1_000,
    offer: Offer = OFFER,
    steps: tuple[str, ...] = ("up",),
    proxy: str = "",
) -> Measurement:
    """A check of a place that answers this so many times and then makes an offer, by TLS if it has a certificate."""
    said = 0
    data = msgspec.json.encode(offer)

    async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal said
        said += 1
        await reader.readuntil(b"\r\n\r\n")
        line, body = (begins + status, b"<html>log in") if said <= times else (b"HTTP/1.1 200 OK", data)
        head = b"\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
        writer.write(line + head + body)
        await writer.drain()
        writer.close()

    secure = authority.context(HERE) if authority else None
    async with await asyncio.start_server(page, HERE, 0, ssl=secure) as server:
        port = server.sockets[0].getsockname()[1]
        wishes = Wishes(authority=str(authority.file) if authority else "", steps=steps, proxy=proxy)
        return (await checked(f"http{'s' if authority else ''}://{HERE}:{port}", wishes))[0]
