"""A loopback site whose answers a test scripts, a memory of lists and dicts, and one crawl with both."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_network
from typing import Any

from newsloom.news.identity import normalize
from newsloom.news.memory import (
    CrawlReport,
    Due,
    Listed,
    Listing,
    News,
    Origin,
    Page,
    Robots,
    Role,
    Saved,
    State,
    Validators,
)
from newsloom.news.sources import Limits, NetworkRules, Schedule, Source, SourceKind
from newsloom.news.windows import Seen, ran_over
from scraper.crawl import crawl
from scraper.network import Network
from scraper.politeness import Politeness
from scraper.reservation import WELL_KNOWN

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)

Writer = asyncio.StreamWriter


@dataclass(frozen=True, kw_only=True)
class Request:
    path: str
    headers: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """`raw` takes over the connection instead."""

    status: int = 200
    body: bytes | str = ""
    headers: dict[str, str] = field(default_factory=dict)
    raw: Callable[[Writer], Awaitable[None]] | None = None


Route = Reply | Callable[[Request], Reply]


class Site:
    """Answers what its `routes` say, 404 else, and counts what it was asked."""

    def __init__(self, host: str, port: int) -> None:
        self.url = f"http://{host}:{port}"
        self.routes: dict[str, Route] = {}
        self.requests: list[Request] = []
        self.arrived: dict[str, asyncio.Event] = {}
        self.times: list[tuple[float, float]] = []
        """Of each request: when it came, when its answer was out."""
        self._connections: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def open(cls, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator["Site"]:
        site = cls(host, port)
        server = await asyncio.start_server(site._connected, host, port)
        site.url = f"http://{host}:{server.sockets[0].getsockname()[1]}"
        try:
            yield site
        finally:
            server.close()
            for task in site._connections:
                task.cancel()
            await asyncio.gather(*site._connections, return_exceptions=True)

    @property
    def asked(self) -> list[str]:
        return [r.path for r in self.requests]

    def _connected(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: Writer) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        request = Request(path=head[0].split(" ")[1], headers={k.lower(): v for k, v in pairs})
        came = asyncio.get_running_loop().time()
        self.requests.append(request)
        self.arrived.setdefault(request.path, asyncio.Event()).set()
        route = self.routes.get(request.path, Reply(status=404))
        reply = route if isinstance(route, Reply) else route(request)
        if reply.raw is not None:
            await reply.raw(writer)
            return False
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        headers = {"Content-Length": str(len(body)), "Content-Type": "text/html; charset=utf-8", **reply.headers}
        lines = "".join(f"{k}: {v}\r\n" for k, v in headers.items())
        writer.write(f"HTTP/1.1 {reply.status} Said\r\n{lines}\r\n".encode() + (b"" if reply.status == 304 else body))
        await writer.drain()
        self.times.append((came, asyncio.get_running_loop().time()))
        return True


class ListMemory:
    """What the store promises, as simply as it can be kept: everything found is due once a crawl until it is read."""

    def __init__(self) -> None:
        self.addresses: dict[str, Due] = {}
        self.pages: list[Page] = []
        self.listings: list[Listing] = []
        self.fills: list[bool] = []
        """Of each gap of a feed that was filled, whether as far as it goes."""
        self.reports: list[CrawlReport] = []
        self.robots: dict[str, Robots] = {}
        self.holds: dict[str, datetime] = {}
        self.asks_for_tdm = False
        """Else it knows that no site has a tdmrep.json, and tests need not count the request."""
        self._handed: set[str] = set()
        self._done: set[str] = set()
        self._looks: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        """Of a feed, what was known when it was last read with all before it, and when it was last looked at."""

    async def due(self, source: Source, limit: int) -> Sequence[Due]:
        self.addresses.setdefault(source.url, Due(url=source.url, role=Role.START))
        waiting = [d for d in self.addresses.values() if d.url not in self._handed | self._done]
        chosen = sorted(waiting, key=lambda d: d.role is Role.ARTICLE)[:limit]
        self._handed |= {d.url for d in chosen}
        return chosen

    async def listed(self, source: Source, listing: Listing) -> Listed:  # noqa: ARG002 - Memory's
        new = [f for f in listing.found if f.url not in self.addresses]
        for found in new:
            self.addresses[found.url] = Due(url=found.url, role=found.role, published=found.published)
        gap = self._gap(listing)
        if not listing.older:
            self._looked(listing, gap=gap)
        self._handed.add(listing.asked)
        if listing.role is Role.START:
            self._done.add(listing.asked)
        self.listings.append(listing)
        return Listed(new=len(new), known=len(listing.found) - len(new), gap=gap)

    def _gap(self, listing: Listing) -> bool:
        """As the store finds it, with sets for its row numbers."""
        if listing.asked not in self._looks or listing.role is not Role.FEED:
            return False
        known, _ = self._looks[listing.asked]
        shown = [Seen(found=f, known=f.url in known) for f in listing.found]
        return not any(s.known for s in shown) if listing.older else ran_over(shown)

    def _looked(self, listing: Listing, *, gap: bool) -> None:
        validators = listing.validators if listing.whole and not gap else Validators()
        self.addresses[listing.asked] = Due(url=listing.asked, role=listing.role, validators=validators)
        now = frozenset(self.addresses)
        self._looks[listing.asked] = (self._looks[listing.asked][0] if gap else now, now)

    async def filled(self, source: Source, listing: Listing, *, whole: bool) -> None:  # noqa: ARG002 - Memory's
        self.fills.append(whole)
        if whole:
            _, now = self._looks[listing.asked]
            self._looks[listing.asked] = (now, now)
            due = self.addresses[listing.asked]
            self.addresses[listing.asked] = replace(due, validators=listing.validators)

    async def save(self, source: Source, pages: Sequence[Page]) -> Sequence[Saved]:  # noqa: ARG002 - Memory's
        self.pages += pages
        self._done |= {p.asked for p in pages if p.role is Role.ARTICLE and p.state is not State.PUT_OFF}
        for brief in (b for p in pages for b in p.briefs if b.url):
            self.addresses.setdefault(normalize(brief.url), Due(url=normalize(brief.url), role=Role.ARTICLE))
        return [Saved(news=News.NEW if p.article else News.NONE, briefs=len(p.briefs)) for p in pages]

    async def origin(self, origin: str) -> Origin:
        if origin.endswith(WELL_KNOWN) and not self.asks_for_tdm:
            return Origin(robots=Robots(status=404, body=b"", expires=datetime.max.replace(tzinfo=UTC)))
        return Origin(robots=self.robots.get(origin), hold_until=self.holds.get(origin))

    async def keep_robots(self, origin: str, robots: Robots) -> None:
        self.robots[origin] = robots

    async def hold(self, origin: str, until: datetime) -> None:
        self.holds[origin] = until

    async def record(self, report: CrawlReport) -> None:
        self.reports.append(report)
        self._handed.clear()

    def page(self, url: str) -> Page:
        """The one outcome of an address."""
        [page] = [p for p in self.pages if p.asked == url]
        return page


RULES = NetworkRules(user_agent="newsloom/test (+https://example.org/bot)", open_networks=(ip_network("127.0.0.1/32"),))
QUICK = Limits(request_time=timedelta(seconds=5), body_bytes=2**20)


@dataclass
class Bench:
    """A site, a network and a memory: what a crawl needs."""

    site: Site
    network: Network
    memory: ListMemory
    now: datetime = NOW
    limits: Limits = QUICK

    def source(self, path: str = "/", **more: Any) -> Source:
        return source(self.site.url + path, **more)

    async def crawl(self, source: Source, stop: asyncio.Event | None = None) -> CrawlReport:
        """One crawl; the bench sees to it that no address has two outcomes in it."""
        before = len(self.memory.pages), len(self.memory.listings)
        report = await crawl(source, self.memory, self.network, lambda: self.now, self.limits, stop)
        told = [p.asked for p in self.memory.pages[before[0] :]] + [x.asked for x in self.memory.listings[before[1] :]]
        assert len(told) == len(set(told)), told
        return report


def source(url: str, **more: Any) -> Source:
    values: dict[str, Any] = {
        "name": "site", "url": url, "title": "Site", "schedule": Schedule(every=timedelta(hours=1)),
        "delay": timedelta(0), "kind": SourceKind.AUTO,
    }  # fmt: skip
    return Source(**values | more)


class Stage:
    """One loop and one open network for all tests of a file: a reading process costs a third of a second to start."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._shared: Network | None = None

    def run(self, test: Callable[[Bench], Awaitable[None]], rules: NetworkRules | None) -> None:
        async def play() -> None:
            async with Site.open() as site, self._network(rules) as network:
                await test(Bench(site, network, ListMemory()))

        self._runner.run(play())

    @asynccontextmanager
    async def _network(self, rules: NetworkRules | None) -> AsyncIterator[Network]:
        if rules is not None:
            async with Network.open(rules, QUICK) as own:
                yield own
            return
        if self._shared is None:
            self._shared = await self._stack.enter_async_context(Network.open(RULES, QUICK))
        # A port may come back: nothing that an earlier test's site did may be remembered of this one's.
        self._shared.origins.clear()
        self._shared.politeness = Politeness(RULES.connections)
        yield self._shared

    def close(self) -> None:
        self._runner.run(self._stack.aclose())
        self._runner.close()


