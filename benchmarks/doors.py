"""One page in, what a crawl reads of it out, as plain dicts: for scorers outside the project.

The same function with the same defaults as a crawl of a source that says nothing about itself.
"""

from collections.abc import Container, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote, urlsplit

from newsloom.news.copies import Sketch, sketch
from newsloom.news.identity import key
from newsloom.news.items import KEPT_BRIEFS, Article, BriefKind
from newsloom.news.lookout import Lookout
from newsloom.news.memory import Role
from newsloom.news.rhythm import Course, learned
from newsloom.news.rules import parse
from newsloom.news.sources import Schedule
from newsloom.store import copies
from newsloom.store.asked import Asked, heard
from newsloom.store.database import open_writing, transaction
from newsloom.store.stories import Stories, Told
from newsloom.store.vocabulary import Vocabulary
from scraper.extract.page import Reading
from scraper.extract.reading import read


def article(html: bytes, url: str) -> dict[str, Any]:
    """title, text, authors, published (ISO 8601), image, language, tags; an empty dict if the page is no article."""
    found = _read(html, url, KEPT_BRIEFS).article
    if found is None:
        return {}
    return {
        "title": found.title,
        "text": found.text,
        "authors": list(found.authors),
        "published": _as_shown(found),
        "image": found.image.url if found.image else None,
        "language": found.language,
        "tags": list(found.tags),
    }


def _as_shown(found: Article) -> str | None:
    """The time by the clock of the page, if it says by which: the day that readers see there."""
    if found.published is None:
        return None
    return found.published.astimezone(timezone(timedelta(minutes=found.published_offset or 0))).isoformat()


def briefs(html: bytes, url: str) -> list[dict[str, Any]]:
    """Each row of each block of teasers: url (None without a link), title, summary, published, category, kind."""
    return [
        {
            "url": _as_written(brief.url, html) or None,
            "title": brief.title,
            "summary": brief.text,
            "published": brief.published.isoformat() if brief.published else brief.time_text,
            "category": brief.tag,
            "kind": brief.kind.value,
        }
        for brief in _read(html, url, frozenset(BriefKind)).briefs
    ]


def _read(html: bytes, url: str, kinds: Container[BriefKind]) -> Reading:
    """A crawl keeps some `kinds` of blocks of teasers; scorers of blocks ask for all."""
    return read(html, url, fetched=datetime.now(UTC), role=Role.ARTICLE, kinds=kinds)


def _as_written(url: str, html: bytes) -> str:
    """Labels have an address as its page spells it: letters outside ASCII may stand there plainly."""
    plain = unquote(url)
    path = urlsplit(plain).path
    return plain if not path.isascii() and path.encode() in html else url


def address_key(url: str) -> str:
    """Equal for addresses that are one, by themselves; "" for what is none."""
    return key(url)


def matches(rules: Sequence[str], texts: Iterable[str]) -> list[list[int]]:
    """For each text the numbers of the rules that hold for an entry with that text, as it would be a topic's member."""
    asked = _asked(tuple(rules))
    return [sorted(asked.holding(heard("", "", text, ""))) for text in texts]


@lru_cache(maxsize=8)
def _asked(rules: tuple[str, ...]) -> Asked:
    return Asked([parse(rule) for rule in rules])


def stories(texts: Iterable[tuple[str, str, str]]) -> list[str]:
    """For each of some (id, title, text), in this order and as if they came today, the story it belongs to: equal for one story."""
    with TemporaryDirectory() as folder, closing(open_writing(Path(folder, "newsloom.db"))) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")  # texts without entries
        now, words = datetime.now(UTC), Vocabulary()
        told = [
            Told(entry=n, title=title, text=text, published=now, source="")
            for n, (_, title, text) in enumerate(texts, 1)
        ]
        for begin in range(0, len(told), _BATCH):
            with transaction(connection):
                Stories(connection, now, words).tell(told[begin : begin + _BATCH])
        found = dict(tuple(row) for row in connection.execute("SELECT entry, story FROM story_entries"))
    return [f"story {found[t.entry]}" if t.entry in found else f"alone {t.entry}" for t in told]


_BATCH = 20
"""Entries that a crawl saves at once."""


class NearCopies:
    """Texts that are nearly one, as the store finds them; all it knows is in a store file of its own."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory()
        self._connection = open_writing(Path(self._folder.name, "newsloom.db"))
        self._connection.execute("PRAGMA foreign_keys = OFF")  # texts without entries
        self._keys = copies.postings()
        self._ids: list[str] = []

    def add(self, id: str, title: str, text: str) -> list[str]:  # noqa: A002 - as scorers call it
        """Keep a text; ids of the texts kept before that it is a copy of, best first."""
        self._ids.append(id)
        sketched = sketch(text, title)
        if sketched is None:
            return []
        with transaction(self._connection):
            return self._found(copies.NearCopies(self._connection, datetime.now(UTC), self._keys), sketched)

    def _found(self, near: copies.NearCopies, sketched: Sketch) -> list[str]:
        found = near.find(sketched)
        near.keep(len(self._ids), sketched)
        near.prune()
        return [self._ids[known.entry - 1] for known in found.copies]

    def close(self) -> None:
        """Throw the file away."""
        self._connection.close()
        self._folder.cleanup()


class BriefLinks(NearCopies):
    """The relation beside it: a short text, and the texts of the one article that it is the beginning of."""

    def __init__(self) -> None:
        super().__init__()
        self._texts: dict[int, list[str]] = {}

    def _found(self, near: copies.NearCopies, sketched: Sketch) -> list[str]:
        found = near.find(sketched)
        entry = found.copies[0].entry if found.copies else len(self._ids)
        near.keep(entry, sketched)
        near.prune()
        of = () if found.copies else found.brief_of[:1]
        articles = [known.entry for known in of if near.relate(entry, known.entry, known.score)]
        briefs = [known.entry for known in found.briefs if near.relate(known.entry, entry, known.score)]
        answer = [text for known in (*articles, *briefs) for text in self._texts.get(known, ())]
        self._texts.setdefault(entry, []).append(self._ids[-1])
        return answer


_WINDOW = 30
"""Pieces that a look shows in the scorer's worlds: of as many new ones there may have been more."""


class PollingRule:
    """When `run` looks at a source again, in a scorer's numbers: sources by number, instants in seconds since the epoch."""

    def __init__(self, budget: float) -> None:
        self._budget = budget
        self._lookout = Lookout()
        self._courses: dict[int, Course] = {}

    def observe(self, source: int, now: float, published: list[float]) -> float:
        """After a look at `now` that showed these publication times for the first time: when to look next."""
        reach = min(published) if len(published) >= _WINDOW else 0.0
        course = learned(self._courses.get(source), now, published, reach=reach)
        self._courses[source] = course
        self._lookout.ask(source, course.appetites)
        self._lookout.count(now)
        threshold = self._lookout.threshold(self._budget * len(self._lookout), now)
        return course.due(threshold, Schedule.shortest.total_seconds(), Schedule.longest.total_seconds())


def polling_rule(budget: float) -> PollingRule:
    """The rule at `budget` looks a source and day."""
    return PollingRule(budget)
