"""A thousand submissions that try to smuggle in who they are from; then everything at rest is searched. 3 s."""

import asyncio
from pathlib import Path

import msgspec

from jemaa.errors import ProtocolError
from jemaa.evidence.archive import Archive
from jemaa.evidence.engine import Engine
from jemaa.evidence.submissions import Submissions
from jemaa.facts import scrub
from jemaa.facts.record import Arm
from tests.evidence.facts import measurement
from tests.evidence.senders import submissions

SMUGGLED = ("192.0.2.", "198.51.100.", "2001:db8", "amina", "badr", "typ host", "candidate", "v=0", "ufrag", ".local")


def smuggling(number: int) -> bytes:
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
    plain = msgspec.structs.replace(measurement(), arms=[arm], **texts)
    return msgspec.json.encode(plain)


SDP = (
    b'"a=candidate:1 1 udp 1 192.0.2.1 9 typ host"',
    b'"v=0 o=- 1 2 IN IP4 192.0.2.1"',
    b'"2001:db8::1"',
    b'"ufrag:x"',
)


async def fill(record: Submissions) -> int:
    """How many were taken; each tenth is one that no field may hold."""
    taken = 0
    for number in range(1_000):
        data = smuggling(number)
        if number % 10 == 0:
            data = data.replace(b'"Amina Benali"', SDP[number // 10 % len(SDP)])
        sender = f"192.0.2.{number % 250}" if number % 2 else f"2001:db8:{number:x}::1"
        try:
            await record.submit(data, sender)
            taken += 1
        except ProtocolError as refusal:
            assert refusal.code == "measurement-field"
    return taken


def test_nothing_at_rest_says_who_sent_it(tmp_path: Path) -> None:
    async def story() -> int:
        record = submissions(tmp_path)
        (tmp_path / "ip2asn-combined-2026-11-20.tsv").unlink()
        taken = await fill(record)
        searched(tmp_path)  # the journal
        await record.fold()
        await record.close()
        return taken

    assert asyncio.run(story()) == 900
    texts = searched(tmp_path)
    assert sum(text.startswith("{") for text in texts) == 900, "this search reads what it should"


def searched(folder: Path) -> list[str]:
    """All that is at rest, as text, Parquet unpacked; it fails if any of it could be a person's."""
    texts = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        raw = path.read_bytes()
        texts.append(f"{path} {raw.decode('latin-1')}")
        if path.suffix == ".parquet":
            texts += contents(path)
    for text in texts:
        low = text.lower()
        assert not [one for one in SMUGGLED if one in low], text[:300]
    for line in (line for path in folder.rglob("*.ndjson") for line in path.read_text().splitlines()):
        inspect(msgspec.json.decode(line)["facts"])
    for facts in (one for one in texts if one.startswith("{")):
        inspect(facts)
    return texts


def inspect(facts: str) -> None:
    assert list(scrub.suspicion(msgspec.json.decode(facts))) == []


def contents(path: Path) -> list[str]:
    with Engine() as engine:
        return [str(value) for row in engine.rows(f"SELECT * FROM read_parquet('{path}')") for value in row]


def test_the_archive_names_no_finer_time_than_the_hour(tmp_path: Path) -> None:
    async def story() -> None:
        record = submissions(tmp_path)
        await record.submit(smuggling(1), "192.0.2.1")
        await record.fold()
        await record.close()

    asyncio.run(story())
    (path,) = Archive(tmp_path / "record/archive").files("facts")
    (facts,) = (one for one in contents(Path(path)) if one.startswith("{"))
    assert msgspec.json.decode(facts)["started_at"] % 3_600 == 0
