"""Audit room. By which ways over the network an application goes, as its catalogue has them, with numbered sources."""

from collections.abc import Iterable

from msgspec import Struct

from .catalogue import Catalogue
from .source import Grade, Source


class Cited(Struct, frozen=True, kw_only=True):
    """A route for which somebody is named. `as_of` is of when that is, empty if it was not said; `notes` are numbers,
    from 1, of `Footnotes.sources`."""

    transport: str
    ports: tuple[str, ...]
    as_of: str
    grade: Grade
    notes: tuple[int, ...]


class Footnotes(Struct, frozen=True, kw_only=True):
    """`routes` by the application's identity, in the order in which it tries them; those without a source left out."""

    routes: dict[str, tuple[Cited, ...]]
    sources: tuple[Source, ...]


def footnotes(ids: Iterable[str], apps: Catalogue) -> Footnotes:
    """Of these applications, numbered in their order; a source that two of them name has one number."""
    numbers: dict[Source, int] = {}
    routes: dict[str, tuple[Cited, ...]] = {}
    for identity in ids:
        sources = {one.id: one for one in apps[identity].source}
        routes[identity] = tuple(
            Cited(
                transport=route.transport,
                ports=route.ports,
                as_of=route.as_of,
                grade=route.grade,
                notes=tuple(sorted(numbers.setdefault(sources[one], len(numbers) + 1) for one in route.sources)),
            )
            for route in apps[identity].route
            if route.sources
        )
    return Footnotes(routes=routes, sources=tuple(numbers))
