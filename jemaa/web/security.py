"""Web room. Headers that keep other sites, and what people write, from acting in our pages; and who may send what.

Every answer gets them. A page adds its own Content-Security-Policy; everything else may load nothing at all. What is
never a document of its own (sound, programs) needs none but the one that keeps browsers from guessing: an hour of
pieces has a thousand answers, and a page thirty files.
"""

import base64
import hashlib
import ipaddress
import re
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from jemaa.errors import Refused

OCTETS = "application/octet-stream"
JAVASCRIPT = "text/javascript; charset=utf-8"
_NO_DOCUMENTS = {OCTETS, JAVASCRIPT}
NO_GUESSING = {"X-Content-Type-Options": "nosniff"}
HEADERS = {
    **NO_GUESSING,
    "Permissions-Policy": "microphone=(self), camera=(self), display-capture=(self), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}

_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_SCRIPT = re.compile(r"<script(?![^>]*(?:\bsrc=|application/json))[^>]*>(.*?)</script>", re.DOTALL)


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler of `on_response_prepare`."""
    is_document = response.headers.get(hdrs.CONTENT_TYPE) not in _NO_DOCUMENTS
    for name, value in (HEADERS if is_document else NO_GUESSING).items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers[hdrs.SERVER] = "jemaa"


def page_policy(body: str) -> str:
    """The policy of a page with scripts: our own files, and the inline blocks that `body` has, by their hashes."""
    scripts = " ".join(["'self'", *(_hash(block) for block in _SCRIPT.findall(body))])
    styles = " ".join(["'self'", *(_hash(block) for block in _STYLE.findall(body))])
    return (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; connect-src 'self'; "
        "img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; manifest-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def plain_page_policy(body: str) -> str:
    """The policy of a page without scripts, which may frame, and be framed by, another of ours."""
    styles = " ".join(_hash(block) for block in _STYLE.findall(body)) or "'none'"
    return (
        f"default-src 'none'; style-src {styles}; frame-src 'self'; media-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'self'"
    )


def _hash(block: str) -> str:
    digest = hashlib.sha256(block.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def check_origin(request: web.Request, base_url: str) -> None:
    """Refuse what another site's page sends (CSRF). Browsers say whose page it is; who says nothing is no browser,
    or so old that SameSite cookies and the lack of a token must do."""
    site = request.headers.get("Sec-Fetch-Site")
    if site in ("cross-site", "same-site"):
        raise _foreign()
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is None or site == "same-origin":
        return
    # “null” is the origin of a page that hides its own: it has no host, and no host of ours is empty.
    ours = {request.host, urlsplit(base_url).netloc} - {""}
    try:
        theirs = urlsplit(origin).netloc
    except ValueError:  # such as “http://[”, which is no origin of anything
        raise _foreign() from None
    if theirs not in ours:
        raise _foreign()


def _foreign() -> Refused:
    return Refused("foreign-origin", "This was sent by another site's page; please use the meeting's own page.")


def is_local(request: web.Request) -> bool:
    """Whether somebody on this machine asks, and not through a proxy."""
    peer = request.transport.get_extra_info("peername") if request.transport else None
    if any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "Via")):
        return False
    # A Unix socket has no address: whoever reaches it is on this machine.
    return not isinstance(peer, tuple) or ipaddress.ip_address(str(peer[0]).partition("%")[0]).is_loopback
