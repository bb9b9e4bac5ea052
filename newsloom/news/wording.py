"""Whether a text says something else than before. Pure.

What a page shows around and between its paragraphs changes with every look: counters of views and comments, "updated 5 minutes
ago", the word over an advertisement, a link to another piece. A line is left out of account only if it says nothing else.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_CLOCK_OR_DATE = re.compile(
    r"\d{1,2}[:.h]\d{2}|\d{4}[-./年]\d{1,2}[-./月]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}|\b(?:19|20)\d{2}\b"
)
_WORD = re.compile(r"\d+|[^\W\d_]+")
_PARTS = re.compile(r"\s+[|·•‧/]\s+")
_NUMBER = re.compile(r"[\d.,\s]+[km]?")
_GO_ON = re.compile(r"(?<=\w) (?:scroll|continue|keep) .*")
"""What many have behind the word `advertisement`."""
_AGO_JOINED = ("前", "전")
_FEW = 8
"""Words of a counter, and of how long ago something was."""
_SHORT = 160
"""Characters of a line that may be such a one; paragraphs are longer."""
_DATE_LINE = 70

_SIGNS = (
    r"!-#&-/:-@\[-`{-~\u00a0\u00a1\u00a7\u00ab\u00ad\u00b4\u00b6-\u00b8\u00bb\u00bf\u02b0-\u02ff\u055a-\u055f\u0589\u05be\u05f3\u05f4\u060c"
    r"\u061b\u061f\u066a-\u066d\u06d4\u0964\u0965\u2000-\u202f\u2032-\u206f\u2212\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u30fb\ufe00-\ufe6f"
)
"""What stands between words. `%`, `$` and the like are none: they say what is counted."""
_TOKEN = re.compile(rf"(?<![^\s{_SIGNS}])[-\u2212+](?=\d)|\d+(?:[.,:/]\d+)+|[^\s{_SIGNS}]+")
"""A word, a number with all that is in it (3.5 is not 35), a number's sign."""


@dataclass(frozen=True, kw_only=True)
class _Words:
    """Of furniture.json."""

    counted: frozenset[str]
    with_counts: frozenset[str]
    ago: frozenset[str]
    with_ago: frozenset[str]
    ads: re.Pattern[str]
    dated: re.Pattern[str]
    leads: re.Pattern[str]


@cache
def _words() -> _Words:
    kept = json.loads(files(__package__).joinpath("furniture.json").read_text(encoding="utf-8"))
    single = {name: frozenset(" ".join(kept[name]).split()) for name in ("counted", "about counts", "units", "ago")}
    patterns = {name: re.compile("|".join(f"(?:{p})" for p in kept[name])) for name in ("ads", "dated", "leads")}
    return _Words(
        counted=single["counted"],
        with_counts=single["counted"] | single["about counts"],
        ago=single["ago"],
        with_ago=single["units"] | single["ago"],
        **patterns,
    )


def says_the_same(one: str, other: str) -> bool:
    """Whether two states of a headline or a text differ at most in what is cosmetic.

    That is white space, case, punctuation outside of numbers, and lines that only count, date, advertise or lead elsewhere.
    """
    if one == other:
        return True
    a, b = _told(one), _told(other)
    return a == b if a or b else one.strip() == other.strip()


def _told(text: str) -> list[str]:
    lines = unicodedata.normalize("NFKC", text).casefold().split("\n")
    told = [part for line in lines if line.strip() for part in _telling(line.strip())]
    return [token for line in _without_lone_numbers(told) for token in _TOKEN.findall(line)]


def _telling(line: str) -> Iterator[str]:
    """What of a line is no furniture."""
    if len(line) > _SHORT:
        yield line
    else:
        yield from (part for part in _PARTS.split(line) if not is_furniture(part))


def _without_lone_numbers(lines: Sequence[str]) -> Sequence[str]:
    """A number alone before or after a text is a counter whose sign is a picture; inside it stands in a table."""
    first, last = 0, len(lines)
    while first < last and _NUMBER.fullmatch(lines[first]):
        first += 1
    while last > first and _NUMBER.fullmatch(lines[last - 1]):
        last -= 1
    return lines[first:last] or lines


def is_furniture(line: str) -> bool:
    """Whether a short line, its case folded, says nothing but how often something was read, when, or what else there is."""
    words = _words()
    names = _WORD.findall(line)
    few, names = len(names) <= _FEW, [n for n in names if not n.isdigit()]
    if few and words.ads.fullmatch(_GO_ON.sub("", " ".join(names))):
        return True
    head, colon, _ = line.partition(":")
    if colon and words.leads.fullmatch(head.strip(" -–—>»▶►[(*")):
        return True
    if not any(c.isdigit() for c in line):
        return False
    if few and (_is_count(names, words) or _is_age(names, words)):
        return True
    dated = len(line) <= _DATE_LINE and words.dated.match(line) is not None
    return dated and (_CLOCK_OR_DATE.search(line) is not None or _is_age(names[1:], words))


def _is_count(names: Sequence[str], words: _Words) -> bool:
    said = set(names)
    return not said.isdisjoint(words.counted) and said <= words.with_counts


def _is_age(names: Sequence[str], words: _Words) -> bool:
    """`minutes ago`; in some scripts one word."""
    if not names or not words.with_ago.issuperset(names):
        return False
    return names[-1].endswith(_AGO_JOINED) or (len(names) > 1 and not words.ago.isdisjoint(names))
