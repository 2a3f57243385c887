"""Facts room. What a check saw, as it is sent and kept: one `Measurement`, in which nothing is judged.

Every field has bounds, so that no number, text or list of a stranger's can be more than a fact of its kind. Texts that
say which of a few things something is come from closed lists here: where there is no free text, no name and no address
can stand. Conclusions are another room's (`verdict`) and can always be drawn anew.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

VERSION = "1"
"""Of this record. A field that comes later has a default, so that old facts stay readable for ever."""

STEPS = (
    "up", "dns", "tls_name", "udp", "stun", "turn", "dtls", "dtls_handshake", "rtp", "quic", "sip", "ws",
    "long_answer", "long_flow", "shape", "plain_tcp", "residual", "rungs",
)  # fmt: skip
"""What a check can do, in its usual order."""

ACCESS = ("2g", "3g", "4g", "5g", "adsl", "ftth", "cable", "sat", "corp", "unknown")
"""How a person says that he reaches the network: asked, never guessed."""

ARTEFACTS = ("rst", "icmp", "bogon", "tls_resigned", "http_replaced")
"""Marks that something on the way answered in another's place."""

RUNGS = ("live", "stream", "pieces", "radio", "text", "webrtc-udp", "turn-udp", "turn-tcp", "turn-tls")
"""Ways to attend a meeting, and ways by which other meetings' calls go."""

REASONS = ("lite", "thin_line", "condemned", "no_route", "proxy_refused", "proxy_resigned")
"""Why a step, or a part of it, was left out: it was not agreed to, the line cannot carry it in the time, a trigger
before it took the server's address with it, the network has no way to addresses of that kind (IPv4 or IPv6), or the
configured proxy refuses the server, which is reached without it: then nothing was asked through the proxy."""

Id = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9_-]*$", max_length=48)]
"""Of an arm: what it is, such as `rtp-3-genuine`."""
Alias = Annotated[str, Meta(pattern="^[a-z][a-z0-9-]*$", max_length=32)]
"""Of a server: `reference-1`, never its address or name."""
Word = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9_+-]*$", max_length=48)]
Label = Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9 ._+-]*$", max_length=48)]
"""Of a program: its name and version."""
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$")]
Asn = Annotated[int, Meta(ge=1, le=4_294_967_295)]
Port = Annotated[int, Meta(ge=0, le=65_535)]
Count = Annotated[int, Meta(ge=0, le=10_000_000)]
Seed = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Milliseconds = Annotated[float, Meta(ge=0, le=86_400_000)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Share = Annotated[float, Meta(ge=0, le=1)]
Rate = Annotated[float, Meta(ge=0, le=100_000_000)]
Counts = Annotated[list[Annotated[int, Meta(ge=0, le=1_000_000)]], Meta(max_length=1_200)]
"""One number a second, for at most twenty minutes."""

Transport = Literal["udp", "tcp", "tls", "quic", "https", "ws"]
Payload = Literal["genuine", "inverted", "random", "neutral", "voip_name"]


class Arm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One side of a comparison: the same thing sent so many times, and how often it arrived.

    `sent` counts packets, or attempts where a connection is the unit; each counts at most once in `rx_client` (an
    answer came back) and in `rx_server` (the server logged its nonce; None: its log could not be asked).
    `failure` is a string of OONI df-007, None where it went well; `at_ms` is when it began, since the check's start.
    `turned_away` is how many of those that did not come through the server itself turned away, or may have, because it
    got too much at once: such an arm says nothing of the network.
    """

    id: Id
    step: Word
    server: Alias
    port: Port
    transport: Transport
    payload: Payload
    sent: Count
    rx_client: Count
    rx_server: Count | None = None
    failure: Word | None = None
    rtt_ms_p50: Milliseconds | None = None
    rtt_ms_p95: Milliseconds | None = None
    artefact: Word | None = None
    at_ms: Annotated[int, Meta(ge=0, le=86_400_000)] = 0
    turned_away: Count = 0


class Series(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Packets that arrived of an arm, second by second: `up` at the server, `down` at the client.

    `last_rx_s` is when the last one came, since the arm's start; `bytes` is what came down in all.
    """

    arm: Id
    up: Counts
    down: Counts
    last_rx_s: Seconds | None = None
    bytes: Annotated[int, Meta(ge=0, le=10_000_000_000)] = 0


class Residual(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a neutral control still got through, so long after the arm `trigger`."""

    trigger: Id
    after_s: Seconds
    ok: bool


class Rung(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way to attend, tried as it would be used; `loss` is a share from 0 to 1."""

    name: Word
    usable: bool
    setup_ms: Milliseconds | None = None
    loss: Share | None = None
    jitter_ms: Milliseconds | None = None
    delay_ms_p95: Milliseconds | None = None
    kbps: Rate | None = None


class Controls(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What says whether the check itself can be believed; None where it was not asked.

    `aa_p` compares two identical arms; `positive_ok` is whether a closed port failed, as it has to. `clock_off_h` is by
    how many hours the device's own clock was ahead of the server's (behind: below 0), to one figure, because more of it
    would tell people apart.
    """

    anchors_ok: bool | None = None
    server_ok_elsewhere: bool | None = None
    aa_p: Share | None = None
    positive_ok: bool | None = None
    clock_off_h: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)] | None = None


class Network(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it was measured. A VPN's network is not the person's own, and is kept apart."""

    asn: Asn | None = None
    cc: Country | None = None
    access: Word = "unknown"
    resolver_asn: Asn | None = None
    vpn: bool | None = None


class LeftOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step that was not done, or where it has arms all the same a part of it: not measured, which is no failure."""

    step: Word
    why: Word


class Plan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was to be done: `order` has arm ids as chance under `seed` put them; `lite` leaves out call-like media."""

    seed: Seed
    order: Annotated[list[Id], Meta(max_length=1_000)]
    steps: Annotated[list[Word], Meta(max_length=32)]
    lite: bool = False
    left_out: Annotated[list[LeftOut], Meta(max_length=64)] = []


class Measurement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All facts of one check. `started_at` is in Unix seconds by the server's clock, the full hour when at rest.

    `stack` is the DTLS implementation, because it can decide the outcome; `profile` and `seed` only come from the lab.
    """

    version: Annotated[str, Meta(pattern="^[0-9]{1,4}$")] = VERSION
    software: Label
    started_at: Annotated[int, Meta(ge=0, le=32_503_680_000)]
    seconds: Seconds
    network: Network
    plan: Plan
    arms: Annotated[list[Arm], Meta(max_length=1_000)]
    series: Annotated[list[Series], Meta(max_length=400)] = []
    residual: Annotated[list[Residual], Meta(max_length=100)] = []
    rungs: Annotated[list[Rung], Meta(max_length=32)] = []
    controls: Controls = Controls()
    stack: Label = "none"
    platform: Label = "unknown"
    profile: Word | None = None
    seed: Seed | None = None
