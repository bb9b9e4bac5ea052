"""Front pages, pages that are missing and walls are told from articles by what they hold, not by one sign alone."""

import sys
from datetime import UTC, datetime

import pytest

from newsloom.news.memory import Role
from scraper.extract.page import Reading
from scraper.extract.reading import read

PARAGRAPH = "The council agreed on Tuesday to plant four hundred trees along the river before the end of the year, a clerk said."
BODY = f"<h1>Council to plant trees</h1>{''.join(f'<p>{PARAGRAPH} No. {n}.</p>' for n in range(4))}"
SAYS_ARTICLE = (
    "<meta property='og:type' content='article'>"
    "<meta property='article:published_time' content='2026-03-03T10:00:00+00:00'>"
)
NODE = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Council to plant trees"}</script>'
TEASERS = "".join(f"<a href='/w/{n}'>A headline of a story about thing number {n}</a>" for n in range(20))
PASSWORD = "<form><input name=user><input type=password></form>"


def reading_of(head: str, body: str, url: str, title: str = "Council to plant trees") -> Reading:
    html = f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    return read(html.encode(), url, fetched=datetime(2026, 3, 3, 20, tzinfo=UTC))


@pytest.mark.parametrize("head", [SAYS_ARTICLE, NODE], ids=["Open Graph", "JSON-LD"])
def test_an_article_at_the_root_of_its_site_is_an_article(head: str) -> None:
    reading = reading_of(head, f"<nav><a href='/'>Home</a></nav><article>{BODY}</article>", "https://paper.example/")
    assert reading.article is not None
    assert reading.article.title == "Council to plant trees"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (SAYS_ARTICLE, BODY + TEASERS),
        (SAYS_ARTICLE, BODY + "<h1>Another story of this page</h1>"),
        (NODE, f"<article>{BODY}</article><article>{BODY}</article>"),
        ("<meta property='og:type' content='article'>", BODY),
        ('<script type="application/ld+json">{"@type": "WebSite", "name": "Daily Paper"}</script>', BODY),
    ],
    ids=["many headlines", "two headlines of its own", "two articles", "without a date", "WebSite"],
)
def test_a_front_page_that_calls_itself_an_article_is_a_front_page(head: str, body: str) -> None:
    assert reading_of(head, body, "https://paper.example/en/").reason == "front page, no article"


def test_a_long_page_whose_title_says_only_that_nothing_was_found_is_none() -> None:
    body = "<h1>Page not found</h1><p>It cannot be found. " + "It may have moved. " * 60
    reading = reading_of("", body, "https://paper.example/world/some-story-1234", title="Page not found")
    assert reading.reason == "the page says that it was not found"


def test_a_form_of_login_at_a_login_address_is_no_article() -> None:
    body = f"<h1>Welcome back</h1>{PASSWORD}{'<p>Subscribe now. ' * 50}"
    reading = reading_of("", body, "https://paper.example/login?next=/a/1", title="Welcome back")
    assert reading.reason == "a login or consent page, no article"


def test_a_form_of_login_that_calls_itself_so_is_no_article_at_any_length() -> None:
    reading = reading_of(
        "", f"<h1>Log in</h1>{PASSWORD}{'<p>Subscribe now. ' * 50}", "https://a.example/x1234", "Log in"
    )
    assert reading.reason == "a login or consent page, no article"


def test_an_article_beside_which_a_form_of_login_is_hidden_is_an_article() -> None:
    assert reading_of("", BODY + PASSWORD, "https://paper.example/world/log-in-to-learn-1234").article is not None


def test_of_a_listing_only_links_are_read_and_of_an_article_none() -> None:
    html = f"<html><head>{SAYS_ARTICLE}<title>Trees</title></head><body>{BODY}{TEASERS}</body></html>".encode()
    now = datetime(2026, 3, 3, 20, tzinfo=UTC)
    listing = read(html, "https://paper.example/world/", fetched=now, role=Role.LISTING)
    assert (listing.article, len(listing.links)) == (None, 20)
    article = read(html, "https://paper.example/world/trees-1234", fetched=now, role=Role.ARTICLE)
    assert article.article is not None
    assert article.links == ()


@pytest.mark.parametrize("url", ["https://paper.example/", "https://paper.example/archive"])
def test_a_page_of_ten_thousand_links_is_read_within_bounds_and_by_no_library(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)  # to import it would fail
    rows = "".join(f"<li><a href='/a/{n}'>Article number {n} of the archive of all</a></li>" for n in range(10_000))
    reading = reading_of("", f"<h1>Archive</h1><ul>{rows}</ul>", url, title="Archive")
    assert (reading.article, len(reading.links), reading.briefs) == (None, 5_000, ())


SUMMARIES = "".join(
    f"<article class=post><h2><a href='/2026/03/story-{n}'>Council votes on matter {n}</a></h2><p>{PARAGRAPH}</p></article>"
    for n in range(6)
)
OG = "<meta property='og:type' content='article'>"
COLLECTION = '<script type="application/ld+json">{"@type": "CollectionPage", "name": "Rivers"}</script>'


@pytest.mark.parametrize(
    ("url", "head"),
    [
        ("https://paper.example/tag/rivers/", ""),
        ("https://paper.example/tag/rivers/page/3/", OG),
        ("https://paper.example/author/jane-doe", ""),
        ("https://paper.example/thema/fluesse", ""),
        ("https://paper.example/rivers/", COLLECTION),
        ("https://paper.example/?s=rivers", OG),
        ("https://paper.example/search?q=rivers", ""),
        ("https://paper.example/archives/2026", ""),
    ],
)
def test_a_list_of_summaries_is_no_article_whatever_its_content_system_calls_it(url: str, head: str) -> None:
    reading = reading_of(head, f"<h1>Rivers</h1>{SUMMARIES}", url, title="Rivers")
    assert reading.article is None
    assert reading.reason in ("a page of links, no article", "front page, no article")


@pytest.mark.parametrize(
    "url", ["https://paper.example/archives/council-to-plant-trees", "https://paper.example/topic/trees"]
)
def test_an_article_at_the_address_of_a_list_is_an_article(url: str) -> None:
    related = "<h3><a href='/a/1'>One more story of trees</a></h3>" * 2
    assert reading_of("", BODY + related, url).article is not None
    assert reading_of(NODE, BODY + SUMMARIES, url).article is not None


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("404 - Seite nicht gefunden", "Die Seite gibt es nicht mehr."),
        ("Page introuvable", "La page que vous cherchez a été déplacée."),
        ("Página no encontrada | El Diario", "Lo sentimos."),
        ("Strona nie istnieje", "Wróć na stronę główną."),
        ("Страница не найдена", "Возможно, она удалена."),
        ("ページが見つかりません", "お探しのページは移動しました。"),
        ("Just a moment...", "Checking your browser before you go on."),
        ("Before you continue", "We use cookies and data to deliver our services."),
        ("Anmelden", "Bitte melden Sie sich an, um weiterzulesen."),
        ("Access Denied", "You don't have permission to access this page."),
        ("Are you a robot?", "Please confirm that you are human."),
        ("Log in to your account", "E-mail and password, please."),
    ],
)
def test_missing_pages_and_walls_of_many_tongues_are_no_articles(title: str, text: str) -> None:
    reading = reading_of(
        OG, f"<h1>{title}</h1><p>{text}</p>", "https://paper.example/world/some-story-1234", title=title
    )
    assert reading.article is None
    assert reading.reason
