"""Evidence room. Maps and time lines as SVG, drawn by matplotlib; no words in them but dates and per cents.

So that one picture serves every language, and light and dark, colours are the page's own: each is drawn in a marked
shade that becomes a CSS variable. A table beside each picture says the same.
"""

import datetime
import io
import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jemaa.errors import SettingsError

from .tables import Group

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OUTLINES = Path(__file__).parent / "static" / "world.json"
"""Natural Earth's countries at 1:110 million, in the public domain; rounded to a tenth of a degree."""

_SHADES = {
    "ink": "#010203",
    "soft": "#040506",
    "line": "#070809",
    "land": "#0a0b0c",
    "worked": "#0d0e0f",
    "failed": "#101112",
    "mixed": "#131415",
    "few": "#161718",
}
_HATCH = {"failed": "//", "mixed": "\\\\"}
"""Beside the colour, for who does not see it."""

_SOUTH, _NORTH = -56.0, 78.0


def world(words: Mapping[str, str]) -> str:
    """A map: of each country code a word of `Cell`; others are land of which nothing is known."""
    figure, axes = _figure(9.0, 4.3, (0.0, 0.0, 1.0, 1.0))
    collections = _matplotlib("collections")
    for kind in ("land", "few", "mixed", "worked", "failed"):
        rings = [ring for cc, outline in _outlines().items() if words.get(cc, "land") == kind for ring in outline]
        if rings:
            axes.add_collection(
                collections.PolyCollection(
                    [[_projected(at) for at in _unbroken(ring)] for ring in rings],
                    facecolors=_SHADES[kind],
                    edgecolors=_SHADES["line"],
                    linewidths=0.4,
                    hatch=_HATCH.get(kind),
                    hatchcolors=_SHADES["land"],
                )
            )
    axes.set_xlim(-170, 191)
    axes.set_ylim(_projected((0, _SOUTH))[1], _projected((0, _NORTH))[1])
    axes.set_aspect("equal")
    axes.axis("off")
    return _svg(figure, "world")


def time_line(weeks: Sequence[tuple[str, Group]], changes: Sequence[str], name: str) -> str:
    """Share and interval by week (Mondays, oldest first); `changes` are weeks in which something changed."""
    figure, axes = _figure(4.2, 1.55, (0.13, 0.19, 0.91, 0.96))
    days = [datetime.date.fromisoformat(week) for week, _ in weeks]
    for run in _runs(days):
        groups = [weeks[at][1] for at in run]
        at = [float(days[place].toordinal()) for place in run]
        low, high = [100 * one.low for one in groups], [100 * one.high for one in groups]
        axes.fill_between(at, low, high, color=_SHADES["worked"], alpha=0.18, linewidth=0)
        axes.plot(at, [100 * one.share for one in groups], color=_SHADES["worked"], linewidth=1.6, marker="o", ms=3)
    for week in changes:
        axes.axvline(
            float(datetime.date.fromisoformat(week).toordinal()),
            color=_SHADES["failed"],
            linewidth=1.2,
            linestyle=(0, (3, 2)),
        )
    axes.axhline(50, color=_SHADES["line"], linewidth=0.8)
    axes.set_ylim(-4, 104)
    axes.set_yticks([0, 50, 100], ["0 %", "50 %", "100 %"])
    _date_axis(axes, days)
    return _svg(figure, name)