@cache
def stage() -> Stage:
    return Stage()


def close_stage() -> None:
    """If a test has used it; the next test gets another."""
    if stage.cache_info().currsize:
        stage().close()
        stage.cache_clear()


def on_bench(test: Callable[[Bench], Awaitable[None]], *, rules: NetworkRules | None = None) -> None:
    """Runs a test with a site and a memory of its own; with a network of its own if it has rules of its own."""
    stage().run(test, rules)


def article(title: str, text: str = "") -> Reply:
    text = text or "The council met on Monday and agreed on the plan for the old harbour, as it had promised. " * 6
    return Reply(
        body=f"<!doctype html><html lang=en><head><title>{title}</title><meta property=og:type content=article>"
        f"<meta property=og:title content='{title}'></head><body><article><h1>{title}</h1><p>{text}</p></article></body></html>"
    )


def feed(*urls: str, headers: dict[str, str] | None = None) -> Reply:
    items = "".join(
        f"<item><title>Item {i}</title><link>{u}</link><pubDate>Mon, 04 May 2026 0{i % 10}:00:00 GMT</pubDate></item>"
        for i, u in enumerate(urls)
    )
    return Reply(
        body=f"<?xml version='1.0'?><rss version='2.0'><channel><title>Feed</title>{items}</channel></rss>",
        headers={"Content-Type": "application/rss+xml", **(headers or {})},
    )


def sitemap(*urls: str, modified: str = "2026-05-04T08:00:00Z") -> Reply:
    rows = "".join(f"<url><loc>{u}</loc><lastmod>{modified}</lastmod></url>" for u in urls)
    xml = f"<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{rows}</urlset>"
    return Reply(body=xml, headers={"Content-Type": "application/xml"})


def index(*rows: tuple[str, str]) -> Reply:
    parts = "".join(f"<sitemap><loc>{u}</loc><lastmod>{m}</lastmod></sitemap>" for u, m in rows)
    xml = (
        f"<?xml version='1.0'?><sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{parts}</sitemapindex>"
    )
    return Reply(body=xml, headers={"Content-Type": "application/xml"})


def zipped(reply: Reply) -> Reply:
    body = reply.body.encode() if isinstance(reply.body, str) else reply.body
    return replace(reply, body=gzip.compress(body), headers={**reply.headers, "Content-Encoding": "gzip"})
