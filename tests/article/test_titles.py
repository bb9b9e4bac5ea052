"""What a title, a name or a body may hold, whatever the page puts there."""

from datetime import UTC, datetime

import pytest

from newsloom.news.items import Article
from scraper.extract.reading import read

EMOJI = "Flood \U0001f30a \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001d11e"
PARAGRAPHS = "".join(
    f"<p>The council agreed on Tuesday to plant {n}00 trees along the river before the year ends, a clerk said.</p>"
    for n in range(1, 6)
)


def article_of(title: str, *, head: str = "", paragraphs: str = PARAGRAPHS) -> Article:
    html = (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{title}</title>{head}</head>"
        f"<body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    )
    article = read(
        html.encode(), "https://paper.example/world/trees-1234", fetched=datetime(2026, 3, 3, tzinfo=UTC)
    ).article
    assert article is not None
    return article


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Con\x01tr\x0bol \x1b[31mred\x7f", "Contr ol [31mred"),
        ("Price \u202e%05\u202c up \u2066x", "Price %05 up x"),
        (EMOJI, EMOJI),
        ("&lt;script&gt;alert(1)&lt;/script&gt; &lt;b&gt;x&lt;/b&gt;", "<script>alert(1)</script> <b>x</b>"),
        ("End ]]&gt; of &lt;![CDATA[ it", "End ]]> of <![CDATA[ it"),
        ("&#x1F600; &eacute; &amp;eacute; &#150; &nbsp;x", "\U0001f600 é &eacute; – x"),
        ("&#xD83D; half", "\ufffd half"),
        ("Ã\x9cber die StraÃ\x9fe fÃ¤hrt", "Über die Straße fährt"),
        ("L'Ã‰tat a ratÃ© le mÃ©tro", "L'État a raté le métro"),
        ("Die SÃO-Paulo-Frage", "Die SÃO-Paulo-Frage"),
    ],
    ids=["control", "direction", "emoji", "markup", "CDATA", "entities", "surrogate", "twice", "twice, 1252", "not twice"],
)  # fmt: skip
def test_a_title_is_text_that_any_reader_can_show(written: str, title: str) -> None:
    assert article_of(written).title == title


@pytest.mark.parametrize("title", ["", "\u200b \u00a0 \u2060"], ids=["none", "invisible"])
def test_a_page_without_a_visible_title_is_called_by_its_first_words(title: str) -> None:
    assert article_of(title).title.startswith("The council agreed on Tuesday")


def test_a_title_without_end_is_cut_at_a_word() -> None:
    article = article_of("word " * 50_000)
    assert article.title.endswith("word…")
    assert len(article.title) <= 601
    assert article.text.startswith("The council")


def test_what_a_page_declares_is_cleaned_as_what_it_shows() -> None:
    node = r'{"@type": "NewsArticle", "author": "Jane \u202eDoe", "articleSection": "Wor\u001bld", "keywords": ["ri\u0007ver"]}'
    article = article_of("Council to plant trees", head=f'<script type="application/ld+json">{node}</script>')
    assert (article.authors, article.section, article.tags) == (("Jane Doe",), "World", ("river",))


def test_a_body_holds_no_character_that_reaches_beyond_it() -> None:
    article = article_of(
        "Council to plant trees", paragraphs=PARAGRAPHS.replace("council", "coun&#x202e;cil\x1b&#155;")
    )
    assert article.text.startswith("The council› agreed")
    assert "\u202e" not in article.html


@pytest.mark.parametrize(
    "piece",
    [
        "<ul><li>{}</li><li>one more</li></ul>",
        "<table><tr><td>{}</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>",
        "<pre>{}</pre>",
        "<p>one<br>{}<br>two</p>",
        "<p><a href=/x><b>{}</b></a> and more</p>",
    ],
)
def test_such_a_character_is_in_no_kind_of_part(piece: str) -> None:
    said = piece.format("Coun&#x202e;cil of trees")
    article = article_of("Council to plant trees", paragraphs=PARAGRAPHS + said + PARAGRAPHS)
    assert "Council of trees" in article.text
    assert "\u202e" not in article.text + article.html


def test_a_sections_name_glued_to_a_declared_title_is_none_of_it() -> None:
    head = (
        '<script type=\'application/ld+json\'>{"@type":"NewsArticle","headline":"River trees agreed"}</script>'
        "<meta property=og:title content='River trees agreed-Politics'>"
    )
    html = f"<!doctype html><html lang=en><head>{head}</head><body><article>{PARAGRAPHS}</article></body></html>"
    article = read(html, "https://paper.example/world/trees-1234", fetched=datetime(2026, 3, 3, tzinfo=UTC)).article
    assert article is not None
    assert article.title == "River trees agreed"


def titled(*, title: str, heading: str, head: str = "", before: str = "") -> tuple[str, str]:
    html = (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{title}</title>{head}</head>"
        f"<body><article>{before}{heading}{PARAGRAPHS}</article></body></html>"
    )
    article = read(
        html.encode(), "https://paper.example/world/trees-1234", fetched=datetime(2026, 3, 3, tzinfo=UTC)
    ).article
    assert article is not None
    return article.title, article.origins["title"]


SHOWN = "Why the old mill floods every spring"
SOUGHT = "Best riverside walks near Millbrook"
SHARED = f'<meta property="og:title" content="{SOUGHT}">'
NEWS = f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{SOUGHT}"}}</script>'


@pytest.mark.parametrize(
    ("heading", "head", "before", "found"),
    [
        (f"<h1>{SHOWN}</h1>", SHARED, "", (SHOWN, "h1")),
        (f"<h1>{SHOWN}</h1>", NEWS, "", (SOUGHT, "json-ld")),
        (f"<h1>{SHOWN}</h1><h1>One more line of several words</h1>", SHARED, "", (SOUGHT, "meta")),
        (f"<h1>{SHOWN}</h1>", SHARED, PARAGRAPHS, (SOUGHT, "meta")),
        ("<h1>Our walks</h1>", SHARED, "", (SOUGHT, "meta")),
        ("<h1>古い水車小屋は毎年春に水に浸かる</h1>", SHARED, "", ("古い水車小屋は毎年春に水に浸かる", "h1")),
    ],
    ids=["shared", "declared of the article", "one of two", "of a section", "of two words", "without spaces"],
)
def test_the_only_headline_shown_counts_before_one_that_is_worded_for_sharing(
    heading: str, head: str, before: str, found: tuple[str, str]
) -> None:
    assert titled(title=SOUGHT, heading=heading, head=head, before=before) == found


@pytest.mark.parametrize("home", ["/", "https://paper.example", "https://paper.example/index.php"])
def test_a_heading_that_leads_home_is_the_sites_name(home: str) -> None:
    heading = f'<h1><a href="{home}">Letters from a small house</a></h1>'
    assert titled(title="Trees agreed upon | Letters from a small house", heading=heading) == (
        "Trees agreed upon",
        "title",
    )


@pytest.mark.parametrize(
    ("heading", "declared"),
    [
        (f"<h1>{SHOWN} <small>3 March 2026, Nature</small></h1>", SHOWN),
        (f"<h1><span>Flood warning</span> <span>{SHOWN}</span></h1>", f"{SHOWN} - Flood warning"),
    ],
)
def test_a_line_of_its_own_in_the_headline_is_none_of_it_if_the_page_says_so(heading: str, declared: str) -> None:
    assert titled(title="", heading=heading, head=f'<meta property="og:title" content="{declared}">') == (SHOWN, "h1")


def test_a_subtitle_that_the_page_declares_with_the_headline_stays() -> None:
    heading = f"<h1><span>{SHOWN}</span><span>: a visit</span></h1>"
    declared = f'<meta property="og:title" content="{SHOWN}: a visit">'
    assert titled(title="", heading=heading, head=declared)[0] == f"{SHOWN}: a visit"
