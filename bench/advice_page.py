"""The advice behind each network as one page that needs nothing but itself: no script, no other file, no other host."""

from collections.abc import Sequence
from html import escape
from statistics import median

from bench.advice_results import CAP, FIRST_SECONDS, SILENT_AT_MOST, STOI_UNDERSTOOD, Advised, Judged, Run, judged
from bench.advice_results import profile_of as name_of
from jemaa.facts.record import Measurement
from jemaa.matrix.page import document, the_networks
from jemaa.matrix.page_grid import NOTHING, grouped, sign

LEAD = """Somebody behind each network of <code>jemaa lab list</code> opens <code>/check</code> in a real browser,
reads how he can attend, and does it. What he then hears, or reads, decides whether the advice was right."""
HEADS = (
    "the way it names", "works when it is used", "first words, s", "way named, s", "all ways tried, s",
    "first sound, s", "STOI", "silent", "ways that work, by what it says", "the fuller test accuses",
)  # fmt: skip


def page(run: Run, facts: Sequence[Measurement]) -> str:
    """The HTML of the whole page."""
    found = {name_of(one): judged(one) for one in facts}
    parts = (_summary(run, found), _grid(run, found), _wrong(run, found), the_networks(run.networks), _method(run))
    return document("Is the advice right", LEAD, *parts)


def summary(run: Run, found: dict[str, Judged]) -> str:
    """In a few sentences, without marks."""
    right = sum(cell.is_right for cell in run.cells)
    firsts = sorted(cell.way_at for cell in run.cells if cell.way_at is not None)
    soon = sum(cell.is_in_time for cell in run.cells)
    closed = [cell.profile for cell in run.cells if not cell.opened]
    lines = [f"The advice was right on {right} of {len(run.cells)} networks."]
    if firsts:
        lines.append(
            f"A way was named after {median(firsts):.1f} s at the median and {firsts[-1]:.1f} s at the worst, on"
            f" {soon} of {len(firsts)} networks within {FIRST_SECONDS:.0f} s."
        )
    if closed:
        lines.append(f"Nothing opens, the meeting's page neither, behind {', '.join(closed)}: the honest no.")
    if found:
        over = sum(len(one.over_cap) for one in found.values())
        wrong = sum(len(one.wrong) for one in found.values())
        lines.append(
            f"The fuller test's facts, of {len(found)} networks: {over} findings above what a browser may say, and"
            f" {wrong} accusations of what a network does not do."
        )
    else:
        lines.append("The fuller test was not run.")
    return " ".join(lines)


def _summary(run: Run, found: dict[str, Judged]) -> str:
    return f"<h2>In short</h2><p>{escape(summary(run, found))}</p>"


def _grid(run: Run, found: dict[str, Judged]) -> str:
    cells = {cell.profile: cell for cell in run.cells}
    heads = "".join(f'<th scope="col">{head}</th>' for head in HEADS)
    rows = [
        (network, _row(cells[network.name], found.get(network.name)))
        for network in run.networks
        if network.name in cells
    ]
    legend = f"{sign(True)} it worked {sign(False)} it did not {sign(None)} no way was named, and none works"
    return f"""<h2>Network by network</h2><p class="legend">{legend}</p>
<div class="wide"><table><caption>What was said, and what came of following it</caption>
<thead><tr><th scope="col">network</th>{heads}</tr></thead>{grouped(rows, len(HEADS) + 1, set(cells))}</table></div>"""


def _row(cell: Advised, found: Judged | None) -> str:
    used = cell.used.get(cell.advice)
    works = None if used is None and cell.is_right else cell.is_right
    named = " → ".join(cell.named) if cell.opened else "the page does not open"
    ways = ", ".join(way for way, how in cell.ways.items() if how == "yes")
    accused = ", ".join(f"{node} ({verdict})" for node, verdict in found.accused.items()) if found else ""
    figures = [
        (cell.first, "{:.1f}"), (cell.way_at, "{:.1f}"), (cell.whole, "{:.1f}"),
        (used and used.first_sound, "{:.1f}"), (used and used.stoi, "{:.2f}"), (used and used.silent, "{:.0%}"),
    ]  # fmt: skip
    numbers = "".join(
        f'<td class="number">{NOTHING if value is None else form.format(value)}</td>' for value, form in figures
    )
    words = "".join(
        f"<td>{escape(text) or NOTHING}</td>" for text in (ways, accused or ("nothing" if found else "not run"))
    )
    return f"<td>{escape(named)}</td><td>{sign(works)}</td>{numbers}{words}"


def _wrong(run: Run, found: dict[str, Judged]) -> str:
    """What fell short, in words."""
    lines = [
        f"{cell.profile}: {way}: {one.why_not}"
        for cell in run.cells
        if not cell.is_right
        for way, one in (cell.used.items() or {"": None}.items())
        if one and not one.works
    ]
    lines += [f"{cell.profile}: {cell.why_not}" for cell in run.cells if cell.why_not]
    lines += [f"{name}: above the cap: {', '.join(one.over_cap)}" for name, one in found.items() if one.over_cap]
    lines += [
        f"{name}: accused of what it does not do: {', '.join(one.wrong)}" for name, one in found.items() if one.wrong
    ]
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<h2>What fell short</h2><ul>{items}</ul>" if lines else ""


def _method(run: Run) -> str:
    caps = " and ".join(f"<em>{escape(one)}</em>" for one in sorted(CAP))
    return f"""<h2>How it was done</h2>
<p>Begun {escape(run.began)}, at commit {escape(", ".join(run.commits))}, on {escape(run.machine)}. Each way that the
page named, the first words and the last, was then forced (<code>down=</code>) on the meeting’s page in the same
browser, and listened to for {run.seconds} seconds. <em>It worked</em>: the floor’s speech was known again in what the
loudspeaker gave out, STOI {STOI_UNDERSTOOD} at least and {SILENT_AT_MOST:.0%} of silence at most; for
<code>text</code>: a caption stood on the page. Where no way was named, or the page did not open, every way was tried,
and the advice is right if none works. Seconds count from the entering of the address. The fuller test was made in a lab
of its own; its facts are judged by the rules of the day on which this page was made. {caps} is more than a browser,
which cannot send twins, may say. A network beside which the machine was more than 20 ms late with its own beat was
asked again.</p>
<p>Made by <code>make advice</code>; the same as data: <a href="advice.json">advice.json</a>, and the facts:
<a href="facts.jsonl">facts.jsonl</a>.</p>"""
