"""What a heading over a block of teasers says the block is: by words of many languages (headings.json)."""

import json
import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

from newsloom.news.items import KEPT_BRIEFS, BriefKind

LONGEST = 70
"""Characters; no such heading is longer."""
_KNOWN = 4_096
"""Texts kept in mind: the pages of a site repeat their labels."""
_FEW = 7
"""Words; a heading with more is one of the article."""
_MORE = "…"
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_ACCENTS = re.compile("[\u0300-\u036f\u0640\u064b-\u065f\u0670\u093c]")
"""Of Latin, Greek and Cyrillic; what Arabic and Hindi may leave out: vowels, a hamza on its letter, the dot below."""
_SPELT = str.maketrans({"’": "'", "ʼ": "'", "\u200c": None, "ı": "i", "ي": "ی", "ى": "ی", "ك": "ک"})
_PUNCTUATION = re.compile(r"[^\w\s']+|_+")
_PLAIN = "".join(c.lower() if c.isalnum() or c == "'" else " " for c in map(chr, range(128)))
"""Of ASCII in one step the same: what each character becomes."""


@lru_cache(maxsize=512)  # of a text it is asked what it stands over, whether it names a section, and more
def folded(text: str) -> str:
    """Without case, accents, punctuation and doubled spaces, so that `READ NEXT:` and `Read next` are one.

    Capitals lose their accents in Greek and often in French; Turkish dots its capital I. Most marks of other scripts are letters.
    """
    if text.isascii():
        return " ".join(text.translate(_PLAIN).split())
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_SPELT)
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", plain))
    return " ".join(_PUNCTUATION.sub(" ", plain).split())


def _any_of(stems: list[str]) -> re.Pattern[str]:
    spaced = "|".join(re.escape(s) for s in stems if not _UNSPACED.search(s))
    unspaced = "|".join(re.escape(s) for s in stems if _UNSPACED.search(s))
    return re.compile(rf"\b(?:{spaced})|{unspaced}")


class _Words:
    """All phrases of all languages: whole ones, and those with words before or after."""

    def __init__(self) -> None:
        raw = json.loads(files("scraper.extract.briefs").joinpath("headings.json").read_text("utf-8"))
        self.whole: dict[str, BriefKind] = {}
        self.begins: dict[str, BriefKind] = {}
        self.ends: dict[str, BriefKind] = {}
        self.sections: set[str] = set()
        self.comments: set[str] = set()
        self.leads: set[str] = set()
        stems: dict[BriefKind, list[str]] = {BriefKind.RELATED: [], BriefKind.READ_NEXT: []}
        for kinds in raw["languages"].values():
            for kind, phrases in kinds.items():
                for phrase in phrases:
                    if kind.endswith("_stems"):
                        stems[BriefKind(kind.removesuffix("_stems"))].append(folded(phrase))
                    elif kind == "leads":
                        self.leads.add(folded(phrase))
                    elif kind == "section":
                        self.sections.add(folded(phrase))
                    elif kind == "comments":
                        self.comments.add(folded(phrase))
                    else:
                        self._add(phrase, BriefKind(kind))
        self.first_words = frozenset(begin.partition(" ")[0] for begin in self.begins)
        self.endings = tuple(self.ends)
        self.stems = {kind: _any_of(words) for kind, words in stems.items()}

    def _add(self, phrase: str, kind: BriefKind) -> None:
        before, more, after = phrase.partition(_MORE)
        if not more:
            self.whole.setdefault(folded(phrase), kind)
        elif not after.strip():
            self.begins.setdefault(folded(before), kind)
        elif not before.strip():
            self.ends.setdefault(folded(after), kind)


@cache
def _words() -> _Words:
    return _Words()


@lru_cache(maxsize=_KNOWN)
def kind_of(text: str) -> BriefKind | None:
    """The kind of block that `text` stands over; None if it is no such heading."""
    if not text or len(text) > LONGEST:
        return None
    plain = folded(text)
    words = _words()
    if plain in words.whole:
        return words.whole[plain]
    if plain.partition(" ")[0] in words.first_words and (kind := _beginning(plain, words)):
        return kind
    return _ending(plain, words) if plain.endswith(words.endings) else None


