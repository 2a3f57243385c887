"""The owner task: one order for everyone, nothing seen before it is logged, nothing cut in two."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from jemaa.errors import Refused, StoreFailed
from jemaa.limits import COMMANDS_AT_ONCE, DESK_ALLOWANCE, MAX_COMMANDS_TOGETHER, MAX_INBOX
from jemaa.live.session import Session
from jemaa.meeting import commands as c
from jemaa.meeting import events as e
from jemaa.meeting.apply import replay
from jemaa.meeting.ids import PersonId, SessionId
from jemaa.meeting.roles import Actor
from jemaa.meeting.state import State
from jemaa.store.database import Database
from jemaa.store.log import Log
from jemaa.store.meetings import Meetings

CHAIR = Actor(PersonId("chair"), "chair")


class FragileLog:
    """The real log on a disk that can be told to fail, before or after it has written."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.log = Log(database)
        self.appends = 0
        self.fails: str | None = None

    async def append(self, session: SessionId, after: int, at: int, events: Sequence[e.Event]) -> list[e.Recorded]:
        if self.fails == "before":
            raise StoreFailed("store-failed", "full")
        recorded = await self.log.append(session, after, at, events)
        self.appends += 1
        if self.fails == "after":
            raise StoreFailed("store-failed", "the answer was lost")
        return recorded

    async def read(self, session: SessionId, since: int = 0, limit: int = -1) -> list[e.Recorded]:
        return await self.log.read(session, since, limit)


@asynccontextmanager
async def sitting(path: Path) -> AsyncIterator[tuple[Session, FragileLog]]:
    database = Database(path / "db")
    database.open()
    try:
        meetings = Meetings(database)
        made = await meetings.all() or [await meetings.create("Town hall")]
        log = FragileLog(database)
        session = await Session.reopened(made[0].sessions[0].id, log)
        async with asyncio.TaskGroup() as group:
            owner = group.create_task(session.run())
            yield session, log
            owner.cancel()
    finally:
        database.close()


def amina(n: int = 0) -> Actor:
    return Actor(PersonId(f"amina{n}"), "participant")


def test_many_ask_at_once_and_all_see_one_order(tmp_path: Path) -> None:
    async def story() -> None:
        async with sitting(tmp_path) as (session, log):
            seen: list[int] = []
            session.on_applied(lambda recorded, _state: seen.append(recorded.seq))
            await asyncio.gather(*(session.submit(amina(n), c.Introduce(f"A{n}")) for n in range(200)))
            assert seen == list(range(2, 202))
            assert replay(await log.read(session.id)) == session.state

    asyncio.run(story())


def test_an_event_is_in_the_log_before_anybody_sees_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with sitting(tmp_path) as (session, log):
            kept: list[int] = []
            append = log.append

            async def watched(*arguments: object) -> list[e.Recorded]:
                recorded = await append(*arguments)  # type: ignore[arg-type]
                kept.extend(one.seq for one in recorded)
                return recorded

            log.append = watched  # type: ignore[method-assign, assignment]
            missing: list[int] = []

            def seen(recorded: e.Recorded, _state: State) -> None:
                if recorded.seq not in kept:
                    missing.append(recorded.seq)

            session.on_applied(seen)
            await session.submit(CHAIR, c.OpenSession())
            assert kept and not missing

    asyncio.run(story())


def test_an_asker_who_goes_away_cuts_nothing_in_two(tmp_path: Path) -> None:
    async def story() -> None:
        async with sitting(tmp_path) as (session, log):
            for n in range(20):
                asking = asyncio.ensure_future(session.submit(amina(n), c.Introduce(f"A{n}")))  # noqa: TID251
                await asyncio.sleep(0)
                asking.cancel()
            await session.submit(CHAIR, c.OpenSession())
            assert len(session.state.persons) == 20
            assert replay(await log.read(session.id)) == session.state

    asyncio.run(story())


@pytest.mark.parametrize("when", ["before", "after"])
def test_after_trouble_with_the_disk_the_log_is_right(tmp_path: Path, when: str) -> None:
    async def story() -> None:
        async with sitting(tmp_path) as (session, log):
            log.fails = when
            with pytest.raises(StoreFailed):
                await session.submit(CHAIR, c.OpenSession())
            log.fails = None
            await session.submit(amina(), c.Introduce("Amina"))
            assert replay(await log.read(session.id)) == session.state
            assert (session.state.phase == "open") == (when == "after")

    asyncio.run(story())


def test_a_reopened_session_is_where_it_was(tmp_path: Path) -> None:
    async def story() -> None:
        async with sitting(tmp_path) as (session, _):
            await session.submit(CHAIR, c.OpenSession())
            before = session.state
        async with sitting(tmp_path) as (session, _):
            assert session.state == before

    asyncio.run(story())


def test_since_gives_what_is_newer_without_a_gap(tmp_path: Path) -> None:
    async def story() -> None:
        async with sitting(tmp_path) as (session, _):
            waiting = asyncio.ensure_future(session.wait_beyond(1))  # noqa: TID251
            for n in range(30):
                await session.submit(amina(n), c.Introduce(f"A{n}"))
            await waiting
            assert [one.seq for one in await session.since(5)] == list(range(6, 32))
            assert [one.seq for one in await session.since(5, limit=3)] == [6, 7, 8]
            assert await session.since(31) == []

    asyncio.run(story())


def test_one_person_cannot_flood_and_others_do_not_notice(tmp_path: Path) -> None:
    async def story() -> None:
        async with sitting(tmp_path) as (session, _):
            await session.submit(amina(), c.Introduce("Amina"))
            done = await asyncio.gather(
                *(session.submit(amina(), c.Say(f"{n}")) for n in range(10 * COMMANDS_AT_ONCE)), return_exceptions=True
            )
            refused = [one for one in done if isinstance(one, Refused)]
            assert {one.code for one in refused} == {"too-fast"}
            assert len(done) - len(refused) <= COMMANDS_AT_ONCE + 2
            await session.submit(amina(1), c.Introduce("Badr"))

    asyncio.run(story())


