"""Who wrote: people, as a page declares or shows them; its own house only where that stands for the piece."""

import json
from datetime import UTC, datetime

import pytest

from scraper.extract.reading import read

PARAGRAPHS = "".join(
    f"<p>The council agreed on Tuesday to plant {n}00 trees along the river before the year ends, a clerk said.</p>"
    for n in range(1, 6)
)
SITE = '<meta property="og:site_name" content="Daily Paper">'


def authors_of(author: object = None, *, head: str = "", before: str = "") -> tuple[tuple[str, ...], str]:
    node = {"@type": "NewsArticle", **({"author": author} if author else {})}
    page = (
        f'<!doctype html><title>Trees by the river</title><script type="application/ld+json">{json.dumps(node)}</script>'
        f"{SITE}{head}<body><main><h1>Trees by the river</h1>{before}{PARAGRAPHS}</main>"
    )
    fetched = datetime(2026, 3, 3, tzinfo=UTC)
    article = read(page.encode(), "https://paper.example/world/trees-1234", fetched=fetched).article
    assert article is not None
    return article.authors, article.origins.get("authors", "")


@pytest.mark.parametrize(
    ("author", "before", "name"),
    [
        ({"@type": "Organization", "name": "Daily Paper"}, "", "Daily Paper"),
        ({"@type": "Organization", "name": "River Institute"}, "", "River Institute"),
        ({"@type": "Person", "name": "Daily Paper"}, "", ""),
        ({"@type": "Person", "name": "Daily Paper"}, '<p class="byline">By Daily Paper</p>', "Daily Paper"),
        ({"@type": "Person", "name": "Daily Paper"}, "<p>Daily Paper</p>", ""),
        (
            {"@type": "Person", "name": "Daily Paper Staff"},
            '<p class="byline">By Daily Paper Staff</p>',
            "Daily Paper Staff",
        ),
        ({"@type": "Person", "name": "Daily Paper Staff"}, "<p>Daily Paper Staff</p>", ""),
        ({"@type": "Person", "name": "DP-Redaktion"}, '<p class="author">DP-Redaktion</p>', "DP-Redaktion"),
        ({"@type": "Person", "name": "Staff"}, '<p class="byline">By Staff</p>', ""),
        ({"@type": "Organization", "name": "Paper Holding GmbH"}, "", ""),
        ({"@type": "Organization", "name": "Daily Paper"}, '<p class="byline">By Nora Whitcombe</p>', "Nora Whitcombe"),
        ({"@type": "Thing", "name": "RTVX"}, "", ""),
        ({"@type": "Thing", "name": "Nora Whitcombe"}, "", "Nora Whitcombe"),
    ],
)
def test_a_house_is_the_author_where_nobody_is_named_and_it_says_that_it_is_one_or_signs(
    author: object, before: str, name: str
) -> None:
    assert authors_of(author, before=before)[0] == ((name,) if name else ())


@pytest.mark.parametrize(
    ("names", "people"),
    [
        (["Nora Whitcombe", "The Daily Paper"], ("Nora Whitcombe",)),
        (["Nora Whitcombe", "River Times"], ("Nora Whitcombe",)),
        (["Nora Whitcombe", "RTVX"], ("Nora Whitcombe",)),
        (["Nora Whitcombe", "Reuters"], ("Nora Whitcombe",)),
        (["The River Post"], ("The River Post",)),
    ],
)
def test_papers_stations_and_agencies_beside_people_are_no_authors(names: list[str], people: tuple[str, ...]) -> None:
    assert authors_of([{"name": name} for name in names])[0] == people


def test_where_json_ld_names_the_first_of_several_the_meta_tag_names_all() -> None:
    both = '<meta name="author" content="Nora Whitcombe, Jan Pell">'
    assert authors_of({"name": "Nora Whitcombe"}, head=both) == (("Nora Whitcombe", "Jan Pell"), "meta")
    assert authors_of({"name": "Nora Whitcombe"}, head='<meta name="author" content="Jan Pell, Ida Roe">') == (
        ("Nora Whitcombe",),
        "json-ld",
    )


def test_who_took_the_picture_is_marked_up_as_an_author_too_so_the_meta_tag_comes_first() -> None:
    marked = '<div itemprop="author">Jan Pell</div>'
    assert authors_of(head='<meta name="author" content="Nora Whitcombe">', before=marked)[0] == ("Nora Whitcombe",)


def test_a_place_behind_the_sites_name_is_no_author() -> None:
    assert authors_of(head='<meta name="author" content="Daily Paper, Millbrook, Norway">') == ((), "")


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("<time>3 March 2026</time> by Nora Whitcombe", ("Nora Whitcombe",)),
        ("<small>posted <time>3 March 2026</time></small> | By Nora Whitcombe", ("Nora Whitcombe",)),
        ("<em>The Long River</em> by Nora Whitcombe", ()),
    ],
)
def test_a_name_behind_a_time_is_a_byline_and_behind_a_books_title_it_is_none(
    line: str, people: tuple[str, ...]
) -> None:
    assert authors_of(before=f"<div>{line}</div>")[0] == people
