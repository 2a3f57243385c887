"""The steps of a check in the world of `world.py`: which arms, how many packets, in which order."""

from jemaa.facts.record import Residual, Series

from .world import APPS, FLOW_SECONDS, HIGH, HIGH_TCP, STACKS, UDP_PORTS, Sent, Walk

PAGE = Sent("page", 443, "https", host="page")


def walk(check: Walk) -> Walk:
    """All of a full check, as `jemaa/probe/check.py` orders it."""
    if not _up(check):
        return check
    began = check.now
    _flows(check)
    check.now = began
    for step in (_dns, _udp, _stun, _turn, _dtls, _quic, _sip, _pages, _plain_tcp):
        step(check)
    if check.world.line.kbps >= 130 and not check.world.lite:
        _rtp(check)
    _names(check)
    if check.world.line.kbps >= 130 and not check.world.lite:
        _shape(check)
    check.sends({"up-end_server-neutral": (PAGE, 3)})
    return check


def _up(check: Walk) -> bool:
    anchors = {f"up-anchor-{n}": (Sent("tls", 443, "tls", host="anchor"), 3) for n in (1, 2)}
    tries = 2 if check.world.passes(PAGE) else 5
    anchors["up-peer"] = (Sent("page", 443, "https", host="peer"), 3)
    check.sends({"up-server": (PAGE, tries), **anchors})
    return check.arms[-4].rx_client > 0


def _dns(check: Walk) -> None:
    world = check.world
    for word in ("neutral", "voip"):
        asked = Sent("dns", 53, "udp", word, "resolver")
        is_lied = word == "voip" and world.bogon
        got = [] if is_lied else [check.rtt() for _ in range(3) if check.attempt() and world.passes(asked)]
        check.write(f"dns-{word}-system", asked, 3, got, "bogon" if is_lied else None)
        injected = [1.0] * 3 if is_lied else []
        check.write(f"dns-{word}-injected", Sent("dns", 53, "udp", word), 3, injected, "bogon" if is_lied else None)


def _udp(check: Walk) -> None:
    arms = {f"udp-{port}-random": (Sent("random", port), 5) for port in UDP_PORTS}
    arms |= {f"udp-aa_{which}-random": (Sent("random", HIGH), 10) for which in "ab"}
    check.sends(arms)
    ports = {one: arms[one] for one in arms if "aa" not in one}
    _again(check, ports, {})
    check.write("udp-closed-random", Sent("random", 9), 3, [])


def _twins(stem: str, kind: str, port: int, word: str = "") -> dict[str, tuple[Sent, int]]:
    return {f"{stem}-genuine": (Sent(kind, port, word=word), 5), f"{stem}-inverted": (Sent("random", port), 5)}


def _stun(check: Walk) -> None:
    arms = _twins("stun-3478", "stun", 3478) | _twins(f"stun-{HIGH}", "stun", HIGH)
    arms |= {f"stun-app_{app}-genuine": (Sent("app", HIGH, word=app), 5) for app in APPS}
    twin = {"stun-app-inverted": (Sent("random", HIGH), 5)}
    check.sends(arms | twin)
    plain = {f"stun-{HIGH}-genuine": arms[f"stun-{HIGH}-genuine"]}
    _again(check, {one: arms[one] for one in arms if "app_" in one}, plain | twin)
    _linger(check, f"stun-{HIGH}-genuine")


def _turn(check: Walk) -> None:
    check.sends(_twins("turn-3478", "turn", 3478) | _twins(f"turn-{HIGH}", "turn", HIGH))
    check.sends({"turn-5349-neutral": (Sent("tls", 5349, "tls"), 3)})
    if check.is_thin():
        check.now += 2
        check.sends({"turn-5349_again-neutral": (Sent("tls", 5349, "tls"), 3)})


def _dtls(check: Walk) -> None:
    arms: dict[str, tuple[Sent, int]] = {}
    for stack in STACKS:
        arms |= _twins(f"dtls-{stack}", "dtls", HIGH, stack)
    check.sends(arms)
    for stack in STACKS:
        genuine, inverted = f"dtls-{stack}-genuine", f"dtls-{stack}-inverted"
        _again(check, {genuine: arms[genuine]}, {inverted: arms[inverted]})
    _linger(check, "dtls-browser-genuine")


