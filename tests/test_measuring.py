"""Settings to measuring services: what they say, and what they cannot say."""

import hashlib
import ssl
from pathlib import Path

import pytest

from jemaa.config import load_config
from jemaa.errors import SettingsError
from jemaa.lab.authority import Authority
from jemaa.measuring import services
from jemaa.reflector.reflector import Services


def made(folder: Path, **settings: str) -> Services:
    file = folder / "jemaa.toml"
    file.touch()
    return services(load_config(dict(settings), environment={"JEMAA_CONFIG": str(file)}))


def test_nothing_is_offered_unless_it_is_asked_for(tmp_path: Path) -> None:
    assert made(tmp_path) == Services()


def test_ports_names_and_peers_are_read(tmp_path: Path) -> None:
    found = made(
        tmp_path,
        check_udp="192.0.2.1:3478, 443,443",
        check_tcp="[2001:db8::1]:443",
        check_names="Plain.example=192.0.2.1, call.example",
        check_peers="peer.example:443,[2001:db8::2]:443",
    )
    assert (found.udp_host, found.udp) == ("192.0.2.1", (3478, 443))
    assert (found.tcp_host, found.tcp) == ("2001:db8::1", (443,))
    assert (found.neutral_name, found.voip_name) == ("plain.example", "call.example")
    assert found.addresses == (("plain.example", ("192.0.2.1",)),)
    assert found.peers == ("peer.example:443", "[2001:db8::2]:443")


@pytest.mark.parametrize(
    "settings",
    [
        {"check_udp": "3478"},
        {"check_udp": "192.0.2.1:"},
        {"check_udp": "192.0.2.1:0"},
        {"check_udp": "192.0.2.1:65536"},
        {"check_udp": "meeting.example:3478"},
        {"check_tcp": "192.0.2.1:https"},
        {"check_names": "one.example"},
        {"check_names": "a.example,b.example,c.example"},
        {"check_peers": "peer.example"},
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, settings: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="bad-setting"):
        made(tmp_path, **settings)


def test_the_pages_certificate_is_known_by_its_fingerprint(tmp_path: Path) -> None:
    file = Authority(tmp_path).leaf("meeting.example")
    pem = file.read_text().partition("-----END CERTIFICATE-----")
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem[0] + pem[1])).hexdigest()
    found = made(tmp_path, tls_cert=str(file), tls_key=str(file))
    assert found.page_sha256 == digest


def test_a_file_that_holds_no_certificate_has_no_fingerprint(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_text("-----BEGIN PRIVATE KEY-----")
    assert made(tmp_path, tls_cert=str(file), tls_key=str(file)).page_sha256 == ""
