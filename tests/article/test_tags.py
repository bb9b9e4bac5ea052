"""Tags: as a page declares them, else as it lists them."""

import json
from datetime import UTC, datetime

import pytest

from newsloom.news.items import Article
from scraper.extract.reading import read

PARAGRAPHS = "".join(
    f"<p>The council agreed on Tuesday to plant {n}00 trees along the river before the year ends, a clerk said.</p>"
    for n in range(1, 6)
)


def tags_behind(html: str, *, keywords: list[str] | None = None) -> Article:
    node = {"@type": "NewsArticle", "keywords": keywords or []}
    page = (
        f'<!doctype html><title>Trees by the river</title><script type="application/ld+json">{json.dumps(node)}</script>'
        f"<body><main><h1>Trees by the river</h1>{PARAGRAPHS}{html}</main>"
    )
    fetched = datetime(2026, 3, 3, tzinfo=UTC)
    article = read(page.encode(), "https://paper.example/world/trees-1234", fetched=fetched).article
    assert article is not None
    return article


@pytest.mark.parametrize(
    "listed",
    [
        '<ul class="article-tags"><li><a href="/a/rivers">Rivers</a></li><li><a href="/a/trees">Old trees</a></li></ul>',
        '<p>Filed in <a rel="tag" href="/x/rivers">Rivers</a>, <a rel="tag" href="/x/trees">Old trees</a></p>',
        '<div><a href="/topic/rivers">Rivers</a> <a href="/topic/trees">#Old trees</a></div>',
        '<div><h4> More on: </h4><ul><li><a href="/r">Rivers</a></li><li><a href="/t">Old trees</a></li></ul></div>',
        '<div class="Story_tags__x1"><a href="#end">Skip the tags</a><a href="/r">Rivers</a><a href="/t">Old trees</a></div>',
    ],
)
def test_where_no_tags_are_declared_those_listed_behind_the_headline_count(listed: str) -> None:
    article = tags_behind(f"<div>{listed}</div>")
    assert article.tags == ("Rivers", "Old trees")
    assert article.origins["tags"] == "page"


@pytest.mark.parametrize(
    "beside",
    [
        '<nav><a href="/tag/rivers">Rivers</a> <a href="/tag/trees">Trees</a></nav>',
        '<div class="trending-topics"><a href="/topic/rivers">Rivers</a> <a href="/topic/trees">Trees</a></div>',
        '<p>The mayor of <a href="/topic/millbrook">Millbrook</a> praised what the clerk had done for the trees so far.</p>',
        '<div class="tags"><a href="https://social.example/share">Share</a> <a href="#comments">4 comments</a></div>',
        "<ul><li><a href='/imprint'>Imprint</a></li><li><a href='/jobs'>Jobs</a></li></ul>",
    ],
)
def test_menus_trends_shares_and_links_in_running_text_are_no_tags(beside: str) -> None:
    article = tags_behind(f"<div>{beside}</div>")
    assert (article.tags, "tags" in article.origins) == ((), False)


@pytest.mark.parametrize("frame", ["aside", "footer"])
def test_tags_beside_or_below_all_articles_are_the_sites(frame: str) -> None:
    listed = '<a href="/tag/rivers">Rivers</a> <a href="/tag/trees">Trees</a>'
    assert tags_behind(f'</main><{frame} class="tags">{listed}</{frame}>').tags == ()
    assert tags_behind(f'<{frame} class="tags">{listed}</{frame}>').tags == ("Rivers", "Trees")


def test_declared_tags_count_before_listed_ones() -> None:
    article = tags_behind('<p class="tags"><a href="/t">Trees</a></p>', keywords=["Rivers", "Floods"])
    assert (article.tags, article.origins["tags"]) == (("Rivers", "Floods"), "json-ld")


@pytest.mark.parametrize(
    ("keywords", "tags"),
    [
        (["Rivers", "100200300", "m.news.paper.com", "3e1bb5a0-9a65-4b5c-9d5e-0a1b2c3d4e5f"], ("Rivers",)),
        (["Subject: Rivers", "Page type: article", "Topic: Old trees"], ("Rivers", "Old trees")),
        (["ENV", "WATR08", "GEN", "EUROP", "NP", "LOCL"], ()),
        (["EU", "NATO", "USA"], ("EU", "NATO", "USA")),
    ],
)
def test_ids_keys_and_codes_are_no_tags(keywords: list[str], tags: tuple[str, ...]) -> None:
    assert tags_behind("", keywords=keywords).tags == tags
