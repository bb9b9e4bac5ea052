"""Blocks on pages of other sites: which there are, of what kind, and what their rows give."""

from datetime import UTC, datetime

import pytest
from lxml.html import HtmlElement, document_fromstring, fragment_fromstring, tostring

from newsloom.news.items import KEPT_BRIEFS, Brief, BriefKind
from scraper.extract.briefs import Block, find_blocks
from scraper.extract.briefs.outline import outline

URL = "https://news.example/world/2025/05/14/bridge-closed-after-crack-is-found"
SEEN = datetime(2025, 5, 15, 12, 0, tzinfo=UTC)
PARAGRAPHS = [
    "The bridge over the estuary was closed on Tuesday after engineers found a crack in one of its main cables, the city said.",
    "Some 40,000 cars cross it each day, and the detour over the old road takes forty minutes longer, drivers said at noon.",
    "The mayor said that the cable would be replaced within two weeks, and that the ferry would run at night until then.",
    "An inquiry will look at the inspections of the past three years, which had found nothing that needed to be repaired.",
]


def page(*parts: str, head: str = "") -> HtmlElement:
    return document_fromstring(
        f"<html><head>{head}</head><body><header><nav><a href='/'>Home</a><a href='/world'>World</a><a href='/latest'>Latest"
        f"</a></nav></header><main><article><h1>Bridge closed after crack is found</h1>{''.join(parts)}</article></main>"
        "<footer><a href='/about'>About</a><a href='/contact'>Contact us today</a></footer></body></html>"
    )


def body(first: int = 0, last: int = 4) -> str:
    return "".join(f"<p>{p}</p>" for p in PARAGRAPHS[first:last])


def cards(number: int = 3, name: str = "story") -> str:
    return "".join(
        f"<li><a href='/world/2025/05/1{n}/{name}-number-{n}-of-the-week'>"
        f"<h3>Council votes on the {name} number {n} today</h3></a></li>"
        for n in range(number)
    )


def blocks(tree: HtmlElement, language: str = "") -> tuple[Block, ...]:
    return find_blocks(tree, URL, fetched=SEEN, zone="Europe/Paris", language=language)


def briefs(tree: HtmlElement, language: str = "") -> list[Brief]:
    return [b for block in blocks(tree, language) for b in block.briefs]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Read next", BriefKind.READ_NEXT),
        ("RELATED ARTICLES:", BriefKind.RELATED),
        ("More from Jane Example", BriefKind.RELATED),
        ("Most read", BriefKind.MOST_READ),
        ("Latest news", BriefKind.LATEST),
        ("Sponsored content", BriefKind.SPONSORED),
        ("Das könnte Sie auch interessieren", BriefKind.READ_NEXT),
        ("Mehr zum Thema", BriefKind.RELATED),
        ("À lire aussi", BriefKind.READ_NEXT),
        ("Te puede interesar", BriefKind.READ_NEXT),
        ("Читайте также", BriefKind.READ_NEXT),
        ("Читайте також", BriefKind.READ_NEXT),
        ("İlgili Haberler", BriefKind.RELATED),
        ("SIRADAKİ HABER", BriefKind.READ_NEXT),
        ("ΔΙΑΒΑΣΤΕ ΕΠΙΣΗΣ", BriefKind.READ_NEXT),
        ("関連記事", BriefKind.RELATED),
        ("【関連記事】", BriefKind.RELATED),
        ("相关新闻", BriefKind.RELATED),
        ("관련 기사", BriefKind.RELATED),
        ("اقرأ أيضاً", BriefKind.READ_NEXT),
        ("यह भी पढ़ें", BriefKind.READ_NEXT),
        ("Tin liên quan", BriefKind.RELATED),
        ("ข่าวที่เกี่ยวข้อง", BriefKind.RELATED),
        ("社会の新着", BriefKind.LATEST),
    ],
)
@pytest.mark.parametrize("tag", ["h2", "div", "span"])
def test_the_heading_tells_the_kind_whatever_its_tag(heading: str, kind: BriefKind, tag: str) -> None:
    found = blocks(page(body(), f"<section><{tag}>{heading}</{tag}><ul>{cards()}</ul></section>"))
    assert [(b.kind, len(b.briefs)) for b in found] == [(kind, 3)]


