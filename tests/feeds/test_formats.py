"""What stands in the three formats, as parsers that are not ours read it."""

import io
import json
import locale
import logging
import re
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import UUID

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.clean import line
from feeds.formats import Place, atom, found, jsonfeed, render, rss
from feeds.shown import show
from newsloom.news.identity import feed_id
from newsloom.news.items import Enclosure, Entry, EntryKind, Face, Feed, Image
from tests.feeds import validity
from tests.feeds.anything import FIELDS, WORDS

PLACE = Place(self_url="https://me.example/bridges.x", home_url="https://me.example/", stylesheet="feed.css", ttl=30)
A = "{http://www.w3.org/2005/Atom}"
MEDIA = "{http://search.yahoo.com/mrss/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
SY = "{http://purl.org/rss/1.0/modules/syndication/}"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"

Make = Callable[..., Any]


def atom_of(feed: Feed, place: Place = PLACE) -> Any:
    """The root, of what is valid."""
    body = render(atom, feed, place)
    assert validity.of_atom(body) == []
    return etree.fromstring(body)


def rss_of(feed: Feed, place: Place = PLACE) -> Any:
    """The channel, of what is valid."""
    body = render(rss, feed, place)
    assert validity.of_rss(body) == []
    return etree.fromstring(body)[0]


def json_of(feed: Feed, place: Place = PLACE) -> Any:
    """The document, of what is valid."""
    body = render(jsonfeed, feed, place)
    assert validity.of_json(body) == []
    return json.loads(body)


def full(entry: Make) -> Entry:
    made: Entry = entry(
        1,
        version=2,
        title="Rain & <b>wind</b> 👍",
        html="<p>All <a href='/day'>day</a>.</p><script>x</script>",
        summary="It rained & blew.",
        authors=("Ada Ng", "Bo Li"),
        section="Weather",
        tags=("rain", "WEATHER", ""),
        language="en-gb",
        updated=datetime(2026, 11, 21, 12, 0, 5, tzinfo=UTC),
        image=Image(url="/rain.jpg", caption="Rain <over> town", width=800, height=600),
        enclosures=(
            Enclosure(url="https://news.example/rain.mp3", length=123),
            Enclosure(url="/rain.pdf", type="application/pdf; v=1"),
        ),
        also_at=(("Other & Co", "https://other.example/rain?a=1&b=2"), ("Bad", "javascript:x")),
    )
    return made


HTML = (
    '<p>All <a href="https://news.example/day" rel="noopener noreferrer">day</a>.</p>\n'
    '<p>Also at: <a href="https://other.example/rain?a=1&amp;b=2" rel="noopener noreferrer">Other &amp; Co</a></p>'
)


def test_every_module_is_a_format() -> None:
    assert [(f.SUFFIX, f.CONTENT_TYPE) for f in found()] == [
        (".atom", "application/atom+xml"),
        (".json", "application/feed+json"),
        (".rss", "application/rss+xml"),
    ]


def test_atom_says_all_there_is(entry: Make, feed: Make) -> None:
    root = atom_of(feed(full(entry), title="Bridges & roads", description="What carries us", language="en"))
    links = {(link.get("rel"), link.get("href")) for link in root.iterfind(f"{A}link")}
    assert links == {("self", "https://me.example/bridges.x"), ("alternate", "https://me.example/")}
    assert root.findtext(f"{A}title") == "Bridges & roads"
    assert root.findtext(f"{A}subtitle") == "What carries us"
    assert root.findtext(f"{A}updated") == "2026-11-21T12:00:05+00:00"
    one = root.find(f"{A}entry")
    assert one.findtext(f"{A}id") == "urn:uuid:" + str(full(entry).id)
    assert one.findtext(f"{A}title") == "Rain & <b>wind</b> 👍"
    assert (one.find(f"{A}content").get("type"), one.findtext(f"{A}content")) == ("html", HTML)
    assert one.findtext(f"{A}summary") == "It rained & blew."
    assert [a.text for a in one.iterfind(f"{A}author/{A}name")] == ["Ada Ng", "Bo Li"]
    assert [c.get("term") for c in one.iterfind(f"{A}category")] == ["Weather", "rain"]
    assert one.findtext(f"{A}published") == "2026-11-20T07:00:00+00:00"
    assert one.get("{http://www.w3.org/XML/1998/namespace}lang") == "en-gb"
    assert [dict(link.attrib) for link in one.iterfind(f"{A}link")] == [
        {"href": "https://news.example/1"},
        {"rel": "enclosure", "href": "https://news.example/rain.mp3", "type": "audio/mpeg", "length": "123"},
        {"rel": "enclosure", "href": "https://news.example/rain.pdf", "type": "application/pdf"},
        {"rel": "enclosure", "href": "https://news.example/rain.jpg", "type": "image/jpeg"},
    ]
    source = one.find(f"{A}source")
    assert (source.findtext(f"{A}id"), source.findtext(f"{A}title")) == (feed_id("source/example").urn, "The Example")
    assert source.find(f"{A}link").get("href") == "https://news.example/"
    assert one.find(f"{MEDIA}content").get("url") == "https://news.example/rain.jpg"
    assert one.findtext(f"{MEDIA}content/{MEDIA}description") == "Rain <over> town"


