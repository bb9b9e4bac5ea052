"""Nothing that a page says runs in whatever shows it: feeds in every format, and the page that lists them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from lxml import etree

from feeds.formats import Format, Place, atom, jsonfeed, render, rss
from feeds.publish import Shelf, publish, publish_index
from newsloom.news.items import Enclosure, Face, Image, Topic
from newsloom.news.renderings import Issue
from tests.feeds.test_clean import HOSTILE, dangers, words
from tests.feeds.test_publish import HALF_HOUR
from tests.feeds.validity import CONTENT, A

Make = Callable[..., Any]
PLACE = Place(self_url="https://me.example/k.x", home_url="https://me.example/")
ADDRESSES = (
    *("javascript:steal()", "JaVaScRiPt:steal()", " javascript:steal()", "java\tscript:steal()", "data:text/html,<script>"),
    *("vbscript:steal()", "https://x.example/\"onerror=\"steal()", "https://x.example/'><script>steal()</script>"),
)  # fmt: skip


def shown(kind: Format, body: bytes) -> dict[str, str]:
    """As HTML what a reader shows of a feed's one entry, as text what it shows as text; and its addresses."""
    if kind is jsonfeed:
        (item,) = json.loads(body)["items"]
        said = [item["title"], item["summary"], *item["tags"], *(a["name"] for a in item["authors"])]
        return {"html": item["content_html"], "text": " ".join(said), "addresses": " ".join(_addresses(item))}
    root = etree.fromstring(body)
    one: Any = root.find(f"{A}entry") if kind is atom else root.find("channel/item")
    addresses = [value for e in one.iter() for name, value in e.items() if name in ("href", "url")]
    html = one.findtext(f"{A}content") if kind is atom else one.findtext(CONTENT) + one.findtext("description")
    return {
        "html": html,
        "text": " ".join(one.itertext()),
        "addresses": " ".join([*addresses, one.findtext("link") or ""]),
    }


def _addresses(item: dict[str, Any]) -> list[str]:
    return [item.get("url", ""), item.get("image", ""), *(a["url"] for a in item.get("attachments", ()))]


@pytest.mark.parametrize("kind", [atom, rss, jsonfeed], ids=lambda kind: kind.SUFFIX)
@pytest.mark.parametrize("vector", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_of_an_entry_is_live_and_no_word_lost(kind: Format, vector: str, entry: Make, feed: Make) -> None:
    for face in Face:
        made = entry(
            1, title=vector, html=vector, text=vector, summary=vector, authors=(vector,), section=vector, tags=(vector,),
            source_title=vector, brief_text=vector, brief_time=vector, brief_tag=vector, language=vector,
            also_at=((vector, "https://o.example/"),),
        )  # fmt: skip
        read = shown(kind, render(kind, feed(made, title=vector, description=vector, face=face), PLACE))
        assert dangers(read["html"]) == []
        assert "STAYS" in words(read["html"])
        assert "steal" not in vector or "steal" in read["text"]  # as text it is said, not done


@pytest.mark.parametrize("kind", [atom, rss, jsonfeed], ids=lambda kind: kind.SUFFIX)
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_does_anything(kind: Format, address: str, entry: Make, feed: Make) -> None:
    made = entry(
        1, url=address, source_url=address, image=Image(url=address), enclosures=(Enclosure(url=address, type="audio/mpeg"),),
        also_at=(("Other", address),), summary="S", tags=("t",), authors=("a",),
    )  # fmt: skip
    read = shown(kind, render(kind, feed(made), PLACE))
    assert dangers(read["html"]) == []
    assert all(
        one.startswith("https://") and not set(one) & set("\"'<>\t ") - {"'"} for one in read["addresses"].split()
    )


@pytest.mark.parametrize("vector", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_of_a_topic_is_live_on_the_page_that_lists_it(vector: str, tmp_path: Path, feed: Make) -> None:
    topic = Topic(key="k", title=vector, description=vector, group=vector, language=vector)
    publish(Issue.of(feed(key="k", title=vector)), tmp_path, public_url="", every=HALF_HOUR)
    publish_index(
        [Shelf(topic=topic, entries=1, newest=datetime(2026, 1, 1, tzinfo=UTC))], tmp_path, title=vector, public_url=""
    )
    page = lxml.html.fromstring((tmp_path / "index.html").read_bytes())
    for element in page.iter():
        assert element.tag in PAGE
        assert not [name for name, value in element.items() if name.startswith("on") or value.startswith("javascript:")]
    assert page.text_content().count("STAYS") >= 4
    assert escape(" ".join(vector.split())) in (tmp_path / "index.html").read_text(encoding="utf-8")


PAGE = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "link",
        "body",
        "header",
        "h1",
        "p",
        "a",
        "main",
        "section",
        "h2",
        "ul",
        "li",
        "strong",
    ),
    *("span", "time"),
}
