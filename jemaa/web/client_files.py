"""Web room. The browser's files, kept in memory, under an address that has their content's hash.

What changes gets another address, so everything may be cached for ever. For work on the pages `rereading` looks at the
disk at each request instead, and lets nothing be cached.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from aiohttp import hdrs, web

from jemaa.errors import Refused

from . import packing
from .comments import without_comments
from .security import JAVASCRIPT

_TYPES = {
    ".js": JAVASCRIPT,
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".html": "text/html; charset=utf-8",
}
_COMMENTED = {".js", ".css"}
NOT_FOR_PARTICIPANTS = {"captioner", "check", "checkup", "home", "links", "room", "site", "text"}
"""Words of other pages, which the participant's table leaves out: over a thin line they are some seconds."""
FOREVER = "public, max-age=31536000, immutable"
_HASH_CHARACTERS = 12


@dataclass(frozen=True, slots=True)
class ClientFile:
    """One file as it is served."""

    content_type: str
    body: bytes
    etag: str


class ClientFiles:
    """The folder `jemaa/client`; page shells in `pages/` are not served as they are."""

    def __init__(self, folder: Path, *, is_rereading: bool = False) -> None:
        self._folder = folder
        self._is_rereading = is_rereading
        self._files = _read(folder)
        digest = hashlib.sha256()
        for name, file in self._files.items():
            digest.update(f"{name}\0{file.etag}\0".encode())
        self.hash = "dev" if is_rereading else digest.hexdigest()[:_HASH_CHARACTERS]

    @property
    def base(self) -> str:
        """The path under which the files are, without a slash at the end."""
        return f"/client/{self.hash}"

    def shell(self, name: str) -> str:
        """The HTML of a page, with its placeholders."""
        if self._is_rereading:
            return (self._folder / "pages" / f"{name}.html").read_text(encoding="utf-8")
        return self._files[f"pages/{name}.html"].body.decode()

    @property
    def style(self) -> str:
        """The style sheet, for the page that has it inside itself to spare a request."""
        return self._files["ui/jemaa.css"].body.decode()

    @property
    def at_once(self) -> str:
        """The script that every page has inside itself, since it must run where no file comes."""
        return self._files["ui/at_once.js"].body.decode()

    async def serve(self, request: web.Request) -> web.Response:
        """`GET /client/{hash}/{path}`."""
        if self._is_rereading:
            self._files = _read(self._folder)
        name = request.match_info["path"]
        file = self._files.get(name)
        # The files of another version are not ours to give under that version's address.
        if file is None or name.startswith("pages/") or request.match_info["hash"] != self.hash:
            raise Refused("not-found", "There is no such file here; please reload the page.")
        cache = "no-cache" if self._is_rereading else FOREVER
        headers: dict[str, str] = {
            hdrs.CACHE_CONTROL: cache,
            hdrs.ETAG: file.etag,
            hdrs.CONTENT_TYPE: file.content_type,
        }
        if request.headers.get(hdrs.IF_NONE_MATCH) == file.etag:
            return web.Response(status=304, headers=headers | {hdrs.VARY: hdrs.ACCEPT_ENCODING})
        return packing.answer(request, file.body, headers)


def _read(folder: Path) -> dict[str, ClientFile]:
    found: dict[str, ClientFile] = {}
    for path in sorted(folder.rglob("*")):
        content_type = _TYPES.get(path.suffix)
        if content_type is None or not path.is_file():
            continue
        body = path.read_bytes()
        if path.suffix in _COMMENTED:
            body = without_comments(body.decode()).encode()
        found[path.relative_to(folder).as_posix()] = _file(content_type, body)
        if path.parent.name == "strings":
            found[f"strings/{path.stem}.participant.json"] = _file(content_type, for_participants(body))
    return found


def _file(content_type: str, body: bytes) -> ClientFile:
    # Weak, since it is the same for each form that an answer may be packed in (RFC 9110 §8.8.3).
    return ClientFile(content_type, body, f'W/"{hashlib.sha256(body).hexdigest()[:16]}"')


def for_participants(table: bytes) -> bytes:
    """A table of words less those of other pages. A chair may open this page too: his few words stay."""
    words: dict[str, str] = json.loads(table)
    kept = {key: text for key, text in words.items() if key.partition(".")[0] not in NOT_FOR_PARTICIPANTS}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()
