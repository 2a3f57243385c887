"""A whole check against a server on the loopback, which blocks nothing: facts, and never an exception."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jemaa.cli_check_print import print_facts
from jemaa.facts.read import write
from jemaa.facts.record import Measurement
from jemaa.lab.authority import Authority
from jemaa.limits import MAX_MEASUREMENT_BYTES
from jemaa.packets.offer import Counts, Offer
from jemaa.probe.check import check
from jemaa.probe.ground import Wishes
from jemaa.probe.page import Page
from jemaa.verdict.advice import advise
from jemaa.verdict.judge import judge
from tests.reflector.test_reflector import HERE, free_ports
from tests.web.place import place

STEPS = ("dns", "udp", "stun", "turn", "dtls", "dtls_handshake", "sip", "ws", "tls_name", "quic", "long_answer")
NOW = 1_764_000_000.0
OFFER = Offer(run="01020304", key="00" * 32, seconds=60)


async def checked(url: str, wishes: Wishes, asked: type[Page] = Page) -> tuple[Measurement, list[str]]:
    seen: list[str] = []
    async with asked(url, authority=wishes.authority) as page:
        found = await check(
            page, wishes, software="test 1", started_at=NOW, show=lambda step, what, _: seen.append(f"{step} {what}")
        )
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


async def answered(
    status: bytes,
    authority: Authority | None = None,
    *,
    begins: bytes = b"HTTP/1.1 ",
    times: int = 1_000,
    offer: Offer = OFFER,
    steps: tuple[str, ...] = ("up",),
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
        wishes = Wishes(authority=str(authority.file) if authority else "", steps=steps)
        return (await checked(f"http{'s' if authority else ''}://{HERE}:{port}", wishes))[0]
