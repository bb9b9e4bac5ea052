"""From the units of a row to a brief: time, tag, headline and summary by their role, agreed across the rows of a block."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from statistics import median

from lxml.html import HtmlElement

from newsloom.news.items import Brief, BriefKind
from scraper.extract import addresses
from scraper.extract.briefs import headings
from scraper.extract.briefs.outline import Anchor, Outline, Piece, Unit
from scraper.extract.briefs.rows import Group, Row, leads_of
from scraper.extract.clocks import Printed, has_digit, may_hold_time, read_attribute, read_time, split_time
from scraper.extract.words import line, weight

_TAG = 36
"""Weight up to which a text may be a tag."""
_NAME = 25
"""Weight up to which a text may be a name rather than a headline."""
_TEXT = 40
_LABEL = 70
"""Characters; a longer text is no time with a word beside it."""
_PARAGRAPH = 90
"""Weight from which a text that ends as a sentence is a paragraph, no headline."""
_STOPS = frozenset(".!?。！？।؟…")
_CLOSING = "\"”»’')]"
_BYLINE = re.compile(
    r"^(?:by|von|par|por|di|door|av|af|od|автор|текст|text|foto|photo|words|©)\b(?:[\s:]|$)", re.IGNORECASE
)
_COUNT = re.compile(r"^[\W\d]*(?:[\d.,]+\s?[km]?)?[\W\d]*$", re.IGNORECASE)
_MINUTES = r"(?:mins?|minut\w*|мин\w*|хв\w*|dk|dakika|menit|phút|分鐘|分钟|分|분)\b\.?"
_LENGTH = re.compile(
    rf"\W*(?:(?:\d+:)?\d+:\d\d\s*{_MINUTES}|\d{{1,3}}[\s-]?{_MINUTES}"
    r"(?:\s(?:read|watch|listen|de lectura|de lecture|de leitura|di lettura|lesezeit|leestijd|läsning|okuma|czytania|čtení"
    r"|чтения|читання))?"
    r"|\d{1,3}\s(?:photos?|images?|pictures|bilder|fotos?))\W*",
    re.IGNORECASE,
)
"""How long a piece takes to read or to watch, or how many pictures it has."""
_TITLE = re.compile(r"title|headline|heading|\bhed\b|titel|titul|titre|\bh[2-6]\b|-h[2-6]\b", re.IGNORECASE)
_KICKER = re.compile(
    r"kicker|eyebrow|overline|sub-?(?:title|head)|supra|dachzeile|topic|label|categor|lead|teaser-text", re.IGNORECASE
)
_HIDDEN = re.compile(r"visually-?hidden|\bsr-only|screen-?reader", re.IGNORECASE)
"""As style sheets commonly name it."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """When and where a page was seen: what its clocks mean."""

    at: datetime
    zone: str
    language: str = ""


@dataclass(slots=True, eq=False)
class Part:
    """A text of a row, and how it stands there."""

    text: str
    weight: int
    leads: bool
    """A link to what the row is about."""
    heading: bool
    element: HtmlElement
    """That it stands in."""


@dataclass(slots=True, eq=False)
class _Parts:
    anchor: Anchor | None
    time: Printed | None
    texts: list[Part]
    thumbnail: str


def clock_of(unit: Unit, seen: Seen) -> Printed | None:
    """The time that a unit is, or begins with."""
    text = unit.text
    if unit.clock is not None:
        return read_attribute(unit.clock, text, seen.at, seen.zone, seen.language)
    if not (may_hold_time(text) if len(text) <= 30 else has_digit(text[:40])):
        return None
    return read_time(text, seen.at, seen.zone, seen.language) or _leading_clock(text, seen)


def _leading_clock(text: str, seen: Seen) -> Printed | None:
    clock, rest = split_time(text)
    return read_time(clock, seen.at, seen.zone, seen.language) if clock and text.find(clock) <= 1 and rest else None


def briefs_of(page: Outline, group: Group, kind: BriefKind, seen: Seen) -> tuple[Brief, ...]:
    """A brief a row; copies of one row (mobile and desktop) become one, the fuller of the two."""
    rows = [_parts(page, row, seen) for row in group.rows]
    if group.led:
        _without_lead(rows)
    roles = _Roles(rows)
    found: dict[str, Brief] = {}
    for row in rows:
        brief = roles.brief(row, kind, len(found) + 1)
        if not (brief.title or brief.text):
            continue
        name = addresses.key(brief.url) or f"{brief.time_text} {brief.title} {brief.text}"
        known = found.get(name)
        found[name] = _fuller(known, brief) if known else brief
    return tuple(found.values())


def _without_lead(rows: Sequence[_Parts]) -> None:
    """Take `Read also:` off a headline that is one link with it."""
    for row in rows:
        for part in row.texts:
            if led := headings.led_by(part.text):
                part.text, part.weight = led[1], weight(led[1])


def _fuller(one: Brief, other: Brief) -> Brief:
    return replace(
        one,
        title=max(one.title, other.title, key=len) if not one.title else one.title,
        time_text=one.time_text or other.time_text,
        published=one.published or other.published,
        dated=one.dated if one.published else other.dated,
        tag=one.tag or other.tag,
        text=one.text or other.text,
        thumbnail=one.thumbnail or other.thumbnail,
    )


def main_anchor(page: Outline, row: Row) -> Anchor | None:
    """The link of a row that leads to what it is about."""
    links = leads_of(page, row)
    if not row.key:
        links = [a for a in links if not addresses.is_menu_like(a.url) and a.key]
    links = [a for a in links if a.key != page.key]
    if len(links) < 2:
        return links[0] if links else None
    return max(links, key=lambda a: (addresses.is_article_like(a.url), len(a.text)))


def _parts(page: Outline, row: Row, seen: Seen) -> _Parts:
    anchor = main_anchor(page, row)
    key = anchor.key if anchor else ""
    time: Printed | None = None
    texts: list[Part] = []
    for unit in page.units[row.first : row.last]:
        for piece in _pieces(unit, key) if unit.pieces else (unit,):
            printed, rest = _time_and_rest(piece, seen)
            if printed and (time is None or (printed.instant and not time.instant)):
                time = printed
            if rest and not _is_noise(rest):
                size = unit.weight if rest == unit.text else weight(rest)
                if size <= _NAME and _is_hidden(unit):
                    continue
                texts.append(Part(rest, size, _leads_to(piece, key), unit.heading, unit.node.element))
    return _Parts(anchor, time, texts, _thumbnail(page, row, anchor))


def _is_hidden(unit: Unit) -> bool:
    """Said to screen readers only: what the picture is, what the number counts."""
    return bool(_HIDDEN.search(unit.node.element.get("class") or ""))


def _leads_to(piece: Piece, key: str) -> bool:
    return key != "" and piece.anchor is not None and piece.anchor.key == key


def _pieces(unit: Unit, key: str) -> Sequence[Piece]:
    """A unit of several pieces, in pieces only where its row's link or a time stands out of it; else it is one text."""
    timed = any(p.clock is not None for p in unit.pieces)
    if not timed and (unit.anchor is not None or not any(_leads_to(p, key) for p in unit.pieces)):
        return (unit,)
    joined: list[Piece] = []
    for piece in unit.pieces:
        last = joined[-1] if joined else None
        if last and last.anchor is piece.anchor and last.clock == piece.clock:
            joined[-1] = Piece(f"{last.text} {piece.text}", last.anchor, last.clock)
        else:
            joined.append(piece)
    return joined


