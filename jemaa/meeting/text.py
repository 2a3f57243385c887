"""Meeting room. What people write, made fit to show to others: text stays text, nothing in it can act.

Bidi controls could make a line read as what it is not (Unicode TR36 §2, "Trojan Source"); who writes Arabic or
Hebrew needs none of them here because every page shows user text in an isolate of its own.
"""

import unicodedata

from jemaa.errors import Refused
from jemaa.limits import MAX_NAME_CHARACTERS, MAX_TEXT_CHARACTERS

_KEPT_CONTROLS = {"\n", "\u200c", "\u200d"}
"""Line ends, and the two joiners without which Persian and some emoji are misspelt."""


def clean_text(text: str, *, limit: int = MAX_TEXT_CHARACTERS, required: bool = True) -> str:
    """`text` in NFC, without controls, trimmed. Refused when empty (if required) or longer than `limit`."""
    if len(text) > limit * 4:
        raise Refused("text-too-long", f"Please write at most {limit} characters.")
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    kept = "".join(c for c in composed if c in _KEPT_CONTROLS or unicodedata.category(c) not in _DROPPED)
    cleaned = kept.strip()
    if required and not any(_is_visible(c) for c in cleaned):
        raise Refused("text-empty", "Please write something first.")
    if len(cleaned) > limit:
        raise Refused("text-too-long", f"Please write at most {limit} characters.")
    return cleaned


def clean_line(text: str, *, limit: int = MAX_NAME_CHARACTERS, required: bool = True) -> str:
    """Like `clean_text`, on one line: names, affiliations, titles, reasons."""
    return clean_text(" ".join(text.split()), limit=limit, required=required)


_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _is_visible(character: str) -> bool:
    return character not in _KEPT_CONTROLS and not character.isspace()