def test_rss_says_all_there_is(entry: Make, feed: Make) -> None:
    channel = rss_of(feed(full(entry), language="en"))
    assert channel.findtext("link") == "https://me.example/"
    assert channel.find(f"{A}link").attrib == {"href": "https://me.example/bridges.x", "rel": "self"}
    assert (channel.findtext("ttl"), channel.findtext("lastBuildDate")) == ("30", "Sat, 21 Nov 2026 12:00:05 +0000")
    item = channel.find("item")
    assert item.findtext("title") == "Rain & <b>wind</b> 👍"
    assert item.findtext("description") == "It rained &amp; blew."  # a description is HTML
    assert item.findtext(CONTENT) == HTML
    assert [a.text for a in item.iterfind(CREATOR)] == ["Ada Ng", "Bo Li"]
    assert item.find("enclosure").attrib == {
        "url": "https://news.example/rain.mp3",
        "length": "123",
        "type": "audio/mpeg",
    }
    assert [m.get("url") for m in item.iterfind(f"{MEDIA}content")] == [
        "https://news.example/rain.jpg",
        "https://news.example/rain.pdf",
    ]
    assert item.find(f"{MEDIA}thumbnail").attrib == {
        "url": "https://news.example/rain.jpg",
        "width": "800",
        "height": "600",
    }
    assert (item.find("source").get("url"), item.findtext("source")) == ("https://news.example/", "The Example")
    assert item.findtext("pubDate") == "Fri, 20 Nov 2026 07:00:00 +0000"
    assert item.findtext(f"{A}updated") == "2026-11-21T12:00:05+00:00"


def test_json_feed_says_all_there_is(entry: Make, feed: Make) -> None:
    document = json_of(feed(full(entry), description="What carries us"))
    assert (document["home_page_url"], document["feed_url"]) == ("https://me.example/", "https://me.example/bridges.x")
    (item,) = document["items"]
    assert item["content_html"] == HTML
    assert item["authors"] == [{"name": "Ada Ng"}, {"name": "Bo Li"}]
    assert item["attachments"][0] == {
        "url": "https://news.example/rain.mp3",
        "mime_type": "audio/mpeg",
        "size_in_bytes": 123,
    }
    assert item["image"] == "https://news.example/rain.jpg"
    assert item["_newsloom"]["also_at"] == [{"title": "Other & Co", "url": "https://other.example/rain?a=1&b=2"}]


@pytest.mark.parametrize("kind", [atom, rss], ids=["atom", "rss"])
def test_feedparser_reads_the_same(kind: Any, entry: Make, feed: Make) -> None:
    read = feedparser.parse(
        io.BytesIO(render(kind, feed(full(entry), entry(2)), PLACE)), sanitize_html=False, resolve_relative_uris=False
    )
    assert not read.bozo
    assert [e.id for e in read.entries] == [full(entry).id.urn, entry(2).id.urn]
    first = read.entries[0]
    assert (first.link, first.content[0].value) == ("https://news.example/1", HTML)
    assert [a.name for a in first.authors] == ["Ada Ng", "Bo Li"]
    assert first.published_parsed[:6] == (2026, 11, 20, 7, 0, 0)
    assert first.updated_parsed[:6] == (2026, 11, 21, 12, 0, 5)


