"""Measurements for these tests: real ones in form, with networks and outcomes as a test wants them."""

import random

import msgspec

from jemaa.evidence.entry import PATHS, Entry, entry_of
from jemaa.evidence.marks import APPS
from jemaa.facts.record import Arm, Measurement, Network, Plan, Rung

MONDAY = 1_795_392_000
"""Monday 23 November 2026, 00:00 UTC."""
WEEK = 7 * 86_400
CALLS = ("webrtc-udp", "turn-udp")


class Finding(msgspec.Struct, frozen=True):
    node: str = "stun.drop.signature"
    verdict: str = "likely_blocked"
    rule_id: str = "stun-signature"
    ruleset: str = "2026-11"
    p: float | None = None
    effect: float | None = None
    n: int = 0
    artefact: str | None = None
    evidence: tuple[str, ...] = ()
    direction: str = "unknown"


def measurement(
    *,
    failing: tuple[str, ...] = (),
    at: int = MONDAY,
    cc: str = "MA",
    asn: int = 64_500,
    access: str = "4g",
    software: str = "jemaa 0.1.0",
    ways: tuple[str, ...] = PATHS,
    seed: int = 7,
    sound_loss: float | None = None,
    **other: object,
) -> Measurement:
    """`sound_loss`: of a check that sent a call's sound, and asks more of `webrtc-udp` than others."""
    return Measurement(
        software=software,
        started_at=at + 1_234,
        seconds=41.5,
        network=Network(asn=asn, cc=cc, access=access, vpn=bool(other.pop("vpn", False))),
        plan=Plan(seed=seed, order=["stun-1-genuine"], steps=["stun", "rungs"]),
        arms=[
            Arm(
                id="stun-1-genuine", step="stun", server="reference-1", port=3478, transport="udp", payload="genuine",
                sent=5, rx_client=0 if failing else 5, failure="generic_timeout_error" if failing else None,
            ),
            Arm(
                id="stun-1-inverted", step="stun", server="reference-1", port=3478, transport="udp", payload="inverted",
                sent=5, rx_client=5,
            ),
        ],
        rungs=[
            Rung(name=name, usable=name not in failing, loss=sound_loss if name == "webrtc-udp" else None)
            for name in ways
        ],
        **other,  # type: ignore[arg-type]
    )  # fmt: skip


def entry(number: int, probe: int, *, failing: tuple[str, ...] = (), **network: object) -> Entry:
    one = measurement(failing=failing, **network)  # type: ignore[arg-type]
    findings = [Finding()] if failing else []
    return entry_of(one, findings, identity=f"{number:032x}", probe=probe, filed_at=one.started_at)


def crowd(
    probes: int, *, failing: tuple[str, ...] = (), start: int = 0, seed: int = 1, **network: object
) -> list[Entry]:
    """Each probe measures one to four times."""
    chance = random.Random(seed)
    made: list[Entry] = []
    for probe in range(start, start + probes):
        for _ in range(chance.randint(1, 4)):
            made.append(entry(start * 1_000_003 + len(made), 2**63 + probe, failing=failing, **network))
    return made


def marked(entries: list[Entry], *groups: int, app: str = "viber") -> list[Entry]:
    """As checks in which this application's mark came to that: `marks.LOST` and so on."""
    bit = list(APPS).index(app)
    return [msgspec.structs.replace(one, marks=sum(1 << group + bit for group in groups)) for one in entries]
