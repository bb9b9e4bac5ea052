"""What the newspapers print when: a pure function of seed, start and time."""

import bisect
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from newsloom.demo.grammar import Story, amended, flash, story
from newsloom.demo.newspapers import Newspaper

HISTORY = timedelta(days=2)
"""How long before the start the oldest article was published."""
ROWS = 5
"""Of a block of timed teasers."""
_RECENT = timedelta(hours=16)
"""A full block of timed rows was published in so long before the start, and later ones come sooner: so a bare clock time
has one meaning, the latest such instant."""


@dataclass(frozen=True, kw_only=True)
class Revision:
    at: datetime
    seed: str
    retitled: bool


@dataclass(kw_only=True, eq=False)
class Written:
    """An article on one paper. A copy has its original's text as it stood when it was copied, and none of its later corrections."""

    paper: Newspaper
    number: int
    published: datetime
    seed: str
    copy_of: "Written | None" = None
    declares: bool = False
    """Whether a copy names its original as canonical."""
    revisions: list[Revision] = field(default_factory=list)

    def told(self, now: datetime) -> Story:
        """As it reads at `now`."""
        if self.copy_of is not None:
            return self.copy_of.told(self.published)
        text = story(self.paper.language, self.seed, self.published)
        for revision in self.revisions:
            if revision.at <= now:
                text = amended(text, self.paper.language, revision.seed, retitled=revision.retitled)
        return text

    def modified(self, now: datetime) -> datetime:
        return max((r.at for r in self.revisions if r.at <= now), default=self.published)

    @cached_property
    def path(self) -> str:
        """Its address never changes, whatever becomes of its title."""
        first = self.told(self.published)
        return self.paper.address(self.number, self.paper.local(self.published), first)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One teaser of a block. One without `article` has no link."""

    published: datetime
    tag: str
    text: str
    article: Written | None = None


class World:
    """All that was ever printed, told as far as somebody asked. Later events never change what was before them."""

    def __init__(self, papers: Sequence[Newspaper], *, seed: int, start: datetime) -> None:
        self.papers = tuple(papers)
        self.start = start.replace(microsecond=0)
        self._random = random.Random(f"newsloom {seed}")  # noqa: S311 - texts and times, no secrets
        self._articles: dict[str, list[Written]] = {p.key: [] for p in papers}
        self._flashes: dict[str, list[Row]] = {p.key: [] for p in papers}
        self._changes: dict[str, list[datetime]] = {p.key: [] for p in papers}
        self._copies = self._corrections = 0
        for at, kind, paper in sorted(self._history(), key=lambda e: e[0]):
            self._happen(at, kind, paper)
        self._next = self.start

    def articles(self, paper: Newspaper, now: datetime) -> list[Written]:
        """Published by `now`, newest first."""
        self._tell(now)
        mine = self._articles[paper.key]
        return mine[: bisect.bisect_right(mine, now, key=lambda a: a.published)][::-1]

    def changed(self, paper: Newspaper, now: datetime) -> datetime:
        """When the paper last printed or corrected anything."""
        self._tell(now)
        mine = self._changes[paper.key]
        return mine[max(bisect.bisect_right(mine, now), 1) - 1]

    def rows(self, paper: Newspaper, now: datetime, page: Written) -> list[Row]:
        """The teasers on the page of an article: the paper's newest; in a block that is not timed the articles before this one."""
        if not paper.timed_block:
            older = [a for a in self.articles(paper, page.published) if a is not page][:3]
            return [_row(a, now) for a in older]
        self._tell(now)
        if paper.flashes and not links_rows(page):
            return [f for f in reversed(self._flashes[paper.key]) if f.published <= now][:ROWS]
        return [_row(a, now) for a in self.articles(paper, now)[: ROWS + 1] if a is not page][:ROWS]

    def _history(self) -> list[tuple[datetime, str, Newspaper]]:
        """What happened before the start, in any order."""
        r = self._random

        def back(longest: timedelta) -> datetime:
            return self.start - timedelta(seconds=r.randrange(60, int(longest.total_seconds())))

        events = [
            (back(_RECENT if n <= ROWS else HISTORY), "article", p)
            for p in self.papers
            for n in range(r.randrange(9, 13))
        ]
        events += [(back(_RECENT), "flash", p) for p in self.papers if p.flashes for _ in range(8)]
        events += [(back(timedelta(hours=24)), "correction", p) for p in self.papers]
        english = [p for p in self.papers if p.language == "en"]
        return events + [(back(timedelta(hours=20)), "copy", r.choice(english)) for _ in range(4) if english]

    def _tell(self, now: datetime) -> None:
        r = self._random
        while self._next <= now:
            self._next += timedelta(seconds=r.randrange(20, 41))
            kind = r.choices(("article", "correction", "copy", "flash"), (60, 16, 14, 10))[0]
            self._happen(self._next, kind, r.choice(self.papers))

    def _happen(self, at: datetime, kind: str, paper: Newspaper) -> None:
        """What cannot happen (nothing to copy or correct, a paper without flashes) becomes an article once the world lives."""
        seed = f"{self._random.getrandbits(64):x}"
        if kind == "flash" and paper.flashes:
            tag, text = flash(paper.language, seed, at)
            self._flashes[paper.key].append(Row(published=at, tag=tag, text=text))
        elif not (kind == "correction" and self._correct(paper, at, seed)) and not (
            kind == "copy" and self._copy(paper, at)
        ):
            if kind != "article" and at <= self.start:
                return
            self._print(Written(paper=paper, number=self._number(paper), published=at, seed=seed))
        self._changes[paper.key].append(at)

    def _correct(self, paper: Newspaper, at: datetime, seed: str) -> bool:
        recent = [a for a in self._articles[paper.key][-15:] if a.copy_of is None and not a.revisions]
        if not recent:
            return False
        self._corrections += 1
        self._random.choice(recent).revisions.append(Revision(at=at, seed=seed, retitled=self._corrections % 3 == 0))
        return True

    def _copy(self, paper: Newspaper, at: datetime) -> bool:
        """Print what another paper of the same language has; every second copy says whose it is."""
        taken = {a.copy_of for a in self._articles[paper.key]}
        there = [
            a
            for p in self.papers if p is not paper and p.language == paper.language
            for a in self._articles[p.key][-6:]
            if a.copy_of is None and a not in taken
        ]  # fmt: skip
        if not there:
            return False
        self._copies += 1
        original = self._random.choice(there)
        copy = Written(
            paper=paper,
            number=self._number(paper),
            published=at,
            seed=original.seed,
            copy_of=original,
            declares=self._copies % 2 == 0,
        )
        self._print(copy)
        return True

    def _print(self, article: Written) -> None:
        self._articles[article.paper.key].append(article)

    def _number(self, paper: Newspaper) -> int:
        return paper.first_number + len(self._articles[paper.key])


def links_rows(page: Written) -> bool:
    """On a paper with flashes: pages of the first sections have rows with links, the others flashes without."""
    first_half = list(page.paper.grammar.sections)[:3]
    return not page.paper.flashes or page.told(page.published).section in first_half


def _row(article: Written, now: datetime) -> Row:
    text = article.told(now)
    return Row(published=article.published, tag=text.tag, text=text.summary, article=article)
