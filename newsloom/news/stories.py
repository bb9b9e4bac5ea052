"""Which texts tell of one event. Pure.

A text is a vector of its words, rare ones weighing more (tf-idf), and two texts are as like as the cosine between theirs (Salton,
Buckley, "Term-weighting approaches in automatic text retrieval", 1988). A new text goes to the story it is most like, if that is
enough, else it stays alone: one pass, as "Multilingual Clustering of Streaming News" (Miranda et al., EMNLP 2018) has it. What is
rare is learned from the texts themselves; what is common in every language is known, so that the first hundred are told apart too.
"""

import math
import re
import unicodedata
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from itertools import combinations, product
from statistics import median

DAY = 86_400
APART = 5 * DAY
"""Seconds between two texts on one event, at most: a story on which nothing more is published is closed."""
_LONGEST = 21 * DAY
"""Seconds from the first text of a story to its last. What goes on for longer is no event."""
_SERIES = DAY // 2
"""Seconds between two issues of a series ("Stocks on 3 May", "Stocks on 4 May"); what is nearer is one issue put right."""

_LEAD = 300
"""Words of a text that count: on whole texts one event less is told from another, on single paragraphs fewer are found at all."""
_CUT = 8 * _LEAD
_TITLE = 3
"""What a word in the title counts."""
_STEM = 7
"""Letters of a word that count: endings are cut off long words, whatever the language."""
_TERMS = 100
"""Words of a text that are compared, the weightiest ones."""
_KEYS = 12
"""So many of these are what a text is found by ..."""
_ASKED = 12
"""... by so many of another's."""
_FEWEST = 8
"""A text with fewer different words tells of nothing."""
_BACKGROUND = 1000
"""Texts that are taken as read, with none of the words: what stands in three of the first ten is not common by that."""
_SHARED = 3
"""Words that two texts on one event share, at least."""

_LEAST = 0.19
"""How like a text must be to a story, in a store of a thousand texts."""
_MORE = 0.03
"""... and so much more for each ten times as many, among which there are more that happen to be like it, ..."""
_MOST = 0.25
_STANDS_OUT = 3.0
"""... but so many times as like as it is to any: pages that a machine fills in are all like each other."""
_ANY = 5
"""Texts that it takes to say how like it is to any."""
_FORM = 9
"""If a text is like so many of its own source, it is of a form: what it tells of is said by others only."""
MEMBERS = 6
"""Texts of a story that a new one is compared with: so many that are likest to it, and so many that are newest."""
_FALLS_APART = 0.5
"""A story whose halves are less like than this share of what a new text must be is two."""


def _listed() -> dict[str, list[str]]:
    text = (files(__package__) / "function_words.txt").read_text(encoding="utf-8")
    lines = [line.split() for line in text.splitlines() if not line.startswith("#")]
    return {name: words for name, *words in lines}


_LISTED = _listed()
_CALENDAR = frozenset(_LISTED["calendar"])
_COMMON = frozenset(word for words in _LISTED.values() for word in words)
_HAN = re.compile(
    "[\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
    "|[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]+"
)
"""Runs of Han and Kana, or of Hangul, whose words carry their endings: each two characters are a word there, ..."""
_THAI = re.compile("[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff]+")
"""... and in Thai, Lao, Burmese and Khmer each four."""
_ENDINGS = re.compile("[\u3041-\u309f]+")
"""Hiragana: what holds a Japanese sentence together."""
_WORD = re.compile(
    r"[\w\u0300-\u036f\u0900-\u0963\u0966-\u0dff]+"
)  # the vowels of Indian scripts are marks, no letters
_NOTHING = 0


class _Numbers(dict[str, int]):
    """A number of 32 bits for each word, the same on every machine; nothing for a word that says nothing."""

    def __missing__(self, word: str) -> int:
        if len(self) >= _REMEMBERED:
            self.clear()
        stands = word[:_STEM] if word.isalpha() else word
        number = _NOTHING if len(word) < 2 or word in _COMMON else zlib.crc32(stands.encode("utf-8", "surrogatepass"))
        self[word] = number
        return number


_REMEMBERED = 1 << 16
_NUMBERS = _Numbers()


_MAYBE = bytes((0xE0, 0xE1, *range(0xE3, 0xEE), 0xEF, 0xF0))
"""Bytes that begin a letter of these scripts in UTF-8."""


def _words(text: str) -> list[str]:
    text = text.lower()
    if text.isascii():
        return _WORD.findall(text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw.translate(None, _MAYBE)) == len(raw):  # a tenth of what a pattern takes
        return _WORD.findall(text)
    text = unicodedata.normalize("NFKC", text)
    pieces = [*_pieces(_HAN.findall(text), 2), *_pieces(_THAI.findall(text), 4)]
    return [p for p in pieces if not _ENDINGS.fullmatch(p)] + _WORD.findall(_THAI.sub(" ", _HAN.sub(" ", text)))


