"""When two texts are nearly one text, and when a short one is the beginning of a long one.

A text is the set of its shingles: all runs of three words (Broder, "On the resemblance and containment of documents", 1997), each a
number. Of these a sketch keeps those with the smallest numbers - for two texts the same ones, wherever they stand in each - so that
the share two texts have in common can be told from their sketches alone.

How much of two texts is the same does not tell copies from articles that quote one paragraph: newsrooms carry background over from
story to story. So the beginnings count too, and the order. Numbers are the same on every machine and in every version of Python.
"""

import re
import struct
import unicodedata
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

_SHARE = 8
"""One shingle in so many is in the sample of a text ..."""
_LEAST = 64
"""... but at least so many, as a small sample is told apart by chance, ..."""
_MOST = 512
"""... and no more, however long the text: a book shall not cost what a hundred articles do."""
_LEAD = 80
"""Shingles of the beginning that are kept one and all: two or three sentences, and a dateline before them."""
_SMALLEST = 8
"""So many of the smallest of a text are the keys it is found by ..."""
_ASKED = 16
"""... by so many of another's, which differs a little in length. Of texts that share a quarter, 98 in 100 have a key in common."""
_WINDOW = 24
"""Of the beginning the smallest of each so many in a row are keys too, ..."""
_ASKED_WINDOW = 16
"""... asked for in rows of so many: two beginnings with some twenty words in common have a key in common, wherever these stand
(winnowing: Schleimer, Wilkerson, Aiken, SIGMOD 2003)."""
_STEP = 3
"""Rows begin at every third word: near enough."""
_TELLING = 64
"""Different shingles from which on a text that is nearly another is its copy: a shorter one must be the same."""
_NAMED = 12
"""Letters and digits of a title from which on it is a key."""
_TOO_SHORT = 12
"""Shingles; fewer prove nothing ("Watch the video above")."""

_MASK = (1 << 48) - 1
_WORD = (1 << 32) - 1
_SHIFT = 48 - 32
_ALL = 1 << 32