_BESIDE = ("|", "•", "·", " - ", " – ", "/", ",")
"""Marks that part a time from the text beside it."""


def _time_and_rest(piece: Piece, seen: Seen) -> tuple[Printed | None, str]:
    text = piece.text
    if piece.clock is not None:
        printed = read_attribute(piece.clock, text, seen.at, seen.zone, seen.language)
        if printed:
            return printed, ""
    if len(text) <= _LABEL:
        if not may_hold_time(text) or (":" in text and _LENGTH.fullmatch(text)):
            return None, text
        printed = read_time(text, seen.at, seen.zone, seen.language)
        if printed:
            return printed, ""
        printed, rest = _time_beside(text, seen)
        if printed:
            return printed, rest
    clock, rest = split_time(text)
    if clock and (printed := read_time(clock, seen.at, seen.zone, seen.language)):
        return printed, rest
    return None, text


def _time_beside(text: str, seen: Seen) -> tuple[Printed | None, str]:
    for mark in _BESIDE:
        head, found, tail = text.partition(mark)
        if found:
            for one, other in ((head, tail), (tail, head)):
                printed = read_time(one, seen.at, seen.zone, seen.language)
                if printed:
                    return printed, other.strip()
    return None, ""


@lru_cache(maxsize=2_048)
def _is_noise(text: str) -> bool:
    """Counts, bylines, and what asks to click."""
    if _COUNT.match(text) or _BYLINE.match(text) or _LENGTH.fullmatch(text):
        return True
    return len(text) < 40 and (text.endswith((">", "»", "›", "→")) or headings.kind_of(text) is not None)


_WEIGHT = attrgetter("weight")


