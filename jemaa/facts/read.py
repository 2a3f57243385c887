"""Facts room. Bytes of anybody to a `Measurement`, and back; whatever cannot be a fact is refused with a reason."""

import math
from collections.abc import Iterator

import msgspec

from jemaa.errors import ProtocolError
from jemaa.limits import MAX_MEASUREMENT_BYTES

from .record import ACCESS, ARTEFACTS, REASONS, RUNGS, STEPS, Measurement

OLDEST = 1_735_689_600
"""1 January 2025: no check existed before it, so that an earlier date is a clock that was never set."""

CLOCK_AHEAD_SECONDS = 5_400
"""How far in the future a start may lie: clocks differ, and a time zone is sometimes an hour off."""


def read(data: bytes, now: float, *, max_age: float | None = None) -> Measurement:
    """The measurement in all of `data`; `now` is in Unix seconds, `max_age` in seconds refuses what is older.

    `ProtocolError`: `measurement-too-large`, `measurement-unreadable`, `measurement-field`, `measurement-date`,
    `measurement-contradicts`.
    """
    if len(data) > MAX_MEASUREMENT_BYTES:
        raise ProtocolError("measurement-too-large", f"A measurement has at most {MAX_MEASUREMENT_BYTES} bytes.")
    try:
        measurement = msgspec.json.decode(data, type=Measurement)
    except msgspec.ValidationError as error:
        raise ProtocolError("measurement-field", f"A field of this measurement is wrong: {error}.") from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise ProtocolError("measurement-unreadable", "That is not the JSON of a measurement.") from None
    _check_date(measurement, now, max_age)
    check(measurement)
    return measurement


def write(measurement: Measurement) -> bytes:
    """As `read` takes it. A measurement that `read` would refuse is refused here already, with the same codes."""
    try:
        msgspec.convert(msgspec.to_builtins(measurement), Measurement)
    except msgspec.ValidationError as error:
        raise ProtocolError("measurement-field", f"A field of this measurement is wrong: {error}.") from None
    check(measurement)
    data = msgspec.json.encode(measurement)
    if len(data) > MAX_MEASUREMENT_BYTES:
        raise ProtocolError("measurement-too-large", f"A measurement has at most {MAX_MEASUREMENT_BYTES} bytes.")
    return data


def check(measurement: Measurement) -> None:
    """What no single field can say. `ProtocolError`: `measurement-field`, `measurement-contradicts`."""
    for path, word, known in _words(measurement):
        if word not in known:
            raise ProtocolError("measurement-field", f"There is no {word!r}: $.{path} is one of {', '.join(known)}.")
    for path, number in _numbers(measurement):
        if number is not None and not math.isfinite(number):
            raise ProtocolError("measurement-field", f"$.{path} is not a number that can be measured.")
    for trouble in _contradictions(measurement):
        raise ProtocolError("measurement-contradicts", trouble)


def _check_date(measurement: Measurement, now: float, max_age: float | None) -> None:
    start = measurement.started_at
    if start > now + CLOCK_AHEAD_SECONDS:
        raise ProtocolError("measurement-date", "This measurement says that it began in the future: set the clock.")
    if start < OLDEST or (max_age is not None and start < now - max_age):
        raise ProtocolError("measurement-date", "This measurement says that it is too old: set the clock.")


def _words(measurement: Measurement) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each text that comes from a closed list, with where it stands and that list."""
    yield "network.access", measurement.network.access, ACCESS
    for number, arm in enumerate(measurement.arms):
        yield f"arms[{number}].step", arm.step, STEPS
        if arm.artefact is not None:
            yield f"arms[{number}].artefact", arm.artefact, ARTEFACTS
    for number, rung in enumerate(measurement.rungs):
        yield f"rungs[{number}].name", rung.name, RUNGS
    for number, step in enumerate(measurement.plan.steps):
        yield f"plan.steps[{number}]", step, STEPS
    for number, one in enumerate(measurement.plan.left_out):
        yield f"plan.left_out[{number}].step", one.step, STEPS
        yield f"plan.left_out[{number}].why", one.why, REASONS


def _numbers(measurement: Measurement) -> Iterator[tuple[str, float | None]]:
    """Each number that is not whole: JSON has no NaN, but a program that fills in a record can have one."""
    yield "seconds", measurement.seconds
    yield "controls.aa_p", measurement.controls.aa_p
    for number, arm in enumerate(measurement.arms):
        yield f"arms[{number}].rtt_ms_p50", arm.rtt_ms_p50
        yield f"arms[{number}].rtt_ms_p95", arm.rtt_ms_p95
    for number, series in enumerate(measurement.series):
        yield f"series[{number}].last_rx_s", series.last_rx_s
    for number, residual in enumerate(measurement.residual):
        yield f"residual[{number}].after_s", residual.after_s
    for number, rung in enumerate(measurement.rungs):
        for name in ("setup_ms", "loss", "jitter_ms", "delay_ms_p95", "kbps"):
            yield f"rungs[{number}].{name}", getattr(rung, name)


def _contradictions(measurement: Measurement) -> Iterator[str]:
    ids = {arm.id for arm in measurement.arms}
    if len(ids) < len(measurement.arms):
        yield "Two arms have the same id."
    for arm in measurement.arms:
        if arm.rx_client > arm.sent or (arm.rx_server or 0) > arm.sent:
            yield f"More arrived than was sent in arm {arm.id}: each packet counts once."
        if arm.rx_client + arm.turned_away > arm.sent:
            yield f"More was turned away of arm {arm.id} than did not come through."
    for series in measurement.series:
        if series.arm not in ids:
            yield f"There is a series of an arm {series.arm}, and no such arm."
    for residual in measurement.residual:
        if residual.trigger not in ids:
            yield f"There is a residual of an arm {residual.trigger}, and no such arm."
    if len({rung.name for rung in measurement.rungs}) < len(measurement.rungs):
        yield "A rung is there twice."
