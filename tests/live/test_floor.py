"""What the procedure says, done to the sound and the picture in the same turn of the loop."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from jemaa.live.floor import Floor
from jemaa.live.picture import Rendition
from jemaa.live.programme import Programme
from jemaa.live.publications import Publication, Publications, Unpublished
from jemaa.live.session import Session
from jemaa.meeting import commands as c
from jemaa.meeting import events as e
from jemaa.meeting.ids import NoteId, PersonId, QuestionId, SessionId
from jemaa.meeting.roles import Actor
from jemaa.tasks import Tasks
from jemaa.wire.chunk import Chunk, encode_chunk
from jemaa.wire.record import encode_record
from tests.sound.speaking import frames_of, tone

from .studio import heard, loudness
from .until import until

CHAIR = Actor(PersonId("chair"), "chair")
AMINA = Actor(PersonId("amina"), "participant")
BADR = Actor(PersonId("badr"), "participant")
ROOM = Actor(PersonId("room"), "room")
LOW = Rendition("low", "vp8", 320, 180, 100)


class MemoryLog:
    """A log in memory: what a session asks of the store."""

    def __init__(self) -> None:
        self.recorded: list[e.Recorded] = []

    async def append(self, session: SessionId, after: int, at: int, events: Sequence[e.Event]) -> list[e.Recorded]:
        new = [e.Recorded(after + 1 + n, at, event) for n, event in enumerate(events)]
        self.recorded += new
        return new

    async def read(self, session: SessionId, since: int = 0, limit: int = -1) -> list[e.Recorded]:
        return self.recorded[since:]


class MemoryNotes:
    """One recording of a second."""

    async def pieces(self, note: NoteId) -> list[bytes]:
        frames = frames_of(tone(1), frame_ms=60)
        return [encode_record(1, encode_chunk(Chunk(n, n * 60, (frame,)))) for n, frame in enumerate(frames)]


class Assembly:
    """A session that is open, its programme and its floor; Amina has a name."""

    def __init__(self, session: Session, tasks: Tasks) -> None:
        self.session = session
        self.seconds = 1.0
        self.programme = Programme("e", lambda: self.seconds)
        self.publications = Publications(session, self.programme, lambda: self.seconds)
        self.floor = Floor(session, self.programme, self.publications, MemoryNotes(), tasks)
        self.told: list[tuple[str, int]] = []

    def publishes(self, actor: Actor, *, picture: bool = False) -> Publication:
        def closed(reason: Unpublished) -> None:
            self.told.append((reason.code, self.session.state.seq))

        if picture:
            return self.publications.open_picture(actor, [LOW], closed)
        return self.publications.open_sound(actor, closed)

    async def chair(self, *commands: c.Command) -> int:
        seq = 0
        for command in commands:
            seq = await self.session.submit(CHAIR, command)
        return seq

    def pass_(self, seconds: float) -> None:
        for _ in range(round(seconds * 50)):
            self.seconds += 0.02
            self.programme.tick()


@asynccontextmanager
async def assembly() -> AsyncIterator[Assembly]:
    log, tasks = MemoryLog(), Tasks("test")
    await log.append(SessionId("s"), 0, 1, [e.SessionCreated("A meeting", "Main room", ())])
    session = await Session.reopened(SessionId("s"), log)
    here = Assembly(session, tasks)
    tasks.start(session.run(), "session")
    for actor in (AMINA, BADR):
        await session.submit(actor, c.Introduce(str(actor.person)))
    await here.chair(c.OpenSession())
    try:
        yield here
    finally:
        await tasks.close()


def test_the_floor_taken_back_silences_before_anybody_hears_of_it() -> None:
    async def story() -> None:
        async with assembly() as here:
            await here.chair(c.GiveFloor(AMINA.person))
            here.publishes(AMINA)
            open_when_seen: list[int] = []
            here.session.on_applied(lambda *_: open_when_seen.append(len(here.programme.levels)))
            seq = await here.chair(c.TakeFloor(AMINA.person))
            assert here.told == [("floor-taken", seq)] and open_when_seen == [0]

    asyncio.run(story())


def test_mute_removal_and_recess_silence_too() -> None:
    async def story() -> None:
        for command, code in (
            (c.Mute(AMINA.person), "muted"),
            (c.RemovePerson(AMINA.person, "shouting"), "removed"),
            (c.SuspendSession("lunch"), "session-not-open"),
        ):
            async with assembly() as here:
                await here.chair(c.GiveFloor(AMINA.person), c.GiveFloor(BADR.person))
                here.publishes(AMINA)
                await here.chair(command)
                assert [told for told, _ in here.told] == [code] and not here.programme.levels

    asyncio.run(story())


def test_the_picture_goes_to_who_has_the_floor_and_back_to_the_room() -> None:
    async def story() -> None:
        async with assembly() as here:
            picture = here.programme.picture
            here.publishes(ROOM, picture=True)
            assert picture.selected == ROOM.person
            await here.chair(c.GiveFloor(AMINA.person))
            assert picture.selected == ROOM.person, "she has no camera yet"
            here.publishes(AMINA, picture=True)
            assert picture.selected == AMINA.person
            await here.chair(c.TakeFloor(AMINA.person))
            assert picture.selected == ROOM.person

    asyncio.run(story())


def test_the_picture_follows_the_one_who_goes_on_speaking() -> None:
    async def story() -> None:
        async with assembly() as here:
            await here.chair(c.GiveFloor(AMINA.person), c.GiveFloor(BADR.person))
            here.publishes(AMINA, picture=True)
            here.publishes(BADR, picture=True)
            assert here.programme.picture.selected == AMINA.person, "who is shown stays"
            microphone = here.publishes(BADR)
            tasks = Tasks("test floor")
            tasks.start(here.floor.run(), "run")
            frames = frames_of(tone(1))
            async with asyncio.timeout(10):
                n = 0
                while here.programme.picture.selected != BADR.person:
                    chunk = Chunk(n, n * 20, (frames[n % 50],))
                    here.publications.write(BADR.person, encode_record(microphone.number, encode_chunk(chunk)))
                    here.pass_(0.02)
                    n += 1
                    await asyncio.sleep(0.01)
            await tasks.close()

    asyncio.run(story())


def test_a_recorded_question_is_played_when_the_chair_says_so_and_stops_with_it() -> None:
    async def story() -> None:
        async with assembly() as here:
            await here.session.submit(AMINA, c.LeaveNote(NoteId("n1"), 1_000))
            question = next(iter(here.session.state.questions))
            await here.chair(c.PlayNote(QuestionId(question)))

            def is_loud() -> bool:
                here.pass_(0.02)
                return newest_loudness(here) > 0.1

            await until(is_loud, pause=0)
            await here.chair(c.MarkQuestion(QuestionId(question), "answered", ""))
            here.pass_(0.2)
            assert newest_loudness(here) < 0.001

    asyncio.run(story())


def newest_loudness(here: Assembly) -> float:
    """Of the last 40 ms of the programme."""
    track = here.programme.tracks["sound/32"]
    return loudness(heard(track)[-1920:]) if track.newest_time_ms else 0.0
