"""Web room. The page of the check: a shell that tries the ways by script, and without scripts what the server sees.

Nothing that is shown here is kept, and no address is shown, so that a picture of the page can be passed on.
"""

import html
import ipaddress
import time
from collections.abc import Mapping

from aiohttp import hdrs, web

from jemaa.errors import Refused
from jemaa.limits import MAX_UPLOAD_BYTES
from jemaa.meeting.ids import SessionId

from . import packing
from .check import filling
from .house import HOUSE, House, bytes_of, json_answer, number
from .pages import embedded_json, fill, language_of
from .security import page_policy, plain_page_policy
from .shapes import UpAnswer
from .strings import direction
from .submissions import SUBMISSIONS

_FIRST = ("check.", "path.")
_SHOWN = (
    *("check.server", "check.timed", "check.noscript", "check.unknown", "check.title", "check.link", "check.skip"),
    *("check.sent", "check.answer", "check.ways", "check.early", "path.up."),
)
"""Families of words that the scripts need for the first advice, less those that are in the page already."""

_TIMED_BYTES = 24_000
"""What the page without scripts is timed by: three seconds of a line of 64 kb/s."""

_LONGEST_MS = 600_000

_PROXIES = (hdrs.VIA, hdrs.FORWARDED, hdrs.X_FORWARDED_FOR)

_FRAME_STYLE = ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;margin:0}"


_EARLY = (
    "document.addEventListener('readystatechange',()=>{"
    "const came=performance.getEntriesByType('navigation')[0],answer=document.getElementById('answer');"
    "if(document.readyState!=='interactive'||!came||!('AudioDecoder'in window))return;"
    "const round=(came.secureConnectionStart||came.connectEnd)-came.connectStart,"
    "ms=performance.now()-came.requestStart-round,kbps=8*(came.transferSize||7500)/Math.max(1,ms);"
    "if(kbps<14||kbps>150)return;"
    "answer.textContent=answer.dataset.early.replace('{kbps}',Math.round(kbps));"
    "answer.dataset.how='sound'})"
)
"""On a thin line the scripts take seconds. The page itself has come whole, and how long that took, but for a way there
and back, is the line's rate (its first byte says nothing: TLS gives it out together with the last). Between what the
sound needs and what is thin, it says so before any script is there, and no way, since none was tried."""


async def check_page(request: web.Request) -> web.Response:
    """`GET /check?session=`."""
    house = request.app[HOUSE]
    language = language_of(request, house)
    words = house.strings.table(language)
    session = await _session(request, house)
    facts = "".join(f"<li>{html.escape(words.get(key, key))}</li>" for key in seen(request, is_secure=house.is_secure))
    values = {
        "base": house.client.base,
        "lang": language,
        "dir": direction(language),
        "session": session,
        "version": html.escape(house.version),
        "record": "kept" if SUBMISSIONS in request.app else "",
        "style": house.client.style,
        "strings": embedded_json(
            {key: words[key] for key in words if key.startswith(_FIRST) and not key.startswith(_SHOWN)}
        ),
        "facts": facts,
        "early": _EARLY,
        "family": str(_family(request) or ""),
        "ways": _ways(session, language, words),
        "query": f"&amp;session={session}" if session else "",
    }
    page = fill(house.client.shell("check"), values, words)
    return _answer(request, page, f"{page_policy(page)}; frame-src 'self'", language)


def seen(request: web.Request, *, is_secure: bool) -> list[str]:
    """What the request itself shows, as keys of words: whether something stands between, never what or whose."""
    headers = request.headers
    facts = ["check.server.reached"]
    facts.append("check.server.https" if is_secure or request.secure else "check.server.http")
    facts.append("check.server.old" if request.version < (1, 1) else "check.server.new")
    facts.append("check.server.via" if hdrs.VIA in headers else "check.server.no_via")
    if family := _family(request):
        facts.append(f"check.server.ipv{family}")
    facts.append("check.server.upgrade")
    return facts