def test_a_page_of_text_and_menus_has_no_block() -> None:
    tags = "<div>Tags: <a href='/tag/bridges'>Bridges</a> <a href='/tag/traffic'>Traffic</a></div>"
    share = "<ul><li><a href='https://www.facebook.com/sharer.php?u=x'>Share this article on Facebook</a></li></ul>"
    inline = "<p>As <a href='/world/2025/05/10/earlier-report-on-cables'>an earlier report on cables</a> said, all is well.</p>"
    assert blocks(page(body(0, 2), inline, body(2), tags, share)) == ()


def test_a_heading_with_subjects_under_it_is_no_block() -> None:
    subjects = "".join(f"<li><a href='/topic/{t}'>{t.title()}</a></li>" for t in ("bridges", "traffic", "city"))
    assert (
        blocks(page(body(), f"<h3>Related topics</h3><ul>{subjects}</ul><h3>Read more</h3><ul>{subjects}</ul>")) == ()
    )


def test_opaque_addresses_and_sister_hosts_pass_with_their_group() -> None:
    rows = "".join(
        f"<li><a href='https://sister.example.org/x{n}'>Parliament passes the third reading of bill {n}</a></li>"
        for n in "abc"
    )
    found = briefs(page(body(), f"<h2>Read next</h2><ul>{rows}</ul>"))
    assert [b.url for b in found] == [f"https://sister.example.org/x{n}" for n in "abc"]


def test_a_block_between_paragraphs_is_inline() -> None:
    found = blocks(page(body(0, 2), f"<aside><h4>Read also</h4><ul>{cards(2)}</ul></aside>", body(2)))
    assert [(b.kind, len(b.briefs)) for b in found] == [(BriefKind.INLINE, 2)]


def test_a_line_that_names_another_story_is_inline() -> None:
    line = "<p><strong>Read also:</strong> <a href='/world/2025/05/10/cable-makers-warn'>Cable makers warn of a shortage</a></p>"
    found = blocks(page(body(0, 2), line, body(2)))
    assert [(b.kind, [x.title for x in b.briefs]) for b in found] == [
        (BriefKind.INLINE, ["Cable makers warn of a shortage"])
    ]
    assert [e.tag for e in found[0].elements] == ["p"]


def test_fields_by_role() -> None:
    row = (
        "<div><a href='/world/2025/05/12/ferry-will-run?utm_source=box'><img src='/i/1.jpg'></a><span>Transport</span>"
        "<h3><a href='/world/2025/05/12/ferry-will-run'>Ferry will run at night</a></h3><time datetime='2025-05-12T08:30:00+02:00'>"
        "12 May</time><p>The city pays for four crossings an hour until the cable of the bridge is replaced.</p>"
        "<a href='/world/2025/05/12/ferry-will-run'>Read more</a></div>"
    )
    other = row.replace("ferry-will-run", "old-road-is-full").replace("Ferry will run at night", "The old road is full")
    found = briefs(page(body(), f"<div>Related stories</div><div>{row}{other}</div>"))
    assert found[0] == Brief(
        kind=BriefKind.RELATED,
        place=1,
        url="https://news.example/world/2025/05/12/ferry-will-run",
        title="Ferry will run at night",
        time_text="12 May",
        published=datetime(2025, 5, 12, 6, 30, tzinfo=UTC),
        dated=True,
        tag="Transport",
        text="The city pays for four crossings an hour until the cable of the bridge is replaced.",
        thumbnail="https://news.example/i/1.jpg",
    )
    assert [(b.place, b.title) for b in found] == [(1, "Ferry will run at night"), (2, "The old road is full")]


def test_copies_for_narrow_and_wide_screens_are_one_block() -> None:
    block = f"<h2>Read next</h2><ul>{cards()}</ul>"
    found = blocks(page(body(), f"<div class='mobile'>{block}</div><div class='desktop'>{block}</div>"))
    assert [len(b.briefs) for b in found] == [3, 0]
    assert all(b.elements for b in found)


def test_base_is_honoured_and_noscript_looked_into_and_templates_are_not() -> None:
    row = "<li><a href='2025/05/10/{0}-long-slug-of-a-story'>A headline long enough for {0} to be one</a></li>"
    block = f"<noscript><h2>Read next</h2><ul>{row.format('one')}{row.format('two')}</ul></noscript>"
    hidden = f"<script type='text/template'>{row.format('three')}</script><template>{row.format('four')}</template>"
    found = briefs(page(body(), block, hidden, head="<base href='https://static.news.example/en/'>"))
    assert [b.url for b in found] == [
        f"https://static.news.example/en/2025/05/10/{n}-long-slug-of-a-story" for n in ("one", "two")
    ]