_HAN = (  # and Kana
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3041-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_THAI = "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff"  # and Lao, Burmese, Khmer: letters and marks
_LETTER = f"(?![{_HAN}{_THAI}])[\\w\u0300-\u036f\u0900-\u0963\u0966-\u0dff]"  # the vowels of Indian scripts are marks, no letters
_PIECES = re.compile(f"([{_HAN}]+)|([{_THAI}]+)|(?:{_LETTER})+")
_MAYBE = bytes((0xCC, 0xCD, 0xE0, 0xE1, *range(0xE3, 0xEE), 0xEF, 0xF0))
"""Bytes that begin a letter of the scripts above in UTF-8, or a mark upon one."""
_SIGNS = bytes(c if chr(c).isalnum() or c > 127 else 32 for c in range(256))
_MARKS = re.compile(rb"\xe2[\x80\x81][\x80-\xbf]|\xc2[\x80-\xbf]")
"""U+0080-00BF and U+2000-207F in UTF-8: dashes, quotation marks, spaces."""


class Relation(Enum):
    """What one text is to another."""

    NONE = "none"
    COPY = "copy"
    BRIEF = "brief"
    """The first is the beginning of the second, and short."""
    WHOLE = "whole"
    """The second is the beginning of the first, and short."""


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """What is kept of a text. `bound`, `sample` and `lead` are to compare it; `keys` and `asked` to find it."""

    bound: int
    """All shingles below it are in the sample."""
    sample: tuple[int, ...]
    """32 bits each, each once, in the order of the text."""
    lead: tuple[int, ...]
    """The first shingles of the text, likewise."""
    keys: tuple[int, ...] = ()
    """What it is to be found by, 48 bits each."""
    asked: tuple[int, ...] = ()
    """What finds it others: of two texts that are nearly one, either asks for a key that the other has."""

    @cached_property
    def places(self) -> dict[int, int]:
        """Where in the sample a shingle stands."""
        return {shingle: place for place, shingle in enumerate(self.sample)}

    @cached_property
    def beginning(self) -> frozenset[int]:
        """The lead as a set."""
        return frozenset(self.lead)

    def __len__(self) -> int:
        """About how many shingles the text has."""
        return len(self.sample) * _ALL // self.bound


def sketch(text: str, title: str = "") -> Sketch | None:
    """None for a text too short to prove anything. 5 kB take a fifth of a millisecond.

    A title is a key too, and nothing else: copies mostly keep it, and where all texts of a site are alike it is what differs.
    """
    shingles = _shingles(_words(text))
    if len(shingles) < _TOO_SHORT:
        return None
    bound, chosen = _sampled(shingles)
    smallest = sorted(chosen)
    lead = shingles[:_LEAD]
    named = _title(title)
    return Sketch(
        bound=bound,
        sample=tuple([shingle >> _SHIFT for shingle in chosen]),
        lead=tuple(dict.fromkeys([shingle >> _SHIFT for shingle in lead])),
        keys=tuple({*named, *smallest[:_SMALLEST], *_winnowed(lead, _WINDOW)}),
        asked=tuple({*named, *smallest[:_ASKED], *_winnowed(lead, _ASKED_WINDOW)}),
    )


def _title(title: str) -> tuple[int, ...]:
    """The key that a title is, if it is more than a word or two."""
    folded = "".join(character for character in title.casefold() if character.isalnum())
    return (zlib.crc32(folded.encode("utf-8", "surrogatepass")) * _FACTOR & _MASK,) if len(folded) >= _NAMED else ()


def _shingles(words: Sequence[int]) -> list[int]:
    """A number of 48 bits for each three words in a row.

    Each is the middle of (a + 3b + 7c) times a factor (multiplicative hashing: Knuth, TAOCP 3, 6.4), a, b and c being the numbers
    of the words, 32 bits each. They are worked out many at once: words are the digits of one long number, 64 bits each, so that
    none of the products reaches the next digit. It takes half as long as one by one.
    """
    found: list[int] = []
    for begin in range(0, len(words) - 2, _ROW):
        part = words[begin : begin + _ROW + 2]
        row = int.from_bytes(struct.pack(f"<{len(part)}Q", *part), "little")
        mixed = (row + 3 * (row >> 64) + 7 * (row >> 128)) * _FACTOR >> 8 & _MASKS
        size = len(part) - 2
        found += struct.unpack(f"<{size}Q", mixed.to_bytes(8 * (_ROW + 2), "little")[: 8 * size])
    return found


_ROW = 1024
_FACTOR = 0x9E3779B
"""28 bits: with the 36 of a sum they fill a digit."""
_MASKS = int.from_bytes(struct.pack("<Q", _MASK) * (_ROW + 2), "little")


def _winnowed(lead: Sequence[int], window: int) -> set[int]:
    """The smallest of each so many in a row."""
    return {min(lead[at : at + window]) for at in range(0, max(len(lead) - window, 0) + 1, _STEP)}


def _sampled(shingles: Sequence[int]) -> tuple[int, list[int]]:
    """The bound of a sample, and the shingles below it in the order of the text."""
    bound = _ALL // _SHARE
    below = bound << _SHIFT
    chosen = list(dict.fromkeys([shingle for shingle in shingles if shingle < below]))
    if _LEAST <= len(chosen) <= _MOST:
        return bound, chosen
    every = sorted(set(shingles) if len(chosen) < _LEAST else chosen)
    size = _LEAST if len(chosen) < _LEAST else _MOST
    bound = (every[size] >> _SHIFT) if size < len(every) else _ALL
    below = bound << _SHIFT
    return bound, list(dict.fromkeys([shingle for shingle in shingles if shingle < below]))


def _words(text: str) -> list[int]:
    """A number of 32 bits for each word; for each character where words are not spaced out, of it and those after it."""
    raw = text.lower().encode("utf-8", "surrogatepass")
    if not text.isascii():
        if len(raw.translate(None, _MAYBE)) != len(raw):
            return _pieces(unicodedata.normalize("NFKC", text).lower())
        raw = _MARKS.sub(b" ", raw)
    return list(map(zlib.crc32, raw.translate(_SIGNS).split()))  # a fourth of what a pattern takes


def _pieces(text: str) -> list[int]:
    """As above, for texts in which these scripts may be mixed with others.

    Three words of Chinese or Japanese are about five characters, of Thai about seven and more. As a number spans three of them, or
    every other of five, three in a row span so many.
    """
    found: list[int] = []
    for piece in _PIECES.finditer(text):
        step = piece.lastindex
        run = piece[0]
        if step is None or len(run) <= 2 * step:
            found.append(zlib.crc32(run.encode("utf-8", "surrogatepass")))
        else:
            each = [_CHARACTERS[character] for character in run]
            found += [a + 3 * b + 7 * c & _WORD for a, b, c in zip(each, each[step:], each[2 * step :], strict=False)]
    return found


class _Characters(dict[str, int]):
    """A number for each, worked out once: of a script there are some thousand."""

    def __missing__(self, character: str) -> int:
        self[character] = number = zlib.crc32(character.encode("utf-8", "surrogatepass"))
        return number


_CHARACTERS = _Characters()


def packed(shingles: Iterable[int]) -> bytes:
    """Shingles of a sample or a lead, four bytes each."""
    values = tuple(shingles)
    return struct.pack(f"<{len(values)}I", *values)


def unpacked(raw: bytes) -> tuple[int, ...]:
    """What `packed` made these bytes of."""
    return struct.unpack(f"<{len(raw) // 4}I", raw)


def resemblance(one: Sketch, other: Sketch) -> float:
    """How much of two texts together is in both (Jaccard), 0 to 1."""
    bound = min(one.bound, other.bound)
    mine = {shingle for shingle in one.sample if shingle < bound}
    theirs = {shingle for shingle in other.sample if shingle < bound}
    either = len(mine | theirs)
    return len(mine & theirs) / either if either else 0.0


def contained(short: Sketch, long: Sketch) -> float:
    """How much of the beginning of a text is in the beginning of another, 0 to 1."""
    return sum(shingle in long.beginning for shingle in short.lead) / len(short.lead)


def in_order(one: Sketch, other: Sketch) -> float:
    """How much of what two samples share stands in the same order in both, 0 to 1."""
    shared = [one.places[shingle] for shingle in other.sample if shingle in one.places]
    ends: list[int] = []  # of rising rows, by length; the last is the longest (Fredman, 1975)
    for place in shared:
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
    return len(ends) / len(shared) if shared else 0.0


def same_beginning(one: Sketch, other: Sketch) -> float:
    """How much of the first thirty words of one is in the first eighty of the other, 0 to 1."""
    return max(
        sum(shingle in b.beginning for shingle in a.lead[:30]) / len(a.lead[:30])
        for a, b in ((one, other), (other, one))
    )


BRIEF = 90
"""Shingles of a brief, at most; of one that makes up a quarter of the article ..."""
_TWO_SENTENCES = 75
"""... at most so many: more is an article cut short."""


def relation(one: Sketch, other: Sketch) -> tuple[Relation, float]:
    """What the first text is to the second, and how sure that is: 0 to 1, for a copy their resemblance."""
    likeness = resemblance(one, other)
    if likeness < 0.5:
        longest = BRIEF if likeness < 0.25 else _TWO_SENTENCES
        for short, long, name in ((one, other, Relation.BRIEF), (other, one, Relation.WHOLE)):
            if len(short) <= longest and len(short) < len(long) and (share := contained(short, long)) >= 0.8:
                return name, share
    return (Relation.COPY if _is_copy(one, other, likeness) else Relation.NONE), likeness


def _is_copy(one: Sketch, other: Sketch, likeness: float) -> bool:
    """Whether so much in common makes one piece of two texts.

    Two articles of one outlet share a paragraph of background, a roundup takes a passage from several: these begin otherwise, or
    have it elsewhere. A copy that was cut or rewritten keeps its order, and mostly its beginning. Some sixty words may be a
    template's, and what differs what is told.
    """
    if min(len(one), len(other)) < _TELLING:
        return likeness == 1
    if likeness >= 0.4:
        return likeness >= 0.5 or in_order(one, other) >= 0.5  # what a machine writes takes its sentences from one heap
    if likeness < 0.2 or in_order(one, other) < 0.75:
        return False
    return likeness >= 0.32 or same_beginning(one, other) >= 0.5