def test_an_address_in_rss_has_the_reference_that_every_reader_knows(entry: Make, feed: Make) -> None:
    made = render(rss, feed(entry(1, url="https://news.example/?a=1&b=2")), PLACE)
    assert b"<link>https://news.example/?a=1&amp;b=2</link>" in made


def test_a_second_time_is_told_only_of_what_was_corrected_since_it_was_found(entry: Make, feed: Make) -> None:
    modified = datetime(2026, 11, 21, tzinfo=UTC)
    fresh, corrected = entry(1, updated=modified), entry(2, updated=modified, version=2)
    shown = rss_of(feed(fresh, corrected)).iterfind("item")
    assert [i.findtext(f"{A}updated") for i in shown] == [None, "2026-11-21T00:00:00+00:00"]
    atom = [
        (e.findtext(f"{A}published"), e.findtext(f"{A}updated"))
        for e in atom_of(feed(fresh, corrected)).iterfind(f"{A}entry")
    ]
    assert [told == published for published, told in atom] == [True, False]
    assert atom[1][1] == "2026-11-21T00:00:00+00:00"


def test_entries_stand_in_the_order_handed_in(entry: Make, feed: Make) -> None:
    mixed = feed(entry(2), entry(3), entry(1))
    urls = [f"https://news.example/{n}" for n in (2, 3, 1)]
    assert [e.find(f"{A}link").get("href") for e in atom_of(mixed).iterfind(f"{A}entry")] == urls
    assert [e.findtext("link") for e in rss_of(mixed).iterfind("item")] == urls
    assert [e["url"] for e in json_of(mixed)["items"]] == urls


def test_an_empty_feed_is_valid_and_as_old_as_its_topic(feed: Make) -> None:
    assert atom_of(feed()).findtext(f"{A}updated") == "2026-11-20T06:00:00+00:00"
    assert rss_of(feed()).findtext("lastBuildDate") == "Fri, 20 Nov 2026 06:00:00 +0000"
    assert json_of(feed())["items"] == []


def test_nobody_said_where_it_is_published(entry: Make, feed: Make) -> None:
    nowhere = Place()
    assert atom_of(feed(entry()), nowhere).findall(f"{A}link") == []
    assert rss_of(feed(entry()), nowhere).findtext("link") == feed().id.urn
    assert "feed_url" not in json_of(feed(entry()), nowhere)


@pytest.mark.parametrize("kind", found(), ids=lambda kind: kind.SUFFIX)
def test_the_same_entries_are_the_same_bytes_whatever_their_zone(kind: Any, entry: Make, feed: Make) -> None:
    baku = timezone(timedelta(hours=4))
    there = entry(1, published=entry(1).published.astimezone(baku), updated=entry(1).updated.astimezone(baku))
    assert render(kind, feed(entry(1)), PLACE) == render(kind, feed(there), PLACE)


def test_all_formats_say_the_same_whole_second(entry: Make, feed: Make) -> None:
    split = feed(entry(1, published=datetime(2026, 11, 20, 7, 0, 0, 999_999, tzinfo=UTC)))
    in_atom, in_rss = atom_of(split).findtext(f"{A}entry/{A}published"), rss_of(split).findtext("item/pubDate")
    assert in_atom == json_of(split)["items"][0]["date_published"] == "2026-11-20T07:00:00+00:00"
    assert parsedate_to_datetime(in_rss) == datetime.fromisoformat(in_atom)


def test_one_bad_entry_leaves_the_others_and_is_named(
    entry: Make, feed: Make, caplog: pytest.LogCaptureFixture
) -> None:
    bad = entry(2, published=datetime(2026, 11, 20, 8, 0))  # noqa: DTZ001 - that is what is wrong with it
    worse = entry(3, title=None)
    for read, wanted in ((atom_of, f"{A}entry"), (rss_of, "item")):
        assert len(read(feed(entry(1), bad, worse, entry(4))).findall(wanted)) == 2
    assert len(json_of(feed(entry(1), bad, worse, entry(4)))["items"]) == 2
    named = [vars(r) for r in caplog.records if r.levelno == logging.ERROR]
    assert len(named) == 6
    assert {(r["topic"], r["url"]) for r in named} == {("bridges", f"https://news.example/{n}") for n in (2, 3)}


