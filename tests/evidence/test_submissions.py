"""What strangers send becomes entries that say nothing of them, and lies about the network do not count."""

import asyncio
from pathlib import Path

import pytest

from jemaa.errors import JemaaError
from jemaa.evidence.archive import Archive
from jemaa.evidence.cells import cells
from jemaa.evidence.engine import Engine
from jemaa.evidence.submissions import Taken
from jemaa.limits import SUBMISSION_AGE_SECONDS, SUBMISSIONS_AN_HOUR
from tests.evidence.facts import CALLS, MONDAY, WEEK
from tests.evidence.senders import NOW, sent, submissions


def give(folder: Path, *given: tuple[bytes, str], names: str | None = None) -> list[Taken]:
    async def story() -> list[Taken]:
        record = submissions(folder, names=names)
        taken = [await record.submit(data, address) for data, address in given]
        await record.fold()
        await record.close()
        return taken

    return asyncio.run(story())


def test_a_measurement_from_its_own_network_counts(tmp_path: Path) -> None:
    taken = give(tmp_path, *((sent(failing=CALLS), f"192.0.2.{n}") for n in range(3)))
    assert [(one.counted, one.flags) for one in taken] == [(True, [])] * 3
    found = {
        cell.path: (cell.key.asn, cell.probes, cell.failed) for cell in cells(Archive(tmp_path / "record/archive"))
    }
    assert found["webrtc-udp"] == (64_500, 3, 3)
    assert found["live"] == (64_500, 3, 0)


def test_whoever_does_not_know_his_network_is_told_where_he_is(tmp_path: Path) -> None:
    data = sent().replace(b'"asn":64500,"cc":"MA"', b'"asn":null,"cc":null')
    (taken,) = give(tmp_path, (data, "2001:db8::1"))
    assert taken.counted
    ((facts,),) = rows(tmp_path, "facts", "facts")
    assert '"asn":64502,"cc":"TN"' in str(facts)


@pytest.mark.parametrize(
    ("address", "flag"),
    [("198.51.100.1", "network-differs"), ("2001:db8::1", "network-differs"), ("203.0.113.1", "network-unverified")],
)
def test_anothers_network_is_kept_and_not_counted(tmp_path: Path, address: str, flag: str) -> None:
    (taken,) = give(tmp_path, (sent(), address))
    assert (taken.counted, taken.flags) == (False, [flag])


def test_without_a_table_of_networks_nothing_counts(tmp_path: Path) -> None:
    (taken,) = give(tmp_path, (sent(), "192.0.2.1"), names="")
    assert (taken.counted, taken.flags) == (False, ["network-unverified"])


def test_a_table_of_countries_alone_vouches_for_no_network(tmp_path: Path) -> None:
    countries = tmp_path / "dbip-country-lite-2026-11.csv"
    countries.write_text("192.0.2.0,192.0.2.255,MA\n")
    (taken,) = give(tmp_path, (sent(), "192.0.2.1"), names=str(countries))
    assert taken.flags == ["network-unverified"]
    (taken,) = give(tmp_path, (sent(cc="FR"), "192.0.2.1"), names=str(countries))
    assert taken.flags == ["network-differs"]


def test_more_than_the_disk_can_take_is_refused_and_not_queued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jemaa.evidence.submissions.MAX_SUBMISSIONS_WAITING", 2)

    async def story() -> list[object]:
        record = submissions(tmp_path)
        taken = await asyncio.gather(*(record.submit(sent(), f"192.0.2.{n}") for n in range(5)), return_exceptions=True)
        await record.submit(sent(), "192.0.2.9")
        await record.close()
        return list(taken)

    taken = asyncio.run(story())
    assert [getattr(one, "code", "taken") for one in taken] == ["taken"] * 2 + ["store-busy"] * 3


def test_one_sender_is_one_probe_however_often_he_sends(tmp_path: Path) -> None:
    give(tmp_path, *[(sent(), "192.0.2.1")] * 5, (sent(), "192.0.2.2"), (sent(), "192.0.2.3"))
    assert {cell.probes for cell in cells(Archive(tmp_path / "record/archive"))} == {3}