def _quic(check: Walk) -> None:
    after = Sent("quic_after", 443) if "quic" in check.world.lingers else Sent("random", 443)
    check.sends({"quic-443-before": (Sent("random", 443), 5)})
    check.sends({"quic-443-genuine": (Sent("quic", 443), 5)})
    if check.is_thin():
        check.sends({"quic-443-after": (after, 5)})
        if not check.is_thin():
            _again(check, {"quic-443-genuine": (Sent("quic", 443), 5)}, {})
    _linger(check, "quic-443-genuine")


def _sip(check: Walk) -> None:
    check.sends(_twins("sip-5060", "sip", 5060) | _twins(f"sip-{HIGH}", "sip", HIGH))


def _pages(check: Walk) -> None:
    world = check.world
    check.sends({"ws-page-genuine": (Sent("ws", 443, "ws", host="page"), 3)})
    short = Sent("page", 443, "https", host="page")
    check.sends({"long_answer-short-neutral": (short, 6), "long_answer-flowing-neutral": (short, 10)})
    stops = world.kill_bytes or 48_000
    got = [check.rtt() for _ in range(4) if check.attempt() and world.passes(short) and not world.kill_bytes]
    check.write("long_answer-long-neutral", short, 4, got)
    for number in range(1, 5):
        one = [got[0]] if number <= len(got) else []
        check.write(f"long_answer-long_{number}-neutral", short, 1, one)
        much = (
            48_000
            if one
            else max(1, stops - check.chance.randint(0, 1_448))
            if world.kill_bytes
            else check.chance.randint(0, 47_000)
        )
        check.series.append(
            Series(arm=f"long_answer-long_{number}-neutral", up=[], down=[1], last_rx_s=0.4, bytes=much)
        )


def _plain_tcp(check: Walk) -> None:
    for port in (80, HIGH_TCP):
        tls = Sent("tls", port, "tls")
        check.sends({f"plain_tcp-{port}-before": (tls, 4)})
        check.sends({f"plain_tcp-{port}-random": (Sent("random_tcp", port, "tcp"), 4)})
        if check.is_thin():
            after = Sent("tls_after", port, "tls") if "plain_tcp" in check.world.lingers else tls
            check.sends({f"plain_tcp-{port}-after": (after, 4)})
        _linger(check, f"plain_tcp-{port}-random")


def _flows(check: Walk) -> None:
    for kind, payload, what in (
        ("udp", "random", Sent("random", HIGH)), ("tls", "neutral", Sent("tls", 443, "tls"))
    ):  # fmt: skip
        for number in range(1, 5):
            _flow(check, f"long_flow-{kind}_{number}-{payload}", what, 1.5 * number)
        check.now += 3
        check.sends({f"long_flow-{kind}_new-{payload}": (what, 6)}, gap=0.5)


def _flow(check: Walk, identity: str, what: Sent, begun: float) -> None:
    """Flows stand beside each other: each has its own time from when they all began."""
    world, start, last, got = check.world, check.now, None, list[float]()
    lives, down = world.passes(what), [0] * int(FLOW_SECONDS + 4)
    for number in range(int(2 * FLOW_SECONDS)):
        age = number / 2
        check.now = start + begun + age
        if not lives or (world.kill_age is not None and age >= world.kill_age):
            continue
        late = check.late() if what.proto != "udp" else 0.0 if check.packet() else None
        lives = lives and (what.proto == "udp" or late is not None)
        if late is not None:
            got.append(check.rtt())
            last = age + late + got[-1] / 1_000
            down[min(int(last), len(down) - 1)] += 1
    check.now = start + begun
    check.write(identity, what, int(2 * FLOW_SECONDS), got)
    check.now = start
    check.series.append(Series(arm=identity, up=[], down=down, last_rx_s=last, bytes=60 * len(got)))


