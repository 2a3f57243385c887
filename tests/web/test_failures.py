"""What peers are told agrees with what docs/protocol.md promises them."""

import asyncio
import re
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from jemaa.errors import JemaaError, ProtocolError, Refused, StoreFailed
from jemaa.web.failures import STATUS, answer_failures, failure, status_of

ROOT = Path(__file__).parent.parent.parent


def promised() -> dict[str, int]:
    """Code and status of each row that has one."""
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (\d{3}) \|", (ROOT / "docs/protocol.md").read_text(), re.MULTILINE)
    return {code: int(status) for code, status in rows}


def test_the_table_of_the_protocol_has_the_statuses_that_are_sent() -> None:
    table = promised()
    assert {code: table.get(code) for code in STATUS} == STATUS
    for code, status in table.items():
        families = {
            family(code, "").__class__: status_of(family(code, "")) for family in (Refused, ProtocolError, StoreFailed)
        }
        assert status in families.values(), f"no family of errors gives {code} the status {status}"


def test_each_family_has_its_own_status() -> None:
    assert status_of(Refused("some-rule", "")) == 409
    assert status_of(ProtocolError("some-bytes", "")) == 400
    assert status_of(StoreFailed("some-disk", "")) == 503
    assert status_of(JemaaError("something-else", "")) == 500


def test_who_is_asked_to_wait_is_told_how_long() -> None:
    assert failure(Refused("too-fast", "Wait.")).headers["Retry-After"] == "3"


@pytest.mark.parametrize("fault", [StoreFailed("store-failed", "The disk failed."), RuntimeError("a bug")])
def test_what_a_peer_asked_for_is_no_line_of_the_log_and_no_receipt(
    fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(_: web.Request) -> web.StreamResponse:
        raise fault

    for path in ("/api/s/x%0AERROR%20forged", "/api/check/measurements/secret-receipt"):
        answer = asyncio.run(answer_failures(make_mocked_request("DELETE", path), fails))
        assert answer.status >= 500
    told = [record.getMessage() for record in caplog.records if record.name == "jemaa.web"]
    assert len(told) == 2 and "/api/s/x?ERROR forged" in told[0]
    assert "\n" not in told[0] and "secret-receipt" not in told[1]
