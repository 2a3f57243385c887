"""Audit room. The catalogue: applications that announcements name, what people call them, what they need of a network.

One TOML file each in `jemaa/audit/catalogue/`, named by identity. docs/audit.md explains the fields; a field that is
not known is refused (`audit-catalogue-invalid`), because a misspelt one would be silently lost.
"""

from functools import cache
from pathlib import Path
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from jemaa.errors import SettingsError

from .period import Period
from .reading import invalid_app, parse, period, text_of
from .source import Grade, Source

FOLDER = Path(__file__).parent / "catalogue"

Like = Literal["live", "stream", "pieces", "radio", "text", "webrtc-udp", "turn-udp", "turn-tcp", "turn-tls", "none"]
"""Which rung of the check behaves as this path does; none: the check has no likeness of it."""


class Route(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way of an application over the network. Its routes stand in the order in which it tries them."""

    transport: Literal["udp", "tcp", "tls", "https", "ws", "telephone", "mail"]
    ports: tuple[str, ...] = ()
    """`443` or `8801-8810`; empty: any, or not known."""
    carries: str
    like: Like = "none"
    own: bool = False
    """The check goes this very way, so that what it measures is no likeness."""
    mark: str = ""
    """Which mark its packets bear, of those that the check sends: a word of `mark:whatsapp`, the subject of a cell."""
    as_of: str = ""
    grade: Grade
    sources: tuple[str, ...] = ()


class App(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An application or another way to attend. `call`: it makes calls; `web`: pages and pieces over HTTPS alone."""

    id: str = ""
    """The name of its file."""
    name: str
    kind: Literal["call", "web", "phone", "mail"]
    names: tuple[str, ...]
    """What people write, in any case; of Arabic names without the article."""
    ordinary: tuple[str, ...] = ()
    """Names that are also ordinary words: they count only as written here, and as uncertain."""
    hosts: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    from_: str = field(name="from", default="")
    until: str = ""
    """Since when and until when it could be used."""
    note: str = ""
    route: tuple[Route, ...] = ()
    source: tuple[Source, ...] = ()

    def existed(self, when: Period) -> Literal["yes", "not yet", "ended"]:
        """Whether anybody could use it in that time."""
        if self.from_ and period(self.from_, "`from`").first > when.last:
            return "not yet"
        return "ended" if self.until and period(self.until, "`until`").last < when.first else "yes"


Catalogue = dict[str, App]


@cache
def shipped() -> Catalogue:
    """The catalogue that comes with Jemaa."""
    return load(FOLDER)


def load(folder: Path) -> Catalogue:
    """Every application of a folder, by identity."""
    apps: Catalogue = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            apps[path.stem] = read(path.stem, text_of(path))
        except ValueError as trouble:
            raise invalid_app(path.stem, str(trouble)) from trouble
    if not apps:
        raise invalid_app(str(folder), "there is no catalogue here; it is a folder of TOML files, one an application")
    return apps


def read(identity: str, text: str) -> App:
    """An application from the text of its file; `ValueError` with the sentence."""
    app = parse(text, App)
    if app.id and app.id != identity:
        raise ValueError(f"its `id` is {app.id!r}, and its file is called {identity!r}")
    sources = {one.id: one for one in app.source}
    for route in app.route:
        _check_route(route, sources)
    for host in app.hosts:
        if host != host.lower() or "/" in host or "." not in host:
            raise ValueError(f"the host {host!r} is written like example.org: small letters, no path")
    for text_ in (app.from_, app.until):
        if text_:
            period(text_, "life")
    if not app.names:
        raise ValueError("it has no `names`, so no page could name it")
    return replace(app, id=identity)


def _check_route(route: Route, sources: dict[str, Source]) -> None:
    for ports in route.ports:
        first, _, last = ports.partition("-")
        if not (first.isdecimal() and (last or first).isdecimal() and 0 < int(first) <= int(last or first) <= 65_535):
            raise ValueError(f"{ports!r} is no port; write 443 or 8801-8810")
    for one in route.sources:
        if one not in sources:
            raise ValueError(f"a route cites the source {one!r}, which is not in the file")
    if route.mark and (route.transport != "udp" or route.like == "none"):
        raise ValueError(f"the route {route.carries!r} has a `mark`: the check sends marks by udp, beside a `like`")
    if route.own and route.like == "none":
        raise ValueError(f"the route {route.carries!r} is the check's `own`, and `like` does not say which of its ways")
    if route.grade != "none" and not route.sources:
        raise ValueError(f"the route {route.carries!r} has grade {route.grade} and no source")


def find(apps: Catalogue, name: str) -> App:
    """By identity or by any of its names; `audit-app-unknown` says which there are."""
    wanted = name.strip().casefold()
    for app in apps.values():
        if wanted == app.id or wanted in (one.casefold() for one in (app.name, *app.names, *app.ordinary)):
            return app
    known = ", ".join(sorted(apps))
    raise SettingsError("audit-app-unknown", f"The catalogue has no {name.strip()!r}; it has {known}.")
