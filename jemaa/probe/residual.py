"""Probe room. After a trigger: whether a neutral control still gets through, and if not, for how long it does not."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from jemaa.facts.record import Transport

from .book import CONTROL, Tally
from .datagram import ask
from .ground import Ground
from .stream import attempt

_RECHECKS, _LONG_RECHECKS = (5.0, 15.0, 30.0, 60.0), (120.0, 180.0)
_SOON_SECONDS, _RECHECK_UNTIL = 15.0, 75.0
"""How long a residual is waited for in any case, and seconds of a check after which no longer one is."""


async def is_alive(ground: Ground, trigger: Tally, port: int) -> bool:
    """Right after a trigger: whether random bytes to this UDP port get through; noted as a residual.

    Where they do not, the same is asked again later, beside what follows. Where each question costs seconds nobody asks
    after a trigger that came through itself.
    """
    plain = ground.book.tallies.get(f"udp-{port}-random")
    was_alive = plain is None or bool(plain.answers)
    return await _recheck(ground, trigger, lambda: _udp_lives(ground, port), was_alive=was_alive)


async def is_alive_tls(ground: Ground, trigger: Tally, port: int) -> bool:
    """The same, of TLS with the neutral name."""
    before = [ground.book.tallies.get(one) for one in (f"plain_tcp-{port}-before", "tls_name-before-neutral")]
    was_alive = any(one.answers for one in before if one is not None)
    return await _recheck(ground, trigger, lambda: _tls_lives(ground, port), was_alive=was_alive)


async def _recheck(
    ground: Ground, trigger: Tally, lives: Callable[[], Coroutine[Any, Any, bool]], *, was_alive: bool
) -> bool:
    if ground.line.is_slow and 2 * len(trigger.answers) > trigger.sent:
        return True
    began = ground.book.seconds()
    ok = await lives()
    ground.book.rechecked(trigger, 0.0, ok)
    if not ok and was_alive:
        ground.later.append(ground.tasks.start(_again(ground, trigger, lives, began), f"residual-{trigger.id}"))
    return ok


async def _again(ground: Ground, trigger: Tally, lives: Callable[[], Coroutine[Any, Any, bool]], began: float) -> None:
    """At set times, until it lives again or the check has no time any more."""
    for at in (*_RECHECKS, *(_LONG_RECHECKS if ground.wishes.long else ())):
        if at > _SOON_SECONDS and began + at > _RECHECK_UNTIL and not ground.wishes.long:
            return
        await asyncio.sleep(max(0.0, began + at - ground.book.seconds()))
        ok = await lives()
        ground.book.rechecked(trigger, at, ok)
        if ok:
            return


async def _udp_lives(ground: Ground, port: int) -> bool:
    probe = _unwritten(ground, port, "udp")
    make = ground.random()
    return await _any(ground, 3, lambda: ask(probe, make, (ground.udp_host, port), ground.line))


async def _tls_lives(ground: Ground, port: int) -> bool:
    probe = _unwritten(ground, port, "tls")
    place, seconds = ground.tls(port=port), ground.line.patience * 2
    return await _any(ground, 2, lambda: attempt(probe, place, ground.filling(), seconds=seconds))


async def _any(ground: Ground, tries: int, ask_once: Callable[[], Coroutine[Any, Any, bool]]) -> bool:
    """Whether one of so many questions is answered: one after the other, where each costs seconds beside each other."""
    if ground.line.is_slow:
        return any(await asyncio.gather(*(ask_once() for _ in range(tries))))
    for _ in range(tries):
        if await ask_once():
            return True
    return False


def _unwritten(ground: Ground, port: int, transport: Transport) -> Tally:
    """An arm that stands nowhere: a residual is a fact of its own."""
    book = ground.book
    return Tally("control", "residual", CONTROL, book.key, book.run, "", port, transport, "neutral", 0, 0.0)
