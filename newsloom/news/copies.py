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
from itertools import islice

_SHARE = 8
"""One shingle in so many is in the sample of a text ..."""
_LEAST = 64
"""... but at least so many, as a small sample is told apart by chance, ..."""
_MOST = 512
"""... and no more, however long the text: a book shall not cost what a hundred articles do."""
_LEAD = 80
"""Shingles of the beginning that are kept one and all: two or three sentences, and a dateline before them."""
_RAREST = 16
"""The smallest of a text are what it is looked up by. Of two texts that share a quarter, 99 in 100 have one of these in common."""
_WINDOW = 16
"""Of the beginning the smallest of each so many in a row are keys too, so that two beginnings with a run of 18 words in common have
a key in common, wherever it stands (winnowing: Schleimer, Wilkerson, Aiken, SIGMOD 2003)."""
_TOO_SHORT = 12
"""Shingles; fewer prove nothing ("Watch the video above")."""

_BITS = 48
_MASK = (1 << _BITS) - 1
_SHIFT = _BITS - 32
_ALL = 1 << 32

_HAN = (  # and Kana
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3041-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_THAI = "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff"  # and Lao, Burmese, Khmer: letters and marks
_LETTER = f"(?![{_HAN}{_THAI}])[\\w\u0300-\u036f\u0900-\u0963\u0966-\u0dff]"  # the vowels of Indian scripts are marks, no letters
_PIECES = re.compile(f"([{_HAN}]+)|([{_THAI}]+)|(?:{_LETTER})+")
_WORD = re.compile(r"\w+")
_MAYBE = bytes((0xCC, 0xCD, 0xE0, 0xE1, *range(0xE3, 0xEE), 0xEF, 0xF0))
"""Bytes that begin a letter of the scripts above in UTF-8, or a mark upon one."""


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
    """What is kept of a text. `bound`, `sample` and `lead` make it up anew; `keys` are only for looking it up."""

    bound: int
    """All shingles below it are in the sample."""
    sample: tuple[int, ...]
    """32 bits each, each once, in the order of the text."""
    lead: tuple[int, ...]
    """The first shingles of the text, likewise."""
    keys: tuple[int, ...] = ()
    """48 bits each. Texts that are nearly one have one of them in common."""

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


def sketch(text: str) -> Sketch | None:
    """None for a text too short to prove anything. 5 kB take a fifth of a millisecond."""
    words = _hashes(text)
    shingles = [
        (a + 3 * b + 7 * c) & _MASK
        for a, b, c in zip(words, islice(words, 1, None), islice(words, 2, None), strict=False)
    ]
    if len(shingles) < _TOO_SHORT:
        return None
    bound, chosen = _sampled(shingles)
    lead = shingles[:_LEAD]
    last = max(len(lead) - _WINDOW, 0) + 1
    keys = {min(lead[at : at + _WINDOW]) for at in range(last)}
    keys.update(sorted(chosen)[:_RAREST])
    return Sketch(
        bound=bound,
        sample=tuple(dict.fromkeys([shingle >> _SHIFT for shingle in chosen])),
        lead=tuple(dict.fromkeys([shingle >> _SHIFT for shingle in lead])),
        keys=tuple(sorted(keys)),
    )


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


def _hashes(text: str) -> list[int]:
    """A number for each word; for each character where words are not spaced out, of it and those after it."""
    text = text.lower()
    if not text.isascii():
        raw = text.encode("utf-8", "surrogatepass")
        if len(raw.translate(None, _MAYBE)) != len(raw):
            return _pieces(unicodedata.normalize("NFKC", text))
    return [_NUMBERS[word] for word in _WORD.findall(text)]


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
            found.append(_NUMBERS[run])
        else:
            each = [_NUMBERS[character] for character in run]
            found += [a + 3 * b + 7 * c for a, b, c in zip(each, each[step:], each[2 * step :], strict=False)]
    return found


class _Numbers(dict[str, int]):
    """Words as numbers of 48 bits, each worked out once."""

    _HELD = 1 << 16

    def __missing__(self, word: str) -> int:
        if len(self) >= self._HELD:
            self.clear()
        number = zlib.crc32(word.encode("utf-8", "surrogatepass"))
        # The checksums of two alike words are alike. These two steps are the finish of SplitMix64 (Steele, Lea, Flood, 2014).
        number = ((number + 0x9E3779B9) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
        number = ((number ^ number >> 27) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
        self[word] = number = (number ^ number >> 31) & _MASK
        return number


_NUMBERS = _Numbers()


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


_BRIEF = 90
"""Shingles of a brief, at most; of one that makes up a quarter of the article ..."""
_TWO_SENTENCES = 45
"""... at most so many: more is an article cut short."""


def relation(one: Sketch, other: Sketch) -> tuple[Relation, float]:
    """What the first text is to the second, and how sure that is: 0 to 1, for a copy their resemblance."""
    likeness = resemblance(one, other)
    if likeness < 0.5:
        longest = _BRIEF if likeness < 0.25 else _TWO_SENTENCES
        for short, long, name in ((one, other, Relation.BRIEF), (other, one, Relation.WHOLE)):
            if len(short) <= longest and len(short) < len(long) and (share := contained(short, long)) >= 0.8:
                return name, share
    return (Relation.COPY if _is_copy(one, other, likeness) else Relation.NONE), likeness


def _is_copy(one: Sketch, other: Sketch, likeness: float) -> bool:
    """Whether so much in common makes one piece of two texts.

    Two articles of one outlet share a paragraph of background, a roundup takes a passage from several: these begin otherwise, or
    have it elsewhere. A copy that was cut or rewritten keeps its order, and mostly its beginning.
    """
    if likeness >= 0.4:
        return True
    if likeness < 0.2 or in_order(one, other) < 0.75:
        return False
    return likeness >= 0.32 or same_beginning(one, other) >= 0.5
