"""Probe room. A whole check: the table of steps, which run beside each other, and the record that comes of them."""

import asyncio
import logging
import platform
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from jemaa.facts.record import Controls, Measurement, Network, Plan
from jemaa.facts.scrub import HOUR, coarse
from jemaa.verdict.statistics import fisher_greater

from . import rungs as ways
from .book import Book
from .dns import dns
from .dtls import dtls
from .dtls_handshake import dtls_handshake, stack
from .ground import Ground, Wishes
from .line import CALL_KBPS, NARROW_KBPS
from .long_answer import long_answer
from .long_call import KBPS as LONG_CALL_KBPS
from .long_call import long_call
from .long_flow import long_flow
from .page import Page
from .plain_tcp import plain_tcp
from .quic import quic, quic_name
from .rtp import rtp
from .seen import Seen
from .shape import shape
from .sip import sip
from .stun import stun
from .tls_name import before, connect, tls_name
from .trouble import EXPECTED
from .turn import turn
from .udp import udp
from .up import up, up_end, up_others
from .ws import ws

log = logging.getLogger("jemaa.probe")

Run = Callable[[Ground], Awaitable[None]]
Show = Callable[[str, str, float], None]
"""Told of each step when it `begins`, `ends` or is `skipped`, with seconds since the check's start."""


@dataclass(frozen=True, slots=True)
class Step:
    """A row: its word (`facts.record.STEPS`), what runs, and whether it is like a call's media."""

    name: str
    run: Run
    is_call: bool = False
    is_heavy: bool = False
    """Whether it can fill a thin line by itself, and then has it to itself."""
    kbps: float = 0.0
    """What the line has to carry, or the step takes longer than it is worth."""
    needs_host: bool = False
    """Whether it says nothing once a trigger has condemned the server's address."""


UP = Step("up", up)
QUIET = (
    Step("rungs", ways.rungs, is_heavy=True),
    Step("dns", dns),
    Step("udp", udp),
    Step("stun", stun),
    Step("turn", turn),
    Step("dtls", dtls),
    Step("dtls_handshake", dtls_handshake),
    Step("sip", sip, kbps=NARROW_KBPS),
    Step("ws", ws),
    Step("long_answer", long_answer, is_heavy=True),
    Step("tls_name", connect),
    Step("up", up_others),
)
"""A few packets each: beside each other, once the way is known."""

PORTS = (Step("quic", quic), Step("plain_tcp", plain_tcp, kbps=NARROW_KBPS))
"""Each may condemn a port: after what asks about ports, and beside each other."""

BESIDE = Step("long_flow", long_flow)
"""From then on, beside all that follows."""

MEDIA = (Step("rtp", rtp, is_call=True, kbps=CALL_KBPS),)
"""Beside what asks about other ports."""

BEFORE = Step("tls_name", before)
"""Of what follows all that, the part that cannot condemn anything."""

SHAPE = Step("shape", shape, is_call=True, kbps=CALL_KBPS, needs_host=True)

LONG = (SHAPE, Step("rtp", long_call, is_call=True, kbps=LONG_CALL_KBPS, needs_host=True))
"""Of a long check, beside the quiet flows: calls that go on, and before them what looks for filters to which a call's
cadence is enough, because these condemn the address and leave nothing of a call that goes on."""

LAST = (
    Step("tls_name", tls_name, needs_host=True),
    Step("quic", quic_name, kbps=NARROW_KBPS, needs_host=True),
    SHAPE,
    Step("up", up_end, kbps=NARROW_KBPS),
)
"""One after the other, when all else is done: each may condemn the server's address for whoever measures. On a thin
line, where nothing moves like a call, the last ones beside each other."""


async def check(page: Page, wishes: Wishes, *, software: str, show: Show) -> Measurement:
    """The facts of one check. Whatever the network does is in them; nothing of it is raised."""
    book = Book(wishes.seed)
    ground = Ground(page, book, wishes)
    walk = _Walk(ground, show)
    await walk.steps((UP,))
    final = None
    if ground.offer is not None:
        alone = () if ground.line.carries_calls else tuple(step for step in QUIET if step.is_heavy)
        await walk.steps(alone)
        async with asyncio.TaskGroup() as group:
            group.create_task(walk.steps((BESIDE,)))
            await walk.steps((step for step in QUIET if step not in alone), beside=True)
            await walk.steps((*PORTS, *MEDIA), beside=True)
            await walk.steps(LONG if wishes.long else ())
            await walk.steps((BEFORE,))
        counted = None if ground.line.is_narrow else ground.tasks.start(_counts(ground, _now_ms(ground)), "counts")
        await walk.steps(LAST[:1])
        rest = tuple(step for step in LAST[1:] if not (wishes.long and step in LONG))
        await walk.steps(rest, beside=not ground.line.carries_calls)
        await asyncio.gather(*ground.later)
        final = await _counts(ground, _now_ms(ground)) or (await counted if counted is not None else None)
        ways.from_arms(ground, final)
    return _measurement(ground, final, walk.done, software)


