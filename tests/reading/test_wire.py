"""Values cross the pipe unchanged, and nothing else does."""

import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsloom.news.items import Article, Brief, BriefKind, Enclosure, Image
from newsloom.news.memory import Found, Role
from scraper.extract import wire
from scraper.extract.documents import Ask, FeedDocument, SitemapDocument
from scraper.extract.page import Habits, Link, Reading
from scraper.extract.worker import Answer, Order

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
INSTANT = st.datetimes(timezones=st.just(UTC))
PLACES = st.dictionaries(TEXT, TEXT, max_size=3).map(MappingProxyType)


def rows(of: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(of, max_size=3).map(tuple)


IMAGES = st.builds(Image, url=TEXT, caption=TEXT, width=st.none() | st.integers(0, 9000), height=st.none())
ARTICLES = st.builds(
    Article,
    url=TEXT,
    title=TEXT,
    text=TEXT,
    html=TEXT,
    authors=rows(TEXT),
    published=st.none() | INSTANT,
    image=st.none() | IMAGES,
    enclosures=rows(st.builds(Enclosure, url=TEXT, type=TEXT, length=st.integers(0, 2**60))),
    sure=st.booleans(),
    origins=PLACES,
)
BRIEFS = st.builds(
    Brief,
    kind=st.sampled_from(BriefKind),
    place=st.integers(1, 99),
    text=TEXT,
    published=st.none() | INSTANT,
    dated=st.booleans(),
)
FOUND = st.builds(Found, url=TEXT, role=st.sampled_from(Role), published=st.none() | INSTANT, item=st.none() | ARTICLES)
READINGS = st.builds(
    Reading,
    article=st.none() | ARTICLES,
    briefs=rows(BRIEFS),
    links=rows(st.builds(Link, url=TEXT, text=TEXT, in_nav=st.booleans())),
    feeds=rows(TEXT),
)
ANSWERS = st.one_of(
    st.builds(Answer, page=READINGS),
    st.builds(Answer, feed=st.builds(FeedDocument, title=TEXT, found=rows(FOUND), whole=st.booleans())),
    st.builds(Answer, sitemap=st.builds(SitemapDocument, found=rows(FOUND))),
    st.builds(Answer, guilty=TEXT, last=st.booleans()),
)


@given(ANSWERS)
@settings(max_examples=60)
def test_what_goes_in_comes_out(answer: Answer) -> None:
    assert wire.loads(Answer, wire.dumps(answer)) == answer


@given(st.builds(Ask, url=TEXT, fetched=INSTANT, habits=st.builds(Habits, selectors=PLACES, title_suffixes=rows(TEXT))))
@settings(max_examples=30)
def test_an_order_goes_the_other_way_unchanged(ask: Ask) -> None:
    assert wire.loads(Order, wire.dumps(Order(document=ask))) == Order(document=ask)


def test_every_field_of_every_value_has_a_wire_form() -> None:
    full = Answer(page=Reading(article=None), feed=FeedDocument(), sitemap=SitemapDocument())

    assert wire.loads(Answer, wire.dumps(full)) == full
    assert {field.name for field in fields(Answer)} > {"page", "feed", "sitemap", "robots"}


def test_a_lone_surrogate_does_not_break_the_pipe() -> None:
    item = Article(url="http://a.example/", published=NOON, origins=MappingProxyType({"title": "h1"}))
    sent = wire.dumps(Found(url="http://a.example/", title="half \ud83d a pair", item=item))

    assert wire.loads(Found, sent) == Found(url="http://a.example/", title="half ? a pair", item=item)


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        ({"url": 7}, "Expected `str`, got `int`"),
        ({"url": None}, "Expected `str`"),
        ({}, "missing required field `url`"),
        ({"url": "u", "role": "king"}, "king"),
        ({"url": "u", "published": "2026-11-20T10:00:00"}, "a time not in UTC"),
        ({"url": "u", "published": "2026-11-20T10:00:00+04:00"}, "a time not in UTC"),
        ({"url": "u", "item": {"url": "u", "modified": "0001-01-01T00:00:00+23:59"}}, "a time not in UTC"),
        ({"url": "u", "published": "yesterday"}, "Invalid RFC3339"),
        ({"url": "u", "published": 12}, "Expected `datetime"),
        ({"url": "u", "item": []}, "Expected `object"),
        ({"url": "u", "item": {"url": "u", "tags": "ab"}}, "Expected `array`"),
        ({"url": "u", "item": {"url": "u", "sure": 1}}, "Expected `bool`"),
        ({"url": "u", "item": {"url": "u", "image": {"url": "u", "width": 2**63}}}, "too large"),
        ({"url": "u", "item": {"url": "u", "enclosures": [{"url": "u", "length": -(10**400)}]}}, "too large"),
        ([], "Expected `object`"),
    ],
)
def test_what_is_no_such_value_is_refused(message: object, complaint: str) -> None:
    with pytest.raises(wire.WireError, match=complaint):
        wire.loads(Found, json.dumps(message).encode())


@pytest.mark.parametrize("message", [b"", b"{", b"\xff", b"[" * 100_000, b'{"url":"u"} trailing'])
def test_what_is_no_json_is_refused(message: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.loads(Found, message)


def test_what_a_message_says_besides_builds_nothing() -> None:
    message = b'{"url":"u","__class__":"os.system","__init__":{"url":"v"}}'

    found = wire.loads(Found, message)

    assert (type(found), vars(found)) == (Found, {"url": "u"})


@dataclass(frozen=True, kw_only=True)
class _Pair:
    both: tuple[str, datetime]


def test_a_value_that_nobody_would_check_has_no_wire_form() -> None:
    with pytest.raises(TypeError, match="no wire form for tuple"):
        wire.loads(_Pair, b'{"both":["u","2026-11-20T10:00:00"]}')


@dataclass(frozen=True, kw_only=True)
class _Either:
    one: Image | Enclosure


def test_no_message_can_choose_what_is_built() -> None:
    with pytest.raises(TypeError, match="may not contain more than one dataclass"):
        wire.loads(_Either, b'{"one":{"url":"u"}}')