@lru_cache(maxsize=_KNOWN)
def kind_of_heading(text: str) -> BriefKind | None:
    """The kind of block that a heading element stands over, by some of its words: "Stories related to bridges"."""
    if not text or len(text) > LONGEST:
        return None
    kind = kind_of(text)
    return kind if kind is not None else _by_some_words(folded(text).split(" "))


def _by_some_words(parts: list[str]) -> BriefKind | None:
    if len(parts) > _FEW:
        return None
    words = _words()
    for cut in range(len(parts) - 1, 2, -1):
        kind = words.whole.get(" ".join(parts[:cut]))
        if kind in KEPT_BRIEFS:
            return kind
    plain = " ".join(parts)
    return next((kind for kind, stems in words.stems.items() if stems.search(plain)), None)


@lru_cache(maxsize=_KNOWN)
def is_section(text: str) -> bool:
    """Whether `text` is a word like "News" or "Video": over a block it says no more than that it is some other block."""
    return len(text) <= LONGEST and folded(text) in _words().sections


@lru_cache(maxsize=_KNOWN)
def asks_to_comment(text: str) -> bool:
    """Whether `text` is the prompt of a comments section: "Leave the first comment", "3 comments"."""
    return len(text) <= LONGEST and folded(text).strip("0123456789 ") in _words().comments


def _beginning(plain: str, words: _Words) -> BriefKind | None:
    parts = plain.split(" ")
    for cut in range(1, min(len(parts), 6)):
        begin = " ".join(parts[:cut])
        if begin in words.begins and len(parts) - cut <= 6:
            return words.begins[begin]
    return None


def _ending(plain: str, words: _Words) -> BriefKind | None:
    for end, kind in words.ends.items():
        if plain.endswith(end) and len(end) < len(plain) <= len(end) + 30:
            spaced = plain[-len(end) - 1] == " "
            if spaced or not end.isascii():
                return kind
    return None


_BRACKETED = re.compile(r"^[【\[［〈《<](?P<lead>[^】\]］〉》>]{2,40})[】\]］〉》>]\s*(?P<rest>.+)$", re.DOTALL)
_PARTED = re.compile(
    r"^[\[(（>»►▶•*\s]*(?P<lead>\w[^:：|]{1,39}?)\s*(?:[:：|»►▶]|\s[-–—>]\s)\s*(?P<rest>\S.+?)[\])）]?$", re.DOTALL
)


def led_by(text: str) -> tuple[BriefKind, str] | None:
    """For `Read also: A headline` and `【関連記事】A headline` the kind and the headline; None for any other text."""
    parts = _BRACKETED.match(text) or _PARTED.match(text)
    if parts is None:
        return None
    kind = kind_of(parts["lead"])
    if kind is None and folded(parts["lead"]) in _words().leads:
        kind = BriefKind.READ_NEXT
    return (kind, parts["rest"].strip()) if kind else None


_CLASSES = (
    (
        BriefKind.SPONSORED,
        re.compile(r"sponsor|promoted|taboola|outbrain|advert|dable|revcontent|native-?ad|plista|mgid"),
    ),
    (
        BriefKind.MOST_READ,
        re.compile(r"most-?(?:read|viewed|popular|shared)|popular|trending|ranking|top-?stor|best-?of"),
    ),
    (
        BriefKind.RELATED,
        re.compile(
            r"(?<!un)related|read-?(?:next|more|also)|up-?next|next-?read|recommend|recirc|more-?(?:on|from|stor)|also-?read|similar|see-?also"
        ),
    ),
    (BriefKind.LATEST, re.compile(r"latest|recent|newest|breaking|ticker|newsfeed|news-?feed")),
)


@lru_cache(maxsize=_KNOWN)
def kind_of_classes(names: str) -> BriefKind | None:
    """The kind that class names and ids near a block hint at, as designers commonly name them."""
    plain = names.lower().replace("_", "-")
    return next((kind for kind, words in _CLASSES if words.search(plain)), None)
