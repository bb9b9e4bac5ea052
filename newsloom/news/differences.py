"""What became of a text, word by word. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A stretch of a text: what stood there before, and what stands there now. Both are the same where nothing changed."""

    before: str
    after: str

    @property
    def same(self) -> bool:
        return self.before == self.after


# With the white space before it: a word with its signs, or a character of an unspaced script.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\u3000-\u303f\U00020000-\U0003ffff"
)
_MARKS = "\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u3099\u309a\ufe00-\ufe0f"
_STEP = re.compile(rf"\s*(?:[{_UNSPACED}][{_MARKS}]*|[^\s{_UNSPACED}]+)|\s+\Z")
_LONGEST = 4_000
"""Words up to which two paragraphs are compared word by word: the work grows with the square."""


def diff(before: str, after: str) -> tuple[Piece, ...]:
    """What became of a text, word by word; in scripts without spaces character by character.

    The pieces' `before` make up the one text, their `after` the other.
    """
    pieces: list[Piece] = []
    for one, other in _compared(before.splitlines(keepends=True), after.splitlines(keepends=True)):
        if one == other:
            pieces.append(Piece(before=one, after=other))
            continue
        words = _STEP.findall(one), _STEP.findall(other)
        if sum(map(len, words)) > _LONGEST:
            pieces.append(Piece(before=one, after=other))
        else:
            pieces += (Piece(before=a, after=b) for a, b in _compared(*words))
    return tuple(_run(list(run)) for _, run in groupby(pieces, key=lambda piece: piece.same))


def _compared(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[str, str]]:
    for _, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        yield "".join(one[a:b]), "".join(other[c:d])


def _run(pieces: Sequence[Piece]) -> Piece:
    return Piece(before="".join(p.before for p in pieces), after="".join(p.after for p in pieces))
