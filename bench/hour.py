"""What an hour of listening costs at the lowest rung of sound, everything on the wire included."""

from tests.e2e import acts

from .relay import Relay
from .report import Row
from .scene import let_pass, meeting, people, spoken_floor

MINUTES = 4
GOAL_MB = 5.0

TLS_RECORD = 22
"""Header (5), tag (16) and content type (1) of a TLS 1.3 record (RFC 8446 §5.2)."""

TLS_HANDSHAKE = 3_500
"""A full handshake with a chain of two ECDSA certificates, both ways, once a connection."""


def measure() -> list[Row]:
    """Some minutes by `pieces`, from the first sound on, scaled to an hour; the page itself is counted once."""
    with meeting(spoken_floor()) as server, people(places=1) as cast:
        relay = Relay(server.port, down_bps=0)
        url = server.page("participant", down="pieces", sound="8").replace(f":{server.port}", f":{relay.port}")
        with cast.person("Amina", url) as amina:
            acts.listen(amina)
            acts.wait_until_hears(amina, spoken_floor())
            let_pass(amina.place.square, 5)
            before, segments = relay.wire_down() + relay.wire_up(), relay.down.segments + relay.up.segments
            let_pass(amina.place.square, MINUTES * 60)
            steady = relay.wire_down() + relay.wire_up() - before
            records = relay.down.segments + relay.up.segments - segments
            connections = relay.connections
            start = before
        relay.close()
    hour = steady * 60 / MINUTES
    tls = records * 60 / MINUTES * TLS_RECORD + connections * TLS_HANDSHAKE
    total = (start + hour + tls) / 1e6
    how = (
        f"{MINUTES} minutes through a counting relay: both directions, HTTP, TCP and IP headers and acknowledgements "
        f"({hour / 1e6:.2f} MB an hour), the page and its start ({start / 1e6:.2f} MB), and TLS estimated at "
        f"{TLS_RECORD} bytes a segment and {TLS_HANDSHAKE} a connection ({tls / 1e6:.2f} MB)."
    )
    return [
        Row(
            "an hour of listening at the lowest sound rung",
            f"{total:.2f} MB ({total * 8e6 / 3600 / 1000:.1f} kb/s)",
            "5 MB or less",
            total <= GOAL_MB,
            how,
        )
    ]
