"""What a page's meta tags ask of machines, and what they do not."""

from datetime import UTC, datetime

import pytest

from scraper.extract.page import Reading
from scraper.extract.reading import read

ROWS = "".join(
    f"<li><a href='/world/story-{n}-of-the-day-{n}234'>Another headline of the day, number {n}</a></li>"
    for n in range(4)
)
PARAGRAPHS = "".join(
    f"<p>The council agreed on Tuesday to plant {n}00 trees along the river, a clerk said.</p>" for n in range(1, 6)
)
CLOCKED = "".join(
    f"<p>1{n}:27</p><p>A paragraph that a teaser without any link holds, number {n} of them.</p>" for n in range(3)
)


def reading_of(*tags: str, after: str = f"<h2>Read next</h2><ul>{ROWS}</ul>") -> Reading:
    html = (
        f"<!doctype html><html lang=en><head><title>Council to plant trees</title>{''.join(tags)}</head>"
        f"<body><article><h1>Council to plant trees</h1>{PARAGRAPHS}</article><div>{after}</div></body></html>"
    )
    return read(html.encode(), "https://paper.example/world/trees-1234", fetched=datetime(2026, 3, 3, 20, tzinfo=UTC))


@pytest.mark.parametrize(
    ("tag", "reserved"),
    [
        ("<meta name=robots content=noindex>", "noindex"),
        ("<meta name=ROBOTS content='NOINDEX, follow'>", "noindex"),
        ("<meta name=robots content=none>", "noindex"),
        ("<meta name=newsloom content=noindex>", "noindex"),
        ("<meta name=tdm-reservation content=1>", "tdm-reservation"),
        ("<meta name=tdm-reservation content=0>", ""),
        ("<meta name=robots content='noarchive, max-image-preview:large'>", ""),
        ("<meta name=googlebot content=noindex>", ""),
        ("<meta name=robots content='index,follow'>", ""),
    ],
)  # fmt: skip
def test_a_reservation_is_told_and_the_headline_read_all_the_same(tag: str, reserved: str) -> None:
    reading = reading_of(tag)
    assert reading.reserved == reserved
    assert reading.article is not None
    assert reading.article.title == "Council to plant trees"
    assert bool(reading.briefs) is ("none" not in tag)  # that says nofollow too; the rest is the crawl's to judge


def test_of_a_page_that_asks_it_no_link_is_followed() -> None:
    assert len(reading_of().links) == 4
    reading = reading_of("<meta name=robots content=nofollow>")
    assert (reading.reserved, reading.links, reading.briefs) == ("", (), ())


def test_a_row_without_a_link_stays_where_links_are_not_followed() -> None:
    reading = reading_of("<meta name=robots content=nofollow>", after=f"<h2>Read next</h2>{CLOCKED}")
    assert [brief.time_text for brief in reading.briefs] == ["10:27", "11:27", "12:27"]
