"""Lab room. What a rule does to a packet. A new action is a function and a row in `ACTIONS`.

An action is made afresh for each flow (or host) that a rule condemns, since buckets and bad spells have memory: one
bucket for both directions starves the quieter one, so each direction has its own.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from jemaa.bucket import Bucket

from . import names
from .link import BYTES_A_KBIT, Losing, Queue
from .packet import (
    TCP,
    UDP,
    UNREACHABLE_REASONS,
    Direction,
    Packet,
    may_be_told,
    resets,
    too_big,
    udp,
    unreachable,
    with_payload,
)
from .params import Params, invalid

SHORTEST_MTU = 576


@dataclass(frozen=True, slots=True)
class Release:
    """A packet that leaves the middlebox in this direction at this time."""

    at: float
    direction: Direction
    raw: bytes


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did: the packet with its time to leave (None: dropped), and packets of the box's own."""

    at: float | None
    raw: bytes
    outcome: str
    extra: tuple[Release, ...] = ()


Act = Callable[[Packet, float, Direction], Done]


@dataclass(frozen=True, slots=True)
class Action:
    """An action with its parameters read. `ends` is True if no packet that meets it comes through."""

    name: str
    make: Callable[[random.Random], Act]
    ends: bool = False
    values: tuple[tuple[str, object], ...] = ()


def _other(direction: Direction) -> Direction:
    return "down" if direction == "up" else "up"


def _each_way(make: Callable[[], Callable[[Packet, float], Done]]) -> Act:
    ways: dict[Direction, Callable[[Packet, float], Done]] = {"up": make(), "down": make()}
    return lambda packet, at, direction: ways[direction](packet, at)


def _drop(params: Params) -> Callable[[random.Random], Act]:
    """Gone, and nobody is told."""
    return lambda source: lambda packet, at, direction: Done(None, packet.raw, "dropped")


def _let_pass(params: Params) -> Callable[[random.Random], Act]:
    """Past all rules that come after this one."""
    return lambda source: lambda packet, at, direction: Done(at, packet.raw, "")


def _reset(params: Params) -> Callable[[random.Random], Act]:
    """Dropped, with a TCP reset `to` sender, receiver or both; what is no TCP is only dropped."""
    to = params.word("to", "both", frozenset({"both", "sender", "receiver"}))

    def act(packet: Packet, at: float, direction: Direction) -> Done:
        if packet.protocol != TCP or packet.fragment:
            return Done(None, packet.raw, "dropped")
        onward, back = resets(packet)
        extra = [Release(at, direction, onward)] if to != "sender" else []
        extra += [Release(at, _other(direction), back)] if to != "receiver" else []
        return Done(None, packet.raw, "reset", tuple(extra))

    return lambda source: act


def _icmp(params: Params) -> Callable[[random.Random], Act]:
    """Dropped, and the sender told by ICMP for what `reason`: prohibited, port, host, network."""
    reason = params.word("reason", "prohibited", UNREACHABLE_REASONS)

    def act(packet: Packet, at: float, direction: Direction) -> Done:
        if not may_be_told(packet):
            return Done(None, packet.raw, "dropped")
        return Done(None, packet.raw, "icmp", (Release(at, _other(direction), unreachable(packet, reason)),))

    return lambda source: act


def _delay(params: Params) -> Callable[[random.Random], Act]:
    """Later by `ms`, and by up to `jitter_ms` more: packets overtake each other."""
    seconds, jitter = params.number("ms", 0, most=60_000) / 1000, params.number("jitter_ms", 0, most=60_000) / 1000

    def make(source: random.Random) -> Act:
        return lambda packet, at, direction: Done(at + seconds + source.random() * jitter, packet.raw, "delayed")

    return make


def _lose(params: Params) -> Callable[[random.Random], Act]:
    """A share `rate` lost, in bursts of `burst` packets on average."""
    rate, burst = params.share("rate"), params.number("burst", 1, least=1, most=1000)

    def make(source: random.Random) -> Act:
        def way() -> Callable[[Packet, float], Done]:
            losing = Losing(rate, burst, source)
            return lambda packet, at: Done(None, packet.raw, "lost") if losing.lost() else Done(at, packet.raw, "")

        return _each_way(way)

    return make


def _sometimes(
    params: Params, does: Callable[[Packet, float, Direction, random.Random], Done]
) -> Callable[[random.Random], Act]:
    rate = params.share("rate", 1.0)

    def make(source: random.Random) -> Act:
        def act(packet: Packet, at: float, direction: Direction) -> Done:
            return does(packet, at, direction, source) if source.random() < rate else Done(at, packet.raw, "")

        return act

    return make


def _reorder(params: Params) -> Callable[[random.Random], Act]:
    """A share `rate` held back for `ms`, so that later ones overtake it."""
    seconds = params.positive("ms", 30) / 1000
    return _sometimes(params, lambda packet, at, direction, source: Done(at + seconds, packet.raw, "reordered"))


