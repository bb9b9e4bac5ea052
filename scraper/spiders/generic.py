"""The spider that walks every source: feeds, sitemaps and listings, and the articles they show.

A site with habits of its own gets a subclass in a file beside this one (docs/spiders.md).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from typing import ClassVar
from urllib.parse import urlsplit

import scrapy
from scrapy.http import Response

from newsloom.news.identity import origin
from newsloom.news.items import Article, Brief
from newsloom.news.memory import Due, Found, Listing, Page, Role, Stage, State, Validators
from newsloom.news.sources import Limits, Source, SourceKind
from newsloom.news.times import Now
from newsloom.news.wishes import Wishes
from scraper.children import ChildError, Guilty, Unreadable
from scraper.credentials import Credentials
from scraper.downloader import ask
from scraper.extract.documents import Ask, Document, FeedDocument, SitemapDocument
from scraper.extract.links import article_links
from scraper.extract.page import Habits, Reading
from scraper.ledger import ENTRANCES, HaltedError, Ledger
from scraper.network import Network
from scraper.outcomes import Answer, answered, failed, settled
from scraper.politeness import PATIENCE
from scraper.spiders import gaps, indexes, ways_in
from scraper.spiders.reserved import reserved, without_text

log = logging.getLogger(__name__)

Outcome = Page | Listing

PATIENT_TIMES = 2
"""How often an address that answers 429 or 503 with a short Retry-After is asked again within one crawl."""

PARTS_TRIED = 2
"""Sitemaps of an index without dates that are read to see whether it shows news: the newest may be at either end."""

_TIMES = "newsloom_times"

_SAID = {
    SourceKind.FEED: Role.FEED,
    SourceKind.SITEMAP: Role.SITEMAP,
    SourceKind.HOME: Role.LISTING,
    SourceKind.SECTION: Role.LISTING,
}


class NewsSpider(scrapy.Spider):
    """Walks one source. Subclasses say what is odd about a site; everything else is general."""

    name = "news"
    hosts: ClassVar[tuple[str, ...]] = ()
    """The sites a subclass is for, with all their subdomains: `("example.org",)`."""
    habits: ClassVar[Habits] = Habits()
    """What the site's pages are like; it overrides what they say of themselves."""

    def refine(self, article: Article) -> Article:
        """The last word on an article page, for a site whose oddities no habit can say."""
        return article

    def briefs(self, found: tuple[Brief, ...]) -> tuple[Brief, ...]:
        """The last word on the rows of teasers of an article page, in page order."""
        return found

    # From here on: the walk.

    def __init__(
        self, *, source: Source, ledger: Ledger, network: Network, now: Now, limits: Limits, credentials: Credentials
    ) -> None:
        super().__init__(name=source.name)
        self.credentials = credentials
        self.source = source
        self.ledger = ledger
        self.network = network
        self.now = now
        self.limits = limits

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """The whole walk. Scrapy gets no request of it to keep (downloader.py), and ends the crawl when it ends."""
        await self._walk()
        nothing: tuple[scrapy.Request, ...] = ()
        for request in nothing:
            yield request

    async def _walk(self) -> None:
        """Portion by portion of what is due: one is asked for when the one before is answered and told."""
        with suppress(HaltedError):
            while portion := await self.ledger.portion():
                waiting = iter(sorted(portion, key=lambda due: due.role not in ENTRANCES))
                async with asyncio.TaskGroup() as workers:
                    for _ in range(min(self.network.rules.connections, len(portion))):
                        workers.create_task(self._work_on(waiting))

    async def _work_on(self, waiting: Iterator[Due]) -> None:
        """Takes one address after the other, until none waits or the crawl ends."""
        for due in waiting:
            try:
                await self._settle(self._as_said(due))
            except HaltedError:
                return
            except Exception:
                # A defect of ours in telling an outcome must cost that outcome, not the crawl; the address stays due.
                log.exception("not told", extra={"source": self.source.name, "url": due.url})

    async def _settle(self, due: Due) -> None:
        """Asks an address, again if it is worth it, and tells what came of it. Raises HaltedError when the crawl ends."""
        try:
            request: scrapy.Request | None = _conditional(due)
            while request is not None:
                response = await ask(self.crawler, request)
                outcome = await self._answered(response, due)
                request = self._again(response, outcome)
        except HaltedError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever kept it from being asked is what came of it
            outcome, bound = failed(due, error, self.now())
            self.ledger.bound(bound)
        await self._tell(outcome)

    def _as_said(self, due: Due) -> Due:
        """The config's address in the role that the config gives it."""
        said = _SAID.get(self.source.kind)
        return due if due.role is not Role.START or said is None else replace(due, role=said)

    async def _answered(self, response: Response, due: Due) -> Outcome:
        try:
            return await self._outcome(due, response)
        except HaltedError:
            raise
        except Exception as error:
            # A defect of ours must cost one page, not the crawl; it is told as such, its trace logged.
            log.exception("reading failed", extra={"source": self.source.name, "url": due.url})
            return failed(due, error, self.now())[0]

    def _again(self, response: Response, outcome: Outcome) -> scrapy.Request | None:
        """A site that asks for a pause of seconds is given it, and asked again; its line waits (politeness.py).

        A 503 that does not say when is tried once more after a moment: most are over by then.
        """
        request = response.request
        if not isinstance(outcome, Page) or request is None:
            return None
        asked = request.meta.get(_TIMES, 0)
        if outcome.state is State.FAILED:
            fine = outcome.status == HTTPStatus.SERVICE_UNAVAILABLE and asked < 1
        else:
            said = outcome.retry_at if outcome.state is State.PUT_OFF else None
            fine = said is not None and asked < PATIENT_TIMES and (said - outcome.fetched).total_seconds() <= PATIENCE
        if not fine:
            return None
        return request.replace(meta={**request.meta, _TIMES: asked + 1})

    async def _tell(self, outcome: Outcome) -> None:
        if isinstance(outcome, Listing):
            listed = await self.ledger.show(outcome)
            if listed.gap and isinstance(outcome, gaps.FeedListing):
                await gaps.fill(self, outcome)
            return
        if outcome.state is State.PUT_OFF and outcome.retry_at is not None and outcome.url:
            await self.ledger.hold(origin(outcome.url), outcome.retry_at)
        await self.ledger.tell(outcome)

    # One answer

    async def _outcome(self, due: Due, response: Response) -> Outcome:
        answer = answered(due, response, self.now())
        page = settled(answer)
        if page is not None:
            return page
        try:
            return await self._read(answer)
        except Guilty as error:
            self.ledger.bound("body_bytes" if str(error).startswith("larger than") else "")
            return answer.page(State.GUILTY, str(error), stage=Stage.PARSE, digest=answer.digest)
        except Unreadable as error:
            state = State.READ if due.role is Role.ARTICLE else State.FAILED
            return answer.page(state, str(error), stage=Stage.PARSE, digest=answer.digest, validators=answer.validators)

    async def _read(self, answer: Answer) -> Outcome:
        document = await self._document(answer)
        role = answer.due.role
        if role is Role.ARTICLE:
            return await self._article(answer, document)
        if isinstance(document, FeedDocument):
            return self._feed(answer, document)
        if isinstance(document, SitemapDocument):
            return self._sitemap(answer, document)
        if role is Role.START:
            return await self._ways_in(answer, document)
        if role is Role.LISTING:
            return self._listing(answer, Role.LISTING, self._links(answer, document))
        return answer.page(State.FAILED, f"a web page where a {role.value} is expected", stage=Stage.TYPE)

    async def _document(self, answer: Answer) -> Document:
        role = answer.due.role
        ask = Ask(
            url=answer.url, fetched=answer.date, content_type=answer.content_type, zone=self.source.zone,
            language=self.source.language, habits=self.habits, role=role, entries=self.limits.entries, cut=answer.cut,
            links=answer.links if role is not Role.ARTICLE else "",
        )  # fmt: skip
        return await self.ledger.flight(self.network.children.document(answer.body, ask))

    async def _article(self, answer: Answer, document: Document) -> Page:
        if not isinstance(document, Reading):
            kind = "feed" if isinstance(document, FeedDocument) else "sitemap"
            return answer.page(
                State.READ,
                f"a {kind}, no article",
                stage=Stage.TYPE,
                digest=answer.digest,
                validators=answer.validators,
            )
        article, briefs = document.article, document.briefs
        try:
            article = self.refine(article) if article is not None else None
            briefs = self.briefs(briefs)
        except Exception as error:
            # A site's own code may fail in any way; the page is recorded as not read, the crawl goes on.
            failing = {"source": self.source.name, "spider": type(self).__name__, "url": answer.url}
            log.exception("spider failed", extra=failing)
            return answer.page(State.FAILED, f"{type(self).__name__} failed: {error!r}", stage=Stage.PARSE)
        reason = document.reason
        if (article is not None or briefs) and (why := await reserved(self, answer, document.reserved)):
            article = without_text(article) if article is not None else None
            briefs, reason = (), f"the site reserves the text ({why})"
        return answer.page(
            State.READ, reason, digest=answer.digest, validators=answer.validators, article=article, briefs=briefs,
            stage=Stage.EMPTY if article is None else None,
        )  # fmt: skip

    # Entrances

    def _listing(self, answer: Answer, role: Role, found: tuple[Found, ...], *, whole: bool = True) -> Listing:
        return Listing(
            asked=answer.due.url, url=answer.url, role=role, fetched=answer.now, validators=answer.validators,
            found=found, whole=whole, moved=answer.moved, digest=answer.digest, wishes=Wishes(fresh=answer.fresh),
        )  # fmt: skip

    def _feed(self, answer: Answer, document: FeedDocument) -> gaps.FeedListing:
        self._met(document.bounds)
        return gaps.FeedListing(
            asked=answer.due.url, url=answer.url, role=Role.FEED, fetched=answer.now, validators=answer.validators,
            found=document.found, whole=document.whole, moved=answer.moved, digest=answer.digest,
            older_at=document.older, title=document.title, home=document.home,
            wishes=document.wishes.and_now(Wishes(fresh=answer.fresh)),
        )  # fmt: skip

    def _met(self, bounds: Iterable[str]) -> None:
        for bound in bounds:
            self.ledger.bound(bound)

    def _sitemap(self, answer: Answer, document: SitemapDocument) -> Listing:
        self._met(document.bounds)
        shown = ways_in.of_site(document.found, answer.url, self.source.url)
        if not ways_in.is_index(shown):
            return self._listing(answer, Role.SITEMAP, shown, whole=document.whole)
        found = indexes.preferred(shown, self.limits.sitemaps)
        if len(found) < len(shown):
            self.ledger.bound("sitemaps")
        # An index that was cut is not whole: its validators are not kept, so that what was left out is looked at again.
        return self._listing(answer, Role.SITEMAP, found, whole=document.whole and len(found) == len(shown))

    def _links(self, answer: Answer, page: Reading) -> tuple[Found, ...]:
        likely = article_links(page.links, answer.url, self.habits)
        return likely if likely or self.habits.article_address else ways_in.plain_links(page.links, answer.url)

    async def _ways_in(self, answer: Answer, page: Reading) -> Outcome:
        """What the page in the config leads to: its feed, else its site's news sitemap, else its own links.

        The page itself as an entrance is told here; what is returned is what was found behind it, or the page's own outcome.
        """
        entrance = await self._feed_of(page) or await self._sitemap_of(answer)
        if entrance is not None:
            found = Found(url=entrance.asked, role=entrance.role)
            start = self._listing(answer, Role.START, (found,))
            # Without validators: to look for ways in anew, should this one close, needs the whole page anew.
            await self.ledger.show(replace(start, validators=Validators(), digest=""))
            return entrance
        if links := self._links(answer, page):
            return self._listing(answer, Role.LISTING, links)
        if page.article is not None:  # one page is watched, a live blog say
            return await self._article(answer, page)
        return answer.page(
            State.FAILED, "no feed, no news sitemap and no links to articles found here", stage=Stage.EMPTY
        )

    async def _feed_of(self, page: Reading) -> Listing | None:
        for url in filter(self.ledger.first_asked, page.feeds[: ways_in.FEEDS_TRIED]):
            outcome = await self.attempt(url, Role.FEED)
            if isinstance(outcome, Listing) and outcome.found:
                return outcome
            await self._dismiss(outcome, "a feed without items")
        return None

    async def _sitemap_of(self, answer: Answer) -> Listing | None:
        for url in filter(self.ledger.first_asked, await self.sitemaps(answer.url)):
            outcome = await self.attempt(url, Role.SITEMAP)
            if isinstance(outcome, Listing) and await self.shows_news(outcome):
                return outcome
            await self._dismiss(outcome, "a sitemap without recent news")
        return None

    async def shows_news(self, listing: Listing) -> bool:
        """Whether a sitemap shows news; of an index that does not tell, its likeliest parts are read."""
        news = ways_in.worth_watching(listing.url, listing.found, listing.fetched)
        if news is not None:
            return news
        for likely in indexes.preferred(listing.found, PARTS_TRIED):
            part = await self.attempt(likely.url, Role.SITEMAP)
            if isinstance(part, Listing) and ways_in.worth_watching(part.url, part.found, part.fetched):
                return True
        return False

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """Where the site of `url` may have its news sitemap, likeliest first."""
        return ways_in.sitemaps_to_try(url, await self._declared_sitemaps(url))

    async def _declared_sitemaps(self, url: str) -> tuple[str, ...]:
        state = self.network.origins.known(origin(url))
        if state is None or state.robots is None or not state.robots.body:
            return ()
        agent = self.network.rules.user_agent
        # The address says against what a relative `Sitemap:` line is resolved.
        asked = self.network.children.robots(state.robots.body, agent=agent, urls=(url,))
        try:
            return (await self.ledger.flight(asked)).sitemaps
        except Guilty as error:  # the usual places are tried all the same
            log.debug("no sitemaps taken from robots.txt", extra={"url": url, "error": str(error)})
            return ()

    async def attempt(self, url: str, role: Role) -> Outcome:
        """Asks an address within the walk of another, as that role."""
        due = Due(url=url, role=role)
        try:
            return await self._outcome(due, await ask(self.crawler, _conditional(due)))
        except (HaltedError, ChildError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever went wrong with a guess, the next one is tried and this one recorded
            return failed(due, error, self.now())[0]

    async def _dismiss(self, outcome: Outcome, reason: str) -> None:
        """A way in that leads nowhere is recorded as a page of its role."""
        if isinstance(outcome, Listing):
            outcome = Page(
                asked=outcome.asked, url=outcome.url, role=outcome.role, state=State.READ, reason=reason,
                fetched=outcome.fetched, digest=outcome.digest,
            )  # fmt: skip
        await self.ledger.tell(outcome)


def _conditional(due: Due) -> scrapy.Request:
    """The request for an address, asking only for what is new (RFC 9110, 13.1). Raises ValueError for no address."""
    if not urlsplit(due.url).hostname:
        raise ValueError(f"{due.url!r} is no web address")
    etag, last_modified = due.validators.etag, due.validators.last_modified
    if not etag.isascii() and last_modified:  # many a server does not know such a tag again
        etag = ""
    headers = {
        "If-None-Match": etag.encode("latin-1", "ignore"),
        "If-Modified-Since": last_modified.encode("latin-1", "ignore"),
    }
    return scrapy.Request(
        due.url, headers={k: v for k, v in headers.items() if v}, cb_kwargs={"due": due}, dont_filter=True
    )