async def check_timed(request: web.Request) -> web.Response:
    """`GET /timed`: three requests, each sent on by the page before it; what lies between them is the rate.

    The first answer is empty and takes a way there and back, the second is long. The times travel in the addresses.
    """
    house, query = request.app[HOUSE], request.query
    language = language_of(request, house)
    words = house.strings.table(language)
    now = time.monotonic_ns() // 1_000_000
    began, short = number(query.get("began"), default=0), number(query.get("short"), default=0)
    if not began:
        return _frame(request, language, words["check.timed"], again=f"began={now}")
    if not short:
        return _frame(
            request, language, words["check.timed"], again=f"began={now}&short={max(1, now - began)}", padded=True
        )
    took = min(max(1, now - began - short), _LONGEST_MS)
    kbps = max(1, _TIMED_BYTES * 8 // took)
    said = words["check.timed.rate"].format(kbps=kbps, ms=min(short, _LONGEST_MS))
    return _frame(request, language, said, padded=False)


async def check_up(request: web.Request) -> web.Response:
    """`POST /check/up`: how much of what a check sends arrives, and whether it is what was sent."""
    data = await bytes_of(request, MAX_UPLOAD_BYTES)
    return json_answer(UpAnswer(bytes=len(data), whole=data == filling(len(data))))


async def _session(request: web.Request, house: House) -> str:
    """The session that one comes from, if there is one; else the page is about the server alone."""
    asked = request.query.get("session", "")
    try:
        known = asked.isalnum() and asked.isascii() and await house.halls.hall(SessionId(asked)) is not None
    except Refused:
        return ""
    return asked if known else ""


def _ways(session: str, language: str, words: Mapping[str, str]) -> str:
    """Links to what works without scripts."""
    if not session:
        return f'<li><a href="/?lang={language}">{html.escape(words["home.title"])}</a></li>'
    links = (
        (f"/s/{session}/text?lang={language}", "links.text"),
        (f"/s/{session}/radio.opus?kbps=12", "links.radio"),
        (f"/s/{session}/radio.mp3", "links.mp3"),
    )
    return "".join(f'<li><a href="{html.escape(to)}">{html.escape(words[key])}</a></li>' for to, key in links)


def _family(request: web.Request) -> int | None:
    """4 or 6: by which of them somebody came; None where a proxy stands between."""
    peer = request.transport.get_extra_info("peername") if request.transport else None
    if any(name in request.headers for name in _PROXIES) or not isinstance(peer, tuple):
        return None
    host = ipaddress.ip_address(str(peer[0]).partition("%")[0])
    return 6 if isinstance(host, ipaddress.IPv6Address) and host.ipv4_mapped is None else 4


def _frame(request: web.Request, language: str, said: str, *, again: str = "", padded: bool = False) -> web.Response:
    """A step of `check_timed`. What fills it does not compress: it stands in a comment, as hexadecimal."""
    follow = f"/timed?lang={language}&{again}"
    refresh = f'<meta http-equiv="refresh" content="0;url={html.escape(follow)}">' if again else ""
    padding = f"<!--{filling(_TIMED_BYTES // 2).hex()}-->" if padded else ""
    page = (
        f'<!doctype html><html lang="{language}" dir="{direction(language)}"><meta charset="utf-8">'
        f"<title>Jemaa</title><style>{_FRAME_STYLE}</style>"
        f"<p>{html.escape(said)}</p>{padding}{refresh}</html>"
    )
    answer = web.Response(body=page.encode(), content_type="text/html", charset="utf-8")
    answer.headers["Content-Security-Policy"] = plain_page_policy(page)
    answer.headers[hdrs.CACHE_CONTROL] = "no-store, no-transform"
    return answer


def _answer(request: web.Request, page: str, policy: str, language: str) -> web.Response:
    body = page.encode()
    headers = {
        hdrs.CONTENT_TYPE: "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        # What the server saw of this request is true of no other.
        hdrs.CACHE_CONTROL: "no-store",
        hdrs.CONTENT_LANGUAGE: language,
        hdrs.VARY: "Accept-Language",
    }
    return packing.answer(request, body, headers, is_shared=False)
