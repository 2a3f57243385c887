"""A whole check against a server on the loopback, which blocks nothing: facts, and never an exception."""

import asyncio
import socket
from pathlib import Path
from typing import Any

from jemaa.facts.read import write
from jemaa.facts.record import Measurement
from jemaa.lab.authority import Authority
from jemaa.limits import MAX_MEASUREMENT_BYTES
from jemaa.probe.check import check
from jemaa.probe.ground import Wishes
from jemaa.probe.page import Page
from jemaa.verdict.judge import judge
from tests.reflector.test_reflector import HERE, free_ports
from tests.web.place import place

STEPS = ("dns", "udp", "stun", "turn", "dtls", "dtls_handshake", "sip", "ws", "tls_name", "quic", "long_answer")
NOW = 1_764_000_000.0


async def checked(url: str, wishes: Wishes) -> tuple[Measurement, list[str]]:
    seen: list[str] = []
    async with Page(url, authority=wishes.authority) as page:
        found = await check(
            page, wishes, software="test 1", started_at=NOW, show=lambda step, what, _: seen.append(f"{step} {what}")
        )
    assert len(write(found)) < MAX_MEASUREMENT_BYTES
    return found, seen


def run(folder: Path, wishes: Wishes) -> tuple[Measurement, list[str]]:
    """Behind a server with measuring services."""

    async def test() -> tuple[Measurement, list[str]]:
        udp, tcp = free_ports(3), free_ports(2, socket.SOCK_STREAM)
        settings: dict[str, Any] = {
            "check_udp": f"{HERE}:{','.join(map(str, udp))}",
            "check_tcp": f"{HERE}:{','.join(map(str, tcp))}",
            "check_names": f"localhost={HERE},call.invalid={HERE}",
        }
        async with place(folder, **settings) as here:
            return await checked(here.url, wishes)

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


def test_what_was_not_agreed_to_is_left_out_with_its_reason(tmp_path: Path) -> None:
    found, _ = run(tmp_path, Wishes(steps=("rtp", "shape"), lite=True))
    assert [(one.step, one.why) for one in found.plan.left_out] == [("rtp", "lite"), ("shape", "lite")]


def test_without_measuring_services_the_pages_are_checked_all_the_same(tmp_path: Path) -> None:
    async def test() -> Measurement:
        async with place(tmp_path) as here:
            return (await checked(here.url, Wishes(steps=("ws", "udp", "tls_name", "quic"))))[0]

    found = asyncio.run(asyncio.wait_for(test(), 60))
    assert {arm.step for arm in found.arms} == {"up", "ws"}
    assert all(arm.rx_client == arm.sent for arm in found.arms)


def test_a_server_that_is_not_there_is_a_fact(tmp_path: Path) -> None:
    (port,) = free_ports(1, socket.SOCK_STREAM)
    found, _ = asyncio.run(checked(f"http://{HERE}:{port}", Wishes(anchors=(f"{HERE}:{port}",))))
    (server, anchor) = found.arms
    assert (server.id, server.rx_client, server.sent, server.failure) == ("up-server", 0, 5, "connection_refused")
    assert anchor.id == "up-anchor-1" and found.controls.anchors_ok is False


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


async def answered(status: bytes, authority: Authority | None = None) -> Measurement:
    """A check of a place that answers this to everything, by TLS if it has a certificate."""

    async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 15\r\nConnection: close\r\n\r\n<html>log in\r\n\r\n")
        await writer.drain()
        writer.close()

    secure = authority.context(HERE) if authority else None
    async with await asyncio.start_server(page, HERE, 0, ssl=secure) as server:
        port = server.sockets[0].getsockname()[1]
        wishes = Wishes(authority=str(authority.file) if authority else "")
        return (await checked(f"http{'s' if authority else ''}://{HERE}:{port}", wishes))[0]
