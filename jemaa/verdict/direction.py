"""Verdict room. On which way packets got lost: what was sent, what the server logged of it, what came back.

Each way has a rate of its own: of what was sent, how much did not arrive; of what arrived, how much did not come back.
A way loses where more got lost than on bad lines, and more than chance makes of that. Where nothing arrived nothing is
known of the way back.
"""

from collections.abc import Iterable
from typing import Literal

from jemaa.facts.record import Arm

from .statistics import binomial_at_least

Direction = Literal["up", "down", "both", "unknown"]
"""`up` is to the server, `down` back from it. `unknown`: too few were lost, or no packets, or one end did not say."""

FLOOR = 0.1
"""Of a way: what gets lost on bad lines as well (the rule `loss`)."""

FEWEST = 3
"""Packets: two that are lost one after the other may have met one burst."""

CHANCE = 0.025
"""How likely at that rate so many get lost, at the most: the lower end of a rate's 95 % interval is beyond it then."""

DATAGRAMS = ("udp", "quic")


def direction(arms: Iterable[Arm]) -> Direction:
    """Of all of these together, as far as they are packets. A connection tells no way: one that never came about may
    have failed on either, and of one that did the server logs the first message and not the one that got lost."""
    told = [arm for arm in arms if arm.rx_server is not None and _is_packets(arm)]
    if any(arm.rx_client > (arm.rx_server or 0) for arm in told):
        return "unknown"  # the log is not whole: what was answered has arrived
    sent, client = sum(arm.sent for arm in told), sum(arm.rx_client for arm in told)
    server = sum(arm.rx_server or 0 for arm in told)
    is_up, is_down = _loses(sent - server, sent), _loses(server - client, server)
    if is_up and is_down:
        return "both"
    return "up" if is_up else "down" if is_down else "unknown"


def _is_packets(arm: Arm) -> bool:
    """A whole handshake is a connection, whatever carries it."""
    return arm.transport in DATAGRAMS and arm.step != "dtls_handshake"


def _loses(lost: int, of: int) -> bool:
    return lost >= FEWEST and lost > FLOOR * of and binomial_at_least(lost, of, FLOOR) <= CHANCE
