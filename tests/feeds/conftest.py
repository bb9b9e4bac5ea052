"""Feeds are literal lists of entries: nothing here needs a store, a crawl or a clock."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from newsloom.news.items import Entry, EntryKind, Feed, Topic

FIRST = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def _entry(n: int = 1, **fields: Any) -> Entry:
    """The n-th entry, n hours after the first; every field can be said."""
    at = FIRST + timedelta(hours=n)
    usual: dict[str, Any] = {
        "id": uuid5(NAMESPACE_URL, f"https://news.example/{n}"),
        "version": 1,
        "kind": EntryKind.ARTICLE,
        "url": f"https://news.example/{n}",
        "title": f"Bridge {n} opens",
        "published": at,
        "updated": at,
        "first_seen": at,
        "source": "example",
        "source_title": "The Example",
        "source_url": "https://news.example/",
        "text": f"Bridge number {n} has opened.\n\nFerries go on.",
    }
    return Entry(**(usual | fields))


def _feed(*entries: Entry, **fields: Any) -> Feed:
    topic = Topic(**({"key": "bridges", "title": "Bridges"} | fields))
    updated = max((e.updated for e in entries if isinstance(e.updated, datetime)), default=FIRST)
    return Feed(topic=topic, id=uuid5(NAMESPACE_URL, topic.key), updated=updated, entries=entries)


@pytest.fixture(scope="session")
def entry() -> Callable[..., Entry]:
    return _entry


@pytest.fixture(scope="session")
def feed() -> Callable[..., Feed]:
    return _feed
