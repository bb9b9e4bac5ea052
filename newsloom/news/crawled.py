"""What one crawl saw of its source, as far as it tells whether the source is well: counted page by page, then a value."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from math import log2

from newsloom.news.items import Article
from newsloom.news.memory import Listing, Page, Role, Stage, State


class Measure(StrEnum):
    """What is right or wrong with a new page; with a crawl's entrances, for LISTING."""

    PAGE = "page"
    """An address asked for the first time gives an article."""
    LISTING = "listing"
    """What lists articles lists any."""
    TITLE = "title"
    """The article has a headline, not just its first words."""
    OWN_TITLE = "own title"
    """Another article's is another one."""
    BODY = "body"
    OWN_BODY = "own body"
    """It begins otherwise than another article's."""
    LENGTH = "length"
    """Its text is not much shorter than the source's usually are."""
    LETTERS = "letters"
    """Its text is written in letters, not in what another encoding makes of them."""
    DATE = "date"
    OWN_DATE = "own date"
    """Its date is neither another article's nor the moment when it was asked."""
    LISTED_DATE = "listed date"
    """Its date is that beside which it was listed."""
    SAID_DATE = "said date"
    """Its date is declared for machines, and not just found somewhere on the page."""
    AUTHOR = "author"
    BRIEFS = "briefs"


@dataclass(frozen=True, kw_only=True)
class Count:
    """How often something was right and wrong, and where it was wrong first."""

    right: int = 0
    wrong: int = 0
    example: str = ""


@dataclass(frozen=True, kw_only=True)
class Failures:
    """Addresses of which one stage kept us from an article."""

    addresses: int
    example: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A crawl, when it is over. Of pages only those count that were asked for the first time."""

    at: datetime
    """Its begin."""
    error: str = ""
    """Why none of its entrances could be read; empty: one was."""
    stage: Stage | None = None
    """Of `error`."""
    absent: bool = False
    """Of `error`: the server says that nothing stands there, or there is no such server."""
    waits: bool = False
    """Of `error`: the server asks for patience, and may well be asked later."""
    looked: bool = True
    """Whether an entrance answered, as far as it was asked: others wait for their time after a failure."""
    unchanged: bool = False
    """Whether those that answered show what they showed before."""
    new: int = 0
    """Addresses listed, and articles read, that were not known."""
    counts: Mapping[Measure, Count]
    failures: Mapping[Stage, Failures]
    lengths: tuple[tuple[str, int], ...] = ()
    """Addresses, and how many letters their texts have."""
    recent: tuple[str, ...] = ()
    """Marks of the newest titles, texts and dates, for the next crawl."""


_SAID = frozenset({"json-ld", "microdata", "meta", "state", "selector"})
_NO_HEADLINE = "text"
_PRESENT = timedelta(seconds=5)
_MINUTE = timedelta(seconds=65)
_APART = timedelta(minutes=2)
_BEGINNING = 300
"""Letters of a text by which another one is told from it."""
_LETTERS = 1_000
"""Of it are looked at for an encoding."""
RECENT = 180
"""Marks that are kept, of some sixty articles."""


@dataclass(frozen=True, kw_only=True)
class _Marked:
    """Something of an article that no other article should have."""

    measure: Measure
    mark: str
    at: str
    right: bool
    """As far as other articles do not matter."""


class Tally:
    """Is told what a crawl tells to memory, and counts."""

    def __init__(self) -> None:
        self._right: Counter[Measure] = Counter()
        self._wrong: Counter[Measure] = Counter()
        self._examples: dict[Measure, str] = {}
        self._failures: Counter[Stage] = Counter()
        self._failed: dict[Stage, tuple[str, str]] = {}
        self._lengths: list[tuple[str, int]] = []
        self._marked: list[_Marked] = []
        self._listed = 0
        self._looked = self._unchanged = False
        self._faults: list[Page] = []
        self._listings: list[Listing] = []

    def page(self, page: Page, *, first: bool, listed: datetime | None = None) -> None:
        """What came of an address; `first`: it never answered before, well or ill. Beside it `listed` stood for its date."""
        if page.role is not Role.ARTICLE:
            self._entrance(page)
            return
        if not first or page.state is State.SAME or (page.state is State.PUT_OFF and page.status is None):
            return
        article = page.article if page.state is State.READ else None
        self._note(Measure.PAGE, article is not None, page.asked)
        if article is not None:
            self._article(page, article, listed)
        else:
            stage = page.stage or Stage.EMPTY
            self._failures[stage] += 1
            self._failed.setdefault(stage, (page.asked, page.reason))

    def _entrance(self, page: Page) -> None:
        if page.state not in (State.SAME, State.READ):
            self._faults.append(page)
            return
        self._looked = True
        self._unchanged |= page.state is State.SAME

    @property
    def looked(self) -> bool:
        """Whether an entrance answered."""
        return self._looked

    def listing(self, listing: Listing, *, new: int) -> None:
        """What an entrance showed, `new` of it for the first time."""
        self._looked = True
        self._listed += new
        if not listing.older and listing.role is not Role.START:
            self._listings.append(listing)

    def facts(self, at: datetime, *, error: str = "", new: int = 0, recent: Iterable[str] = ()) -> Facts:
        """All of it, once. `error` and `new` are the report's; `recent` is what the crawl before left."""
        marks = self._look_at_marks(recent)
        self._look_at_listings()
        fault = self._faults[0] if error and self._faults else None
        return Facts(
            at=at,
            error=error,
            stage=fault.stage if fault is not None else None,
            absent=fault is not None and all(map(_is_absent, self._faults)),
            waits=fault is not None and all(page.state is State.PUT_OFF for page in self._faults),
            looked=self._looked,
            unchanged=self._unchanged and not self._listings,
            new=new + self._listed,
            counts={
                m: Count(right=self._right[m], wrong=self._wrong[m], example=self._examples.get(m, ""))
                for m in Measure
                if self._right[m] or self._wrong[m]
            },
            failures={
                stage: Failures(addresses=count, example=self._failed[stage][0], reason=self._failed[stage][1])
                for stage, count in self._failures.most_common()
            },
            lengths=tuple(self._lengths),
            recent=tuple(marks)[-RECENT:],
        )

    def _look_at_marks(self, recent: Iterable[str]) -> dict[str, None]:
        """Whether titles, texts and dates are those of other articles: of two that are alike the second is wrong."""
        marks = dict.fromkeys(recent)
        for one in self._marked:
            self._note(one.measure, one.right and one.mark not in marks, one.at)
            marks[one.mark] = None
        return marks

    def _look_at_listings(self) -> None:
        """An index of sitemaps lists no articles, and says nothing about them."""
        leaves = [
            one for one in self._listings if not one.found or any(found.role is Role.ARTICLE for found in one.found)
        ]
        if leaves:
            self._note(Measure.LISTING, any(one.found for one in leaves), leaves[0].asked)

    def _article(self, page: Page, article: Article, listed: datetime | None) -> None:
        at, origins = page.asked, article.origins
        self._note(Measure.TITLE, bool(article.title) and origins.get("title") != _NO_HEADLINE, at)
        self._note(Measure.DATE, article.published is not None, at)
        self._note(Measure.AUTHOR, bool(article.authors), at)
        self._note(Measure.BRIEFS, bool(page.briefs), at)
        if article.title:
            self._mark(Measure.OWN_TITLE, article.title, at)
        if article.published is not None:
            present = _is_present(article.published, page.fetched)
            self._mark(Measure.OWN_DATE, article.published.isoformat(), at, right=not present)
            if listed is not None:
                self._note(Measure.LISTED_DATE, abs(article.published - listed) <= _APART, at)
            if "published" in origins:
                self._note(Measure.SAID_DATE, origins["published"] in _SAID, at)
        if not page.reason:  # else the page reserves its text
            self._text(article, at)

    def _text(self, article: Article, at: str) -> None:
        self._note(Measure.BODY, bool(article.text), at)
        if article.text:
            self._mark(Measure.OWN_BODY, article.text[:_BEGINNING], at)
            self._note(Measure.LETTERS, not garbled(f"{article.title} {article.text[:_LETTERS]}"), at)
            self._lengths.append((at, len(article.text)))

    def _note(self, measure: Measure, right: bool, at: str) -> None:  # noqa: FBT001 - the call reads as a sentence
        if right:
            self._right[measure] += 1
        else:
            self._wrong[measure] += 1
            self._examples.setdefault(measure, at)

    def _mark(self, measure: Measure, value: str, at: str, *, right: bool = True) -> None:
        mark = blake2b(value.encode("utf-8", "replace"), digest_size=6, person=measure.value.encode()).hexdigest()
        self._marked.append(_Marked(measure=measure, mark=mark, at=at, right=right))


