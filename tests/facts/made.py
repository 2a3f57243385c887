"""Measurements of all kinds, for tests: any that the record allows, and a plain good one."""

from typing import Any

from hypothesis import strategies as st

from jemaa.facts.record import (
    ACCESS,
    ARTEFACTS,
    REASONS,
    RUNGS,
    STEPS,
    Arm,
    Controls,
    LeftOut,
    Measurement,
    Network,
    Plan,
    Residual,
    Rung,
    Series,
)

IDS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True)
WORDS = st.from_regex(r"[a-z0-9][a-z0-9_+-]{0,20}", fullmatch=True)
LABELS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 ._+-]{0,40}", fullmatch=True)
ALIASES = st.sampled_from(["reference-1", "reference-2", "anchor-1"]) | st.from_regex(
    r"[a-z][a-z0-9-]{0,20}", fullmatch=True
)
SHARES = st.floats(0, 1)


def _maybe(strategy: "st.SearchStrategy[Any]") -> "st.SearchStrategy[Any]":
    return st.none() | strategy


@st.composite
def arms(draw: st.DrawFn, steps: tuple[str, ...] = STEPS) -> Arm:
    """An arm in which no more arrives than was sent."""
    sent = draw(st.integers(0, 600))
    came = draw(st.sampled_from([0, sent]) | st.integers(0, sent))
    return Arm(
        id=draw(IDS),
        step=draw(st.sampled_from(steps)),
        server=draw(ALIASES),
        port=draw(st.sampled_from([0, 53, 80, 443, 3478, 3479, 5060, 40_000])),
        transport=draw(st.sampled_from(["udp", "tcp", "tls", "quic", "https", "ws"])),
        payload=draw(st.sampled_from(["genuine", "inverted", "random", "neutral", "voip_name"])),
        sent=sent,
        rx_client=came,
        rx_server=draw(_maybe(st.integers(0, sent))),
        failure=draw(_maybe(WORDS)),
        rtt_ms_p50=draw(_maybe(st.floats(0, 5_000))),
        rtt_ms_p95=draw(_maybe(st.floats(0, 5_000))),
        artefact=draw(_maybe(st.sampled_from(ARTEFACTS))),
        at_ms=draw(st.integers(0, 600_000)),
        turned_away=draw(st.just(0) | st.integers(0, sent - came)),
    )


@st.composite
def measurements(draw: st.DrawFn) -> Measurement:
    """Any measurement that the record allows, likely or not."""
    found = draw(st.lists(arms(), max_size=30, unique_by=lambda one: one.id))
    ids = [one.id for one in found]
    of = st.sampled_from(ids) if ids else st.nothing()
    counts = st.lists(st.integers(0, 60), max_size=40)
    series = st.builds(
        Series, arm=of, up=counts, down=counts, last_rx_s=_maybe(st.floats(0, 600)), bytes=st.integers(0, 10**7)
    )
    residual = st.builds(Residual, trigger=of, after_s=st.floats(0, 600), ok=st.booleans())
    rungs = st.builds(
        Rung, name=st.sampled_from(RUNGS), usable=st.booleans(), setup_ms=_maybe(st.floats(0, 60_000)),
        loss=_maybe(SHARES), jitter_ms=_maybe(st.floats(0, 9_000)), delay_ms_p95=_maybe(st.floats(0, 9_000)),
        kbps=_maybe(st.floats(0, 1e5)),
    )  # fmt: skip
    left_out = st.builds(LeftOut, step=st.sampled_from(STEPS), why=st.sampled_from(REASONS))
    return Measurement(
        software=draw(LABELS),
        started_at=draw(st.integers(1_735_689_600, 1_900_000_000)),
        seconds=draw(st.floats(0, 1_000)),
        network=Network(
            asn=draw(_maybe(st.integers(1, 4_294_967_295))),
            cc=draw(_maybe(st.sampled_from(["MA", "CH", "FR"]))),
            access=draw(st.sampled_from(ACCESS)),
            vpn=draw(_maybe(st.booleans())),
        ),
        plan=Plan(
            seed=draw(st.integers(0, 2**63 - 1)), order=ids, steps=draw(st.lists(st.sampled_from(STEPS))),
            left_out=draw(st.lists(left_out, max_size=4)),
        ),
        arms=found,
        series=draw(st.lists(series, max_size=8)) if ids else [],
        residual=draw(st.lists(residual, max_size=5)) if ids else [],
        rungs=draw(st.lists(rungs, max_size=9, unique_by=lambda one: one.name)),
        controls=Controls(
            anchors_ok=draw(_maybe(st.booleans())), server_ok_elsewhere=draw(_maybe(st.booleans())),
            aa_p=draw(_maybe(SHARES)), positive_ok=draw(_maybe(st.booleans())),
            clock_off_h=draw(_maybe(st.integers(-1_000_000, 1_000_000))),
        ),
        stack=draw(LABELS),
        platform=draw(LABELS),
        profile=draw(_maybe(WORDS)),
    )  # fmt: skip
