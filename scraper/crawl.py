"""The scraper's one door: a source in, what came of it told to memory, a report back."""

import asyncio
import logging
import os
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from newsloom.news.memory import CrawlReport, Memory
from newsloom.news.sources import Limits, Source
from newsloom.news.times import Now
from scraper.ledger import HaltedError, Ledger
from scraper.network import Network

log = logging.getLogger(__name__)

STOPPING = 2.5
"""Seconds that Scrapy gets to wind down after a stop or at the end of `crawl_time`."""


async def crawl(  # noqa: PLR0917 - the rooms agreed on it
    source: Source, memory: Memory, network: Network, now: Now, limits: Limits, stop: asyncio.Event | None = None
) -> CrawlReport:
    """One crawl of one source, within `limits`. Every address it asked has its outcome in memory when this returns.

    `stop` ends it within 3 s: what is in flight then stays queued. What memory raises is raised; anything that goes wrong
    on the network is an outcome, and `error` in the report says why if no entrance could be read.
    """
    # Scrapy is loaded when the first crawl begins: a process that never crawls must not pay for it, and it must not
    # install a reactor of its own before the network has.
    from scrapy.crawler import AsyncCrawlerRunner  # noqa: PLC0415

    from scraper.credentials import Credentials, CredentialsError  # noqa: PLC0415
    from scraper.settings import settings  # noqa: PLC0415
    from scraper.spiders.choice import SpiderError, spider_for  # noqa: PLC0415

    ledger = Ledger(source, memory, now, limits)
    try:
        spider, credentials = spider_for(source), Credentials(source, os.environ)
    except (SpiderError, CredentialsError) as error:
        return await ledger.close(str(error))
    if not source.verify_certificates:
        log.warning(
            "certificates are NOT verified", extra={"source": source.name, "because": "verify_certificates: false"}
        )
    runner = AsyncCrawlerRunner(settings(source, network.rules, limits))
    walk = runner.crawl(
        spider, source=source, ledger=ledger, network=network, now=now, limits=limits, credentials=credentials
    )
    await _until_done(walk, ledger, limits.crawl_time.total_seconds(), stop or asyncio.Event())
    return await ledger.close()


async def _until_done(walk: "asyncio.Task[None]", ledger: Ledger, seconds: float, stop: asyncio.Event) -> None:
    """Waits for the end of the walk, of its time, or of our patience; nothing of it runs on afterwards."""
    ends = [asyncio.create_task(_waiting(e.wait())) for e in (stop, ledger.halting)]
    try:
        done, _ = await asyncio.wait({walk, *ends}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            ledger.bound("crawl_time")
        ledger.stopped = stop.is_set() and not walk.done()
    finally:
        for task in ends:
            task.cancel()
        await _wind_down(walk, ledger)
    if not walk.cancelled():
        with suppress(HaltedError):  # it was told to end; why is in the ledger, which says so when it is closed
            await walk


async def _waiting(event: Coroutine[Any, Any, bool]) -> None:
    await event


async def _wind_down(walk: "asyncio.Task[None]", ledger: Ledger) -> None:
    if walk.done():
        return
    ledger.halt()
    await asyncio.wait({walk}, timeout=STOPPING)
    if not walk.done():
        log.warning("the walk did not end in time", extra={"source": ledger.source.name})
        walk.cancel()
        await asyncio.wait({walk}, timeout=STOPPING)
