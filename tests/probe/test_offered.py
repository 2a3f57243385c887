"""What a server says in its offer is bounded: a check sends no more, and nowhere else, than a server may ask for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jemaa.packets import tls
from jemaa.packets.offer import Offer
from jemaa.probe.dns import query
from jemaa.probe.offered import MOST_PORTS, usable


def offer(**more: object) -> Offer:
    return Offer(run="01020304", key="00" * 32, seconds=60, **more)  # type: ignore[arg-type]  # what strangers say


def test_a_plain_offer_is_used_as_it_is() -> None:
    plain = offer(
        udp_host="192.0.2.1", udp=[3478, 443], tcp_host="2001:db8::1", tcp=[443], neutral_name="a.example",
        voip_name="call.example", tls_sha256="ab" * 32,
    )  # fmt: skip
    assert usable(plain) == plain


@pytest.mark.parametrize("run", ["", "01", "0102030405", "zz020304"])
def test_without_a_run_it_is_nobodys_offer(run: str) -> None:
    with pytest.raises(ValueError):
        usable(Offer(run=run, key="00", seconds=1))


def test_ports_are_ports_and_not_too_many() -> None:
    found = usable(offer(udp=[0, -1, 65_536, 443, 443, *range(1_000, 2_000)]))
    assert found.udp[0] == 443 and len(found.udp) == MOST_PORTS == len(set(found.udp))


@pytest.mark.parametrize("host", ["", "victim.example", "192.0.2.1:80", "1.2.3"])
def test_what_is_no_address_of_the_server_is_the_pages(host: str) -> None:
    found = usable(offer(udp_host=host, tcp_host=host))
    assert found.udp_host == found.tcp_host == ""


@settings(deadline=None)
@given(st.text(max_size=300))
def test_whatever_a_name_is_it_can_be_sent_or_is_left_out(name: str) -> None:
    found = usable(offer(neutral_name=name)).neutral_name
    assert found in ("", name)
    if found:
        assert query(found, 1) and tls.client_hello(found, bytes(32))