class _Roles:
    """What the texts of a block's rows are, judged over all rows."""

    def __init__(self, rows: Sequence[_Parts]) -> None:
        heads = [max(own, key=_WEIGHT) for r in rows if (own := [p for p in r.texts if p.heading])]
        repeated = len({p.text for p in heads}) < len(heads)
        short = bool(heads) and (repeated or median(map(_WEIGHT, heads)) <= 16)
        self.headings_are_tags = short and median(max(map(_WEIGHT, r.texts), default=0) for r in rows) >= 60
        self.headings_are_texts = bool(heads) and median(map(_WEIGHT, heads)) >= _PARAGRAPH
        alone = [p for r in rows if (p := self._only_long(r))]
        ends = sum(_is_sentence(p.text) for p in alone)
        linked = len(rows) == 1 and rows[0].anchor is not None and rows[0].time is None
        self.alone_is_text = (
            bool(alone) and not linked and median(map(_WEIGHT, alone)) >= _PARAGRAPH and ends >= 0.5 * len(alone)
        )
        firsts = [r.texts[0].text for r in rows if len(r.texts) > 1]
        self.repeated = {t for t, n in Counter(firsts).items() if n > 1} if len(set(firsts)) < len(firsts) else set()

    @staticmethod
    def _only_long(row: _Parts) -> Part | None:
        long = [p for p in row.texts if p.weight > _TAG]
        return long[0] if len(long) == 1 else None

    def brief(self, row: _Parts, kind: BriefKind, place: int) -> Brief:
        title = self._title(row)
        tag = self._tag(row, title)
        text = self._text(row, title, tag)
        if title and self.alone_is_text and (not title.heading or self.headings_are_tags or self.headings_are_texts):
            title, text = self._no_headline(title, text)
        return Brief(
            kind=kind,
            place=place,
            url=row.anchor.url if row.anchor else "",
            title=line(title.text) if title else "",
            time_text=line(row.time.text) if row.time else "",
            published=row.time.instant if row.time else None,
            dated=row.time.dated if row.time else False,
            tag=line(tag.text) if tag else "",
            text=line(text.text) if text else "",
            thumbnail=row.thumbnail,
        )

    @staticmethod
    def _no_headline(title: Part, text: Part | None) -> tuple[Part | None, Part | None]:
        """In a block whose rows are paragraphs, what looked like a headline is the text, or its first paragraph."""
        if text is None:
            return None, title
        if _is_sentence(title.text) and title.weight >= _PARAGRAPH:
            both = f"{title.text} {text.text}"
            return None, Part(both, weight(both), title.leads, title.heading, title.element)
        return title, text

    def _title(self, row: _Parts) -> Part | None:
        texts = [p for p in row.texts if p.text not in self.repeated] if self.repeated else row.texts
        if self.headings_are_tags:
            texts = [p for p in texts if not p.heading]
        elif heads := [p for p in texts if p.heading]:
            return max(heads, key=_WEIGHT)
        pool = [p for p in texts if p.leads] or texts or row.texts
        long = [p for p in pool if p.weight > _NAME]
        if len(long) > 1:
            return next((p for p in long if _is_named_title(p.element)), long[0])
        return long[0] if long else max(pool, key=_WEIGHT, default=None)

    def _tag(self, row: _Parts, title: Part | None) -> Part | None:
        said = title.text if title else ""
        return next((p for p in row.texts if p.text != said and _is_tag(p)), None)

    def _text(self, row: _Parts, title: Part | None, tag: Part | None) -> Part | None:
        rest = [p for p in row.texts if p.weight >= _TEXT and p is not title and p is not tag]
        return (
            max((p for p in rest if title is None or p.text != title.text), key=_WEIGHT, default=None) if rest else None
        )


def _is_sentence(text: str) -> bool:
    """Whether it ends as one."""
    return text.rstrip(_CLOSING)[-1:] in _STOPS


def _is_named_title(element: HtmlElement) -> bool:
    """Whether its class or that of the element around it is a title's: a line over the headline may be long."""
    up = element.getparent()
    names = f"{element.get('class') or ''} {up.get('class') or '' if up is not None else ''}"
    return bool(_TITLE.search(names)) and not _KICKER.search(names)


def _is_tag(part: Part) -> bool:
    return 2 <= part.weight <= _TAG and len(part.text.split()) <= 5


def _thumbnail(page: Outline, row: Row, anchor: Anchor | None) -> str:
    inside: HtmlElement | None = row.node.element if row.node else anchor.element if anchor else None
    if inside is None:
        return ""
    for image in inside.iter("img"):
        for name in ("src", "data-src", "data-original", "data-lazy-src"):
            source = image.get(name)
            if source and (url := addresses.resolved(source, page.base)):
                return url
    return ""