def test_what_xml_refuses_is_replaced_and_the_entry_stays(entry: Make, feed: Make) -> None:
    evil = "a\x00b\x0bc\ud800d\uffff"
    dirty = entry(
        1, title=evil, text=evil, html=f"<p>{evil}</p>", summary=evil, authors=(evil,), section=evil, tags=(evil,),
        source_title=evil, language=evil, url=f"https://news.example/{evil}", image=Image(url=f"/{evil}", caption=evil),
        enclosures=(Enclosure(url=f"/{evil}", type=evil),), also_at=((evil, f"https://o.example/{evil}"),),
    )  # fmt: skip
    wanted = "a\ufffdb\ufffdc\ufffdd\ufffd"
    assert atom_of(feed(dirty, title=evil, description=evil)).findtext(f"{A}entry/{A}title") == wanted
    assert rss_of(feed(dirty, title=evil, description=evil)).findtext("item/title") == wanted
    assert json_of(feed(dirty, title=evil, description=evil))["items"][0]["content_html"].startswith(f"<p>{wanted}</p>")


def test_the_locale_of_the_process_survives_feeds_written_side_by_side(entry: Make, feed: Make) -> None:
    many = feed(*map(entry, range(20)))
    before, interval = locale.setlocale(locale.LC_ALL), sys.getswitchinterval()
    locale.setlocale(locale.LC_ALL, "C.UTF-8")
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda _: render(rss, many, PLACE), range(160)))
        assert locale.setlocale(locale.LC_ALL) == "C.UTF-8"
    finally:
        sys.setswitchinterval(interval)
        locale.setlocale(locale.LC_ALL, before)


@settings(max_examples=100)
@given(data=st.data())
def test_any_text_in_any_field_is_valid_and_reads_the_same_everywhere(
    entry: Make, feed: Make, data: st.DataObject
) -> None:
    made = entry(1, **data.draw(FIELDS))
    one = feed(made, title=data.draw(WORDS), description=data.draw(WORDS), language=data.draw(WORDS))
    shown = show(made, Face.FULL)
    in_atom, in_rss, (in_json,) = atom_of(one).find(f"{A}entry"), rss_of(one).find("item"), json_of(one)["items"]
    assert in_atom.findtext(f"{A}title") == in_rss.findtext("title") == in_json["title"] == shown.title
    assert in_atom.findtext(f"{A}content") == in_rss.findtext(CONTENT) == in_json["content_html"] == shown.html
    assert (in_atom.findtext(f"{A}summary") or "") == in_json.get("summary", "") == shown.summary
    assert (
        [a.text for a in in_rss.iterfind(CREATOR)]
        == [a["name"] for a in in_json.get("authors", [])]
        == list(shown.authors)
    )
    assert (
        [c.get("term") for c in in_atom.iterfind(f"{A}category")] == in_json.get("tags", []) == list(shown.categories)
    )
    if line(made.title):
        assert shown.title == line(made.title)


def brief(entry: Make, **fields: Any) -> Entry:
    at = datetime(2026, 11, 20, 14, 27, tzinfo=UTC)
    usual = {
        "kind": EntryKind.BRIEF,
        "brief_time": "18:27",
        "brief_tag": "Energy",
        "brief_text": "The plant is back. It had been off since May.",
        "brief_published": at,
    }
    made: Entry = entry(1, **(usual | fields))
    return made


def test_a_brief_shows_its_time_tag_and_paragraph_also_after_its_article_came(entry: Make, feed: Make) -> None:
    article = brief(
        entry, kind=EntryKind.ARTICLE, title="Power plant restarts", html="<p>Long</p>", tags=("energy", "grid")
    )
    (item,) = json_of(feed(article, key="briefs", face=Face.BRIEF))["items"]
    assert item["title"] == "The plant is back."
    assert item["url"] == "https://news.example/1"
    assert item["content_html"] == (
        '<p><time datetime="2026-11-20T14:27:00+00:00">18:27</time> <strong>Energy</strong></p>\n'
        "<p>The plant is back. It had been off since May.</p>"
    )
    assert item["tags"] == ["Energy", "grid"]
    assert item["date_published"] == "2026-11-20T14:27:00+00:00"


