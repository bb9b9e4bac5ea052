"""Which picture leads an article."""

from datetime import UTC, datetime

import pytest

from newsloom.news.items import Image
from scraper.extract.reading import read

CARD = "<meta property=og:image content='https://paper.example/img/card-4711.jpg'>"
PARAGRAPHS = "".join(
    f"<p>The council agreed on Tuesday to plant {n}00 trees along the river before the year ends, a clerk said.</p>"
    for n in range(1, 6)
)
FIGURE = (
    "<figure><picture><source srcset='/img/river-31.webp?w=400 400w, /img/river-31.webp?w=1600 1600w'>"
    "<img src='/img/river-31.webp?w=100' alt='x'></picture><figcaption>The river on Tuesday</figcaption></figure>"
)


def image_of(behind: str, *, head: str = CARD, before: str = "") -> Image | None:
    html = (
        f"<!doctype html><html lang=en><head><title>Trees</title>{head}</head><body>{before}<article><h1>Trees for the river</h1>"
        f"{behind}</article></body></html>"
    )
    article = read(html, "https://paper.example/world/trees-1234", fetched=datetime(2026, 3, 3, tzinfo=UTC)).article
    assert article is not None
    return article.image


def test_the_picture_at_the_articles_head_leads_in_its_largest_copy_with_its_caption() -> None:
    found = image_of(FIGURE + PARAGRAPHS)
    assert found is not None
    assert (found.url, found.width) == ("https://paper.example/img/river-31.webp?w=1600", 1600)
    assert found.caption == "The river on Tuesday"


def test_a_picture_shown_and_declared_is_the_declared_copy_of_known_size() -> None:
    head = (
        "<meta property=og:image content='https://paper.example/img/river-31-1200x630.jpg'>"
        "<meta property=og:image:width content=1200>"
    )
    found = image_of(FIGURE.replace("?w=", "?size=") + PARAGRAPHS, head=head)
    assert found is not None
    assert (found.url, found.width) == ("https://paper.example/img/river-31-1200x630.jpg", 1200)


@pytest.mark.parametrize(
    ("behind", "before"),
    [
        ("<a rel=author href='/author/jane'><img src='/img/jane-doe-1.jpg'></a>" + PARAGRAPHS, ""),
        ("<div class=author-box><img src='/img/jane-doe-1.jpg'></div>" + PARAGRAPHS, ""),
        ("<img src='/img/share-button.jpg' width=32 height=32>" + PARAGRAPHS, ""),
        ("<img src='/img/paper.svg'>" + PARAGRAPHS, ""),
        (PARAGRAPHS + FIGURE, ""),
        (PARAGRAPHS, "<header><img src='/img/masthead-900.jpg'></header>"),
        ("<ul><li><img src='/img/other-story-77.jpg'>Other story</li></ul>" + PARAGRAPHS, ""),
    ],
    ids=["portrait", "author's box", "button", "drawing", "far below", "above the headline", "teaser"],
)
def test_without_a_picture_at_its_head_an_article_has_the_one_it_declares(behind: str, before: str) -> None:
    found = image_of(behind, before=before)
    assert found is not None
    assert found.url == "https://paper.example/img/card-4711.jpg"


def test_the_writers_portrait_above_the_lead_picture_is_passed_over() -> None:
    found = image_of("<div><img src='/img/authors/d0308.jpg'></div>" + FIGURE + PARAGRAPHS)
    assert found is not None
    assert found.url == "https://paper.example/img/river-31.webp?w=1600"


def test_the_declared_picture_leads_where_it_stands_above_the_headline() -> None:
    found = image_of(FIGURE + PARAGRAPHS, before="<figure><img src='/img/card-4711-900x600.jpg'></figure>")
    assert found is not None
    assert found.url == "https://paper.example/img/card-4711.jpg"


@pytest.mark.parametrize(
    ("name", "leads"),
    [
        ("river-31_default_0.jpg", True),
        ("default-image.jpg", False),
        ("og-default.png", False),
        ("paper_default_share_2.png", False),
    ],
)
def test_a_picture_that_stands_for_none_leads_nothing(name: str, leads: bool) -> None:
    found = image_of(PARAGRAPHS, head=f"<meta property=og:image content='https://paper.example/img/{name}'>")
    assert (found is not None) == leads


def test_a_page_without_any_has_none() -> None:
    assert image_of(PARAGRAPHS, head="") is None
