"""The words of a text, cut and folded just as SQLite's full-text index cuts and folds them.

Its tokenizer looks at one character at a time: one that is part of a word is folded (to a character or to nothing), any other
parts words. So a table of characters says all. It is learned from SQLite itself, 256 characters at a time, and is right whatever
version of Unicode that has; ASCII is known.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from newsloom.store.schema import TOKENIZER
from newsloom.store.spaced import CHARACTER, spaced

_BLOCK = 256
_PARTS = " "
_NOTHING = "\1"
"""Stands for a mark that is folded away: words of such marks alone are words without a letter, and have their place."""


class _Folding(dict[int, str]):
    """What becomes of each character, by its code."""

    def __missing__(self, code: int) -> str:
        self.update(_learned(code - code % _BLOCK))
        return self[code]


def _learned(first: int) -> dict[int, str]:
    codes = [c for c in range(first, first + _BLOCK) if not 0xD800 <= c <= 0xDFFF]
    words: dict[int, list[str]] = {c: [] for c in codes}
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(f"""CREATE VIRTUAL TABLE met USING fts5(text, content='', tokenize="{TOKENIZER}")""")
        connection.execute("CREATE VIRTUAL TABLE words USING fts5vocab(met, instance)")
        connection.executemany(
            "INSERT INTO met(rowid, text) VALUES (?, ?)", [(c, f"a{chr(c)}b") for c in codes if c != 0]
        )
        for code, word in connection.execute("SELECT doc, term FROM words"):
            words[code].append(word)
    finally:
        connection.close()
    # One word: the character belongs to it. Two, or at the code 0 none: it parts them.
    return {c: (found[0][1:-1] or _NOTHING) if len(found) == 1 else _PARTS for c, found in words.items()}


_ASCII = {c: chr(c).lower() if chr(c).isalnum() else _PARTS for c in range(128)}
_FOLDING = _Folding(_ASCII)


def said(text: str) -> str:
    """The words of `text` in their order, a space between each two."""
    if text.isascii():
        words = text.translate(_ASCII).strip()
        while "  " in words:  # half of what taking it to pieces takes
            words = words.replace("  ", " ")
        return words
    return _without_marks(" ".join(spaced(text).translate(_FOLDING).split()))


def _without_marks(words: str) -> str:
    return words.replace(_NOTHING, "") if _NOTHING in words else words


@dataclass(frozen=True, kw_only=True)
class Place:
    """A word and where it stands in a text: from `start` to before `end`."""

    word: str
    start: int
    end: int


def placed(text: str) -> Iterator[Place]:
    """The words of a text in NFC and where they stand; the same words as `said` says."""
    start, word = 0, ""
    at = 0
    while at < len(text):
        alone = CHARACTER.match(text, at)
        folded = (alone[0] if alone else text[at]).translate(_FOLDING).strip(_PARTS)
        end = alone.end() if alone else at + 1
        if word and (alone or not folded):
            yield Place(word=_without_marks(word), start=start, end=at)
            word = ""
        if alone and folded:
            yield Place(word=_without_marks(folded), start=at, end=end)
        elif folded:
            start, word = (start if word else at), word + folded
        at = end
    if word:
        yield Place(word=_without_marks(word), start=start, end=at)
