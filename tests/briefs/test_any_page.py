"""What holds of the blocks of any page."""

from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring

from newsloom.news.identity import key, normalize
from scraper.extract.briefs import find_blocks
from scraper.extract.clocks import read_attribute, read_time
from scraper.extract.links import article_links, page_links
from scraper.extract.page import Habits

URL = "https://news.example/2025/05/14/page"
SEEN = datetime(2025, 5, 14, 12, 0, tzinfo=UTC)
_TAGS = (
    "div",
    "p",
    "ul",
    "li",
    "h2",
    "h3",
    "span",
    "a href='/2025/05/10/story-of-the-day'",
    "a href='https://other.example/x'",
    "time",
)
_TEXTS = (
    *(
        "Read next",
        "Related",
        "News",
        "18:27",
        "3 May, 18:27",
        "2 hours ago",
        "World",
        "Leave a comment",
        "A lead that was cut...",
    ),
    "Council votes on the budget for a third time",
    "The bridge over the estuary was closed on Tuesday after engineers found a crack in one of its main cables, the city said.",
)
_trees = st.recursive(
    st.sampled_from(_TEXTS),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{' '.join(parts)}</{tag.split()[0]}>",
        st.sampled_from(_TAGS),
        st.lists(inner, max_size=4),
    ),
    max_leaves=30,
)
_pages = st.lists(_trees, min_size=1, max_size=6).map(
    lambda parts: f"<html><body><h1>Page</h1>{''.join(parts)}</body></html>"
)


@given(_pages)
@example(
    "<html><body><h1>Page</h1><div>Read next</div><a href='/2025/05/10/story-of-the-day'>Read next Read next Read next</a>"
    "<div>Read next <a href='/2025/05/10/story-of-the-day'><div>Read next</div></a></div></body></html>"
)
@example(
    "<html><body><h1>Page</h1>Read next<div>The bridge over the estuary was closed on Tuesday after engineers found a crack "
    "in one of its main cables, the city said.</div><a href='https://other.example/x'><p>Read next "
    "<a href='/2025/05/10/story-of-the-day'></a> <div>Read next</div></p> Read next "
    "<div><a href='/2025/05/10/story-of-the-day'>Read next</a></div> <div>Read next</div></a></body></html>"
)
@settings(max_examples=150)
def test_rows_are_numbered_say_something_and_no_element_is_inside_another(html: str) -> None:
    tree = document_fromstring(html)
    for block in find_blocks(tree, URL, fetched=SEEN, zone="Asia/Baku"):
        assert [b.place for b in block.briefs] == list(range(1, len(block.briefs) + 1))
        assert all(b.title or b.text for b in block.briefs)
        assert all(normalize(b.url) == b.url for b in block.briefs if b.url)
        cut = set(block.elements)
        assert not any(above in cut for e in block.elements for above in e.iterancestors())


@given(_pages)
@settings(max_examples=50)
def test_each_article_of_a_page_is_found_once(html: str) -> None:
    found = [key(f.url) for f in article_links(page_links(document_fromstring(html), URL), URL, Habits())]
    assert len(found) == len(set(found))
    assert key(URL) not in found


_shown = st.text(st.sampled_from("0123456789:./-hT+Z amp日月年時前ago"), max_size=24)
_seen = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  bounds are naive


@given(_shown, _shown, _seen)
def test_no_text_breaks_the_clock_and_no_instant_is_far_ahead(value: str, shown: str, seen: datetime) -> None:
    for found in (read_time(shown, seen, "Europe/London", "en"), read_attribute(value, shown, seen, "Asia/Baku")):
        assert found is None or found.instant is None or (found.instant - seen).total_seconds() <= 86_520


@given(_shown | st.sampled_from(_TEXTS), _seen)
def test_of_when_a_text_was_seen_the_minute_counts(shown: str, seen: datetime) -> None:
    minute = seen.replace(second=0, microsecond=0)
    assert read_time(shown, seen, "Europe/London", "en") == read_time(shown, minute, "Europe/London", "en")
