"""Web room. Answers in the smallest form that a browser takes: Brotli (RFC 7932), else gzip (RFC 1952), else plain.

Brotli's best takes 15 ms for a page and is a seventh smaller than gzip's; so bytes that many ask for are packed once,
and kept. What one person gets once is packed in a millisecond, and is still smaller than by gzip.
"""

import gzip
from collections.abc import Callable
from functools import lru_cache

import brotli
from aiohttp import hdrs, web

_KEPT = 256
"""Answers kept in a form: all of the client's files, and the pages of some sessions and languages."""


def answer(request: web.Request, body: bytes, headers: dict[str, str], *, is_shared: bool = True) -> web.Response:
    """`body` in a form that the request's `Accept-Encoding` takes (RFC 9110 §12.5.3), the smallest first.

    `is_shared`: others will be sent the same bytes, so they are packed as well as can be, and kept.
    """
    headers = dict(headers)
    headers[hdrs.VARY] = ", ".join(filter(None, (headers.get(hdrs.VARY), hdrs.ACCEPT_ENCODING)))
    pack = _packed_for_all if is_shared else _packed
    taken = _taken(request.headers.get(hdrs.ACCEPT_ENCODING, ""))
    for coding in _CODINGS:
        if coding in taken and len(packed := pack(coding, body)) < len(body):
            return web.Response(body=packed, headers=headers | {hdrs.CONTENT_ENCODING: coding})
    return web.Response(body=body, headers=headers)


def _brotli(body: bytes, is_shared: bool) -> bytes:
    packed: bytes = brotli.compress(body, quality=11 if is_shared else 5)
    return packed


def _gzip(body: bytes, is_shared: bool) -> bytes:
    return gzip.compress(body, 9 if is_shared else 6, mtime=0)


_CODINGS: dict[str, Callable[[bytes, bool], bytes]] = {"br": _brotli, "gzip": _gzip}


def _packed(coding: str, body: bytes) -> bytes:
    return _CODINGS[coding](body, False)


@lru_cache(_KEPT)
def _packed_for_all(coding: str, body: bytes) -> bytes:
    return _CODINGS[coding](body, True)


def _taken(accepted: str) -> set[str]:
    """The codings of an `Accept-Encoding` that are not refused by a weight of 0."""
    taken = set()
    for one in accepted.lower().split(","):
        coding, _, weight = one.replace(" ", "").partition(";")
        if not weight or weight.strip("q=0."):
            taken.add(coding)
    return taken