def test_an_entry_never_seen_as_a_brief_shows_itself_among_briefs(entry: Make) -> None:
    assert show(entry(1, html="<p>Body</p>"), Face.BRIEF).html == "<p>Body</p>"


def test_the_summary_face_has_the_summary_or_the_first_words(entry: Make) -> None:
    assert show(entry(1, summary="In short.", html="<p>Long</p>"), Face.SUMMARY).html == "<p>In short.</p>"
    cut = show(entry(1, text="word " * 200), Face.SUMMARY).html
    assert cut.endswith("word…</p>")
    assert len(cut) < 320


def test_a_feed_that_does_not_say_shows_as_much_as_the_source_says(entry: Make) -> None:
    for content in (Face.FULL, Face.SUMMARY):
        made = entry(1, summary="In short.", html="<p>Long</p>", content=content)
        assert show(made, Face.SOURCE) == show(made, content)


def test_a_feed_says_its_rights_and_how_often_it_may_be_new(entry: Make, feed: Make) -> None:
    place = replace(PLACE, rights="Texts are their authors'.", ttl=720)
    assert atom_of(feed(entry()), place).findtext(f"{A}rights") == "Texts are their authors'."
    channel = rss_of(feed(entry()), place)
    assert channel.findtext("copyright") == "Texts are their authors'."
    for head in (channel, atom_of(feed(), place)):
        assert (head.findtext(f"{SY}updatePeriod"), head.findtext(f"{SY}updateFrequency")) == ("daily", "2")
    hourly = rss_of(feed(entry()), replace(PLACE, ttl=15))
    assert (hourly.findtext(f"{SY}updatePeriod"), hourly.findtext(f"{SY}updateFrequency")) == ("hourly", "4")


def test_text_alone_becomes_paragraphs(entry: Make) -> None:
    assert (
        show(entry(1, text="One.\n\nTwo & three\nfour."), Face.FULL).html
        == "<p>One.</p>\n<p>Two &amp; three<br>\nfour.</p>"
    )


def test_a_reader_that_only_takes_tags_away_reads_words_apart(entry: Make) -> None:
    body = "<h2>Bridge</h2><p>one<br>two</p><ul><li>three</li><li>four</li></ul><table><tr><td>5</td><td>6</td></tr></table>"
    for made in (entry(1, html=body), entry(1, html="", text="Bridge\n\none\ntwo\n\nthree\n\nfour\n\n5\n6")):
        plain = re.sub("<[^>]*>", "", show(made, Face.FULL).html)
        assert " ".join(plain.split()) == "Bridge one two three four 5 6"


def test_a_body_that_cannot_be_cleaned_falls_back_on_the_text(entry: Make) -> None:
    assert show(entry(1, html="<div>" * 9_000, text="Words."), Face.FULL).html == "<p>Words.</p>"


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"title": "  A\n title "}, "A title"),
        ({"title": "", "text": "First words. More."}, "First words."),
        ({"title": "\u3000", "text": "今日は雨です。明日は晴れ。"}, "今日は雨です。"),
        ({"title": "", "text": "word " * 60}, "word " * 19 + "word…"),
        ({"title": "", "text": "", "summary": "In short."}, "In short."),
        ({"title": "", "text": ""}, "https://news.example/1"),
        ({"title": "", "text": "", "url": "javascript:x"}, "Untitled"),
    ],
)
def test_an_entry_always_has_a_title(fields: dict[str, str], title: str, entry: Make) -> None:
    assert show(entry(1, **fields), Face.FULL).title == title


def test_an_image_is_the_enclosure_only_if_its_address_says_so(entry: Make) -> None:
    assert [f.type for f in show(entry(1, image=Image(url="/a.webp")), Face.FULL).enclosures] == ["image/webp"]
    assert show(entry(1, image=Image(url="/resize?id=5")), Face.FULL).enclosures == ()


def test_ids_are_one_urn_everywhere(entry: Make, feed: Make) -> None:
    made = entry(1, id=UUID("12345678-1234-5678-1234-567812345678"))
    urn = "urn:uuid:12345678-1234-5678-1234-567812345678"
    assert atom_of(feed(made)).findtext(f"{A}entry/{A}id") == urn
    assert rss_of(feed(made)).findtext("item/guid") == urn
    assert json_of(feed(made))["items"][0]["id"] == urn