def test_the_page_itself_is_no_brief_of_its_own() -> None:
    own = f"<li><a href='{URL}'><h3>Bridge closed after crack is found</h3></a></li>"
    found = briefs(page(body(), f"<h2>Read next</h2><ul>{cards(1)}{own}{cards(2, 'other')}</ul>"))
    assert [b.url.rsplit("/", 1)[1].split("-")[0] for b in found] == ["story", "other", "other"]


def test_an_unnamed_list_of_what_the_article_is_about_stays_in_the_body() -> None:
    items = "".join(
        f"<li><a href='/2025/05/0{n}/one-of-the-ten-best-bridges-{n}'>The bridge of place number {n}</a><p>{p}</p></li>"
        for n, p in enumerate(PARAGRAPHS)
    )
    found = blocks(page(body(0, 2), f"<ul>{items}</ul>", body(2)))
    assert not any(block.elements for block in found)


def test_rows_that_lie_flat_take_the_summary_after_their_link() -> None:
    rows = "".join(
        f"<div class='t'><a href='/world/2025/05/1{n}/story-{n}-of-the-week'>Council votes on the story number {n}</a></div>"
        f"<div class='d'>{p}</div>"
        for n, p in enumerate(PARAGRAPHS)
    )
    block = f"<section><div><h2>Related</h2><div><div>{rows}</div></div></div></section>"
    found = blocks(page(f"<div><div>{body()}</div></div>", block))
    assert [(b.kind, [x.text for x in b.briefs]) for b in found] == [(BriefKind.RELATED, PARAGRAPHS)]


def test_what_the_top_of_a_site_shows_is_not_read_next() -> None:
    tree = page(body())
    next(tree.iter("main")).addprevious(fragment_fromstring(f"<div><b>Read next</b><ul>{cards()}</ul></div>"))
    assert [b.kind for b in blocks(tree)] == [BriefKind.LATEST]


def test_a_label_on_a_card_is_no_heading() -> None:
    rows = "".join(
        f"<li><span>News</span><a href='/world/2025/05/1{n}/story-{n}-of-the-week'>Council votes on the story number {n}</a></li>"
        for n in range(3)
    )
    found = blocks(page(body(), f"<h2>Read next</h2><ul>{rows}</ul>"))
    assert [(b.kind, [x.tag for x in b.briefs]) for b in found] == [(BriefKind.READ_NEXT, ["News"] * 3)]


def test_another_heading_among_the_rows_begins_another_block() -> None:
    found = blocks(page(body(), f"<div><h3>Related</h3>{cards()}<h3>From the kitchen</h3>{cards(3, 'recipe')}</div>"))
    assert [(b.kind, len(b.briefs)) for b in found] == [(BriefKind.RELATED, 3), (BriefKind.LATEST, 3)]


def test_an_unnamed_list_with_long_texts_beside_the_body_is_not_cut() -> None:
    items = "".join(
        f"<div><a href='/2025/05/0{n}/one-of-the-ten-best-bridges-{n}'>The bridge of place number {n}</a><div>{p}</div></div>"
        for n, p in enumerate(PARAGRAPHS)
    )
    found = blocks(page(f"<div><div><div><div>{body()}</div></div></div></div>", f"<div><div>{items}</div></div>"))
    assert [(b.kind, len(b.briefs), b.elements) for b in found] == [(BriefKind.LATEST, 4, ())]


PROMO = (
    "Harbour town keeps its ferry",
    "The council of the harbour town voted late on Tuesday to keep the winter ferry, after the school had asked it...",
)


@pytest.mark.parametrize(
    "markup",
    [
        "<div>{0}</div><div>{1}</div>",
        "<a href='/world/2025/05/13/ferry-stays'><h3>{0}</h3><p>{1}</p></a>",
        "<p><b>{0}</b></p><p>{1}</p>",
    ],
)
def test_a_promo_of_another_article_before_the_body_is_inline(markup: str) -> None:
    found = blocks(page(f"<div>{markup.format(*PROMO)}{body()}</div>"))
    assert [(b.kind, [(x.title, x.text) for x in b.briefs]) for b in found] == [(BriefKind.INLINE, [PROMO])]