def test_a_probe_has_another_name_in_another_week_and_network(tmp_path: Path) -> None:
    for week, address in ((0, "192.0.2.1"), (1, "192.0.2.1"), (1, "192.0.2.1")):

        async def story(at: float = NOW + week * WEEK, sender: str = address) -> None:
            record = submissions(tmp_path, now=lambda: at)
            await record.submit(sent(at=MONDAY + round(at - NOW)), sender)
            await record.submit(sent(at=MONDAY + round(at - NOW), asn=64_501), sender)
            await record.fold()
            await record.close()

        asyncio.run(story())
    assert len(rows(tmp_path, "rows", "probe")) == 6
    assert len(set(rows(tmp_path, "rows", "probe"))) == 4, "two networks in two weeks; the restart makes no new one"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"[" * 100_000, "measurement-field"),
        (b'{"x":' * 40_000, "measurement-field"),
        (b"", "measurement-unreadable"),
        (b"NaN", "measurement-unreadable"),
        (sent().replace(b"41.5", b"NaN"), "measurement-unreadable"),
        (sent().replace(b"41.5", b"1e999"), "measurement-field"),
        (sent().replace(b'"seconds"', b'"address":"192.0.2.1","seconds"'), "measurement-field"),
        (sent(at=MONDAY + 86_400), "measurement-date"),
        (sent(at=MONDAY + 365 * 86_400), "measurement-date"),
        (sent(at=MONDAY - 365 * 86_400), "measurement-date"),
        (sent(at=MONDAY - SUBMISSION_AGE_SECONDS), "measurement-date"),
        (sent().replace(b'"jemaa 0.1.0"', b'"' + b"x" * 300_000 + b'"'), "measurement-too-large"),
    ],
)
def test_what_cannot_be_a_measurement_is_refused_and_leaves_nothing(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(JemaaError) as refusal:
        give(tmp_path, (data, "192.0.2.1"))
    assert refusal.value.code == code
    assert not list(tmp_path.rglob("*.ndjson"))


def test_a_flood_of_one_source_is_refused_and_others_are_not(tmp_path: Path) -> None:
    async def story() -> None:
        record = submissions(tmp_path)
        for _ in range(SUBMISSIONS_AN_HOUR):
            await record.submit(sent(), "192.0.2.1")
        with pytest.raises(JemaaError, match="too-fast"):
            await record.submit(sent(), "192.0.2.1")
        await record.submit(sent(), "192.0.2.2")
        for number in range(SUBMISSIONS_AN_HOUR):
            await record.submit(sent(), f"2001:db8:0:1{number:02x}::1")
        with pytest.raises(JemaaError, match="too-fast"):
            await record.submit(sent(), "2001:db8:0:1ff::1")
        await record.submit(sent(), "2001:db8:0:200::1")
        await record.close()

    asyncio.run(story())


def test_a_receipt_takes_back_what_waits_and_what_is_in_the_archive(tmp_path: Path) -> None:
    async def story() -> None:
        record = submissions(tmp_path)
        first = await record.submit(sent(), "192.0.2.1")
        second = await record.submit(sent(), "192.0.2.2")
        await record.withdraw(first.receipt)
        await record.fold()
        assert len(rows(tmp_path, "facts", "id")) == 1
        await record.withdraw(second.receipt)
        assert rows(tmp_path, "facts", "id") == rows(tmp_path, "rows", "id") == []
        with pytest.raises(JemaaError, match="no-such-measurement"):
            await record.withdraw(second.receipt)
        for forged in ("", "x", second.receipt[:-2], "A" * 10_000):
            with pytest.raises(JemaaError, match="receipt-forged"):
                await record.withdraw(forged)
        await record.close()

    asyncio.run(story())


def test_a_line_that_a_crash_cut_off_is_cut_away(tmp_path: Path) -> None:
    async def story(crash: bool) -> int:
        record = submissions(tmp_path)
        await record.submit(sent(), "192.0.2.1")
        if crash:
            (journal,) = (tmp_path / "record/journal").glob("*.ndjson")
            journal.write_bytes(journal.read_bytes() + b'{"id":"half of a li')
            folded = 0
        else:
            folded = await record.fold()
        await record.close()
        return folded

    assert asyncio.run(story(True)) == 0
    assert asyncio.run(story(False)) == 2
    assert len(rows(tmp_path, "facts", "id")) == 2


def test_a_fold_that_crashed_in_the_middle_is_done_again_and_counts_once(tmp_path: Path) -> None:
    async def story() -> None:
        record = submissions(tmp_path)
        await record.submit(sent(), "192.0.2.1")
        (journal,) = (tmp_path / "record/journal").glob("*.ndjson")
        kept = journal.read_bytes()
        await record.fold()
        journal.with_suffix(".folding").write_bytes(kept)
        await record.fold()
        await record.close()

    asyncio.run(story())
    assert len(rows(tmp_path, "facts", "id")) == 1


def rows(folder: Path, kind: str, column: str) -> list[tuple[object, ...]]:
    files = Archive(folder / "record/archive").files(kind)
    with Engine() as engine:
        return engine.rows(f"SELECT {column} FROM read_parquet({files})")