class _Walk:
    """Runs steps that are wanted, and says so."""

    def __init__(self, ground: Ground, show: Show) -> None:
        self._ground = ground
        self._show = show
        self.done: list[str] = []

    async def steps(self, steps: Iterable[Step], *, beside: bool = False) -> None:
        """One after the other, or beside each other."""
        if not beside:
            for step in steps:
                await self._one(step)
            return
        async with asyncio.TaskGroup() as group:
            for step in steps:
                group.create_task(self._one(step))

    async def _one(self, step: Step) -> None:
        book, is_wanted = self._ground.book, self._ground.wishes.has(step.name)
        why = self._why_not(step)
        if why or not is_wanted:
            if is_wanted:
                book.leave_out(step.name, why)
            self._show(step.name, "skipped", book.seconds())
            return
        if step.name not in self.done:
            self.done.append(step.name)
        self._show(step.name, "begins", book.seconds())
        try:
            await step.run(self._ground)
        except Exception:
            log.exception("step %s failed", step.name)  # ours: what the other steps find is a fact all the same
        self._show(step.name, "ends", book.seconds())

    def _why_not(self, step: Step) -> str:
        """One of `facts.record.REASONS`, or nothing."""
        if step.is_call and self._ground.wishes.lite:
            return "lite"
        if not self._ground.line.carries(step.kbps):
            return "thin_line"
        return "condemned" if step.needs_host and self._ground.is_condemned else ""


def _now_ms(ground: Ground) -> int:
    return round(ground.book.seconds() * 1_000)


async def _counts(ground: Ground, until_ms: int) -> Seen | None:
    """None if the server cannot be asked. What is begun from now on, its log may have in part."""
    assert ground.offer is not None
    if not (ground.udp_ports or ground.tcp_ports):
        return None
    for _ in range(2):
        try:
            return Seen(await ground.page.counts(ground.offer.run, 6 + 8 * ground.line.rtt), until_ms)
        except EXPECTED:
            continue
    return None


def _measurement(ground: Ground, seen: Seen | None, done: list[str], software: str) -> Measurement:
    book, wishes = ground.book, ground.wishes
    started_at = ground.page.clock.at(book.began) // HOUR * HOUR
    kept = [tally for tally in book.tallies.values() if tally.sent]
    return Measurement(
        software=software,
        started_at=max(0, int(started_at)),
        seconds=round(book.seconds(), 1),
        network=Network(access=wishes.access, cc=wishes.country, asn=wishes.asn, vpn=wishes.vpn),
        plan=Plan(
            seed=wishes.seed,
            order=[tally.id for tally in kept],
            steps=list(dict.fromkeys(done)),
            lite=wishes.lite,
            left_out=book.left_out,
        ),
        arms=[tally.arm(seen.of(tally), seen.turned_away(tally)) if seen else tally.arm(None) for tally in kept],
        series=[tally.series(seen.of(tally) if seen else None) for tally in kept if tally.id in book.serial],
        residual=[one for one in book.residual if not (seen and seen.doubts(one, book))][:100],
        rungs=book.rungs,
        controls=_controls(ground, seen),
        stack=stack(),
        platform=f"{platform.system() or 'unknown'} {platform.machine()}"[:48].strip(),
    )


def _controls(ground: Ground, seen: Seen | None) -> Controls:
    tallies, off = ground.book.tallies, ground.page.clock.off
    anchors = [tally for tally in tallies.values() if tally.id.startswith("up-anchor")]
    a, b = (tallies.get(f"udp-aa_{which}-random") for which in "ab")
    closed = tallies.get("udp-closed-random")
    aa_p = None
    if a is not None and b is not None and not (seen and (seen.turned_away(a) or seen.turned_away(b))):
        one = fisher_greater(len(a.answers), a.sent, len(b.answers), b.sent)
        other = fisher_greater(len(b.answers), b.sent, len(a.answers), a.sent)
        aa_p = round(min(1.0, 2 * min(one, other)), 6)
    return Controls(
        anchors_ok=any(tally.answers for tally in anchors) if anchors else None,
        server_ok_elsewhere=ground.server_ok_elsewhere,
        aa_p=aa_p,
        positive_ok=not closed.answers if closed is not None else None,
        clock_off_h=None if off is None else coarse(off / HOUR),
    )
