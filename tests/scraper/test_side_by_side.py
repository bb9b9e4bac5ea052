"""Good sites beside one whose every page breaks a bound of reading: they are served as when they are alone."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from newsloom.news.identity import origin
from newsloom.news.memory import State
from newsloom.news.sources import Limits, SourceKind
from scraper.children import Bounds, Children
from scraper.extract.documents import Ask, Document, RobotsAnswer
from tests.scraper.loopback import Bench, ListMemory, Reply, Site, article, feed, on_bench

PAGES = 6
# A small page that takes seconds: elements that are never closed stand one in another, tens of thousands deep.
SLOW = Reply(body=b"<html><body>" + b"<b><p>" * 40_000)


@dataclass
class Watched:
    """The reading processes, and what they were done with, in its order; how many worked at once; how many there were."""

    children: Children
    done: list[str] = field(default_factory=list)
    most: int = 0
    seen: set[int] = field(default_factory=set)

    async def document(self, body: bytes, request: Ask) -> Document:
        try:
            return await self.children.document(body, request)
        finally:
            living = self.children._busy | set(self.children._idle)
            self.seen |= {child._process.pid for child in living}
            self.most = max(self.most, len(living))
            self.done.append(request.url)

    async def robots(self, body: bytes, *, agent: str, urls: Sequence[str]) -> RobotsAnswer:
        return await self.children.robots(body, agent=agent, urls=urls)

    async def room(self, url: str) -> None:
        await self.children.room(url)


async def crawl(bench: Bench, pages: dict[Site, Reply], watched: Watched) -> list[ListMemory]:
    """All sites at once, each as a source of its own."""
    benches = [Bench(site, bench.network, ListMemory(), limits=Limits()) for site in pages]
    for site, page in pages.items():
        site.requests.clear()
        paths = [f"/{n}" for n in range(PAGES)]
        site.routes |= dict.fromkeys(paths, page) | {"/feed": feed(*(site.url + path for path in paths))}
    bench.network.children, usual = watched, bench.network.children  # type: ignore[assignment]
    try:
        await asyncio.gather(*(one.crawl(one.source("/feed", kind=SourceKind.FEED)) for one in benches))
    finally:
        bench.network.children = usual
    return [one.memory for one in benches]


def test_good_sites_beside_a_bad_one_are_asked_in_the_same_order_and_read_before_it() -> None:
    async def check(bench: Bench) -> None:
        async with AsyncExitStack() as stack:
            children = await stack.enter_async_context(Children(1, Bounds(wall_seconds=1.5)))
            bad, *good = [await stack.enter_async_context(Site.open()) for _ in range(4)]

            await crawl(bench, dict.fromkeys(good, article("Good")), Watched(children))
            alone = [site.asked for site in good]
            bench.network.origins.clear()
            watched = Watched(children)
            memories = await crawl(bench, {bad: SLOW} | dict.fromkeys(good, article("Good")), watched)

            assert [site.asked for site in good] == alone
            assert [p.state for p in memories[0].pages] == [State.GUILTY] * PAGES
            assert all(page.article is not None for memory in memories[1:] for page in memory.pages)
            # At most one bad page is at work when the good ones come; the feeds came before.
            theirs = {origin(site.url) for site in good}
            last = max(n for n, url in enumerate(watched.done) if origin(url) in theirs)
            before = [
                url for url in watched.done[:last] if origin(url) == origin(bad.url) and not url.endswith("/feed")
            ]
            assert len(before) <= 2

    on_bench(check)


def test_no_more_children_live_at_once_than_the_config_says_however_many_are_ended() -> None:
    async def check(bench: Bench) -> None:
        async with AsyncExitStack() as stack:
            children = await stack.enter_async_context(Children(2, Bounds(wall_seconds=0.5)))
            bad, good = [await stack.enter_async_context(Site.open()) for _ in range(2)]
            watched = Watched(children)
            await crawl(bench, {bad: SLOW, good: article("Good")}, watched)
            assert watched.most == 2
            assert len(watched.seen) > 2

    on_bench(check)