def _pieces(runs: Iterable[str], size: int) -> list[str]:
    return [run[at : at + size] for run in runs for at in range(max(len(run) - size + 1, 1))]


def counted(title: str, text: str) -> Counter[int]:
    """How often each word of a title and of the beginning of a text stands there. 2 kB take a tenth of a millisecond."""
    words = Counter(map(_NUMBERS.__getitem__, _words(text[:_CUT])[:_LEAD]))
    for word in map(_NUMBERS.__getitem__, _words(title[:_CUT])[:_LEAD]):
        words[word] += _TITLE
    del words[_NOTHING]
    return words


_DATED = re.compile(r"\d+[./-]\d+[./-]\d+|\b(?:19|20)\d\d\b|\d+ ?[年月日]|[#№] ?\d")


def series(title: str) -> int:
    """Equal for titles that are the same but for their dates: those of a series ("Stocks on 3 May"). 0 for no title.

    Other numbers make another title: 12 dead, 15 dead.
    """
    words = _WORD.findall(title.casefold())
    if _DATED.search(title) or not _CALENDAR.isdisjoint(words):
        words = [word for word in words if word not in _CALENDAR and not word[0].isdecimal()]
    return zlib.crc32(" ".join(words).encode("utf-8", "surrogatepass")) if words else 0


