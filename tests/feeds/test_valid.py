"""Feeds are valid whatever they hold, and read back as what went in."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any
from uuid import UUID

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.clean import line, text
from feeds.formats import Format, Place, atom, found, jsonfeed, render, rss
from newsloom.news.items import Enclosure, Face, Image
from tests.feeds import anything, validity
from tests.feeds.validity import A

Make = Callable[..., Any]
PLACE = Place(self_url="https://me.example/bridges.x", home_url="https://me.example/", stylesheet="feed.css", ttl=30)
FAULTS: tuple[tuple[Format, Callable[[bytes], list[str]]], ...] = (
    (atom, validity.of_atom),
    (rss, validity.of_rss),
    (jsonfeed, validity.of_json),
)
KINDS = pytest.mark.parametrize(("kind", "faults"), FAULTS, ids=[kind.SUFFIX for kind, _ in FAULTS])


def test_no_format_goes_without_its_rules() -> None:
    assert [kind for kind, _ in FAULTS] == [atom, rss, jsonfeed]
    assert set(found()) == {atom, rss, jsonfeed}


@KINDS
@settings(max_examples=60)
@given(data=st.data())
def test_any_content_makes_a_valid_feed(
    kind: Format, faults: Callable[[bytes], list[str]], entry: Make, feed: Make, data: st.DataObject
) -> None:
    entries = [entry(n, **fields) for n, fields in enumerate(data.draw(st.lists(anything.FIELDS, max_size=3)))]
    said = data.draw(st.fixed_dictionaries(dict.fromkeys(("title", "description", "language"), anything.WORDS)))
    face = data.draw(st.sampled_from(Face))
    place = data.draw(st.sampled_from([PLACE, Place(), replace(PLACE, current_url="x.atom", after_url="../a/2.atom")]))
    assert faults(render(kind, feed(*entries, face=face, **said), place)) == []


NASTY = {
    "controls": {"title": "a\x00\x08\x0b\x1f\x7f\x85b", "text": "a\x0cb", "html": "<p>a\x0cb\x1b</p>"},
    "controls in HTML": {"html": "<p title='\x7f\x81'>\x7f \x85 &#x7f; \ufdd0 \U0001fffe</p>"},
    "halves of pairs": {"title": "\ud83d cut", "text": "cut \udc4d", "authors": ("\ud800",)},
    "end of a section": {"title": "a]]>b", "html": "<p>]]&gt; ]]> <a title=']]>' href='/]]>'>x</a></p>", "text": "]]>"},
    "signs of its own": {"title": "if (a < b && b > c) </b> &copy; &#x26;", "summary": "<p>1 &lt; 2</p> AT&T R&D"},
    "emoji and bidi": {"title": "👩‍👩‍👧 \u202eevil\u202c \u200f", "text": "\u2067שלום\u2069 🇦🇿"},
    "nothing": {"title": "", "text": "", "html": "", "summary": "", "source_url": "", "source_title": "", "url": ""},
    "no-break spaces": {"title": "\u00a0", "summary": "\u2028", "text": "\u3000", "authors": ("\u00a0", " ")},
    "relative links": {"html": "<a href=../x>a</a><img src=y.jpg><a href='#n'>n</a><a href='?q'>q</a>"},
    "relative links of nowhere": {"url": "/here", "html": "<a href=../x>a</a><img src=y.jpg>"},
    "odd addresses": {"url": "https://exämple.example/ä b[c]|d^e`f{g}\\h\"i<j>?k[]=l#m#n%zz", "source_url": "HTTP://Ex.Example:80"},
    "hosts at home": {"enclosures": (Enclosure(url="http://nas/a.mp3"), Enclosure(url="http://u:p@h.example/b.mp3", length=5))},
    "files": {
        "enclosures": tuple(Enclosure(url=f"/{kind}", type=kind, length=-1) for kind in ("", "x", "a/b;c=d", "audio/mpeg")),
        "image": Image(url="i.png?a=1&b=2", caption="<b>&amp;", width=0, height=-3),
    },
    "languages": {"language": "english"},
    "codes that are no language": {"language": "zz-latn"},
    "mail addresses": {"authors": ("Ada Ng <ada@news.example>", "bo@news.example", "<c@news.example>")},
    "long ago": {"published": datetime(1953, 3, 5, tzinfo=UTC), "updated": datetime(1953, 3, 5, tzinfo=UTC)},
}  # fmt: skip


@KINDS
@pytest.mark.parametrize("fields", NASTY.values(), ids=NASTY.keys())
def test_what_feeds_stumble_over_makes_a_valid_feed(
    kind: Format, faults: Callable[[bytes], list[str]], fields: dict[str, Any], entry: Make, feed: Make
) -> None:
    for face in Face:
        assert faults(render(kind, feed(entry(1, **fields), entry(2), face=face, language="x"), PLACE)) == []


@KINDS
def test_an_empty_feed_is_valid(kind: Format, faults: Callable[[bytes], list[str]], feed: Make) -> None:
    assert faults(render(kind, feed(), PLACE)) == []


@KINDS
def test_ten_thousand_entries_are_valid(
    kind: Format, faults: Callable[[bytes], list[str]], entry: Make, feed: Make
) -> None:
    assert faults(render(kind, feed(*(entry(n % 500, id=UUID(int=n)) for n in range(10_000))), PLACE)) == []


TEXTS = st.tuples(*[anything.ANY] * 4)


def made_of(entry: Make, texts: tuple[str, ...]) -> tuple[Any, list[str]]:
    """An entry, and what its title, summary, author and tag are to read as."""
    title, summary, author, tag = (f"T{value}." for value in texts)
    made = entry(1, title=title, summary=summary, authors=(author,), tags=(tag,))
    return made, [line(title), text(summary), line(author), line(tag)]


@settings(max_examples=100)
@given(texts=TEXTS)
def test_texts_read_back_as_what_went_in(entry: Make, feed: Make, texts: tuple[str, ...]) -> None:
    made, (title, summary, author, tag) = made_of(entry, texts)
    one: Any = etree.fromstring(render(atom, feed(made), PLACE)).find(f"{A}entry")
    assert (one.findtext(f"{A}title"), one.findtext(f"{A}summary")) == (title, summary)
    assert (one.findtext(f"{A}author/{A}name"), one.find(f"{A}category").get("term")) == (author, tag)
    item: Any = etree.fromstring(render(rss, feed(made), PLACE)).find("channel/item")
    assert (item.findtext("title"), unescape(item.findtext("description"))) == (title, line(summary))
    assert (item.findtext("{http://purl.org/dc/elements/1.1/}creator"), item.findtext("category")) == (author, tag)


# feedparser takes C1 controls for Windows' signs, two signs of Latin-1 for one of UTF-8, and what looks like HTML in a title of RSS
# for HTML.
PLAIN = st.tuples(*[st.text(st.characters(exclude_characters="&<>" + "".join(map(chr, range(0x80, 0x100)))))] * 4)


@settings(max_examples=60)
@given(texts=PLAIN)
def test_feedparser_reads_what_went_in(entry: Make, feed: Make, texts: tuple[str, ...]) -> None:
    made, (title, summary, author, tag) = made_of(entry, texts)
    for kind in (atom, rss):
        read = feedparser.parse(io.BytesIO(render(kind, feed(made), PLACE)), sanitize_html=False)
        assert not read.bozo
        (one,) = read.entries
        assert (one.title, one.author, one.tags[0].term) == (title, author, tag)
        assert line(one.summary) == line(summary)
