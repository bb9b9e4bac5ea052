"""What form a page's article has, whether it must be paid for, and which other addresses it names."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from newsloom.news.items import Alternate, Article, Form
from scraper.extract.reading import read

URL = "https://paper.example/world/trees-1234"
PARAGRAPHS = "".join(
    f"<p>The council agreed on Tuesday to plant {n}00 trees along the river before the year ends, a clerk said.</p>"
    for n in range(1, 6)
)


def article_of(*nodes: dict[str, Any], head: str = "", url: str = URL, after: str = "") -> Article:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(node)}</script>' for node in nodes)
    html = (
        f"<!doctype html><html lang=en><head><title>Trees for the river</title>{head}{scripts}</head><body><article>"
        f"<h1>Trees for the river</h1>{PARAGRAPHS}</article>{after}</body></html>"
    )
    article = read(html, url, fetched=datetime(2026, 3, 3, tzinfo=UTC)).article
    assert article is not None
    return article


def news(**more: Any) -> dict[str, Any]:
    return {"@type": "NewsArticle", "headline": "Trees for the river", **more}


@pytest.mark.parametrize(
    ("nodes", "url", "form"),
    [
        ([news()], URL, Form.ARTICLE),
        ([news() | {"@type": "LiveBlogPosting"}], URL, Form.LIVE),
        ([news() | {"@type": ["NewsArticle", "https://schema.org/OpinionNewsArticle"]}], URL, Form.OPINION),
        ([news(coverageStartTime="2026-03-02T10:00:00Z")], URL, Form.LIVE),
        ([{"@type": "VideoObject", "name": "Trees for the river"}], URL, Form.VIDEO),
        ([news(), {"@type": "VideoObject", "name": "Trees for the river"}], URL, Form.ARTICLE),
        ([{"@type": "ImageGallery", "name": "Trees for the river"}], URL, Form.GALLERY),
        ([], "https://paper.example/opinion/trees-1234", Form.OPINION),
        ([], "https://paper.example/politik/kommentare/trees-1234", Form.OPINION),
        ([], "https://paper.example/fotostrecken/trees-1234", Form.GALLERY),
        ([], "https://paper.example/world/opinion-polls-rise-1234", Form.ARTICLE),
    ],
)
def test_the_form_is_what_the_page_declares_else_where_it_stands(nodes: list[Any], url: str, form: Form) -> None:
    assert article_of(*nodes, url=url).form is form


@pytest.mark.parametrize(
    ("nodes", "head", "after", "paid"),
    [
        ([news()], "", "", None),
        ([news(isAccessibleForFree=True)], "", "", False),
        ([news(isAccessibleForFree="https://schema.org/False")], "", "", True),
        ([news(isAccessibleForFree=True, hasPart={"isAccessibleForFree": "False", "cssSelector": ".p"})], "", "", True),
        ([], "<meta property=article:content_tier content=metered>", "", True),
        ([], "<meta property=article:content_tier content=free>", "", False),
        ([], "", "<div class='c-paywall open'>Subscribe to read on</div>", True),
        ([], "", PARAGRAPHS * 4 + "<div class='c-paywall open'>Subscribe to read on</div>", None),
        ([], "", "<div class='paywalls-explained'>Subscribe to read on</div>", None),
        ([], "", "<div class='article paywall'>Subscribe to read on</div>", True),
    ],
)
def test_whether_an_article_must_be_paid_for_is_known_where_the_page_tells(
    nodes: list[Any], head: str, after: str, paid: bool | None
) -> None:
    assert article_of(*nodes, head=head, after=after).paywalled is paid


def test_amp_and_mobile_addresses_are_the_same_piece_and_a_language_version_is_not() -> None:
    article = article_of(
        head="<link rel=amphtml href=/amp/trees-1234><link rel=alternate hreflang=de-AT href=https://paper.example/de/baeume>"
        "<link rel=alternate media='only screen and (max-width: 640px)' href=https://m.paper.example/trees-1234>"
        "<link rel=alternate type=application/rss+xml hreflang=en href=/feed><link rel=alternate hreflang=x-default href=/>"
    )
    assert article.alternates == (
        Alternate(kind="amp", url="https://paper.example/amp/trees-1234"),
        Alternate(kind="language", url="https://paper.example/de/baeume", language="de-at"),
        Alternate(kind="mobile", url="https://m.paper.example/trees-1234"),
    )
    assert article.aliases == ("https://paper.example/amp/trees-1234", "https://m.paper.example/trees-1234")


def test_of_each_field_it_is_known_where_it_was_found() -> None:
    head = "<meta property=og:image content=/i/trees-4711.jpg><meta property=article:tag content=Rivers>"
    article = article_of(
        news(datePublished="2026-03-02T10:00:00Z", dateModified="2026-03-02T11:00:00Z", articleSection="World",
             description="A hundred trees for each bank of the river, says the council.", author={"name": "Jane Doe"},
             isAccessibleForFree=True),
        head=head,
    )  # fmt: skip
    assert article.origins == {
        "title": "h1", "text": "density", "authors": "json-ld", "published": "json-ld", "modified": "json-ld",
        "summary": "json-ld", "section": "json-ld", "tags": "meta", "image": "declared", "paywalled": "json-ld",
    }  # fmt: skip


def test_what_a_site_says_of_itself_is_no_summary() -> None:
    slogan = "All the news of the harbour, every day since 1912."
    head = f"<meta name=description content='{slogan}'>"
    site = {"@type": "WebSite", "name": "Paper", "description": slogan}
    assert article_of(news(), site, head=head).summary == ""
    assert article_of(news(), head=head).summary == slogan
