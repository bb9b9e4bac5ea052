"""The page that lists the feeds, the OPML, the stylesheet."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from lxml import etree

from feeds.publish import Shelf, publish, publish_index
from newsloom.news.items import Topic
from newsloom.news.renderings import Issue

Make = Callable[..., Any]
NEWEST = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)


@pytest.fixture
def shelf(tmp_path: Path, entry: Make, feed: Make) -> list[Shelf]:
    """Three topics that are published, one that is not."""
    topics = [
        Topic(key="all", title="All <news>", description='Everything & "<more>"'),
        Topic(key="source/a", title="A", group="Sources & such"),
        Topic(key="rain", title="", group="Weather", language="en"),
        Topic(key="source/b", title="B", group="Sources & such"),
        Topic(key="later", title="Later"),
    ]
    for topic in topics[:-1]:
        publish(
            Issue.of(feed(entry(), key=topic.key, title=topic.title)), tmp_path, public_url="", every=timedelta(hours=1)
        )
    return [Shelf(topic=topic, entries=1234, newest=NEWEST) for topic in topics]


def test_opml_lists_what_is_published_by_group(tmp_path: Path, shelf: list[Shelf]) -> None:
    publish_index(shelf, tmp_path, title="My\nnews", public_url="https://me.example/n")
    root: Any = etree.parse(tmp_path / "feeds.opml").getroot()
    assert (root.tag, root.get("version"), root.findtext("head/title")) == ("opml", "2.0", "My news")
    assert [outline.get("text") for outline in root.find("body")] == ["All <news>", "Sources & such", "Weather"]
    assert [(o.get("text"), o.get("xmlUrl")) for o in root.iterfind("body//outline[@xmlUrl]")] == [
        ("All <news>", "https://me.example/n/all.atom"),
        ("A", "https://me.example/n/source/a.atom"),
        ("B", "https://me.example/n/source/b.atom"),
        ("rain", "https://me.example/n/rain.atom"),
    ]
    assert all(o.get("type") == "rss" for o in root.iterfind("body//outline[@xmlUrl]"))


def test_the_page_announces_every_feed_and_runs_nothing(tmp_path: Path, shelf: list[Shelf]) -> None:
    publish_index(shelf, tmp_path, title="<Me>", public_url="")
    page = lxml.html.document_fromstring((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert page.findtext(".//title") == page.findtext(".//h1") == "<Me>"
    announced = [(link.get("type"), link.get("href")) for link in page.iterfind(".//link[@rel='alternate']")]
    assert ("application/atom+xml", "all.atom") in announced
    assert len(announced) == 12
    assert all((tmp_path / str(link.get("href"))).is_file() for link in page.iterfind(".//*[@href]"))
    assert not list(page.iter("script", "style", "img"))
    assert page.xpath("//li/strong/text()") == ["All <news>", "A", "B", "rain"]
    assert page.findtext(".//li/p") == 'Everything & "<more>"'
    assert "1,234 entries, newest 2026-11-20 14:05 UTC" in page.text_content()
    assert "Later" not in page.text_content()


def test_the_page_says_when_there_is_nothing_yet(tmp_path: Path) -> None:
    publish_index([], tmp_path, title="News", public_url="")
    assert "Nothing is published yet." in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_what_did_not_change_is_not_written(tmp_path: Path, shelf: list[Shelf]) -> None:
    first = publish_index(shelf, tmp_path, title="News", public_url="")
    assert {path.name for path in first} == {"feed.css", "feeds.opml", "index.html"}
    assert publish_index(shelf, tmp_path, title="News", public_url="") == []
    assert {p.name for p in publish_index(shelf[1:], tmp_path, title="News", public_url="")} == {
        "feeds.opml",
        "index.html",
    }
    assert gzip.decompress((tmp_path / "index.html.gz").read_bytes()) == (tmp_path / "index.html").read_bytes()