def _is_absent(page: Page) -> bool:
    return page.state is State.GONE or (page.stage is Stage.ADDRESS and page.state is State.FAILED)


def _is_present(date: datetime, now: datetime) -> bool:
    """Whether it may be what a clock showed when the page was made: to the second, or to the minute."""
    return abs(now - date) < (_PRESENT if date.second else _MINUTE)


_PAIRS = re.compile(
    r"[ÂÃÐÑ][\x80-\xbf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|â€|ã[\x80-\x83\u0192\u201a\u20ac]"
)
"""UTF-8 read as Latin-1 or Windows-1252."""
_FIRST = "ÂÃÐÑâã"
"""With what a pair begins."""
_LATIN = re.compile("[À-ÿ]")
_FEW = 3


def garbled(text: str) -> bool:
    """Whether a text was read, or written, in a wrong encoding: so of any language that it is hardly one of it."""
    if text.isascii():
        return False
    if text.count("\ufffd") >= _FEW:
        return True
    if any(letter in text for letter in _FIRST) and len(_PAIRS.findall(text)) >= _FEW:
        return True
    some = text[:_BEGINNING]
    latin = len(_LATIN.findall(some))  # Windows-1251 and its like read as Latin-1
    cyrillic = some.count("Р") + some.count("С")  # UTF-8 read as Windows-1251
    strange = max(latin / 0.5, cyrillic / 0.3)
    return strange > len(some) / 2 and strange > sum(map(str.isalpha, some))  # the first is quicker to tell


def size(letters: int) -> int:
    """A class of lengths: four for each doubling."""
    return int(4 * log2(letters + 1))
