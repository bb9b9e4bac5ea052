"""The demo's door: open the newspapers on loopback, and say what they print."""

import json
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from newsloom.demo import entrances
from newsloom.demo.breaks import Break, Visit
from newsloom.demo.newspapers import NEWSPAPERS, Entrance, Markup, Newspaper, Validators
from newsloom.demo.pages import FEEDS, STATIC, Press, clock, colour
from newsloom.demo.server import Asked, Find, Sheet, Site
from newsloom.demo.world import Row, World, Written
from newsloom.news.times import Now

FIRST_PORT = 8481
"""The papers stand on this port and the next ones; one that is taken gives way to a free one."""
_KEPT_REQUESTS = 50_000
_KEPT_SHEETS = 2_000


@dataclass(frozen=True, kw_only=True)
class TrueBrief:
    """One row of a block of teasers, as its page shows it now."""

    place: int
    time_text: str
    published: datetime
    tag: str
    text: str
    """The paragraph, or of a row that shows only a headline the headline."""
    url: str | None


@dataclass(frozen=True, kw_only=True)
class TrueArticle:
    """One article as it reads now."""

    source: str
    url: str
    canonical: str
    title: str
    summary: str
    paragraphs: tuple[str, ...]
    authors: tuple[str, ...]
    published: datetime
    modified: datetime
    section: str
    tag: str
    language: str
    markup: Markup
    copy_of: str | None
    """The original's address, whether or not the page admits it."""
    corrected: bool
    briefs: tuple[TrueBrief, ...]
    """The rows on its page."""


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What stands on all papers at one instant, newest first."""

    at: datetime
    articles: tuple[TrueArticle, ...]

    def of(self, source: str) -> tuple[TrueArticle, ...]:
        return tuple(a for a in self.articles if a.source == source)


class DemoSites:
    """The papers, listening. `now` is their clock: what they show is a pure function of seed, start and that."""

    def __init__(self, world: World, now: Now) -> None:
        self.world = world
        self.requests: deque[Asked] = deque(maxlen=_KEPT_REQUESTS)
        """What was asked, oldest first."""
        self._now = now
        self._urls: dict[str, str] = {}
        self._press = Press(world, self._urls)
        self._by_path: dict[str, dict[str, Written]] = {p.key: {} for p in world.papers}
        self._sheets: dict[tuple[str, str], tuple[datetime, Sheet]] = {}
        self._broken: dict[str, tuple[Break, datetime]] = {}

    @classmethod
    @asynccontextmanager
    async def open(
        cls, seed: int = 1, *, now: Now, start: datetime | None = None, first_port: int = FIRST_PORT
    ) -> AsyncIterator["DemoSites"]:
        """Serve until the block ends. `start` (default: now) is when they begin to live; give an earlier one to go on with it.

        `first_port` 0 takes free ports only.
        """
        demo = cls(World(NEWSPAPERS, seed=seed, start=start or now()), now)
        sites: list[Site] = []
        try:
            for place, paper in enumerate(demo.world.papers):
                site = Site(name=paper.key, find=demo._finder(paper), now=now, told=demo.requests.append)
                sites.append(site)
                port = await site.listen(first_port and first_port + place)
                demo._urls[paper.key] = f"http://127.0.0.1:{port}"
            yield demo
        finally:
            for site in sites:
                await site.close()

    @property
    def urls(self) -> Mapping[str, str]:
        """A source's name -> the address that its config entry has."""
        return MappingProxyType({p.key: self._urls[p.key] + (p.latest or "/") for p in self.world.papers})

    def break_(self, paper: str, broken: Break | None) -> None:
        """From now on a paper's pages are broken like this; None: no longer."""
        if broken is None:
            self._broken.pop(paper, None)
        else:
            self._broken[paper] = broken, self._now()

    def config_text(self, *, out: Path, store: Path, server_port: int = 8080) -> str:
        """A whole config.yaml for these sites."""
        sources = "\n".join(line for paper in self.world.papers for line in self._source_lines(paper))
        return _CONFIG.format(out=json.dumps(str(out)), store=json.dumps(str(store)), port=server_port, sources=sources)

    def truth(self) -> Truth:
        """What a perfect reader would find now."""
        now = self._now()
        told = [self._true(a, now) for p in self.world.papers for a in self.world.articles(p, now)]
        return Truth(at=now, articles=tuple(sorted(told, key=lambda a: (a.published, a.url), reverse=True)))

    def _source_lines(self, paper: Newspaper) -> Iterator[str]:
        yield f"  - url: {self.urls[paper.key]}"
        yield f"    name: {paper.key}"
        yield f"    title: {json.dumps(paper.title, ensure_ascii=False)}"
        yield f"    language: {paper.language}"
        if paper.entrance is Entrance.SECTION:
            yield "    kind: section"
        if paper.timed_block or paper.markup is Markup.BARE:
            yield f"    zone: {paper.zone}  # its pages print clock times without an offset"

    def _true(self, article: Written, now: datetime) -> TrueArticle:
        paper, told = article.paper, article.told(now)
        shown = self.world.rows(paper, self._changed(article, now), article)
        return TrueArticle(
            source=paper.key,
            url=self._press.url(article),
            canonical=self._press.canonical(article),
            title=told.title,
            summary=told.summary,
            paragraphs=told.paragraphs,
            authors=told.authors,
            published=article.published,
            modified=article.modified(now),
            section=paper.grammar.sections[told.section],
            tag=told.tag,
            language=paper.language,
            markup=paper.markup,
            copy_of=self._press.url(article.copy_of) if article.copy_of is not None else None,
            corrected=article.modified(now) > article.published,
            briefs=tuple(self._true_row(paper, place, row, article) for place, row in enumerate(shown, 1)),
        )

    def _true_row(self, paper: Newspaper, place: int, row: Row, page: Written) -> TrueBrief:
        timed, linked = paper.timed_block, row.article
        return TrueBrief(
            place=place,
            time_text=clock(paper, row.published) if timed else "",
            published=row.published,
            tag=row.tag if timed else "",
            text=row.text if timed or linked is None else linked.told(page.published).title,
            url=self._press.url(linked) if linked is not None else None,
        )

    def _finder(self, paper: Newspaper) -> Find:
        return lambda path: self._find(paper, path)

    def _changed(self, article: Written, now: datetime) -> datetime:
        """When its page last changed: with the paper's newest rows, or only with the article."""
        return self.world.changed(article.paper, now) if article.paper.timed_block else article.modified(now)

    def _find(self, paper: Newspaper, path: str) -> Sheet | None:
        now = self._now()
        sheet = self._whole(paper, path, now)
        if sheet is None or paper.key not in self._broken:
            return sheet
        broken, since = self._broken[paper.key]
        visit = Visit(
            paper=paper,
            path=path,
            now=now,
            since=since,
            is_article=self._article(paper, path, now) is not None,
            as_it_was=lambda: self._whole(paper, path, since),
        )
        return broken(visit, sheet)

    def _whole(self, paper: Newspaper, path: str, now: datetime) -> Sheet | None:
        article = self._article(paper, path, now)
        changed = self._changed(article, now) if article is not None else self.world.changed(paper, now)
        kept = self._sheets.get((paper.key, path))
        if kept is not None and kept[0] == changed:
            return kept[1]
        body = self._article_page(article, changed) if article is not None else self._other(paper, path, changed)
        if body is None:
            return None
        sheet = Sheet(
            *body,
            modified=changed if paper.validators in (Validators.BOTH, Validators.MODIFIED) else None,
            tagged=paper.validators in (Validators.BOTH, Validators.ETAG),
        )
        if len(self._sheets) >= _KEPT_SHEETS:
            self._sheets.clear()
        self._sheets[paper.key, path] = changed, sheet
        return sheet

    def _article_page(self, article: Written, changed: datetime) -> tuple[bytes, str]:
        return self._press.article(article, changed), _html(article.paper)

    def _article(self, paper: Newspaper, path: str, now: datetime) -> Written | None:
        known, printed = self._by_path[paper.key], self.world.articles(paper, now)
        for article in printed[: max(len(printed) - len(known), 0)]:
            known[article.path] = article
        found = known.get(path)
        return found if found is not None and found.published <= now else None

    def _other(self, paper: Newspaper, path: str, now: datetime) -> tuple[bytes, str] | None:
        """What is no article, as of `now`, and its content type."""
        articles = self.world.articles(paper, now)
        if path in ("/", paper.latest):
            return self._press.listing(paper, articles[: entrances.NEWEST], paper.title, now), _html(paper)
        if paper.entrance in FEEDS and path == FEEDS[paper.entrance][0]:
            return entrances.feed(self._press, paper, articles, now)
        section = path.strip("/")
        if section in paper.grammar.sections:
            mine = [a for a in articles if a.told(a.published).section == section][: entrances.NEWEST]
            return self._press.listing(paper, mine, paper.grammar.sections[section], now), _html(paper)
        return self._still(paper, path) or _picture(path) or self._sitemap(paper, path, articles, now)

    def _still(self, paper: Newspaper, path: str) -> tuple[bytes, str] | None:
        """What never changes."""
        if path == "/robots.txt":
            return entrances.robots(self._press, paper), "text/plain; charset=utf-8"
        if path in ("/about", "/contact"):
            return self._press.static(paper, STATIC[paper.language][path == "/contact"]), _html(paper)
        return (entrances.logo(paper), "image/svg+xml") if path == "/logo.svg" else None

    def _sitemap(self, paper: Newspaper, path: str, articles: list[Written], now: datetime) -> tuple[bytes, str] | None:
        if paper.entrance is not Entrance.SITEMAP:
            return None
        if path == "/sitemaps/index.xml":
            return entrances.sitemap_index(self._press, paper, now), "application/xml"
        if path == "/sitemaps/pages.xml":
            return entrances.sitemap_pages(self._press, paper), "application/xml"
        if path == "/sitemaps/news.xml.gz":
            return entrances.sitemap_news(self._press, paper, articles, now), "application/gzip"
        return None


