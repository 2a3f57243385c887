"""Audit room. A report as one page of HTML that needs nothing else: it can be mailed, printed and kept."""

import html
from collections.abc import Iterable

from .claims import ANY
from .judgement import Way
from .report import Report, Shut
from .routes import Cited, Footnotes
from .source import Claim, Source, Words
from .wording import RIGHT_TO_LEFT, Wording, groups

_STYLE = (
    ":root{color-scheme:light dark;--paper:#f6f3ec;--card:#fffdf9;--ink:#1d2422;--soft:#56605c;--line:#ddd6c8;"
    "--deep:#0c5a54;--failed:#b8400f;--tint:#fbe7dc}"
    "@media(prefers-color-scheme:dark){:root{--paper:#101615;--card:#182120;--ink:#e9ece8;--soft:#a5b0ab;"
    "--line:#34413e;--deep:#7fd1c4;--failed:#ff9463;--tint:#3b2116}}"
    "body{margin:0 auto;max-width:64rem;padding:1rem;background:var(--paper);color:var(--ink);"
    'font:100%/1.55 system-ui,"Noto Sans","Noto Sans Arabic",Tahoma,sans-serif;overflow-wrap:anywhere}'
    ":lang(ar){line-height:1.75}a{color:var(--deep)}h1{font-size:1.7rem;line-height:1.3;margin:.5rem 0}"
    "h2{font-size:1.2rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:0 0 .3rem}"
    ".caution{border-inline-start:.35rem solid var(--failed);padding:.4rem 1rem;background:var(--tint)}"
    ".wide{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:14px}"
    "table{border-collapse:collapse;width:100%;font-size:.9rem;overflow-wrap:normal}"
    "th,td{padding:.5rem .7rem;text-align:start;vertical-align:top;border-block-start:1px solid var(--line)}"
    "td{min-width:7rem}"
    "thead th{border:0;color:var(--soft)}tbody th{font-weight:500;min-width:9rem}"
    ".out{color:var(--failed);font-weight:600}"
    ".way{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:.8rem 1rem;margin:.6rem 0}"
    "dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem;margin:.3rem 0}dt{color:var(--soft)}dd{margin:0}"
    ".soft,small{color:var(--soft)}li{margin:.4rem 0}@media print{.wide{overflow:visible}}"
)


def write(report: Report, language: str) -> str:
    """The whole page."""
    words = Wording(language)
    title = f"{words.word('title')}: {report.title or ', '.join(way.name for way in report.ways)}"
    cautions = [] if report.has_measurements else [words.word("no_measurements")]
    told = "".join(f"<p>{_escaped(one)}</p>" for one in [*cautions, *(words.of(one) for one in report.cautions)])
    names = "".join(f" · {_in(words, one)}" for one in report.names)
    body = (
        f"<h1>{_escaped(title)}</h1><p>{_escaped(words.word('where'))}: <strong>{report.country}</strong> · "
        f"{_escaped(words.word('when'))}: <strong><bdi>{_escaped(report.dates)}</bdi></strong>{names}</p>"
        f'<div class="caution">{told}<p>{_escaped(words.word("measured_and_said"))}</p></div>'
        f"{_summary(report, words)}{_ways('ways', report.ways, report.footnotes, words)}"
        f"{_ways('others', report.others, report.footnotes, words)}"
        f"<p class=soft>{_escaped(words.word('others.help'))}</p>"
        f"{_footnotes(report.footnotes, words)}{_claims(report, words)}{_rivals(report, words)}"
        f'<p class="caution">{_escaped(words.word("cannot"))}</p>'
    )
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{_escaped(title)}</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>\n"
    )


def _summary(report: Report, words: Wording) -> str:
    rows = ""
    for shut in report.shut:
        out_of, left, unknown = (_escaped(one) for one in words.shut(shut, all_said=not report.has_measurements))
        look = ' class="out"' if shut.out_of else ""
        place = _escaped(words.place(shut.place)) + _fired(shut, words)
        rows += f'<tr><th scope="row">{place}</th><td{look}>{out_of}<td>{left}<td>{unknown}'
    heading = "out_of" if report.has_measurements else "out_of_said"
    table = _table(words, ("network", heading, "left", "unknown"), rows)
    return f"<h2>{_escaped(words.word('summary'))}</h2>{table}"


def _fired(shut: Shut, words: Wording) -> str:
    lines = "".join(f"<br>{_escaped(line)}" for line in words.fired(shut.fired))
    return f"<br><small>{_escaped(words.word('fired'))}:{lines}</small>" if lines else ""


