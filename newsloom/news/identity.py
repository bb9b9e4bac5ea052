"""When two addresses are one article, and when two texts are one text.

Of an address its comparing key (keys/), its spelling, origin and site (urls.py); of a text what is exactly the same.
"""

import hashlib
import re
import unicodedata
from uuid import NAMESPACE_URL, UUID, uuid5

from newsloom.news.keys import key
from newsloom.news.urls import LONGEST, normalize, origin, site

__all__ = [
    "LONGEST",
    "contained",
    "entry_id",
    "feed_id",
    "key",
    "letters",
    "normalize",
    "origin",
    "similar",
    "site",
    "text_digest",
]

_NO_LETTERS = re.compile(r"[\W_]+")
_SIGNS = bytes(c for c in range(128) if not chr(c).isalnum())
_LOWER = bytes(range(256)).lower()
_MARKS = "\u2013\u2014\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u3001\u3002\u300c\u300d"
"""What texts have most of beside ASCII's signs: dashes, quotation marks, the stops of Chinese and Japanese."""
_SHORT_TEXT = 80
"""Letters; below it equal texts prove nothing ("Watch the video above")."""


def entry_id(first_key: str) -> UUID:
    """An entry's id, from the first key it was known by. It never changes afterwards."""
    return uuid5(NAMESPACE_URL, first_key)


def feed_id(key: str) -> UUID:
    """A feed's id, from its topic's key: it survives a move of the server."""
    return uuid5(NAMESPACE_URL, f"newsloom:topic:{key}")


def text_digest(text: str) -> str:
    """Equal for texts that differ in white space, case and punctuation only; "" for one too short to prove anything."""
    folded = letters(text)
    return hashlib.sha256(folded.encode()).hexdigest() if len(folded) >= _SHORT_TEXT else ""


def letters(text: str) -> str:
    """A text's letters and digits alone, in one case and one spelling (NFKC)."""
    # What is rare is left to the pattern: asked of every gap between two words, it costs more than all the rest of saving.
    folded = unicodedata.normalize("NFKC", text)
    for mark in _MARKS:
        folded = folded.replace(mark, "")
    folded = folded.encode("utf-8", "surrogatepass").translate(_LOWER, _SIGNS).decode("utf-8", "surrogatepass")
    if folded.isascii():  # of these the signs are gone
        return folded
    folded = folded.casefold()
    return folded if folded.isalnum() else _NO_LETTERS.sub("", folded)


def similar(one: str, other: str) -> float:
    """Jaccard similarity of the words of two short texts, 0 to 1."""
    a, b = _words(one), _words(other)
    return len(a & b) / len(a | b) if a | b else 1.0


def contained(one: str, other: str) -> float:
    """How much of the words of the text with fewer of them is in the other, 0 to 1."""
    a, b = _words(one), _words(other)
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))