def _picture(path: str) -> tuple[bytes, str] | None:
    number = path.removeprefix("/images/").removesuffix(".png")
    if path != f"/images/{number}.png" or not number.isdecimal():
        return None
    return entrances.png(320, 180, colour(int(number))), "image/png"


def _html(paper: Newspaper) -> str:
    """A paper that is not in UTF-8 says so in a meta tag only."""
    return "text/html; charset=utf-8" if paper.charset == "utf-8" else "text/html"


_CONFIG = """\
# newsloom's demo: small made-up newspapers on this machine, which print something new every half minute.
title: newsloom demo
store: {store}
out: {out}
public_url: http://127.0.0.1:{port}/

server:
  port: {port}

network:
  contact: demo@example.org
  open_networks: [127.0.0.1/32]  # the papers stand on loopback, which is closed otherwise

polling:
  every: 15s

defaults:
  delay: 0s  # they are ours; leave a real site its second between requests

sources:
{sources}

topics:
  space:
    title: Space
    match: space OR lunar OR raumfahrt OR космос OR uzay OR "月面基地"
  water:
    title: Floods and ports
    match: flood* OR hochwasser OR паводок OR sel OR "水害" OR tag:"trade corridor"
  football:
    title: Football
    match: tag:football OR tag:fußball OR tag:futbol
  europe:
    title: From Elbe and Volga
    match: source:elbe-anzeiger OR source:vestnik-volgi
  ministers:
    title: Ministers and bills, in English
    match: lang:en AND (minister OR bill OR "coalition talks") NOT tag:chess
"""