def _ways(heading: str, ways: Iterable[Way], footnotes: Footnotes, words: Wording) -> str:
    blocks = ""
    for way in ways:
        said = f'<p class="soft">“<bdi>{_escaped(way.mention.words)}</bdi>”</p>' if way.mention.words else ""
        facts = _routes(footnotes.routes.get(way.app, ()), words)
        for where, measured, heard in groups(way, words) if way.existed == "yes" else ():
            facts += (
                f"<dl><dt>{_escaped(words.word('network'))}<dd>{_escaped('; '.join(where))}"
                f"<dt>{_escaped(words.word('measured'))}<dd>{_escaped(measured)}"
                f"<dt>{_escaped(words.word('said'))}<dd>{_escaped(heard)}</dl>"
            )
        blocks += f'<section class="way"><h3>{_escaped(words.way(way))}</h3>{said}{facts}</section>'
    return f"<h2>{_escaped(words.word(heading))}</h2>{blocks}"


def _routes(routes: Iterable[Cited], words: Wording) -> str:
    told = "; ".join(
        f'<bdi dir="ltr">{_escaped(words.route(one))}</bdi>'
        + "".join(f'<sup><a href="#source-{note}">[{note}]</a></sup>' for note in one.notes)
        for one in routes
    )
    return f'<p class="soft">{_escaped(words.word("routes"))}: {told}</p>' if told else ""


def _footnotes(footnotes: Footnotes, words: Wording) -> str:
    """Where the sources of the catalogue's routes can be read."""
    items = "".join(
        f'<li id="source-{number}">{_source(one, words)}' for number, one in enumerate(footnotes.sources, 1)
    )
    return f'<h2>{_escaped(words.word("routes.sources"))}</h2><ol class="soft">{items}</ol>' if items else ""


def _claims(report: Report, words: Wording) -> str:
    if not report.claims:
        return ""
    sources = {one.id: one for one in report.sources}
    rows = "".join(_claim(claim, sources, words) for claim in report.claims)
    heads = ("claim.from", "claim.who", "claim.what", "claim.grade", "claim.sources")
    return (
        f"<h2>{_escaped(words.word('claims'))}</h2>{_table(words, heads, rows)}"
        f'<p class="soft">{_escaped(words.word("grades"))}</p>'
    )


def _claim(claim: Claim, sources: dict[str, Source], words: Wording) -> str:
    cited = "<br>".join(_source(sources[one], words) for one in claim.sources)
    networks = "" if ANY in claim.networks else f"<br><small>{_escaped(', '.join(claim.networks))}</small>"
    return (
        f'<tr id="{_escaped(claim.id)}"><td><bdi>{_escaped(claim.from_)}</bdi><td>{_in(words, claim.who)}{networks}'
        f"<td>{_in(words, claim.said)}<td>{claim.grade}<td>{cited}"
    )


def _source(source: Source, words: Wording) -> str:
    text = _escaped(source.publisher + (f", {source.date}" if source.date else ""))
    shown = f'<a href="{_escaped(source.url)}" rel="noreferrer">{text}</a>' if source.url.startswith("http") else text
    return f'<bdi dir="ltr">{shown}</bdi> <small>({_escaped(words.word("seen." + source.seen))})</small>'


def _rivals(report: Report, words: Wording) -> str:
    told = {one.id for one in report.claims}
    items = ""
    for one in report.hypotheses:
        notes = "".join(
            f"<br><small>{_escaped(words.word(key))}: {_cited(claims, told)}</small>"
            for key, claims in (("explains", one.explains), ("strains", one.strains))
            if claims
        )
        lab = f"<br><small>{_escaped(words.word('profile', profile=one.profile))}</small>" if one.profile else ""
        items += f"<li><strong>{_escaped(one.id)}</strong>: {_in(words, one.says)}{notes}{lab}"
    conflicts = "".join(
        f"<li>{_in(words, one.about)} <small>{_cited(one.claims, told)}</small>" for one in report.disagreements
    )
    found = f"<h2>{_escaped(words.word('hypotheses'))}</h2><ul>{items}</ul>"
    return found + (f"<h2>{_escaped(words.word('disagreements'))}</h2><ul>{conflicts}</ul>" if conflicts else "")


def _cited(claims: Iterable[str], told: set[str]) -> str:
    """Claims by their ids; those of another time are not on this page."""
    return ", ".join(
        f'<a href="#{_escaped(one)}">{_escaped(one)}</a>' if one in told else _escaped(one) for one in claims
    )


def _table(words: Wording, heads: Iterable[str], rows: str) -> str:
    cells = "".join(f'<th scope="col">{_escaped(words.word(one))}' for one in heads)
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{_escaped(words.word("summary"))}">'
        f"<table><thead><tr>{cells}</thead><tbody>{rows}</tbody></table></div>"
    )


def _in(words: Wording, said: Words) -> str:
    if words.language in said:
        return _escaped(said[words.language])
    return f'<span lang="en" dir="ltr">{_escaped(said["en"])}</span>'


def _escaped(text: str) -> str:
    return html.escape(text)
