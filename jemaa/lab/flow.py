"""Lab room. Flows: both directions of one conversation under one roof, found by the bytes of a packet's key.

Touched only by the engine that owns the table. `inside` is the participant's end.
"""

from typing import Any

from jemaa import limits

from .packet import FIN, RST, SYN, TCP, Direction, Packet


class Flow:
    """One conversation: ends, age, bytes and packets each way, and what the rules remember of it."""

    __slots__ = (
        "bytes_down", "bytes_up", "closed", "first", "inside", "inside_port", "last", "marks", "number",
        "outside", "outside_port", "packets", "protocol", "watching", "whole_down", "whole_up",
    )  # fmt: skip

    def __init__(self, number: int, packet: Packet, direction: Direction, now: float) -> None:
        self.number = number
        self.protocol = packet.protocol
        if direction == "up":
            self.inside, self.inside_port = packet.source, packet.sport
            self.outside, self.outside_port = packet.destination, packet.dport
        else:
            self.inside, self.inside_port = packet.destination, packet.dport
            self.outside, self.outside_port = packet.source, packet.sport
        self.first = self.last = now
        self.bytes_up = self.bytes_down = self.packets = 0
        self.whole_up = self.whole_down = 0
        """Bytes of whole packets, from IP's header on."""
        self.closed = False
        self.watching: list[Any] = []
        """The rules that can still match, each with its own memory (filled by the engine)."""
        self.marks: list[Any] = []
        """The rules that have condemned this flow (filled by the engine)."""


class FlowTable:
    """All flows, bounded: beyond the limit the one that was idle longest is forgotten, as real boxes do."""

    def __init__(self, idle_seconds: float = limits.LAB_FLOW_IDLE_SECONDS) -> None:
        self._flows: dict[tuple[int, bytes], Flow] = {}
        self._idle = idle_seconds
        self._made = 0

    def __len__(self) -> int:
        return len({flow.number for flow in self._flows.values()})

    def find(self, packet: Packet, direction: Direction, now: float) -> tuple[Flow, bool]:
        """The packet's flow, and whether it is new; counts the packet."""
        flow = self._flows.get((packet.protocol, packet.key))
        fresh = flow is None or now - flow.last > self._idle or (flow.closed and _opens(packet))
        if flow is None or fresh:
            flow = self._add(packet, direction, now)
        flow.last = now
        flow.packets += 1
        size = len(packet.raw)
        if direction == "up":
            flow.bytes_up += size - packet.data
            flow.whole_up += size
        else:
            flow.bytes_down += size - packet.data
            flow.whole_down += size
        if packet.protocol == TCP and not packet.fragment and packet.flags & (FIN | RST):
            flow.closed = True
        return flow, fresh

    def _add(self, packet: Packet, direction: Direction, now: float) -> Flow:
        self._made += 1
        flow = Flow(self._made, packet, direction, now)
        if len(self._flows) >= 2 * limits.LAB_FLOWS:
            self._forget(now)
        self._flows[(packet.protocol, packet.key)] = flow
        self._flows[(packet.protocol, _turned(packet))] = flow
        return flow

    def _forget(self, now: float) -> None:
        """Drop idle flows; if none is idle, the older half."""
        kept = {key: flow for key, flow in self._flows.items() if now - flow.last <= self._idle}
        if len(kept) >= 2 * limits.LAB_FLOWS:
            middle = sorted(flow.last for flow in kept.values())[len(kept) // 2]
            kept = {key: flow for key, flow in kept.items() if flow.last > middle}
        self._flows = kept


def _opens(packet: Packet) -> bool:
    return packet.protocol == TCP and not packet.fragment and packet.flags & (SYN | 16) == SYN


def _turned(packet: Packet) -> bytes:
    """The key that the answers have."""
    key = packet.key
    size = len(packet.source)
    turned = key[size : 2 * size] + key[:size]
    return turned + key[2 * size + 2 :] + key[2 * size : 2 * size + 2]
