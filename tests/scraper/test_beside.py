"""Good sites beside bad ones, in one process: what breaks a reading process costs its own site only."""

import asyncio
import gzip
from contextlib import AsyncExitStack
from dataclasses import replace
from ipaddress import ip_network
from itertools import chain

from newsloom.news.memory import State
from newsloom.news.sources import SourceKind
from scraper.crawl import crawl
from scraper.network import Network
from scraper.politeness import Politeness
from tests.scraper.loopback import NOW, QUICK, RULES, ListMemory, Reply, Site, article, source, zipped

PAGES = 12
BAD = {
    "deep": Reply(body="<html><body>" + "<div>" * 200_000 + "<p>text</p>"),
    "bomb": zipped(Reply(body=b" " * (4 * QUICK.body_bytes))),
    "crowded": Reply(body="<html><body><p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">text</p></body></html>"),
    "binary": Reply(body=gzip.compress(b"no page")[:-9], headers={"Content-Type": "text/html"}),
    "slow": Reply(body="<html><body>" + "<b><p>" * 20_000 + "</body></html>"),
}


def front(paths: list[str]) -> Reply:
    rows = "".join(f'<li><a href="{path}">What the council said of {path} today, at length</a></li>' for path in paths)
    return Reply(body=f"<html><body><main><ul>{rows}</ul></main></body></html>")


async def served(good: list[Site], bad: list[Site]) -> tuple[list[list[str]], ListMemory]:
    """What each good site was asked, in order, when all are crawled at once, and what is known of the bad ones' pages."""
    spoiled = ListMemory()
    async with Network.open(replace(RULES, children=1, open_networks=(ip_network("127.0.0.0/8"),)), QUICK) as network:
        network.politeness = Politeness(RULES.connections)
        await asyncio.gather(*(
            crawl(source(f"{s.url}/", name=s.url, kind=SourceKind.HOME), memory, network, lambda: NOW, QUICK)
            for s, memory in chain(((s, spoiled) for s in bad), ((s, ListMemory()) for s in good))
        ))  # fmt: skip
    return [s.asked for s in good], spoiled


def test_good_sites_are_served_in_the_same_order_beside_those_that_break_the_reader() -> None:
    async def play() -> None:
        async with AsyncExitStack() as stack:
            sites = [await stack.enter_async_context(Site.open(f"127.0.0.{n}")) for n in range(11, 15)]
            good, bad = sites[:2], sites[2:]
            for site in good:
                paths = [f"/news/2026/05/04/the-council-met-on-matter-{n}" for n in range(PAGES)]
                site.routes = {"/": front(paths), **{path: article(f"The council met on {path}") for path in paths}}
            for site in bad:
                paths = [f"/news/2026/05/04/what-the-council-said-{name}" for name in BAD]
                site.routes = {"/": front(paths), **dict(zip(paths, BAD.values(), strict=True))}
            alone, _ = await served(good, [])
            for site in good:
                site.requests.clear()
            beside, spoiled = await served(good, bad)

        assert beside == alone
        assert all(len(asked) > PAGES for asked in alone)
        assert all(s.asked for s in bad)
        assert {p.state for p in spoiled.pages} <= {State.GUILTY, State.REFUSED, State.READ, State.FAILED}
        assert all(p.reason for p in spoiled.pages if p.state is not State.READ)
        assert sum(p.state is State.GUILTY for p in spoiled.pages) >= len(bad)

    asyncio.run(play())
