"""Audit room. What was said about a country's networks: claims, rival hypotheses, and where the sources disagree.

One TOML file a country and time in `jemaa/audit/claims/`; `any.toml` has the hypotheses that always compete.
"""

from functools import cache
from pathlib import Path

from msgspec import Struct

from .catalogue import Catalogue
from .reading import invalid_claims, parse, text_of
from .source import Access, Claim, Source, Words, check_words

FOLDER = Path(__file__).parent / "claims"
ANY = "*"


class Network(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An operator whose customers are spoken of. Claims name it by `name`, cells by its AS numbers."""

    name: str
    asns: tuple[int, ...] = ()
    access: tuple[Access, ...] = ("mobile", "fixed")


class Hypothesis(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What could lie behind the claims. `profile` is the lab's network that behaves so."""

    id: str
    says: Words
    explains: tuple[str, ...] = ()
    strains: tuple[str, ...] = ()
    """Claims that it explains badly."""
    profile: str = ""


class Disagreement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sources that cannot all be right, and about what."""

    about: Words
    claims: tuple[str, ...]


class Dossier(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of claims."""

    country: str
    name: Words
    caution: Words = {}
    network: tuple[Network, ...] = ()
    source: tuple[Source, ...] = ()
    claim: tuple[Claim, ...] = ()
    hypothesis: tuple[Hypothesis, ...] = ()
    disagreement: tuple[Disagreement, ...] = ()


@cache
def shipped(folder: Path = FOLDER) -> tuple[Dossier, ...]:
    """Every file that comes with Jemaa."""
    return tuple(load(path) for path in sorted(folder.glob("*.toml")))


def load(path: Path) -> Dossier:
    """One file; `audit-claims-invalid` says what is wrong in it."""
    try:
        return read(text_of(path))
    except ValueError as trouble:
        raise invalid_claims(path.name, str(trouble)) from trouble


def read(text: str) -> Dossier:
    """A file from its text; `ValueError` with the sentence."""
    dossier = parse(text, Dossier)
    if dossier.country != ANY and not (len(dossier.country) == 2 and dossier.country.isupper()):
        raise ValueError(f"`country` is two capital letters, as MA, and not {dossier.country!r}")
    sources = {one.id: one for one in dossier.source}
    _once("source", [one.id for one in dossier.source])
    _once("claim", [one.id for one in dossier.claim])
    names = {ANY, *(one.name for one in dossier.network)}
    for claim in dossier.claim:
        claim.check(sources)
        if unknown := set(claim.networks) - names:
            raise ValueError(f"claim {claim.id!r} is about the network {min(unknown)!r}, which is not in the file")
    _check_cited(dossier)
    return dossier


def _check_cited(dossier: Dossier) -> None:
    known = {one.id for one in dossier.claim}
    cited = [(f"hypothesis {one.id!r}", (*one.explains, *one.strains)) for one in dossier.hypothesis]
    cited += [("a disagreement", one.claims) for one in dossier.disagreement]
    for where, claims in cited:
        for claim in claims:
            if claim not in known:
                raise ValueError(f"{where} names the claim {claim!r}, which is not in the file")
    for words in (one.says for one in dossier.hypothesis):
        check_words(words, "a hypothesis")
    for words in (one.about for one in dossier.disagreement):
        check_words(words, "a disagreement")
    check_words(dossier.name, "`name`")


def _once(what: str, ids: list[str]) -> None:
    for one in ids:
        if ids.count(one) > 1:
            raise ValueError(f"two of its {what}s are called {one!r}")


def check_apps(dossier: Dossier, apps: Catalogue) -> None:
    """`audit-claims-invalid` if a claim is about an application that the catalogue does not have."""
    for claim in dossier.claim:
        for app in claim.apps:
            if app != ANY and app not in apps:
                raise invalid_claims(dossier.country, f"claim {claim.id!r} is about {app!r}, which the catalogue lacks")
