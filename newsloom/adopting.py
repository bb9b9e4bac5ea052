"""Makes the store and the published folder those of the config, and keeps them so: what is gone is taken away in time."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from importlib.metadata import version
from itertools import groupby

from feeds import archives
from feeds.publish import PublishError, edition, missing, publish_page, withdraw_files
from newsloom.config import Config
from newsloom.news.pushes import targets
from newsloom.news.times import Now
from newsloom.store import Keep, Store
from newsloom.store.archives import Standing

log = logging.getLogger("newsloom")


async def adopt(config: Config, store: Store, *, whole: bool = True) -> None:
    """Make the store's sources and topics those of the config, and see that the next publish leaves the folder right.

    Files of topics that are gone are taken away; what somebody removed, or what would be written otherwise now, is due
    to be published, news or not. Not `whole`: who calls this has `Store.match_again` match new rules over what is stored.
    """
    await store.adopt(config.sources, config.topics, whole=whole)
    await _retire(config, store)
    await store.adopt_targets(list(targets(config.topics)))
    await _restore_pages(config, store)
    await store.publish_as(_face(config))
    await store.ask_publish(missing((t.key for t in config.topics), config.out))


async def _retire(config: Config, store: Store) -> None:
    """Topics that are gone have no feed, archive pages for a month yet, and a word for servers that they were there."""
    await store.expire(_ARCHIVES_STAY)
    gone = {each.topic: each.is_archived for each in await store.retired()}
    try:
        for topic, is_archived in gone.items():
            withdraw_files(topic, config.out)
            if not is_archived:
                archives.forget(topic, config.out)
        archives.say_gone(gone, config.out)
    except PublishError as error:
        # A trace would say less than the sentence.
        log.error("files of topics that are gone still stand", extra={"error": str(error)})  # noqa: TRY400


_ARCHIVES_STAY = timedelta(days=30)


async def _restore_pages(config: Config, store: Store) -> None:
    """Archive pages that somebody took away, or that are not in the folder of now, are written from what is stored."""
    try:
        for topic, several in groupby(await store.pages(), key=lambda page: page.topic):
            await _restore_pages_of(config, store, topic, list(several))
    except PublishError as error:
        log.error("archive pages are not all there", extra={"error": str(error)})  # noqa: TRY400 - as above


async def _restore_pages_of(config: Config, store: Store, topic: str, pages: Sequence[Standing]) -> None:
    newest = pages[-1].page
    lost = archives.missing(((page.page, page.files) for page in pages), newest, config.out)
    if not lost:
        return
    lost = await asyncio.to_thread(archives.unpack, lost, config.out)
    for page in pages:
        if not lost.isdisjoint(page.files):
            again = await store.page_again(page)
            await asyncio.to_thread(
                publish_page, again, config.out, public_url=config.public_url, rights=config.copyright, only=lost
            )
    await asyncio.to_thread(archives.pack, topic, newest, config.out)


def _face(config: Config) -> str:
    """What decides how every feed is written: where it goes, under which address, by which version."""
    every = sorted(config.interval(s).total_seconds() for s in config.sources)
    return repr((version("newsloom"), edition(), str(config.out), config.public_url, config.copyright, every))


def kept(config: Config) -> Keep:
    """How long texts are kept."""
    return Keep(sources={s.name: s.keep for s in config.sources}, others=config.keep)


async def tidy_daily(config: Config, store: Store, now: Now) -> None:
    """Drop what is too old, unless that was done within the day. Crawls get in between."""
    if await store.expire(_ARCHIVES_STAY):
        await _retire(config, store)
    keep = kept(config)
    last = await store.tidied()
    if not keep.drops or (last is not None and timedelta(0) <= now() - last < _DAY):
        return
    freed = await store.tidy(keep)
    log.info("tidied", extra={"texts": freed.entries, "versions": freed.versions, "bytes": freed.bytes})


_DAY = timedelta(days=1)
