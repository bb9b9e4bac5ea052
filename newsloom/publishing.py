"""Connects store and feeds: the feeds of topics with something new are written, archive pages before what links to them."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from feeds import archives
from feeds.publish import PublishError, Shelf, edition, publish, publish_index, publish_page, suffixes
from newsloom.config import Config
from newsloom.news.health import HEALTH_TOPIC
from newsloom.news.items import Topic
from newsloom.news.renderings import Issue
from newsloom.store import Store, StoreError

log = logging.getLogger("newsloom")


@dataclass(frozen=True, kw_only=True)
class _Failure:
    event: str
    name: str
    """A topic, `index`, or the archive pages that still have what was withdrawn."""
    error: Exception

    @property
    def reason(self) -> str:
        if isinstance(self.error, PublishError):
            return str(self.error)
        return f"{self.name} is not published: {type(self.error).__name__}: {self.error}"


class Unwritten:
    """What the last round could not write. It is tried again with each; the log has it once, when it begins."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    @property
    def reasons(self) -> tuple[str, ...]:
        """Sentences for people, each once. May be asked from another thread."""
        return tuple(dict.fromkeys(self._known.values()))

    def tell(self, failures: Sequence[_Failure]) -> None:
        """What a round came to: a line for each reason that is new, whatever number of topics it holds up."""
        lines: dict[tuple[str, str], list[_Failure]] = {}
        for failure in failures:
            if self._known.get(failure.name) != failure.reason:
                lines.setdefault((failure.event, failure.reason), []).append(failure)
        for (event, reason), same in lines.items():
            error = same[0].error
            if isinstance(error, PublishError):  # a trace would say less than the sentence
                log.error(event, extra={"what": tuple(f.name for f in same), "error": reason})
            else:
                log.error(event, extra={"what": same[0].name}, exc_info=error)
        self._known = {failure.name: failure.reason for failure in failures}


async def publish_dirty(
    config: Config,
    store: Store,
    *,
    only: Sequence[str] | None = None,
    publishing: Callable[[str], None] | None = None,
    unwritten: Unwritten | None = None,
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Write the feeds of topics with something new (of `only`, whatever is new): the files written, the topics that failed.

    A topic stays dirty until its last file stands, so one that fails is tried again by the next round. `publishing` is told each
    topic before it is written. `unwritten` knows what failed in the round before, which is not logged again.
    """
    topics = {t.key: t for t in config.topics}
    files: list[Path] = []
    failures = await _cut_withdrawn(config, store, files)
    failed = ["archive"] * len(failures)
    for key in await store.dirty() if only is None else only:
        if key not in topics:
            continue
        if publishing is not None:
            publishing(key)
        await store.advance(key)
        try:
            files += await _publish_topic(config, store, topics[key])
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - a defect of ours in one feed must not stop the others; it is told below
            failures.append(_Failure(event="not published", name=key, error=error))
            failed.append(key)
    try:
        files += await _publish_index(config, store)
    except PublishError as error:
        failures.append(_Failure(event="not published", name="index", error=error))
        failed.append("index")
    (unwritten or Unwritten()).tell(failures)
    if files:
        log.info("published", extra={"files": len(files)})
    return tuple(files), tuple(failed)


async def _cut_withdrawn(config: Config, store: Store, files: list[Path]) -> list[_Failure]:
    """Archive pages lose what was withdrawn since they were written."""
    failures = []
    for cut in await store.cuts():
        try:
            files += await asyncio.to_thread(archives.cut, cut.files, config.out, {i.urn for i in cut.ids})
        except PublishError as error:
            event = "a withdrawn entry still stands"
            failures.append(_Failure(event=event, name=",".join(map(str, cut.files)), error=error))
        else:
            await store.cut(cut)
    return failures


async def _publish_topic(config: Config, store: Store, topic: Topic) -> list[Path]:
    """The archive pages that are full, each before it is linked; then the feed."""
    if topic.key == HEALTH_TOPIC:
        return await _publish_health(config, store, topic)
    files: list[Path] = []
    while (page := await store.closing(topic.key)) is not None:
        if page.page == 1 and (last := archives.last_page(topic.key, config.out)):
            # Of a store that is no more. Readers know those pages, and would not ask for others under their names.
            await store.number_pages_after(topic.key, last)
            continue
        names = await asyncio.to_thread(
            publish_page, page, config.out, public_url=config.public_url, rights=config.copyright
        )
        await store.closed(page, names)
        await asyncio.to_thread(archives.pack, topic.key, page.page, config.out)
        files += [config.out / name for name in names]
    issue = await store.issue(topic.key, formats=suffixes(), edition=edition())
    done = await asyncio.to_thread(
        publish,
        issue,
        config.out,
        public_url=config.public_url,
        every=_every(config, topic),
        rights=config.copyright,
    )
    await store.published(topic.key, issue, done.written)
    return [*files, *done.files]


async def _publish_health(config: Config, store: Store, topic: Topic) -> list[Path]:
    """What it tells of is no news: it stands in no log, and its newest fifty are all there is."""
    issue = Issue.of(await store.health_feed())
    done = await asyncio.to_thread(
        publish, issue, config.out, public_url=config.public_url, every=_every(config, topic), rights=config.copyright
    )
    await store.published(topic.key)
    return list(done.files)


async def _publish_index(config: Config, store: Store) -> list[Path]:
    counted = await store.counted()
    shelf = [Shelf(topic=t, entries=counted[t.key].entries, newest=counted[t.key].newest) for t in config.topics]
    return await asyncio.to_thread(publish_index, shelf, config.out, title=config.title, public_url=config.public_url)


def _every(config: Config, topic: Topic) -> timedelta:
    """How often a topic's sources are looked at: the feed's time to live."""
    return min(config.interval(s) for s in config.sources if topic.source in ("", s.name))