def _rtp(check: Walk) -> None:
    """Blocks of 100 packets; a filter is sure after two."""
    for number in range(1, 9):
        kinds = ["genuine", "inverted"]
        check.chance.shuffle(kinds)
        for kind in kinds:
            what = Sent("rtp" if kind == "genuine" else "random", HIGH)
            got = []
            for place in range(100):
                check.now += 0.02
                survives = check.packet()
                if survives and (place < 2 or check.lets(what) if what.kind == "rtp" else check.lets(what)):
                    got.append(check.rtt())
            check.write(f"rtp-{number}-{kind}", what, 100, got)
    _linger(check, "rtp-8-genuine")


def _names(check: Walk) -> None:
    tls = Sent("tls", 443, "tls")
    check.sends({"tls_name-before-neutral": (tls, 5)})
    if check.world.proxy:
        check.sends({"tls_name-connect_name-neutral": (PAGE, 3)})
    if not check.arms[-1].rx_client or check.world.proxy:
        return
    check.sends({"tls_name-voip-voip_name": (Sent("tls", 443, "tls", "voip"), 5)})
    if check.is_thin():
        after = Sent("tls_after", 443, "tls") if "tls_name" in check.world.lingers else tls
        check.sends({"tls_name-after-neutral": (after, 5)})
        if check.arms[-1].rx_client:
            _again(check, {"tls_name-voip-voip_name": (Sent("tls", 443, "tls", "voip"), 5)}, {})
    _linger(check, "tls_name-voip-voip_name")
    if "tls_name" not in check.world.lingers:
        sides = {
            f"quic-{HIGH}-neutral": (Sent("quic", HIGH), 5),
            f"quic-{HIGH}-voip_name": (Sent("quic", HIGH, word="voip"), 5),
        }
        check.sends(sides)


def _shape(check: Walk) -> None:
    how = check.world.shape
    for kind, payload, what in (
        ("udp", "random", Sent("random", HIGH)), ("tls", "neutral", Sent("tls", 443, "tls"))
    ):  # fmt: skip
        if how == "drop" and kind == "tls":
            return
        early = [_of_shape(check, what, 0.0) for _ in range(150)]
        late, control = [], []
        for place in range(100):
            slow = check.chance.uniform(600, 1_600) if how == "slow" else 0.0
            late.append(None if how == "drop" else _of_shape(check, what, slow))
            if place % 5 == 0:
                control.append(None if how == "drop" else _of_shape(check, what, 0.0))
        for part, all_of_it in (("early", early), ("late", late), ("control", control)):
            got = [rtt for rtt in all_of_it if rtt is not None]
            check.write(f"shape-{kind}_{part}-{payload}", what, len(all_of_it), got)
        _linger(check, f"shape-{kind}_late-{payload}", how == "drop")


def _of_shape(check: Walk, what: Sent, slow: float) -> float | None:
    """One packet of a call's rhythm; None if it is lost."""
    check.now += 0.03
    survives = check.packet() if what.proto == "udp" else check.attempt()
    return check.rtt(slow) if survives and check.world.passes(what) else None


def _again(check: Walk, arms: dict[str, tuple[Sent, int]], beside: dict[str, tuple[Sent, int]]) -> None:
    """A second round of what failed, with its other side, if not all of it did."""
    got = {arm.id: arm for arm in check.arms}
    thin = {one: what for one, what in arms.items() if 2 * got[one].rx_client <= got[one].sent}
    if thin and (beside or len(thin) < len(arms) or len(arms) == 1):
        check.now += 1
        rounds = {
            f"{'-'.join(one.split('-')[:-1])}_again-{one.rpartition('-')[2]}": what
            for one, what in (thin | beside).items()
        }
        check.sends(rounds)


def _linger(check: Walk, trigger: str, dead: bool | None = None) -> None:
    if dead is None:
        dead = trigger.partition("-")[0] in check.world.lingers
    tries = (0.0, 5.0, 15.0, 30.0) if dead else (0.0,)
    check.residual += [Residual(trigger=trigger, after_s=after, ok=not dead) for after in tries]
