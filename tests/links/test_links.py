"""The links of a page, and which of a front page's are articles."""

import pytest
from lxml.html import HtmlElement, document_fromstring

from scraper.extract.links import article_links, feeds, page_links
from scraper.extract.page import Habits

FRONT = "https://news.example/"
MENU = (
    "<header><nav><a href='/'>News Example</a><a href='/politics'>Politics</a><a href='/world/europe'>Europe</a>"
    "<a href='/about'>About us</a><a href='/contact'>Contact</a></nav></header>"
)
FOOTER = (
    "<footer><a href='/privacy'>Privacy</a><a href='/2024/01/02/our-history'>The paper in ten pictures</a></footer>"
)


def page(inside: str, head: str = "") -> HtmlElement:
    return document_fromstring(f"<html><head>{head}</head><body>{MENU}<main>{inside}</main>{FOOTER}</body></html>")


def articles(inside: str, habits: Habits = Habits(), url: str = FRONT) -> list[str]:  # noqa: B008  frozen
    return [
        found.url.removeprefix("https://news.example")
        for found in article_links(page_links(page(inside), url), url, habits)
    ]


def listed(*addresses: str, title: str = "Storm closes the harbour for a second day") -> str:
    return "<ul>" + "".join(f"<li><a href='{a}'><h3>{title}</h3></a></li>" for a in addresses) + "</ul>"


@pytest.mark.parametrize(
    "address",
    [
        "/?p=123",
        "/123.html",
        "/storm",
        "/storm/",
        "/world/storm-closes-harbour",
        "/2025/05/14/storm",
        "/a/OklJOk/storm",
        "/artikel/4711",
        "/x",
    ],
)
def test_headlines_in_a_list_are_found_at_any_address(address: str) -> None:
    assert articles(listed(address)) == [address]
    assert articles(listed(address, "/2025/05/13/other-story-of-the-day")) == [
        address,
        "/2025/05/13/other-story-of-the-day",
    ]


def test_menus_sections_and_services_are_not_articles() -> None:
    inside = (
        "<h2><a href='/politics'>Politics</a></h2><h2><a href='/world/europe'>News from Europe</a></h2>"
        "<a href='/tag/storms-and-floods-in-2025'>More on storms and floods of the year</a>"
        "<a href='/author/jane-example'>Jane Example, our correspondent in the north</a>"
        "<a href='/login?next=/2025/05/14/storm'>Log in to read your articles</a>"
        "<ul class='social-share'><li><a href='/2025/05/14/storm?share=1'>Share this</a></li></ul>"
    )
    assert articles(inside) == []


def test_each_article_once_in_page_order_with_its_headline() -> None:
    inside = (
        "<div><a href='/2025/05/14/storm?utm_source=front'><img src='/1.jpg'></a><h2><a href='/2025/05/14/storm'>Storm closes the"
        " harbour</a></h2><a href='/2025/05/14/storm#comments'>12 comments</a></div><div><h2><a href='/2025/05/14/budget'>Budget"
        " passes</a></h2></div>"
    )
    links = page_links(page(inside), FRONT)
    assert [(f.title) for f in article_links(links, FRONT, Habits())] == ["Storm closes the harbour", "Budget passes"]


def test_only_the_same_site_and_not_the_page_itself() -> None:
    inside = listed("https://www.news.example/2025/05/14/storm", "https://elsewhere.example/2025/05/14/storm", "/")
    assert articles(inside) == ["https://www.news.example/2025/05/14/storm"]


def test_an_address_form_of_the_site_decides_alone() -> None:
    inside = (
        listed("/region/asia/2154/storm/news", "/region/asia/2154/storm/gallery") + "<a href='/x/1/short/news'>S</a>"
    )
    habits = Habits(article_address=r"/\d+/[^/]+/news$")
    assert articles(inside, habits) == ["/region/asia/2154/storm/news", "/x/1/short/news"]


def test_plain_links_of_headline_length_pass_and_short_words_do_not() -> None:
    inside = (
        "<div class='list'><a href='/storm-closes'>Storm closes the harbour for a second day</a>"
        "<a href='/budget'>Budget passes the upper house by two votes</a><a href='/sport'>Sport</a></div>"
    )
    assert articles(inside) == ["/storm-closes", "/budget"]


def test_a_card_header_is_no_menu() -> None:
    inside = "<article><header><h3><a href='/2025/05/14/storm'>Storm closes the harbour</a></h3></header></article>"
    assert articles(inside) == ["/2025/05/14/storm"]
    assert [link.in_nav for link in page_links(page(inside), FRONT)] == [True] * 5 + [False] + [True] * 2


def test_links_are_absolute_by_the_base_and_of_the_web_only() -> None:
    tree = page(
        "<a href='b/c'>Relative</a><a href='#top'>Top</a><a href='JavaScript:void(0)'>J</a><a href='mailto:a@b.example'>M</a>"
        "<a href='http://[bad'>Bad</a><a>None</a>",
        head="<base href='/deep/er/'>",
    )
    assert [link.url for link in page_links(tree, FRONT) if not link.in_nav] == ["https://news.example/deep/er/b/c"]


def test_a_card_that_is_one_link_speaks_by_its_headline() -> None:
    tree = page("<a href='/1'><span>Europe</span><h3>Storm closes the harbour</h3><p>Ferries stay in port.</p></a>")
    card = next(link for link in page_links(tree, FRONT) if link.url.endswith("/1"))
    assert (card.text, card.in_heading) == ("Storm closes the harbour", True)


def test_feeds_best_first_without_comments() -> None:
    head = (
        "<link rel='alternate' type='application/rss+xml' title='News' href='/rss.xml'>"
        "<link rel='alternate' type='application/rss+xml' title='Comments Feed' href='/comments/feed/'>"
        "<link rel='ALTERNATE' type='application/atom+xml; charset=utf-8' href='atom.xml'>"
        "<link rel='alternate' type='application/feed+json' href='//feeds.example/news.json'>"
        "<link rel='alternate' type='application/json' href='/wp-json/wp/v2/posts/1'>"
        "<link rel='alternate' hreflang='fr' href='/fr/'><link rel='stylesheet' type='text/css' href='/a.css'>"
        "<link rel='alternate' type='application/rss+xml' href='/rss.xml'>"
    )
    assert feeds(page("", head), "https://news.example/world/") == (
        "https://news.example/world/atom.xml",
        "https://news.example/rss.xml",
        "https://feeds.example/news.json",
    )
