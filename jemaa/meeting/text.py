"""Meeting room. What people write, made fit to show to others: text stays text, nothing in it can act.

Bidi controls could make a line read as what it is not (Unicode TR36 §2, "Trojan Source"); who writes Arabic or
Hebrew needs none of them here because every page shows user text in an isolate of its own.
"""

import re
import unicodedata

from jemaa.errors import Refused
from jemaa.limits import MAX_NAME_CHARACTERS, MAX_TEXT_CHARACTERS

_JOINERS = "\u200c\u200d"
"""Without these two, Persian and some emoji are misspelt."""

_ARABIC_SIGNS = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u0890\u0891\u08e2"
"""Number, year and verse signs: Unicode calls them format characters, but they are ink."""

_KEPT = frozenset("\n" + _JOINERS + _ARABIC_SIGNS)

_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co"})
"""Controls, format controls (all of the bidi ones), surrogates, private use. Unassigned code points (Cn) stay: they are
what a phone newer than this Python calls an emoji."""

_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs by category, without any ink: a name made of them would look like nobody's."""

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n\s*\n\s*\n")


def clean_text(text: str, *, limit: int = MAX_TEXT_CHARACTERS, required: bool = True) -> str:
    """`text` in NFC, without controls, at most one blank line together, trimmed.

    Refused `text-empty` when nothing in it is visible (if required), `text-too-long` beyond `limit` characters.
    """
    if len(text) > limit * 4:
        raise Refused("text-too-long", f"Please write at most {limit} characters.")
    composed = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text).replace("\t", " "))
    shown = "".join(c for c in composed if c in _KEPT or unicodedata.category(c) not in _DROPPED)
    cleaned = _BLANK_LINES.sub("\n\n", shown).strip()
    if not any(_is_visible(c) for c in cleaned):
        if required:
            raise Refused("text-empty", "Please write something first.")
        return ""
    if len(cleaned) > limit:
        raise Refused("text-too-long", f"Please write at most {limit} characters.")
    return cleaned


def clean_line(text: str, *, limit: int = MAX_NAME_CHARACTERS, required: bool = True) -> str:
    """Like `clean_text`, on one line: names, affiliations, titles, reasons."""
    return clean_text(" ".join(text.split()), limit=limit, required=required)


def _is_visible(character: str) -> bool:
    """Ink by itself: no space, no mark that needs a letter under it, no joiner."""
    if character in _ARABIC_SIGNS:
        return True
    return unicodedata.category(character)[0] not in "ZMC" and character not in _BLANK_LETTERS