def test_an_article_that_begins_with_its_own_cut_lead_keeps_it() -> None:
    own = f"<div>Forty thousand cars a day</div><div>{PARAGRAPHS[0][:100]}...</div>"
    assert blocks(page(f"<div>{own}{body()}</div>")) == ()


def test_what_asks_to_comment_is_cut_and_is_no_brief() -> None:
    found = blocks(page(f"<div>{body()}<div>What do you think?</div><div><span>3 comments</span></div></div>"))
    assert [(b.kind, b.briefs, [e.text_content() for e in b.elements]) for b in found] == [
        (None, (), ["What do you think?"]),
        (None, (), ["3 comments"]),
    ]


def test_the_tree_is_left_as_it_was() -> None:
    tree = page(body(), f"<h2>Read next</h2><ul>{cards()}</ul>")
    before = tostring(tree)
    assert blocks(tree)
    assert tostring(tree) == before


@pytest.mark.parametrize(
    "markup",
    [
        "<p>",
        "<html></html>",
        "<body><a href='http://[bad'>x</a><a>y</a></body>",
        "<div>" * 400,
        f"<body>12 <a>{body()} <b>Page</b></a></body>",
    ],
)
def test_odd_pages_give_nothing_and_raise_nothing(markup: str) -> None:
    assert blocks(document_fromstring(markup)) == ()


def test_what_stands_last_on_a_page_in_no_element_of_its_own_is_read_too() -> None:
    rows = "<br>".join(
        f"Transport: <a href='/world/2025/05/1{n}/story-{n}-of-the-week'>Council votes on the story number {n}</a>"
        for n in range(3)
    )
    found = briefs(document_fromstring(f"<body><h1>Page</h1><div>{body()}</div><h2>Read next</h2>{rows}</body>"))
    assert [b.title[-1] for b in found] == ["0", "1", "2"]


def test_a_link_in_a_line_without_words_does_not_reach_into_the_next() -> None:
    tree = document_fromstring("<body><div>Two words<br>— <a href='/x'>»</a></div><p>The next line</p></body>")
    found = outline(tree, URL)
    assert [u.text for u in found.units] == ["Two words", "The next line"]
    assert [(a.first, a.last) for a in found.anchors] == [(1, 1)]


MENU = "".join(
    f"<li><a href='/section-{n}/a-headline-in-a-menu-{n}'>A headline that a menu shows, {n}</a></li>" for n in range(12)
)


@pytest.mark.parametrize("tag", ["nav", "header", "footer"])
@pytest.mark.parametrize(
    ("label", "kinds"),
    [
        ("<b>Sponsored</b>", []),
        ("<div>Read next</div>", [BriefKind.READ_NEXT]),
        ("<p>Elsewhere</p><h3>Related</h3>", [BriefKind.RELATED]),
    ],
)
def test_a_menu_is_passed_over_unless_it_is_called_a_block_of_teasers(
    tag: str, label: str, kinds: list[BriefKind]
) -> None:
    html = f"<h1>Bridge closed after crack is found</h1>{body()}<{tag}>{label}<ul>{MENU}</ul></{tag}>"
    blocks = find_blocks(document_fromstring(html), URL, fetched=SEEN, zone="UTC")
    assert [block.kind for block in blocks] == kinds


def test_rows_of_a_kind_nobody_asks_for_are_left_out_and_their_block_is_still_known() -> None:
    tree = page(
        body(), f"<section><h2>Read next</h2><ul>{cards()}</ul></section>",
        f"<section><h2>Most read</h2><ul>{cards(4, 'other')}</ul></section>",
    )  # fmt: skip
    every, kept = blocks(tree), find_blocks(tree, URL, fetched=SEEN, zone="Europe/Paris", kinds=KEPT_BRIEFS)
    assert [(b.kind, len(b.briefs)) for b in every] == [(BriefKind.READ_NEXT, 3), (BriefKind.MOST_READ, 4)]
    assert [(b.kind, len(b.briefs)) for b in kept] == [(BriefKind.READ_NEXT, 3), (BriefKind.MOST_READ, 0)]
    assert [b.elements for b in kept] == [b.elements for b in every]
