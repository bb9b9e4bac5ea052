"""JSON Feed 1.0 and 1.1."""

import json
from datetime import UTC, datetime
from typing import Any

from newsloom.news.items import Article, Enclosure
from scraper.extract.documents import Ask, FeedDocument, document

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def read(*items: object, **more: Any) -> FeedDocument:
    root = {"version": "https://jsonfeed.org/version/1.1", "title": "The Paper", "items": items, **more}
    body = json.dumps(root).encode()
    got = document(
        body, Ask(url="https://a.example/feed.json", fetched=NOW, zone="Asia/Baku", content_type="application/json")
    )
    assert isinstance(got, FeedDocument)
    return got


def items(feed: FeedDocument) -> list[Article]:
    return [one.item for one in feed.found if one.item]


def test_an_item_with_everything() -> None:
    feed = read(
        {
            "id": "https://a.example/?p=1",
            "url": "/one",
            "title": "Using <video> & more",
            "content_html": "<p>The body of <a href='/x'>it</a>, whole and readable.</p>",
            "summary": "In short",
            "image": "/one.jpg",
            "date_published": "2026-11-20T09:30:00+01:00",
            "date_modified": "2026-11-20T10:00:00",
            "authors": [{"name": "Ann Author"}, {"url": "https://a.example/ben"}],
            "tags": ["City", "R&D"],
            "language": "en-GB",
            "attachments": [{"url": "https://a.example/one.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 12}],
        },
        home_page_url="https://a.example/",
        language="EN",
    )
    (item,) = items(feed)

    assert (feed.title, feed.home, feed.language) == ("The Paper", "https://a.example/", "en")
    assert (item.url, item.title, item.summary) == ("https://a.example/one", "Using <video> & more", "In short")
    assert item.text == "The body of it, whole and readable."
    assert 'href="https://a.example/x"' in item.html
    assert item.published == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    assert item.modified == datetime(2026, 11, 20, 6, tzinfo=UTC)
    assert (item.authors, item.tags, item.language) == (("Ann Author",), ("City", "R&D"), "en-gb")
    assert item.enclosures == (Enclosure(url="https://a.example/one.mp3", type="audio/mpeg", length=12),)
    assert item.image is not None
    assert item.aliases == ("https://a.example/?p=1",)


def test_version_1_0_has_one_author() -> None:
    feed = read({"id": "1", "url": "/1"}, version="https://jsonfeed.org/version/1", author={"name": "Ann Author"})

    assert items(feed)[0].authors == ("Ann Author",)


def test_plain_text_is_text() -> None:
    (item,) = items(read({"id": "1", "url": "/1", "content_text": "if a < b & c > d:\n  stop"}))

    assert item.text == "if a < b & c > d:\n\nstop"
    assert "&lt;" in item.html


def test_fields_of_the_wrong_type_count_as_not_given() -> None:
    feed = read(
        {
            "id": 7,
            "url": "/1",
            "title": ["x"],
            "authors": "Ann",
            "tags": {"a": 1},
            "attachments": [3, {"url": 4}],
            "image": 5,
        },
        "no item",
        {"id": 8},
        title=3,
    )
    (item,) = items(feed)

    assert (item.url, item.title, item.authors) == ("https://a.example/1", "", ())
    assert (item.tags, item.enclosures, item.image) == ((), (), None)


def test_an_id_that_is_an_address_stands_in_for_the_url() -> None:
    assert items(read({"id": "https://a.example/1", "title": "One"}))[0].url == "https://a.example/1"


def test_a_lone_surrogate_is_left_out() -> None:
    body = b'{"version":"","items":[{"id":"1","url":"https://a.example/1","title":"half \\ud83d pair"}]}'

    got = document(body, Ask(url="https://a.example/feed.json", fetched=NOW))

    assert isinstance(got, FeedDocument)
    assert got.found[0].title == "half pair"


def test_where_its_next_page_is() -> None:
    assert read({"id": "1", "url": "/one"}, next_url="/feed.json?page=2").older == "https://a.example/feed.json?page=2"
    assert read({"id": "1", "url": "/one"}, next_url=7).older == ""