def _date_axis(axes: "Axes", days: Sequence[datetime.date]) -> None:
    shown = [days[0], days[len(days) // 2], days[-1]] if len(days) > 6 else [days[0], days[-1]]
    axes.set_xlim(days[0].toordinal() - 4, days[-1].toordinal() + 4)
    axes.set_xticks([float(day.toordinal()) for day in shown], [day.isoformat() for day in shown])
    axes.tick_params(labelsize=8, colors=_SHADES["soft"], length=0)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)


def _runs(days: Sequence[datetime.date]) -> list[list[int]]:
    """Places of weeks that follow each other: no line is drawn over weeks without a probe."""
    runs: list[list[int]] = []
    for place, day in enumerate(days):
        if runs and (day - days[place - 1]).days <= 7:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _figure(width: float, height: float, margins: tuple[float, float, float, float]) -> tuple[Any, "Axes"]:
    """A figure that knows no window system; `margins` are left, bottom, right and top, as shares."""
    figure = _matplotlib("figure").Figure(figsize=(width, height))
    _matplotlib("backends.backend_svg").FigureCanvasSVG(figure)
    figure.patch.set_alpha(0)
    axes: Axes = figure.subplots()
    axes.patch.set_alpha(0)
    # Set by hand: looking for what fits costs as much as all the rest, and there are thousands of these.
    figure.subplots_adjust(*margins)
    return figure, axes


def _svg(figure: Any, name: str) -> str:
    matplotlib = _matplotlib("")
    out = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name, "hatch.linewidth": 0.5}):
        figure.savefig(out, format="svg", metadata={"Date": None})
    return _tidied(out.getvalue())


def _tidied(text: str) -> str:
    """For the inside of a page: no prolog, no `style` (a strict policy forbids it), colours as variables."""
    body = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", text[text.index("<svg") :], flags=re.DOTALL)
    body = re.sub(r"<style[^>]*>.*?</style>", "", body, flags=re.DOTALL)
    body = re.sub(r' style="([^"]*)"', lambda found: _attributes(found[1]), body)
    body = re.sub(r'(<svg[^>]*?) (?:width|height)="[^"]*"', r"\1", body, count=1)
    body = re.sub(r'(<svg[^>]*?) (?:width|height)="[^"]*"', r"\1", body, count=1)
    body = re.sub(r' d="([^"]*)"', lambda found: f' d="{_shorter(found[1])}"', body)
    for kind, shade in _SHADES.items():
        body = body.replace(shade, f"var(--{kind})")
    return re.sub(r"\s*\n\s*", "\n", body).strip()


def _shorter(path: str) -> str:
    """A path to a tenth of a point: half of the bytes, and nobody sees the difference."""
    rounded = re.sub(r"-?\d+\.\d+", lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), path)
    return re.sub(r"\s*([A-Za-z])\s*", r"\1", rounded).strip()


def _attributes(style: str) -> str:
    found = (part.partition(":") for part in style.split(";") if ":" in part)
    pairs = ((name.strip(), value.strip()) for name, _, value in found)
    return "".join(f' {name}="{_attribute(name, value)}"' for name, value in pairs)


def _attribute(name: str, value: str) -> str:
    return "10px sans-serif" if name == "font" and "8px" not in value else value.replace('"', "'")


def _projected(at: Sequence[float]) -> tuple[float, float]:
    """Miller's projection: countries near the poles stay small, straight up is north."""
    longitude, latitude = at
    return longitude, math.degrees(1.25 * math.log(math.tan(math.pi / 4 + 0.4 * math.radians(latitude))))


def _unbroken(ring: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    """An outline that crosses the date line goes on beyond it, instead of back around the world."""
    longitudes = [longitude for longitude, _ in ring]
    if max(longitudes) - min(longitudes) < 180:
        return ring
    return [(longitude + 360 if longitude < 0 else longitude, latitude) for longitude, latitude in ring]


@cache
def _outlines() -> dict[str, list[list[tuple[float, float]]]]:
    return msgspec.json.decode(OUTLINES.read_bytes(), type=dict[str, list[list[tuple[float, float]]]])


def _matplotlib(part: str) -> Any:
    """Loaded when the first picture is drawn: it takes a second, and a server needs none."""
    import importlib

    try:
        return importlib.import_module(f"matplotlib.{part}" if part else "matplotlib")
    except ImportError as error:
        text = "The pages need matplotlib: install jemaa with its extra “evidence”."
        raise SettingsError("evidence-tool-missing", text) from error
