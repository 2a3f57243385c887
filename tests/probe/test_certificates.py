"""A certificate that is not trusted: the server's own fault, a clock's, a portal's, or somebody's who opens all TLS."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from jemaa.facts.record import Arm, Measurement
from jemaa.packets.offer import Offer
from jemaa.probe.ground import Wishes
from jemaa.verdict.advice import advise
from jemaa.verdict.finding import ACCUSES
from jemaa.verdict.judge import judge
from tests.reflector.test_reflector import HERE

from .signing import EXPIRED, FUTURE, NOW, Signer
from .test_check import checked

OTHERS = "192.0.2.7"
"""An address that is not the server's."""


@asynccontextmanager
async def served(secure: ssl.SSLContext, offer: Offer | None = None) -> AsyncIterator[int]:
    """The port of a place that answers everything with this offer."""
    body = msgspec.json.encode(offer)

    async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(2_048):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        writer.close()

    async with await asyncio.start_server(page, HERE, 0, ssl=secure) as server:
        yield server.sockets[0].getsockname()[1]


def found(signer: Signer, server: ssl.SSLContext, anchor: ssl.SSLContext, offer: Offer | None = None) -> Measurement:
    """A check of this server, with this anchor, by somebody who trusts this signer."""

    async def test() -> Measurement:
        async with served(server, offer) as port, served(anchor) as other:
            wishes = Wishes(anchors=(f"{HERE}:{other}",), authority=str(signer.file), steps=("up",))
            return (await checked(f"https://{HERE}:{port}", wishes))[0]

    return asyncio.run(asyncio.wait_for(test(), 30))


def arms(whole: Measurement) -> dict[str, Arm]:
    return {arm.id: arm for arm in whole.arms}


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    """Whom the device trusts."""
    return Signer(tmp_path, "trusted")


@pytest.fixture
def stranger(tmp_path: Path) -> Signer:
    """Whom it does not."""
    return Signer(tmp_path, "stranger")


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("signed by itself", "ssl_unknown_authority"),
        ("without what signed it", "ssl_unknown_authority"),
        ("another's name", "ssl_invalid_hostname"),
        ("expired", "ssl_invalid_certificate"),
    ],
)
def test_a_servers_own_bad_certificate_accuses_nobody(kind: str, word: str, signer: Signer, stranger: Signer) -> None:
    bad = {
        "signed by itself": lambda: signer.serves(HERE, itself=True),
        "without what signed it": lambda: stranger.serves(HERE),
        "another's name": lambda: signer.serves(OTHERS),
        "expired": lambda: signer.serves(HERE, EXPIRED),
    }[kind]()
    whole = found(signer, bad, signer.serves(HERE))
    server = arms(whole)["up-server"]
    assert (server.rx_client, server.failure, server.artefact) == (0, word, None)
    assert whole.controls.anchors_ok
    assert [(one.rule_id, one.verdict) for one in judge(whole)] == [("certificate-untrusted", "insufficient")]
    advice = advise(whole)
    assert "todo.certificate" in advice.todo and "unknown.insufficient" not in advice.unknown
    elsewhere = msgspec.structs.replace(whole.controls, server_ok_elsewhere=True)
    peer = msgspec.structs.replace(arms(whole)["up-anchor-1"], id="up-peer", sent=3, rx_client=3)
    reached = msgspec.structs.replace(whole, controls=elsewhere, arms=[*whole.arms, peer])
    assert not accused(reached), "others reach it, and so did this one"


def test_an_authority_that_is_named_stands_beside_the_machines_own(
    signer: Signer, stranger: Signer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Or every anchor of the wide world would look signed anew."""
    (tmp_path / "none").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(stranger.file))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    whole = found(signer, signer.serves(HERE), stranger.serves(HERE))
    assert whole.controls.anchors_ok


def accused(whole: Measurement) -> dict[str, str]:
    return {one.node: one.verdict for one in judge(whole) if one.verdict in ACCUSES}


@pytest.mark.parametrize("days", [EXPIRED, FUTURE])
def test_where_every_certificate_is_out_of_its_time_the_clock_is_wrong(days: tuple[int, int], signer: Signer) -> None:
    whole = found(signer, signer.serves(HERE, days), signer.serves(HERE, days))
    assert {arm.failure for arm in whole.arms} == {"ssl_invalid_certificate"} and whole.controls.anchors_ok is False
    assert [(one.rule_id, one.verdict) for one in judge(whole)] == [("clock", "invalid")]
    assert "todo.clock" in advise(whole).todo


def test_where_a_stranger_signs_everything_somebody_opens_tls(signer: Signer, stranger: Signer) -> None:
    whole = found(signer, stranger.serves(HERE), stranger.serves(HERE))
    assert whole.controls.anchors_ok is False
    assert accused(whole) == {"tls.resigned": "likely_blocked"}


def test_a_portal_that_ends_tls_itself_is_no_anchor(signer: Signer) -> None:
    whole = found(signer, signer.serves(OTHERS), signer.serves(OTHERS))
    assert whole.controls.anchors_ok is False
    assert [(one.rule_id, one.verdict) for one in judge(whole)] == [("portal", "invalid")]


def test_one_anchor_whose_certificate_is_good_acquits(signer: Signer, stranger: Signer) -> None:
    """It takes all that were asked: a device with few authorities knows some servers' and not others'."""
    whole = found(signer, stranger.serves(HERE), stranger.serves(HERE))
    other = msgspec.structs.replace(arms(whole)["up-anchor-1"], id="up-anchor-2", rx_client=3, failure=None)
    assert not accused(msgspec.structs.replace(whole, arms=[*whole.arms, other]))


@pytest.mark.parametrize(("sha256", "mark"), [("own", None), ("00" * 32, "tls_resigned")])
def test_a_trusted_certificate_that_is_not_the_servers_is_a_mark(sha256: str, mark: str | None, signer: Signer) -> None:
    """As a company's proxy has it, whose authority the device knows."""
    server = signer.serves(HERE)
    expected = _fingerprint(signer) if sha256 == "own" else sha256
    offer = Offer(run="01020304", key="00" * 32, seconds=60, page_sha256=expected)
    whole = found(signer, server, signer.serves(HERE, NOW), offer)
    assert arms(whole)["up-server"].artefact == mark and arms(whole)["up-server"].rx_client == 2
    assert list(accused(whole)) == (["tls.resigned"] if mark else [])


def _fingerprint(signer: Signer) -> str:
    """Of the last certificate that it made."""
    pem = max(signer.file.parent.glob("trusted-*.pem")).read_text()
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem[: pem.index("-----BEGIN PRIVATE")])).hexdigest()


def test_marks_that_older_programs_wrote_beside_any_bad_certificate_accuse_nobody(signer: Signer) -> None:
    whole = found(signer, signer.serves(HERE, itself=True), signer.serves(HERE))
    old = [msgspec.structs.replace(arm, artefact="tls_resigned") if arm.failure else arm for arm in whole.arms]
    assert not accused(msgspec.structs.replace(whole, arms=old))
