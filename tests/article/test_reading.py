"""The door of the room: what a page gives, and what it must not."""

import json
import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsloom.news.items import Article, Image
from scraper.extract.page import Habits, Reading
from scraper.extract.reading import read

FETCHED = datetime(2026, 3, 3, 20, 0, tzinfo=UTC)
URL = "https://paper.example/world/some-story-1234"
TITLE = "Council to plant trees along the river"
TEXT = (
    "The council agreed on Tuesday to plant four hundred trees along the river before the end of the year.",
    "Most of them will be alders and willows, because they hold the bank when the water rises in spring.",
    "Residents may adopt a tree; the list of volunteers was full within two hours, a clerk said afterwards.",
    "The work starts at the old mill and moves downstream, one field at a time, until the first frost.",
)
NODE = {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2026-03-03T10:00:00Z"}
PARAGRAPHS = "".join(f"<p>{p}</p>" for p in TEXT)


def page(
    *, head: str = "", before: str = "", body: str = PARAGRAPHS, title: str = TITLE, heading: str = f"<h1>{TITLE}</h1>"
) -> bytes:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f'<body><div class="page">{heading}{before}<div class="story">{body}</div></div></body></html>'
    ).encode()


def linked(node: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def reading_of(html: bytes, *, url: str = URL, zone: str = "UTC", habits: Habits | None = None) -> Reading:
    return read(html, url, fetched=FETCHED, zone=zone, habits=habits or Habits())


def article_of(html: bytes, *, url: str = URL, zone: str = "UTC", habits: Habits | None = None) -> Article:
    reading = reading_of(html, url=url, zone=zone, habits=habits)
    assert reading.article is not None, reading.reason
    return reading.article


def test_a_plain_page_gives_its_paragraphs_and_says_where_they_were_found() -> None:
    article = article_of(page())
    assert article.title == TITLE
    assert tuple(article.text.split("\n\n")) == TEXT
    assert article.origins == {"title": "h1", "text": "density"}
    assert article.language == "en"


# ---------------------------------------------------------------------- JSON-LD


def test_article_is_found_deep_in_a_graph_and_its_references_are_followed() -> None:
    graph = {
        "@graph": [
            {"@type": "WebSite", "name": "Daily Paper"},
            {"@type": "Person", "@id": "#a", "name": "Nora Whitcombe"},
            {
                "@type": "WebPage",
                "mainEntity": {
                    "@type": ["NewsArticle"],
                    "headline": TITLE,
                    "author": {"@id": "#a"},
                    "datePublished": "2026-03-03T10:00:00Z",
                },
            },
        ]
    }
    article = article_of(page(head=linked(graph)))
    assert article.authors == ("Nora Whitcombe",)
    assert article.published == datetime(2026, 3, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "script",
    [
        '{"@type":"NewsArticle","headline":"%s","datePublished":"2026-03-03T10:00:00Z",}',
        '<!-- {"@type":"NewsArticle","headline":"%s","datePublished":"2026-03-03T10:00:00Z"} -->',
        '//<![CDATA[\n{"@type":"NewsArticle","headline":"%s","datePublished":"2026-03-03T10:00:00Z"}\n//]]>',
        '{"@type":"NewsArticle","headline":"%s","description":"two\nlines","datePublished":"2026-03-03T10:00:00Z"}',
        '{"@type":"Organization"}{"@type":"NewsArticle","headline":"%s","datePublished":"2026-03-03T10:00:00Z"};',
    ],
    ids=["trailing comma", "HTML comment", "CDATA", "raw line break", "two documents"],
)
def test_broken_json_ld_is_read(script: str) -> None:
    head = f'<script type="application/ld+json">{script % TITLE}</script>'
    assert article_of(page(head=head)).published == datetime(2026, 3, 3, 10, tzinfo=UTC)


def test_another_articles_node_is_not_believed() -> None:
    others = [
        {
            "@type": "NewsArticle",
            "headline": f"Quite another story {n}",
            "url": f"https://paper.example/other/{n}",
            "datePublished": "2020-01-01T00:00:00Z",
        }
        for n in range(4)
    ]
    article = article_of(page(head=linked({"@type": "ItemList", "itemListElement": others}) + linked(others)))
    assert article.published is None
    assert article.title == TITLE


def test_a_date_far_in_the_future_is_an_events_and_not_the_articles() -> None:
    head = linked({"@type": "NewsArticle", "headline": TITLE, "datePublished": "2026-09-01T10:00:00Z"})
    head += '<meta property="article:published_time" content="2026-03-02T10:00:00Z">'
    assert article_of(page(head=head)).published == datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_a_bare_day_takes_the_clock_that_the_page_shows_for_it() -> None:
    head = linked({"@type": "NewsArticle", "headline": TITLE, "datePublished": "2026-03-03"})
    article = article_of(
        page(head=head, before='<time datetime="2026-03-03T09:15:00+01:00">3 March</time>'), zone="Europe/Berlin"
    )
    assert article.published == datetime(2026, 3, 3, 8, 15, tzinfo=UTC)


def test_modified_before_published_is_not_believed() -> None:
    head = linked(
        {
            "@type": "NewsArticle",
            "headline": TITLE,
            "datePublished": "2026-03-03T10:00:00Z",
            "dateModified": "2026-03-01T10:00:00Z",
        }
    )
    assert article_of(page(head=head)).modified is None


def test_a_closed_article_is_not_sure() -> None:
    open_node = {"@type": "NewsArticle", "headline": TITLE, "isAccessibleForFree": "True"}
    assert article_of(page(head=linked(open_node))).sure
    assert not article_of(page(head=linked({**open_node, "isAccessibleForFree": "False"}))).sure
    part = {**open_node, "hasPart": {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".paid"}}
    assert not article_of(page(head=linked(part))).sure


def test_the_site_and_agencies_are_authors_only_where_the_page_names_nobody_else() -> None:
    node = {"@type": "NewsArticle", "headline": TITLE, "publisher": {"name": "Daily Paper"}}
    site_only = {**node, "author": [{"@type": "Organization", "name": "Daily Paper"}]}
    both = {**node, "author": [{"name": "Nora Whitcombe"}, {"name": "Reuters"}]}
    agency = {**node, "author": {"@type": "Organization", "name": "Reuters"}}
    nobody = {**node, "author": {"name": "admin"}}
    byline = '<p class="byline">By Nora Whitcombe</p>'
    assert article_of(page(head=linked(site_only))).authors == ("Daily Paper",)
    assert article_of(page(head=linked(site_only), before=byline)).authors == ("Nora Whitcombe",)
    assert article_of(page(head=linked(both))).authors == ("Nora Whitcombe",)
    assert article_of(page(head=linked(agency))).authors == ("Reuters",)
    assert article_of(page(head=linked(nobody))).authors == ()


@pytest.mark.parametrize(
    ("before", "names"),
    [
        ('<div><a href="/author/nora-w">Nora Whitcombe</a>, <a href="/author/j-p">Jan Pell</a></div>',
         ("Nora Whitcombe", "Jan Pell")),
        ('<figure><img src=a.jpg><figcaption class="byline">By Jan Pell</figcaption></figure><p>By Nora Whitcombe</p>',
         ("Nora Whitcombe",)),
        (f'<p>{"What was said there was heard by all. " * 5}<a href="/author/j-p">Jan Pell</a></p>', ()),
        ('<ul><li><a href="/author/j-p">Jan Pell</a></li></ul>', ()),
    ],
    ids=["two profiles", "a picture's credit", "in running text", "in a list"],
)  # fmt: skip
def test_a_link_to_a_writers_page_behind_the_headline_is_a_byline(before: str, names: tuple[str, ...]) -> None:
    assert article_of(page(before=before)).authors == names


# ------------------------------------------------------------- meta and addresses


def test_addresses_are_absolute_and_a_front_page_is_no_articles_canonical() -> None:
    links = '<link rel="amphtml" href="/amp/1234"><link rel="shortlink" href="https://pp.example/1234">'
    article = article_of(page(head=f'<link rel="canonical" href="https://other.example/story">{links}'))
    assert article.canonical == "https://other.example/story"
    assert article.aliases == ("https://pp.example/1234", "https://paper.example/amp/1234")
    assert article_of(page(head='<link rel="canonical" href="https://paper.example/">')).canonical == ""


def test_lead_image_is_absolute_with_the_caption_of_its_figure() -> None:
    head = '<meta property="og:image" content="/i/alder-trees-77.jpg?w=1200"><meta property="og:image:width" content="1200">'
    figure = '<figure><img src="/i/alder-trees-77.jpg?w=300"><figcaption>Alders at the mill.</figcaption></figure>'
    article = article_of(page(head=head, before=figure))
    assert article.image == Image(
        url="https://paper.example/i/alder-trees-77.jpg?w=1200", caption="Alders at the mill.", width=1200
    )
    assert "Alders at the mill" not in article.text


def test_a_logo_is_no_lead_image() -> None:
    assert article_of(page(head='<meta property="og:image" content="/static/site-logo.png">')).image is None


def test_entities_are_decoded_even_twice() -> None:
    head = '<meta property="og:title" content="Fish &amp;amp; chips: the river council decides">'
    assert article_of(page(head=head, heading="", title="")).title == "Fish & chips: the river council decides"


def test_headline_comes_without_the_kicker_that_shares_its_heading() -> None:
    heading = f"<h1><span>Nature</span> <span>{TITLE}</span></h1>"
    assert article_of(page(head=f'<meta property="og:title" content="{TITLE}">', heading=heading)).title == TITLE


# ---------------------------------------------------------------------- the body


def test_html_keeps_links_lists_quotes_subheads_and_figures() -> None:
    body = (
        f'<p>{TEXT[0]} <a href="../mill?id=7#top">The mill</a> &amp; <b>more</b>.</p>'
        "<h3>What is planted</h3><ul><li>Alders</li><li>Willows</li></ul>"
        f"<blockquote>{TEXT[1]}</blockquote>"
        "<figure><img data-src='/i/1.jpg' src='data:image/gif;base64,R0lGOD' alt='A'><figcaption>A tree</figcaption></figure>"
        f"<p>{TEXT[2]}</p><p>{TEXT[3]}</p><h3>Nothing follows</h3>"
    )
    article = article_of(page(body=body))
    assert article.html.splitlines() == [
        f'<p>{TEXT[0]} <a href="https://paper.example/mill?id=7">The mill</a> &amp; <strong>more</strong>.</p>',
        "<h3>What is planted</h3>", "<ul>", "<li>Alders</li>", "<li>Willows</li>", "</ul>",
        f"<blockquote>{TEXT[1]}</blockquote>",
        '<figure><img src="https://paper.example/i/1.jpg" alt="A"><figcaption>A tree</figcaption></figure>',
        f"<p>{TEXT[2]}</p>",
        f"<p>{TEXT[3]}</p>",
    ]  # fmt: skip
    assert "A tree" not in article.text


def test_body_split_by_line_breaks_is_paragraphs() -> None:
    assert tuple(article_of(page(body="<br><br>\n".join(TEXT))).text.split("\n\n")) == TEXT


def test_what_stands_around_a_body_is_not_in_it() -> None:
    after = (
        '<div class="share-bar"><p>Share this story with everyone you know on all networks there are, and then again.</p></div>'
        '<div class="newsletter-signup"><p>Sign up for our letter and never miss a tree that is planted by the river.</p></div>'
        '<section id="comments"><p>I planted a tree once and it grew into the drain, what a mess that was.</p></section>'
        "<div hidden><p>Hidden words that no reader sees but that are long enough to look like a paragraph of text.</p></div>"
    )
    byline = "<p>By Jane Doe</p><p>3 March 2026, 18:27</p>"
    assert tuple(article_of(page(body=byline + PARAGRAPHS + after)).text.split("\n\n")) == TEXT


def test_no_word_of_a_block_of_teasers_is_in_the_body() -> None:
    rows = "".join(
        f'<div><span>{clock}</span><span>World</span><p>{text}</p></div>'
        for clock, text in (
            ("18:27", "A ferry with sixty passengers was towed into port after its rudder failed in calm water."),
            ("17:40", "Two villages are without power since a kite caught in the line above the old quarry."),
            ("16:05", "The museum shows for the first time all letters that the lighthouse keeper never sent."),
        )
    )  # fmt: skip
    reading = reading_of(page(body=f"{PARAGRAPHS}<div><div>Read next</div>{rows}</div>"))
    assert reading.article is not None
    assert tuple(reading.article.text.split("\n\n")) == TEXT
    assert [b.time_text for b in reading.briefs] == ["18:27", "17:40", "16:05"]


def test_a_declared_body_steps_in_where_the_page_shows_next_to_nothing() -> None:
    node = {"@type": "NewsArticle", "headline": TITLE, "articleBody": "\n".join(TEXT)}
    article = article_of(page(head=linked(node), body="<p>Please wait.</p>"))
    assert tuple(article.text.split("\n\n")) == TEXT
    assert article.origins["text"] == "json-ld"


def test_an_article_in_a_stream_of_script_state_is_read() -> None:
    markup = "".join(f"<p>{p}</p>" for p in TEXT)
    post = json.dumps({"title": TITLE, "bodyHtml": "$1f"})
    stream = f'3:I["chunk"]\n1f:T{len(markup.encode()):x},{markup}2a:["$","$L4",null,{{"post":{post}}}]\n'
    pushes = "".join(
        f"<script>self.__next_f.push({json.dumps([1, stream[i : i + 150]])})</script>"
        for i in range(0, len(stream), 150)
    )
    article = article_of(page(heading="", body=f"<div id='root'></div>{pushes}"))
    assert tuple(article.text.split("\n\n")) == TEXT
    assert article.origins["text"] == "state"


# ------------------------------------------------------------------------ habits


def test_what_a_site_s_spider_knows_overrides_the_page() -> None:
    before = '<b class="who">Jane Doe</b><b class="when" datetime="2026-03-03T18:27">today</b><b class="sec">Nature</b>'
    habits = Habits(
        title_suffixes=(" | PPR",),
        zone="Asia/Baku",
        selectors={"authors": ".who", "published": ".when", "section": ".sec", "text": ".story", "summary": ".nothing"},
    )
    article = article_of(
        page(head='<meta name="author" content="Wrong Person">', before=before, title=f"{TITLE} | PPR", heading=""),
        habits=habits,
    )
    assert (article.title, article.authors, article.section) == (TITLE, ("Jane Doe",), "Nature")
    assert article.published == datetime(2026, 3, 3, 14, 27, tzinfo=UTC)
    assert article.origins["text"] == "selector"


# ----------------------------------------------------------------------- refusals


NOT_FOUND = page(title="Page not found", heading="<h1>404</h1>", body="<p>Try the search.</p>")
NOT_FOUND_RU = page(title="Страница не найдена", heading="", body="<p>Увы.</p>")
LOGIN = page(title="Log in - Daily Paper", heading="", body="<form><input type=password></form>")
CONSENT = page(title="Before you continue", heading="", body="<p>We use cookies.</p>")
TEASERS = "".join(f'<div><a href="/w/{n}">A headline of a story about thing number {n}</a></div>' for n in range(20))


@pytest.mark.parametrize(
    ("html", "url", "reason"),
    [
        (b"", URL, "empty page"),
        (b"   \n", URL, "empty page"),
        (page(), "https://paper.example/", "front page, no article"),
        (page(), "https://paper.example/en/", "front page, no article"),
        (NOT_FOUND, URL, "the page says that it was not found"),
        (NOT_FOUND_RU, URL, "the page says that it was not found"),
        (LOGIN, URL, "a login or consent page, no article"),
        (CONSENT, URL, "a login or consent page, no article"),
        (page(heading="<h1>World</h1>", title="World", body=TEASERS), URL, "a page of links, no article"),
        (page(body=""), URL, "no text on the page"),
    ],
)  # fmt: skip
def test_what_is_no_article_says_why(html: bytes, url: str, reason: str) -> None:
    reading = reading_of(html, url=url)
    assert (reading.article, reading.reason) == (None, reason)


def test_an_article_about_a_missing_page_is_an_article() -> None:
    body = "".join(f"<p>{n}. {p}</p>" for n, p in enumerate(TEXT * 2))
    assert reading_of(
        page(
            title="404: the year a page was not found", heading="<h1>404: the year a page was not found</h1>", body=body
        )
    ).article


def test_a_page_that_says_it_is_an_article_needs_no_text() -> None:
    head = '<meta property="og:type" content="article">'
    assert article_of(page(head=head, body="")).title == TITLE


@pytest.mark.parametrize("names", ["Jane Doe", "Jane Doe, John Roe, Maximilian Oldenburg-Thurn"])
@pytest.mark.parametrize("by", ["By", "Автор:"])
def test_headline_date_and_byline_in_one_line_after_the_other_are_none_of_the_text(by: str, names: str) -> None:
    lines = f"<font size=5><b>{TITLE}</b></font><br><small>03.03.2026 10:50 | {by} {names}</small><hr>"
    split = f"<i>{TEXT[0]}</i><br><br>{'<br><br>'.join(TEXT[1:])}"
    article = article_of(page(heading="", before=lines, body=split))
    assert tuple(article.text.split("\n\n")) == TEXT


def test_a_first_paragraph_of_lines_is_text_though_one_of_them_is_a_date() -> None:
    lines = f"3 March 2026<br>{TEXT[0]}"
    article = article_of(page(body=f"<p>{lines}</p>" + "".join(f"<p>{p}</p>" for p in TEXT[1:])))
    assert article.text.split("\n\n")[0].endswith(TEXT[0])


@pytest.mark.parametrize(
    "lines",
    [
        ["1 March 2026: harbour closed", "2 March 2026: harbour open", "3 March 2026: harbour closed again"],
        ["7. März 2026, 20 Uhr: Konzert", "8. März 2026, 18 Uhr: Lesung", "9. März 2026, 19 Uhr: Vortrag"],
        ["By Jane Doe", "By John Roe"],
    ],
)
def test_a_chronicle_is_text(lines: list[str]) -> None:
    article = article_of(page(body=f"<p>{'<br>'.join(lines)}</p>{PARAGRAPHS}"))
    assert article.text.split("\n\n")[0].split("\n") == lines


@pytest.mark.parametrize(
    "line",
    ["3 May 2024 | 10:50", "March 3, 2026 | 5 min read", "Jane Doe | March 3, 2026", "March 3, 2026<br>5 min read"],
)
def test_a_line_with_a_date_and_something_beside_it_is_no_text(line: str) -> None:
    assert tuple(article_of(page(body=f"<p>{line}</p>{PARAGRAPHS}")).text.split("\n\n")) == TEXT


def test_a_page_without_any_headline_is_called_by_its_first_sentence() -> None:
    assert (
        article_of(page(title="", heading="", body=PARAGRAPHS.replace(TEXT[0], "Trees again. " + TEXT[0]))).title
        == "Trees again."
    )


# ------------------------------------------------------------------------ hostile


@settings(max_examples=60)
@given(st.binary(max_size=600))
def test_any_bytes_are_read_without_an_error(body: bytes) -> None:
    reading_of(body)


@pytest.mark.parametrize(
    "html",
    [
        b"\x00" * 50 + page() + b"\x00",
        page()[:300],
        page(head='<script type="application/ld+json">' + "[" * 5_000 + "</script>"),
        page(
            head=linked(
                {"@type": "NewsArticle", "headline": 7, "author": [[["x"]]], "image": [None], "datePublished": {}}
            )
        ),
        page(body="<div>" * 3_000 + PARAGRAPHS),
        page(head='<link rel="canonical" href="http://[::bad"><meta property="og:image" content="http://[">'),
        page(body=PARAGRAPHS + '<a href="javascript:alert(1)">x</a><a href="http://[">y</a>'),
    ],
    ids=["NULs", "cut", "brackets", "wrong types", "deep", "bad addresses", "bad links"],
)
def test_hostile_pages_are_read_without_an_error(html: bytes) -> None:
    # a deep document on a thread with a small stack shows recursion that the main thread would hide
    failed: list[BaseException] = []

    def run() -> None:
        try:
            reading_of(html)
        except BaseException as error:  # noqa: BLE001  whatever it was, the test names it
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert failed == []


@pytest.mark.parametrize(
    "frame",
    [
        '<div class="page has-sidebar">{}</div>',
        '<form id="aspnetForm" action="/">{}</form>',
        '<div id="modal-content">{}</div>',
    ],
    ids=["a class", "a form", "an id"],
)
def test_a_frame_of_the_whole_page_is_no_junk_whatever_it_is_called(frame: str) -> None:
    sentence = (
        "The work starts at the old mill and moves downstream, one field at a time, until the first frost of the year. "
    )
    story = "".join(f"<p>{n}. {sentence}</p>" for n in range(8))
    article = article_of(
        page(body=frame.format(f"<div>{story}</div>") + "<p>Other words stand here as well, more than forty.</p>")
    )
    assert article.origins["text"] == "density"
    assert article.text.count("the old mill") == 8


def test_what_is_named_as_junk_and_holds_a_part_only_is_left_out() -> None:
    related = "".join(f"<p>{t}</p>" for t in TEXT).replace("council", "club")
    article = article_of(page(body=PARAGRAPHS + f'<div class="related">{related}{related}</div>'))
    assert "club" not in article.text


def test_a_body_in_many_boxes_is_read_whole_and_in_its_order() -> None:
    lead = " ".join(TEXT)
    posts = [f"{n}. {text} {TEXT[-n % 4]}" for n, text in enumerate(TEXT * 2)]
    boxes = "".join(f'<div class="post"><time>20:1{n % 10}</time><p>{text}</p></div>' for n, text in enumerate(posts))
    article = article_of(
        page(body=f'<p>{lead}</p><div class="by">Jane Doe</div><div class="posts">{boxes}</div>', title="Council meets")
    )
    assert article.origins["text"] == "density"
    assert [p for p in article.text.split("\n\n") if len(p) > 5] == [lead, *posts]


def test_a_body_whose_half_is_lists_is_read_without_the_library() -> None:
    boxes = "".join(
        f"<div><h2>Field {n}</h2><p>{n}. {p}</p><ul><li>{p}</li><li>Alders</li></ul></div>"
        for n, p in enumerate(TEXT * 2)
    )
    article = article_of(page(body=boxes))
    assert article.origins["text"] == "density"
    assert all(article.html.count(f"<li>{p}</li>") == 2 for p in TEXT)


def test_of_two_large_boxes_neither_is_taken_for_a_part_of_the_other() -> None:
    story = "".join(f"<p>{n}. {text}</p>" for n, text in enumerate(TEXT * 3))
    appeal = "".join(f"<p>Dear reader, give us a coin for reason {n}, and one more for the next.</p>" for n in range(9))
    boxes = f"<section><div><div>{story}</div></div><div><div>{appeal}</div></div></section>"
    assert article_of(page(body=boxes)).origins["text"] == "trafilatura"


def test_paragraphs_before_the_box_that_holds_the_others_belong_to_them() -> None:
    rest = [f"{n}. {text}" for n, text in enumerate(TEXT * 3)]
    box = "".join(f"<p>{p}</p>" for p in rest)
    article = article_of(
        page(body=f'<p>{TEXT[0]}</p><p>{TEXT[1]}</p><p>Photo: J. Doe</p><div class="wall">{box}</div>')
    )
    assert article.text.split("\n\n") == [*TEXT[:2], *rest]


@pytest.mark.parametrize("tag", ["nav", "footer", "aside", "button", "my-menu", "figure"])
def test_what_stands_in_a_menu_or_below_a_picture_is_no_running_text(tag: str) -> None:
    words = "Rivers, trees, mills, fields and all the other sections of this paper, in the order of the letters. " * 30
    assert article_of(page(before=f"<div><{tag}>{words}</{tag}></div>")).origins["text"] == "density"


def test_a_label_that_a_page_repeats_is_no_text_and_a_question_is() -> None:
    body = "".join(f"<p>Continue below</p><p>And what happens then?</p><p>{p}</p><p>{TEXT[0]}</p>" for p in TEXT)
    text = article_of(page(body=body)).text
    assert "Continue below" not in text
    assert text.count("And what happens then?") == 4
    assert text.count(TEXT[0]) == 1


def test_a_library_that_finds_much_of_the_text_by_itself_is_not_asked_to_compare(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def compared(*_: object) -> object:
        raise AssertionError("compared")

    monkeypatch.setattr("trafilatura.core.compare_extraction", compared)
    points = "".join(f"<li><b>{n}.</b> {text}</li>" for n, text in enumerate(TEXT * 4))
    article = article_of(page(body=f"<main><article>{PARAGRAPHS}<ul>{points}</ul></article></main>"))
    assert article.origins["text"] == "trafilatura"
    assert "alders and willows" in article.text


def test_the_date_behind_the_headline_is_the_articles_and_not_todays_above_it() -> None:
    today = '<div class="date-edition">Monday 5 January 2026</div>'
    byline = "<ul><li>27 November 2025</li><li>Jane Doe</li></ul>"
    article = article_of(page(heading=f"{today}<h1>{TITLE}</h1>", before=byline))
    assert article.published == datetime(2025, 11, 27, tzinfo=UTC)


def test_a_time_declared_in_utc_is_on_the_clock_that_the_page_shows_it_by() -> None:
    declared = linked({"@type": "NewsArticle", "headline": TITLE, "datePublished": "2025-11-09T02:11:03+00:00"})
    shown = '<time datetime="2025-11-08T21:11:03-05:00">November 8, 2025</time>'
    other = '<time datetime="2025-11-08T20:00:00-05:00">November 8, 2025</time>'
    assert article_of(page(head=declared, before=shown)).published_offset == -300
    article = article_of(page(head=declared, before=other))
    assert (article.published, article.published_offset) == (datetime(2025, 11, 9, 2, 11, 3, tzinfo=UTC), 0)