def test_time_never_goes_back_in_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with sitting(tmp_path) as (session, log):
            await session.submit(CHAIR, c.OpenSession())
            monkeypatch.setattr("jemaa.live.session.time.time_ns", lambda: 1_000_000)
            await session.submit(amina(), c.Introduce("Amina"))
            times = [one.at for one in await log.read(session.id)]
            assert times == sorted(times)

    asyncio.run(story())


def test_commands_that_wait_together_are_written_together(tmp_path: Path) -> None:
    async def story() -> None:
        async with sitting(tmp_path) as (session, log):
            people = [amina(n) for n in range(MAX_COMMANDS_TOGETHER)]
            await asyncio.gather(*(session.submit(person, c.Introduce("A")) for person in people))
            before = log.appends
            done = await asyncio.gather(
                *(session.submit(person, c.RaiseHand()) for person in people for _ in range(2)), return_exceptions=True
            )
            codes = [one.code for one in done if isinstance(one, Refused)]
            assert codes == ["already-waiting"] * len(people)
            assert [waiting.person for waiting in session.state.queue] == [person.person for person in people]
            assert log.appends - before <= 4
            assert replay(await log.read(session.id)) == session.state

    asyncio.run(story())


def test_when_the_disk_fails_nobody_of_those_who_wait_is_told_otherwise(tmp_path: Path) -> None:
    async def story() -> None:
        async with sitting(tmp_path) as (session, log):
            await session.submit(amina(), c.Introduce("Amina"))
            log.fails = "before"
            done = await asyncio.gather(
                *(session.submit(amina(), c.RaiseHand()) for _ in range(3)), return_exceptions=True
            )
            assert {one.code for one in done if isinstance(one, StoreFailed)} == {"store-failed"}
            assert len(done) == 3 and not session.state.queue
            log.fails = None
            await session.submit(amina(), c.RaiseHand())
            assert len(session.state.queue) == 1

    asyncio.run(story())


def test_a_disk_that_was_full_and_has_room_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with sitting(tmp_path) as (session, log):
            await log.database.run(lambda connection: connection.execute("PRAGMA max_page_count=20").fetchall())
            await session.submit(CHAIR, c.Introduce("Chair"))
            said = 0
            with pytest.raises(StoreFailed, match="store-failed"):
                for _ in range(COMMANDS_AT_ONCE * 9):
                    await session.submit(CHAIR, c.Say("x" * 2_000))
                    said += 1
            assert len(session.state.messages) == said > 0
            await log.database.run(lambda connection: connection.execute("PRAGMA max_page_count=100000").fetchall())
            await session.submit(CHAIR, c.Say("There is room again."))
            assert replay(await log.read(session.id)) == session.state

    asyncio.run(story())


def test_a_full_inbox_says_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with sitting(tmp_path) as (session, _):
            done = await asyncio.gather(
                *(session.submit(amina(n), c.Introduce("A")) for n in range(MAX_INBOX + 50)), return_exceptions=True
            )
            refused = [one for one in done if isinstance(one, Refused)]
            assert {one.code for one in refused} == {"busy"}
            assert len(done) - len(refused) >= MAX_INBOX

    asyncio.run(story())


def test_when_a_session_ends_nobody_waits_for_an_answer_for_ever(tmp_path: Path) -> None:
    async def story() -> None:
        async with sitting(tmp_path) as (session, _):
            waiting = asyncio.gather(
                *(session.submit(amina(n), c.Introduce("A")) for n in range(9)), return_exceptions=True
            )
            await asyncio.sleep(0)
        assert all(isinstance(one, int) or (isinstance(one, Refused) and one.code == "busy") for one in await waiting)
        with pytest.raises(Refused, match="busy"):
            await session.submit(amina(), c.Introduce("A"))

    asyncio.run(story())


def test_a_listener_that_fails_does_not_harm_the_session(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_recorded: e.Recorded, _state: State) -> None:
        raise ValueError("a bug of ours")

    async def story() -> None:
        async with sitting(tmp_path) as (session, log):
            seen: list[int] = []
            session.on_applied(broken)
            session.on_applied(lambda recorded, _state: seen.append(recorded.seq))
            assert await session.submit(CHAIR, c.OpenSession()) == 2
            assert seen == [2]
            assert replay(await log.read(session.id)) == session.state

    asyncio.run(story())
    assert "a listener failed at event 2" in caplog.text


def test_the_desk_acts_for_everyone_and_may_be_faster(tmp_path: Path) -> None:
    async def story() -> None:
        async with sitting(tmp_path) as (session, _):
            for n in range(COMMANDS_AT_ONCE * (DESK_ALLOWANCE - 1)):
                await session.submit(CHAIR, c.AddToQueue(f"Guest {n}"))
            assert len(session.state.queue) == COMMANDS_AT_ONCE * (DESK_ALLOWANCE - 1)

    asyncio.run(story())


def test_since_reads_the_disk_for_what_is_no_longer_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jemaa.live.session.KEPT_EVENTS", 5)

    async def story() -> None:
        async with sitting(tmp_path) as (session, _):
            await asyncio.gather(*(session.submit(amina(n), c.Introduce("A")) for n in range(20)))
            assert [one.seq for one in await session.since(0)] == list(range(1, 22))
            assert [one.seq for one in await session.since(18)] == [19, 20, 21]
            assert [one.seq for one in await session.since(2, limit=3)] == [3, 4, 5]

    asyncio.run(story())
