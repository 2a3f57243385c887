"""Verdict room. A rule: which facts let one say what, why, and where such a thing was seen. Nothing in it runs."""

from typing import Literal

from msgspec import Struct

from jemaa.verdict.conditions import Condition
from jemaa.verdict.finding import Verdict

Family = Literal["check", "udp", "call", "media", "web", "long"]
"""Questions of one family share the chance of a false alarm (Holm); each family has its own."""


class Rule(Struct, frozen=True, kw_only=True):
    """`when` has to hold in all its parts, the first of which gives the numbers. `says` is the most that may be said:
    `judge` says less where it is less sure.

    `twin`: the first part compares with what differs in nothing else, so that it shows a purpose by itself; without it
    a mark is needed for `blocked`. `surely`: one of these has to hold for more than `insufficient`, because the sides
    did not take turns and the line could have died in between. `unless` and `only_with` name rules that explain the
    same, or that this one needs. `of_server`: it is about this server, which facts do not name, so that another day's
    check confirms nothing by it.
    """

    id: str
    node: str
    says: Verdict
    family: Family
    when: tuple[Condition, ...]
    because: str
    twin: bool = False
    surely: tuple[Condition, ...] = ()
    unless: tuple[str, ...] = ()
    only_with: tuple[str, ...] = ()
    of_server: bool = False
    seen: str = ""
