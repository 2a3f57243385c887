"""What is asked again is done once: memory that is bounded, told to its asker only, and cut in two by nobody."""

import asyncio
import gc
import weakref
from collections.abc import Awaitable, Callable

import pytest

from jemaa.errors import JemaaError, Refused, StoreFailed
from jemaa.limits import KEPT_OUTCOMES, KEPT_OUTCOMES_AN_ASKER, OUTCOME_SECONDS
from jemaa.live.outcomes import PASSING, Asked, Outcomes
from jemaa.tasks import Tasks


class Deeds:
    """Counts how often something is done; each deed gives its number, when `gate` is open."""

    def __init__(self) -> None:
        self.done = 0
        self.begun = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.failure: Exception | None = None

    async def __call__(self) -> int:
        self.begun += 1
        await self.gate.wait()
        if self.failure:
            raise self.failure
        self.done += 1
        return self.done


def asked(key: object = "key", *, asker: str = "amina", where: str = "commands", what: str = "hello") -> Asked:
    return Asked(asker, where, str(key), what)


def told(story: Callable[[Outcomes, Deeds, list[float]], Awaitable[None]]) -> None:
    """Run `story` with outcomes, deeds, and a clock of one number."""

    async def run() -> None:
        tasks, clock = Tasks("test"), [0.0]
        await story(Outcomes(tasks, lambda: clock[0]), Deeds(), clock)
        await tasks.close()

    asyncio.run(run())


def test_the_same_wish_is_done_once_and_every_difference_makes_another() -> None:
    async def story(outcomes: Outcomes, deeds: Deeds, _clock: list[float]) -> None:
        assert [await outcomes.once(asked(), deeds) for _ in range(3)] == [1, 1, 1]
        assert await outcomes.once(asked("other"), deeds) == 2
        assert await outcomes.once(asked(asker="badr"), deeds) == 3
        assert await outcomes.once(asked(where="join"), deeds) == 4
        with pytest.raises(Refused, match="key-reused"):
            await outcomes.once(asked(what="goodbye"), deeds)
        assert await outcomes.once(asked(), deeds) == 1

    told(story)


def test_what_was_begun_is_ended_when_its_asker_goes_and_told_to_the_next() -> None:
    async def story(outcomes: Outcomes, deeds: Deeds, _clock: list[float]) -> None:
        deeds.gate.clear()
        async with asyncio.TaskGroup() as group:
            first = group.create_task(outcomes.once(asked(), deeds))
            await asyncio.sleep(0)
            second = group.create_task(outcomes.once(asked(), deeds))
            await asyncio.sleep(0)
            first.cancel()
            await asyncio.sleep(0)
            assert first.cancelled() and not second.done()
            deeds.gate.set()
        assert (second.result(), deeds.begun) == (1, 1)

    told(story)


def test_a_refusal_is_an_outcome_and_keeps_nothing_alive() -> None:
    async def story(outcomes: Outcomes, deeds: Deeds, _clock: list[float]) -> None:
        class Frame:
            """Something that stood in the frame which refused."""

        seen: list[weakref.ref[Frame]] = []

        async def refused() -> int:
            frame = Frame()
            seen.append(weakref.ref(frame))
            raise Refused("name-needed", "Who are you?")

        for _ in range(2):
            with pytest.raises(Refused, match="name-needed"):
                await outcomes.once(asked(), refused)
        gc.collect()
        assert len(seen) == 1 and seen[0]() is None and len(outcomes) == 1

    told(story)


@pytest.mark.parametrize(
    "failure",
    [StoreFailed("store-failed", "."), RuntimeError("a bug"), *(Refused(code, ".") for code in sorted(PASSING))],
    ids=str,
)
def test_a_failure_that_may_pass_is_told_and_not_kept(failure: Exception) -> None:
    async def story(outcomes: Outcomes, deeds: Deeds, _clock: list[float]) -> None:
        deeds.failure = failure
        both = await asyncio.gather(*(outcomes.once(asked(), deeds) for _ in range(2)), return_exceptions=True)
        assert [str(one) for one in both] == [str(failure)] * 2 and deeds.begun == 1
        assert isinstance(both[0], JemaaError) == isinstance(failure, JemaaError)
        assert len(outcomes) == 0
        deeds.failure = None
        assert await outcomes.once(asked(), deeds) == 1

    told(story)


def test_an_outcome_is_forgotten_after_a_while() -> None:
    async def story(outcomes: Outcomes, deeds: Deeds, clock: list[float]) -> None:
        assert await outcomes.once(asked(), deeds) == 1
        clock[0] = OUTCOME_SECONDS
        assert await outcomes.once(asked(), deeds) == 1
        clock[0] += 1
        assert await outcomes.once(asked(), deeds) == 2
        assert len(outcomes) == 1

    told(story)


def test_who_asks_much_loses_his_own_oldest_and_nobody_elses() -> None:
    async def story(outcomes: Outcomes, deeds: Deeds, _clock: list[float]) -> None:
        assert await outcomes.once(asked(asker="badr"), deeds) == 1
        for n in range(KEPT_OUTCOMES_AN_ASKER + 1):
            await outcomes.once(asked(n), deeds)
        assert len(outcomes) == KEPT_OUTCOMES_AN_ASKER + 1
        assert await outcomes.once(asked(asker="badr"), deeds) == 1
        assert await outcomes.once(asked(1), deeds) == 3
        assert await outcomes.once(asked(0), deeds) == KEPT_OUTCOMES_AN_ASKER + 3

    told(story)


def test_a_session_keeps_so_many_and_the_oldest_leave_first() -> None:
    async def story(outcomes: Outcomes, deeds: Deeds, _clock: list[float]) -> None:
        for n in range(KEPT_OUTCOMES + 1):
            await outcomes.once(asked(n, asker=f"p{n // 50}"), deeds)
        assert len(outcomes) == KEPT_OUTCOMES
        assert await outcomes.once(asked(1, asker="p0"), deeds) == 2
        assert await outcomes.once(asked(0, asker="p0"), deeds) == KEPT_OUTCOMES + 2

    told(story)
