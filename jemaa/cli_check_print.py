"""What `jemaa check` says: what it would send, its steps as they go, what follows, and the facts in short."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TextIO

from jemaa.facts.record import Arm, Measurement
from jemaa.facts.scrub import coarse
from jemaa.probe.countries import careful
from jemaa.probe.ground import Wishes
from jemaa.verdict.advice import advise, offers_nothing
from jemaa.verdict.finding import Finding
from jemaa.verdict.judge import because, confirming, judge
from jemaa.verdict.telling import tell, tell_finding, tell_unknown

_WHY = {
    "lite": "it is like a call's sound",
    "thin_line": "this line cannot carry it in the time",
    "condemned": "what came before took the server's address with it",
    "proxy_refused": "the configured proxy refuses this server, which is reached without it: tell a browser so",
    "proxy_resigned": "the configured proxy opens this server's TLS and could read and change what passes, and the"
    " server is reached without it: tell a browser so",
    "no_route": "this network has no way to the kind of address (IPv4 or IPv6) at which the server measures",
}
_ONCE = "Check again an hour later or more, with the same --out and --asn: what is seen then too counts as seen twice."
_MARKS = {"begins": "…", "ends": "done", "skipped": "left out"}


def what_is_sent(url: str, wishes: Wishes) -> Iterator[str]:
    """Lines for consent: what, to whom, why, and what is kept."""
    minutes = "about 11 minutes" if wishes.long else "about 40 seconds" if wishes.lite else "about 65 seconds"
    yield f"This check sends packets from this machine to {url} and the addresses it names, for {minutes}"
    yield "(90 on a thin line, more where something is found that is then asked again):"
    yield "  small requests for pages; random bytes; the first packets of calls (STUN, TURN, DTLS, SIP, QUIC), also as"
    yield "  known apps mark them; TLS under a neutral name and under one that looks like a calling service."
    if wishes.lite:
        yield "  Nothing that looks like a call's sound (lite)."
    else:
        how_long = "eight minutes" if wishes.long else "32 seconds"
        yield f"  And {how_long} of what looks like a call's sound, and of its twin."
    yield f"It also connects to {', '.join((*wishes.anchors, *wishes.peers))}, to know whether there is a network."
    yield "Why: to find how you can attend from here, and at which stage calls fail, if they do."
    yield "The server counts what arrives, and keeps no address. Whoever runs your network can see this traffic:"
    yield "on an employer's network, or where such traffic may be an offence, think first."
    if (row := careful(wishes.country)) is not None:
        yield f"In {row.country}: {row.why} ({row.source})."
        if row.doubt:
            yield f"Against that: {row.doubt}."


class Steps:
    """Steps as they go: one line that is written anew on a terminal, plain lines elsewhere."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._under_way: list[str] = []
        self._is_terminal = out.isatty()

    def show(self, step: str, what: str, seconds: float) -> None:
        """A step begins, ends or is left out."""
        if what == "begins":
            self._under_way.append(step)
        elif what == "ends" and step in self._under_way:
            self._under_way.remove(step)
        if self._is_terminal:
            line = f"{seconds:5.0f} s  {', '.join(self._under_way) or 'putting it together'}"
            self._out.write(f"\r\x1b[2K{line[:100]}")
        else:
            self._out.write(f"{seconds:6.1f} s  {step}: {_MARKS.get(what, what)}\n")
        self._out.flush()

    def close(self) -> None:
        """Leave the line free."""
        if self._is_terminal:
            self._out.write("\r\x1b[2K")
            self._out.flush()


def print_result(measurement: Measurement, history: Sequence[Measurement] = ()) -> None:
    """How to attend from here, what was found and on what it rests, and what the check cannot know. `history` has
    earlier checks, of which those in the same network count as a second sight."""
    findings = judge(measurement, history)
    advice = advise(measurement, findings)
    for line in tell(advice):
        print(line)
    weighty = [one for one in findings if one.verdict != "ok"]
    if weighty:
        print()
    for one in weighty:
        print(f"  {tell_finding(one)}")
        print(f"      {because(one)}")
        print(f"      {one.node}, rule {one.rule_id}{_grounds(one)}")
    fine = [one.node for one in findings if one.verdict == "ok"]
    if fine:
        print(f"\nNothing in the way of: {', '.join(fine)}.")
    print()
    for line in tell_unknown(advice):
        print(line)
    if "unknown.once" in advice.unknown:
        print(_ONCE)
    if count := len(confirming(measurement, history)):
        print(f"Judged together with {count} earlier in this network.")
    print()


def _grounds(finding: Finding) -> str:
    """Chance, and the arms."""
    chance = "" if finding.p is None else f"; by chance alone with p = {finding.p:.2g}"
    arms = f"; {', '.join(finding.evidence[:4])}{' …' if len(finding.evidence) > 4 else ''}"
    return chance + (arms if finding.evidence else "")


def print_facts(measurement: Measurement) -> None:
    """Each way to attend, then each step: how many of its arms got through."""
    for rung in measurement.rungs:
        detail = f", {rung.setup_ms:.0f} ms" if rung.setup_ms is not None else ""
        print(f"  {rung.name:<12} {'works' if rung.usable else 'does not work'}{detail}")
    print()
    for step in measurement.plan.steps:
        arms = [arm for arm in measurement.arms if arm.step == step]
        if arms:
            print(f"  {step:<15} {_in_short(arms)}")
    for why, words in _WHY.items():
        if steps := [one.step for one in measurement.plan.left_out if one.why == why]:
            print(f"\nNot measured, or a part of it, because {words}: {', '.join(steps)}.")
    if away := dict.fromkeys(arm.step for arm in measurement.arms if arm.turned_away):
        print(f"\nNot counted, or a part of it, because the server itself had no time for it: {', '.join(away)}.")
    if off := measurement.controls.clock_off_h:
        print(f"\nThis device's clock is about {_how_long(off)} of the server's. The facts bear the server's time.")
    if offers_nothing(measurement):
        print("\nThis server offers no measuring services: only its pages, answers and WebSockets were checked.")


def _how_long(hours: int) -> str:
    """A wrong clock in words: hours, or days where these are many."""
    count, unit = (coarse(abs(hours) / 24), "day") if abs(hours) >= 48 else (abs(hours), "hour")
    return f"{count:,} {unit}{'' if count == 1 else 's'} {'ahead' if hours > 0 else 'behind'}"


def _in_short(arms: list[Arm]) -> str:
    whole = [arm for arm in arms if arm.rx_client == arm.sent]
    none = [arm for arm in arms if not arm.rx_client and not arm.turned_away]
    parts = [f"{len(whole)} of {len(arms)} went through whole"]
    if none:
        words = Counter(arm.failure or "none" for arm in none)
        parts.append(f"nothing of {', '.join(arm.id for arm in none[:4])}{' …' if len(none) > 4 else ''}")
        parts.append(", ".join(words))
    return "; ".join(parts)