def _duplicate(params: Params) -> Callable[[random.Random], Act]:
    """A share `rate` twice."""

    def twice(packet: Packet, at: float, direction: Direction, source: random.Random) -> Done:
        return Done(at, packet.raw, "duplicated", (Release(at, direction, packet.raw),))

    return _sometimes(params, twice)


def _corrupt(params: Params) -> Callable[[random.Random], Act]:
    """One bit of the payload turned, in a share `rate` of the packets.

    With `right_checksum` the receiver cannot tell: what has no checksum of UDP or TCP to put right passes untouched.
    """
    mend = params.flag("right_checksum", False)

    def spoil(packet: Packet, at: float, direction: Direction, source: random.Random) -> Done:
        mendable = packet.protocol in (TCP, UDP) and not packet.fragment
        if not packet.payload_bytes or (mend and not mendable):
            return Done(at, packet.raw, "")
        bit = source.randrange(packet.payload_bytes * 8)
        payload = bytearray(packet.payload)
        payload[bit // 8] ^= 1 << bit % 8
        if mend:
            return Done(at, with_payload(packet, bytes(payload)), "corrupted")
        return Done(at, packet.raw[: packet.data] + bytes(payload), "corrupted")

    return _sometimes(params, spoil)


def _police(params: Params) -> Callable[[random.Random], Act]:
    """What comes faster than `kbit`, beyond a burst of `burst_bytes`, is dropped."""
    kbit, burst = params.positive("kbit"), params.positive("burst_bytes", 1600)

    def way() -> Callable[[Packet, float], Done]:
        bucket = Bucket(kbit * BYTES_A_KBIT, burst)

        def act(packet: Packet, at: float) -> Done:
            passes = bucket.take(len(packet.raw), at)
            return Done(at, packet.raw, "") if passes else Done(None, packet.raw, "policed")

        return act

    return lambda source: _each_way(way)


def _shape(params: Params) -> Callable[[random.Random], Act]:
    """What comes faster than `kbit` waits in a buffer of `buffer_bytes`, and is dropped when that is full."""
    kbit, buffer = params.positive("kbit"), params.positive("buffer_bytes", 32_000)

    def way() -> Callable[[Packet, float], Done]:
        queue = Queue(kbit, buffer)
        return lambda packet, at: Done(queue.leave(len(packet.raw), at), packet.raw, "shaped")

    return lambda source: _each_way(way)


def _mtu(params: Params) -> Callable[[random.Random], Act]:
    """Packets of more than `bytes` are dropped; the sender is told by ICMP, unless `icmp` is false."""
    limit, tells = int(params.number("bytes", least=SHORTEST_MTU, most=65535)), params.flag("icmp", True)

    def act(packet: Packet, at: float, direction: Direction) -> Done:
        if len(packet.raw) <= limit:
            return Done(at, packet.raw, "")
        told = tells and may_be_told(packet)
        extra = (Release(at, _other(direction), too_big(packet, limit)),) if told else ()
        return Done(None, packet.raw, "too-big", extra)

    return lambda source: act


def _answer_dns(params: Params) -> Callable[[random.Random], Act]:
    """A forged answer: `address`, or without one that there is no such name."""
    lie = params.address("address")

    def act(packet: Packet, at: float, direction: Direction) -> Done:
        asked = names.question(packet.payload) if packet.protocol == UDP and not packet.fragment else None
        if asked is None:
            return Done(None, packet.raw, "dropped")
        answer = names.answer(asked, (lie,) if lie else (), 0 if lie else names.NXDOMAIN)
        forged = udp(packet.destination, packet.dport, packet.source, packet.sport, answer)
        return Done(None, packet.raw, "answered", (Release(at, _other(direction), forged),))

    return lambda source: act


ACTIONS: dict[str, tuple[Callable[[Params], Callable[[random.Random], Act]], bool]] = {
    "drop": (_drop, True),
    "pass": (_let_pass, True),
    "reset": (_reset, True),
    "icmp": (_icmp, True),
    "answer-dns": (_answer_dns, True),
    "delay": (_delay, False),
    "lose": (_lose, False),
    "reorder": (_reorder, False),
    "duplicate": (_duplicate, False),
    "corrupt": (_corrupt, False),
    "police": (_police, False),
    "shape": (_shape, False),
    "mtu": (_mtu, False),
}
"""Name → (reader of its parameters, whether it ends what happens to the packet)."""


def action(where: str, name: str, values: object) -> Action:
    """The action of this name with these parameters."""
    if name not in ACTIONS:
        raise invalid(where, f"there is no action `{name}`; there are {', '.join(sorted(ACTIONS))}")
    read, ends = ACTIONS[name]
    params = Params(f"{where}, action `{name}`", values)
    make = read(params)
    params.done()
    return Action(name, make, ends, tuple(sorted(values.items())) if isinstance(values, dict) else ())
