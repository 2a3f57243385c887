"""The lab's own checks as entries of the record: what the ten million rows of `bench/evidence.py` are drawn from.

`docs/ground-truth` keeps the facts of some thousand checks behind every network of the lab. Each is judged by today's
rules, as a submission is. All of them are full checks of the program; what a light one or a page would have sent there
is the part of the same facts that these send, so that a record has the mix of instruments that it would have.
"""

import hashlib
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec
from msgspec import Struct

from bench.confusion import facts_in
from jemaa.evidence.entry import SOUNDED, Entry, entry_of
from jemaa.facts import scrub
from jemaa.facts.record import Measurement, Network, Rung
from jemaa.verdict.judge import judge

FACTS = Path(__file__).parent.parent / "docs/ground-truth/facts.jsonl.xz"

PLACE = Network(asn=64_500, cc="MA", access="4g")

KINDS = {"browser": 60, "light": 25, "full": 15}
"""By what people measure, in per cent: most open a page."""

IN_A_BROWSER = ("up-*", "ws-*", "long_answer-*", "stun-[0-9]*-genuine", "dtls_handshake-*", "long_flow-tls_*")
"""What a page can send: no twin of anything, no mark, and no sound that it makes itself."""

ONLY_FULL = ("rtp-*", "shape-*", "long_answer-mega*")
"""What a light check leaves out."""


class Check(Struct, frozen=True):
    """A check of a network of the lab by one of `KINDS`, as the record would file it from AS64500 in Morocco."""

    profile: str
    kind: str
    entry: Entry


def digest() -> str:
    """Of the facts that are kept: two figures are of the same rows if it, and the seed, is the same."""
    return hashlib.blake2b(FACTS.read_bytes(), digest_size=4).hexdigest()


def checks(profiles: Collection[str] = ()) -> Iterator[Check]:
    """All that are kept, each by each kind, or those of some networks. One takes some 4 ms."""
    marks = [f'"profile":"{one}"'.encode() for one in profiles]
    for line in facts_in(FACTS):
        if marks and not any(mark in line for mark in marks):
            continue
        facts = msgspec.json.decode(line, type=Measurement)
        profile = facts.profile or ""
        for kind in KINDS:
            seen = scrub.clean(msgspec.structs.replace(of_kind(facts, kind), profile=None, seed=None, network=PLACE))
            entry = entry_of(seen, judge(seen), identity="", probe=0, filed_at=seen.started_at)
            yield Check(profile, kind, entry)


def of_kind(facts: Measurement, kind: str) -> Measurement:
    """What this kind of check would have seen in the same place and minute."""
    if kind == "full":
        return facts
    if kind == "light":
        arms = [arm for arm in facts.arms if not _fits(arm.id, ONLY_FULL)]
        plan = msgspec.structs.replace(facts.plan, lite=True)
        return _without_sound(msgspec.structs.replace(facts, arms=arms, plan=plan))
    arms = [arm for arm in facts.arms if _fits(arm.id, IN_A_BROWSER)]
    page = msgspec.structs.replace(facts, software="jemaa-browser 0.1", stack="chrome 142", arms=arms, residual=[])
    return _without_sound(page)


def _without_sound(facts: Measurement) -> Measurement:
    """A call that is only set up: what the sound would have met is not known. Series go with their arms."""
    there = {arm.id for arm in facts.arms}
    shaken = [arm for arm in facts.arms if arm.id.startswith("dtls_handshake-")]
    found = [arm for arm in facts.arms if _fits(arm.id, ("stun-[0-9]*-genuine",))]
    usable = all(any(arm.rx_client for arm in stage) for stage in (shaken, found))
    rungs = [Rung(name=SOUNDED, usable=usable) if rung.name == SOUNDED else rung for rung in facts.rungs]
    series = [one for one in facts.series if one.arm in there or one.arm.startswith("long_answer-long_")]
    return msgspec.structs.replace(facts, rungs=rungs, series=series)


def _fits(identity: str, patterns: Collection[str]) -> bool:
    return any(fnmatchcase(identity, one) for one in patterns)
