"""A thousand submissions that try to smuggle in who they are from; then everything at rest is searched: the record, the
site that is built of it, and the server's log. 5 s."""

import asyncio
import gzip
import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import msgspec
import pytest

from jemaa import public_record
from jemaa.audit import claims
from jemaa.config import load_config
from jemaa.evidence.archive import Archive
from jemaa.evidence.engine import Engine
from jemaa.evidence.journal import Journal
from jemaa.facts import scrub
from jemaa.facts.record import Arm
from tests.evidence.facts import MONDAY, measurement
from tests.evidence.senders import submissions, table
from tests.web.place import Place, kept_briefly, place

PEER = "127.66.77.88"
"""Where all of them connect from: an address of the loopback that nobody has otherwise."""

SMUGGLED = re.compile(
    r"192\.0\.2\.|198\.51\.100\.|2001:db8|amina|badr|typ host|candidate[:-]|v=0|ufrag|\.local\b|" + re.escape(PEER),
    re.IGNORECASE,
)


FACTS = ('{"version"', '{"data_format_version"')
"""How a line begins that is a measurement's, as the archive has it and in OONI's form."""


def smuggling(number: int, at: int) -> bytes:
    """Names and addresses in every field that takes a text; the record refuses some, and the rest must be scrubbed."""
    arm = Arm(
        id=f"amina-{number}", step="stun", server="badr-home", port=3478, transport="udp", payload="genuine",
        sent=5, rx_client=5, failure=f"candidate-{number}",
    )  # fmt: skip
    texts = {
        "software": "Amina Benali",
        "stack": f"192.0.2.{number % 250}",
        "platform": f"badr.local {number}",
    }
    plain = msgspec.structs.replace(measurement(at=at), arms=[arm], **texts)
    return msgspec.json.encode(plain)


SDP = (
    b'"a=candidate:1 1 udp 1 192.0.2.1 9 typ host"',
    b'"v=0 o=- 1 2 IN IP4 192.0.2.1"',
    b'"2001:db8::1"',
    b'"ufrag:x"',
)


async def fill(here: Place, http: aiohttp.ClientSession) -> int:
    """How many were taken; each tenth is one that no field may hold."""
    at, url = int(time.time()) - 1_300, f"{here.url}/api/check/measurements?from=amina"

    async def give(number: int) -> int:
        data = smuggling(number, at)
        if number % 10 == 0:
            data = data.replace(b'"Amina Benali"', SDP[number // 10 % len(SDP)])
        sender = f"192.0.2.{number % 250}" if number % 2 else f"2001:db8:{number:x}::1"
        headers = {"X-Forwarded-For": f"198.51.100.1, {sender}", "User-Agent": "Amina Benali", "Cookie": "name=badr"}
        async with http.post(url, data=data, headers=headers) as answer:
            said = await answer.json()
            assert answer.status == 201 or said["error"]["code"] == "measurement-field", said
            return int(answer.status == 201)

    return sum([sum(await asyncio.gather(*map(give, range(some, some + 20)))) for some in range(0, 1_000, 20)])


async def garble(here: Place) -> None:
    """What is no request at all, and says who it is from."""
    for line in (b"GET /amina badr HTTP/9.9\r\n\r\n", b"typ host 192.0.2.1\r\n\r\n", b"\xff2001:db8::1\r\n\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", here.running.port, local_addr=(PEER, 0))
        writer.write(line)
        await reader.read()
        writer.close()


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    """All that a server writes that was asked to say everything."""
    file, root = tmp_path / "log" / "server.log", logging.getLogger()
    file.parent.mkdir()
    handler, level = logging.FileHandler(file), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield file
    root.setLevel(level)
    root.removeHandler(handler)
    handler.close()


def test_nothing_at_rest_says_who_sent_it(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, log_file: Path
) -> None:
    record, data, site = (tmp_path / name for name in ("record", "data", "site"))
    networks = table(tmp_path_factory.mktemp("networks"))

    async def story() -> int:
        async with place(data, evidence_dir=str(record), asn_db=networks) as here:
            connector = kept_briefly(local_addr=(PEER, 0), limit=20)
            async with aiohttp.ClientSession(connector=connector) as http:
                taken = await fill(here, http)
            await garble(here)
            return taken

    assert asyncio.run(story()) == 900
    searched(tmp_path)  # the journal, the meeting's database, the log
    assert Journal(record).fold() == 900
    config = load_config({"evidence_dir": str(record)}, environment={"JEMAA_CONFIG": str(data / "jemaa.toml")})
    public_record.build(config, site, claims.shipped())
    assert counted(searched(record)) == [900, 0]
    assert counted(searched(site)) == [500, 500], "those whose network is known are shown"
    searched(log_file.parent)
    log = log_file.read_text()
    assert log.count("POST /api/check/measurements 201") == 900 and log.count("could not be read") == 3
    assert (site / "en/network/MA-AS64500.html").exists()


def counted(texts: list[str]) -> list[int]:
    """Of each form: so that a search is known to read what it should."""
    return [sum(text.startswith(beginning) for text in texts) for beginning in FACTS]


def searched(folder: Path) -> list[str]:
    """All that is at rest, as text, Parquet unpacked; it fails if any of it could be a person's."""
    texts = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        texts.append(f"{path} {raw.decode('latin-1')}")
        if path.suffix == ".parquet":
            texts += contents(path)
        if path.suffix == ".jsonl":
            texts += raw.decode().splitlines()
    for text in texts:
        found = SMUGGLED.search(text)
        assert found is None, f"{text[:100]} … {text[max(0, found.start() - 60) : found.end() + 60]}"
    journal = [line for path in folder.rglob("*.ndjson") for line in path.read_text().splitlines()]
    facts = {msgspec.json.decode(line)["facts"] for line in journal} | {one for one in texts if one.startswith(FACTS)}
    for one in facts:
        assert list(scrub.suspicion(msgspec.json.decode(one))) == []
    return texts


def contents(path: Path) -> list[str]:
    with Engine() as engine:
        return [str(value) for row in engine.rows(f"SELECT * FROM read_parquet('{path}')") for value in row]


def test_the_archive_names_no_finer_time_than_the_hour(tmp_path: Path) -> None:
    async def story() -> None:
        record = submissions(tmp_path)
        await record.submit(smuggling(1, MONDAY), "192.0.2.1")
        await record.fold()
        await record.close()

    asyncio.run(story())
    (path,) = Archive(tmp_path / "record/archive").files("facts")
    (facts,) = (one for one in contents(Path(path)) if one.startswith("{"))
    assert msgspec.json.decode(facts)["started_at"] % 3_600 == 0
