"""What the middlebox remembers has an end: whatever is sent through it, it stays as large as it may be."""

from jemaa.lab import packet as wire
from jemaa.lab.flow import FlowTable
from jemaa.lab.reassembly import Beginning
from jemaa.limits import LAB_FLOWS, LAB_STREAM_BYTES, LAB_STREAM_SEGMENTS
from tests.lab.traffic import HERE, SERVER


def datagram(number: int) -> wire.Packet:
    """One of a flow of its own."""
    found = wire.parse(wire.udp(HERE, 1_024 + number % 60_000, SERVER, 1 + number // 60_000, b"x"))
    assert found is not None
    return found


def test_of_a_stream_only_the_beginning_is_kept() -> None:
    beginning = Beginning(1)
    assert (beginning.add(1, bytes(LAB_STREAM_BYTES - 1)), beginning.full) == (True, False)
    assert (beginning.add(LAB_STREAM_BYTES, b"abc"), beginning.full) == (True, True)
    assert len(beginning.data) == LAB_STREAM_BYTES and beginning.data.endswith(b"a")
    assert not beginning.add(LAB_STREAM_BYTES + 3, b"more")


def test_of_segments_that_came_too_early_only_so_many_wait() -> None:
    beginning = Beginning(0)
    for number in range(1, LAB_STREAM_SEGMENTS + 2):
        assert not beginning.add(number, bytes([number % 256]))
    assert beginning.add(0, b"\0")
    assert len(beginning.data) == LAB_STREAM_SEGMENTS + 1, "the last was not kept, and would have to come again"
    assert not Beginning(0).add(LAB_STREAM_BYTES, b"beyond")


def test_beyond_so_many_flows_those_that_were_idle_longest_are_forgotten() -> None:
    flows = FlowTable()
    for number in range(LAB_FLOWS + 10):
        flows.find(datagram(number), "up", number / LAB_FLOWS)
    assert LAB_FLOWS // 2 - 1 <= len(flows) <= LAB_FLOWS
    _, is_new = flows.find(datagram(LAB_FLOWS + 9), "up", 1.1)
    assert not is_new, "the newest are known"
    _, is_new = flows.find(datagram(0), "up", 1.1)
    assert is_new, "the oldest are not"