@dataclass(frozen=True, slots=True)
class Vector:
    """The weightiest words of a text, heaviest first, and their weights: the squares of these make `_ONE` squared together."""

    weights: Mapping[int, int]

    @property
    def keys(self) -> tuple[int, ...]:
        """What the text is to be found by."""
        return tuple(self.weights)[:_KEYS]

    @property
    def asked(self) -> tuple[int, ...]:
        """What finds it others: of two texts on one event, either asks for a key that the other has."""
        return tuple(self.weights)[:_ASKED]

    def packed(self) -> bytes:
        """Six bytes a word."""
        return array("I", self.weights).tobytes() + array("H", self.weights.values()).tobytes()

    @classmethod
    def unpacked(cls, raw: bytes) -> "Vector":
        """What `packed` made these bytes of."""
        words = 4 * (len(raw) // 6)
        return cls(dict(zip(array("I", raw[:words]), array("H", raw[words:]), strict=True)))


def keys(packed: bytes) -> Sequence[int]:
    """Those of a packed vector."""
    return array("I", packed[: 4 * min(len(packed) // 6, _KEYS)])


_ONE = 65_000


def weighed(words: Mapping[int, int], having: Mapping[int, int], texts: int) -> Vector | None:
    """The vector of a text in a store of so many `texts`, of which so many are `having` each word. None if it says too little.

    A word that stands there twice counts hardly more than one that stands there once (Robertson, Walker, SIGIR 1994).
    """
    if len(words) < _FEWEST:
        return None
    every, rare = math.log(texts + _BACKGROUND), having.get
    weights = {
        word: count * 2.2 / (count + 1.2) * (every - math.log(rare(word, 0) + 0.5)) for word, count in words.items()
    }
    # Of those that weigh the same, the same in every text.
    heaviest = sorted(sorted(weights), key=weights.__getitem__, reverse=True)[:_TERMS]
    length = math.sqrt(sum([weights[word] ** 2 for word in heaviest])) / _ONE
    return Vector({word: round(weights[word] / length) for word in heaviest})


def likeness(one: Vector, other: Vector) -> float:
    """How like two texts are, 0 to 1."""
    mine, theirs = one.weights, other.weights
    shared = mine.keys() & theirs.keys()
    return sum([mine[word] * theirs[word] for word in shared]) / _SQUARE if len(shared) >= _SHARED else 0.0


_SQUARE = _ONE * _ONE


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text, as far as it takes to say what story it belongs to."""

    id: int
    vector: Vector
    at: int
    """When it was published: seconds since 1970, UTC."""
    source: str = ""
    series: int = 0
    story: int = 0
    """0: it is alone."""
    began: int = 0
    """When the first text of that story was published."""

    @cached_property
    def group(self) -> int:
        """The same for texts of one story; of a text that is alone its own."""
        return self.story or -self.id


def apart(one: Text, other: Text) -> bool:
    """Whether two texts, however like, are not on one event: too long ago, or the next issue of a series."""
    between = abs(one.at - other.at)
    if between > APART:
        return True
    return bool(one.series) and one.series == other.series and one.source == other.source and between > _SERIES


def enough(texts: int) -> float:
    """How like a text must be to a story in a store of so many `texts`."""
    return min(_LEAST + _MORE * math.log10(max(texts, 1000) / 1000), _MOST)


@dataclass(frozen=True, kw_only=True)
class Near:
    """A story, or a text that is alone, and how like a new text is to it."""

    group: int
    score: float
    texts: tuple[Text, ...] = field(repr=False)


def likest(new: Text, texts: Iterable[Text]) -> list[Near]:
    """The stories that some texts belong to, the likest first: by the text in each that is likest."""
    groups: dict[int, list[tuple[float, Text]]] = {}
    for text in texts:
        like = 0.0 if apart(new, text) else likeness(new.vector, text.vector)
        groups.setdefault(text.group, []).append((like, text))
    near = [
        Near(
            group=group,
            score=max(like for like, _ in of),
            texts=tuple(t for _, t in sorted(of, key=lambda o: (-o[0], o[1].id))),
        )
        for group, of in groups.items()
        if not _too_long(new, [text for _, text in of])
    ]
    return sorted(near, key=lambda n: (-n.score, n.group))


def _too_long(new: Text, texts: Sequence[Text]) -> bool:
    return any(text.story and new.at - text.began > _LONGEST for text in texts)


def bar(new: Text, any_: Iterable[Vector], texts: int) -> float:
    """How like a text must be to a story in a store of so many `texts`, any of which are given.

    Those that share no words with it are in another language.
    """
    likes = [like for vector in any_ if (like := likeness(new.vector, vector))]
    return max(enough(texts), _STANDS_OUT * median(likes)) if len(likes) >= _ANY else enough(texts)


def without_form(new: Text, texts: Sequence[Text], needed: float) -> list[Text]:
    """Of texts that may be like a new one those that tell something: not its source's own, if all of these are."""
    own = [text for text in texts if new.source and text.source == new.source]
    if sum(likeness(new.vector, text.vector) >= needed for text in own) < _FORM:
        return list(texts)
    return [text for text in texts if text.source != new.source]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What becomes of a new text: alone if there is no group for it."""

    group: int = 0
    """A story, or less than 0 the text (its id) that begins one with the new one."""
    score: float = 0.0
    also: tuple[int, ...] = ()
    """Groups that the new text shows to be the same."""


def decide(new: Text, near: Sequence[Near], needed: float) -> Decision:
    """`near` with all texts that are to be compared; `needed` is what `bar` says."""
    scored = sorted(((_score(new, story), story) for story in near), key=lambda s: (-s[0], s[1].group))
    fit = [(score, story) for score, story in scored if score >= needed]
    if not fit:
        return Decision()
    score, best = fit[0]
    also = tuple(story.group for _, story in fit[1:] if _one(new, best, story, needed))
    return Decision(group=best.group, score=score, also=also)


def _score(new: Text, story: Near) -> float:
    """Half how like it is to the likest text, half to all: one that joins two events is like a few of each."""
    likes = [0.0 if apart(new, text) else likeness(new.vector, text.vector) for text in story.texts]
    return (max(likes) + sum(likes) / len(likes)) / 2


def _one(new: Text, story: Near, other: Near, needed: float) -> bool:
    """Whether two stories are one now that the first has the new text too: they must be half as like without it."""
    mine, theirs = story.texts[:MEMBERS], other.texts[:MEMBERS]
    first = min(text.began or text.at for text in (new, *mine, *theirs))
    if max(text.at for text in (new, *mine, *theirs)) - first > _LONGEST:
        return False
    without = _mean(mine, theirs)
    return without >= needed / 2 and (without * len(mine) + _mean([new], theirs)) / (len(mine) + 1) >= needed


def _mean(some: Sequence[Text], others: Sequence[Text]) -> float:
    likes = [0.0 if apart(a, b) else likeness(a.vector, b.vector) for a, b in product(some, others)]
    return sum(likes) / len(likes)


def halves(texts: Sequence[Text], needed: float) -> tuple[frozenset[int], frozenset[int]] | None:
    """The ids of the two stories that one turns out to be, the one that keeps the name first; None if it is one.

    The two texts that are least like are the seeds; a half has two texts at least.
    """
    if len(texts) < 4:
        return None
    likes = {(a.id, b.id): likeness(a.vector, b.vector) for a, b in combinations(texts, 2)}
    like = likes | {(b, a): value for (a, b), value in likes.items()}
    one, other = min(likes, key=lambda pair: (likes[pair], pair))
    parts: tuple[set[int], set[int]] = ({one}, {other})
    for text in sorted(texts, key=lambda t: t.id):
        if text.id not in (one, other):
            means = [sum(like[text.id, member] for member in part) / len(part) for part in parts]
            parts[means[1] > means[0]].add(text.id)
    between = [like[a, b] for a, b in product(*parts)]
    if min(map(len, parts)) < 2 or sum(between) / len(between) >= needed * _FALLS_APART:
        return None
    first, second = sorted(map(frozenset, parts), key=lambda part: (-len(part), min(part)))
    return first, second
