"""Habits of sites in general: how they wrap, part, repeat and label what stands in a block."""

from datetime import UTC, datetime

import pytest
from lxml.html import HtmlElement, document_fromstring

from newsloom.news.items import Brief, BriefKind
from scraper.extract.briefs import Block, find_blocks

URL = "https://news.example/world/2025/05/14/harbour-wall-gives-way"
PARAGRAPHS = [
    "The wall of the old harbour gave way on Tuesday night after three weeks of rain, and two boats sank at their moorings.",
    "Nobody was hurt, the harbour master said, but the ferry will have to land on the other side of the bay until autumn.",
    "The town wants to rebuild the wall in concrete; the society that looks after old buildings asks for stone instead.",
    "A decision is to be made in June, when the engineers have said what lies under the mud on which the wall was built.",
]


def page(*parts: str) -> HtmlElement:
    return document_fromstring(
        f"<html><body><main><h1>Harbour wall gives way</h1>{''.join(parts)}</main></body></html>"
    )


def article(*between: str) -> str:
    first, last = ("".join(f"<p>{p}</p>" for p in PARAGRAPHS[a:b]) for a, b in ((0, 2), (2, 4)))
    return f"<article>{first}{''.join(between)}{last}</article>"


def link(slug: str, text: str) -> str:
    return f"<a href='/world/2025/05/12/{slug}'>{text}</a>"


ROWS = [
    ("ferry-lands-across-the-bay", "Ferry lands across the bay until autumn"),
    ("rain-fills-the-reservoirs", "Rain fills the reservoirs to the brim"),
    ("stone-or-concrete-asks-town", "Stone or concrete, asks a divided town"),
]


def items(*rows: str) -> str:
    return f"<ul>{''.join(f'<li>{row}</li>' for row in rows)}</ul>"


def rows(*, before: str = "", after: str = "", tag: str = "h3") -> str:
    return items(*(f"{before}<{tag}>{link(slug, title)}</{tag}>{after}" for slug, title in ROWS))


def blocks(*parts: str) -> tuple[Block, ...]:
    return find_blocks(page(*parts), URL, fetched=datetime(2025, 5, 15, 12, tzinfo=UTC), zone="UTC")


def briefs(*parts: str) -> list[Brief]:
    return [b for block in blocks(*parts) for b in block.briefs]


def kinds(*parts: str) -> list[tuple[BriefKind | None, int]]:
    return [(b.kind, len(b.briefs)) for b in blocks(*parts)]


def test_a_headline_said_by_picture_and_link_alike_is_the_title() -> None:
    found = briefs(
        article(),
        "<h2>Related stories</h2>",
        items(
            *(
                f"<h3>{link(slug, title)}</h3><h3>{link(slug, title)}</h3>"
                f"{link(slug, 'What the council, the engineers and the fishermen say about it, and what comes next for the bay')}"
                "<span>Coast</span>"
                for slug, title in ROWS
            )
        ),
    )
    assert [(b.title, b.tag) for b in found] == [(title, "Coast") for _, title in ROWS]
    assert all(b.text.startswith("What the council") for b in found)


def test_what_the_headings_of_all_rows_say_alike_is_not_their_title() -> None:
    hidden = f"<h3><span>, article with picture</span></h3><p>{PARAGRAPHS[0]}</p>"
    found = briefs(article(), "<h2>Read next</h2>", rows(before="<a href='/coast/'>Coast</a>", after=hidden))
    assert [b.title for b in found] == [title for _, title in ROWS]


@pytest.mark.parametrize(
    "length", ["04:16 min", "1:04:16 min", "4 min.", "12 min read", "3 minutos de lectura", "44 Bilder"]
)
def test_how_long_a_piece_takes_is_neither_a_time_nor_a_tag(length: str) -> None:
    found = briefs(article(), "<h2>Related stories</h2>", rows(before=f"<span>{length}</span>"))
    assert [(b.time_text, b.tag) for b in found] == [("", "")] * 3


def test_what_only_screen_readers_are_told_is_no_tag() -> None:
    found = briefs(
        article(), "<h2>Related stories</h2>", rows(before="<div class='visually-hidden'>Image</div><b>Coast</b>")
    )
    assert [b.tag for b in found] == ["Coast"] * 3


@pytest.mark.parametrize(
    "line",
    [
        link(ROWS[0][0], f"READ MORE: {ROWS[0][1]}"),
        f"<strong>[Related: {link(*ROWS[0])}]</strong>",
        f"Also read | {link(*ROWS[0])}",
        f"Lesen Sie auch – {link(*ROWS[0])}",
        f"&gt;&gt; Read more: {link(*ROWS[0])}",
        link(ROWS[0][0], f"MORE: {ROWS[0][1]}"),
    ],
)
def test_a_line_is_named_by_its_first_words_however_they_are_set_off(line: str) -> None:
    found = blocks(article(f"<p>{line}</p>"))
    assert [(b.kind, [x.title for x in b.briefs]) for b in found] == [(BriefKind.INLINE, [ROWS[0][1]])]


def test_a_card_may_be_named_by_its_first_words() -> None:
    card = link(ROWS[0][0], f"<div>Te puede interesar:</div><div>{ROWS[0][1]}</div>")
    found = blocks(article(f"<div>{card}</div>"))
    assert [(b.kind, [x.title for x in b.briefs]) for b in found] == [(BriefKind.INLINE, [ROWS[0][1]])]


def test_paragraphs_may_be_wrapped_each_in_elements_of_its_own() -> None:
    wrapped = [f"<section><div><div><p><span>{p}</span></p></div></div></section>" for p in PARAGRAPHS]
    inline = f"<div><div>Read more</div>{rows()}</div>"
    note = "Comments are read by the editors before they are shown here, which may take an hour or two. " * 3
    note = f"<footer><p>{note}</p></footer>"
    assert kinds("<article>", *wrapped[:2], inline, *wrapped[2:], "</article>", note) == [(BriefKind.INLINE, 3)]


def test_a_block_inside_one_of_several_pieces_of_the_text_is_inline() -> None:
    piece = "<div class='piece'>{}</div>"
    first, second = ("".join(f"<p>{p}</p>" for p in PARAGRAPHS[n : n + 2]) for n in (0, 2))
    longer = "".join(f"<p>{p} {p}</p>" for p in PARAGRAPHS)
    inline = f"<div><h4>Read more</h4>{rows()}</div>"
    parts = piece.format(first + inline + second), "<hr>", piece.format(longer)
    assert kinds(f"<section>{''.join(parts)}</section>") == [(BriefKind.INLINE, 3)]


def test_lines_of_another_make_under_the_article_are_not_its_text() -> None:
    text = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    filed = (
        "<div>Filed by the desk on 14 May 2025 under World. You may follow the answers to this piece by its feed.</div>"
    )
    assert kinds(f"<article>{text}<h3>Related stories</h3>{rows()}{filed}</article>") == [(BriefKind.RELATED, 3)]


def test_the_long_name_of_a_section_is_part_of_its_row() -> None:
    section = "<div><a href='/business/harbours-shipping/'>Harbours, Ferries and Shipping</a></div>"
    found = briefs(article(), "<h2>Read next</h2>", rows(before=section))
    assert [b.title for b in found] == [title for _, title in ROWS]


def test_a_headline_with_an_address_like_a_section_is_a_row_among_its_like() -> None:
    short = "<h3><a href='/history/old-harbour'>A short history of the old harbour</a></h3>"
    both = f"{rows()[:-5]}<li>{short}</li></ul>"
    assert [b.title for b in briefs(article(), "<h2>Related stories</h2>", both)][
        -1
    ] == "A short history of the old harbour"
    more = "<li><a href='/world/europe'>More stories from Europe</a></li></ul>"
    assert len(briefs(article(), "<h2>Related stories</h2>", f"{rows()[:-5]}{more}")) == 3


def test_the_place_of_an_advertisement_parts_neither_rows_nor_heading() -> None:
    place = "<div class='ad'><span>Advertisement</span></div>"
    after_heading = f"<section><h2>Related stories</h2>{place}{rows()}</section>"
    assert kinds(article(), after_heading) == [(BriefKind.RELATED, 3)]
    cards = [f"<div class='card'><h3>{link(*row)}</h3></div>" for row in ROWS]
    between = f"<section><h2>Related stories</h2>{cards[0]}{place}{cards[1]}{cards[2]}</section>"
    assert kinds(article(), between) == [(BriefKind.RELATED, 3)]


def test_rows_of_other_sites_under_an_advertisement_are_its_own() -> None:
    elsewhere = items(
        *(f"<a href='https://shop{n}.example/offer-of-the-week-{n}'>{t}</a>" for n, (_, t) in enumerate(ROWS))
    )
    assert kinds(article(), f"<section><h2>More for you</h2><span>Advertisement</span>{elsewhere}</section>") == [
        (BriefKind.SPONSORED, 3)
    ]


def test_read_more_under_a_headline_that_is_no_link_is_no_heading() -> None:
    teasers = items(
        *(f"<h3>{title}</h3><p>What is known so far.</p>{link(slug, 'Read more')}" for slug, title in ROWS[:2])
    )
    found = blocks(article(), f"<h2>More on harbours</h2>{teasers}")
    assert [(b.kind, [x.title for x in b.briefs]) for b in found] == [(BriefKind.RELATED, [t for _, t in ROWS[:2]])]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Zum selben Thema", BriefKind.RELATED),
        ("Pode interessar-lhe também", BriefKind.READ_NEXT),
        ("Ti potrebbero interessare anche", BriefKind.READ_NEXT),
        ("Inni czytali również", BriefKind.READ_NEXT),
        ("اقرأ أيضا", BriefKind.READ_NEXT),
        ("اقرا ايضاً", BriefKind.READ_NEXT),
        ("संबंधित लेख़", BriefKind.RELATED),
        ("Popular resources", BriefKind.MOST_READ),
        ("Méi zum Thema", BriefKind.RELATED),
        ("આ પણ વાંચો", BriefKind.READ_NEXT),
        ("Straeon perthnasol", BriefKind.RELATED),
    ],
)
def test_the_words_over_a_block_in_other_languages_and_spellings(heading: str, kind: BriefKind) -> None:
    assert kinds(article(), f"<h2>{heading}</h2>{rows()}") == [(kind, 3)]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Stories related to the harbour", BriefKind.RELATED),
        ("Podobne materiały z regionu", BriefKind.RELATED),
        ("港に関連する話題", BriefKind.RELATED),
        ("You may also like from the coast", BriefKind.READ_NEXT),
        ("The Harbour Post Recommends", BriefKind.READ_NEXT),
    ],
)
def test_a_heading_element_tells_the_kind_by_some_of_its_words(heading: str, kind: BriefKind) -> None:
    assert kinds(article(), f"<h2>{heading}</h2>{rows()}") == [(kind, 3)]
    assert kinds(article(), f"<h2>Read more about</h2>{rows()}") != [(BriefKind.READ_NEXT, 3)]


def test_a_kicker_in_a_heading_is_part_of_the_row_it_leads_to() -> None:
    cards = items(
        *(f"<a href='/world/2025/05/12/{slug}'><h3><span>Coast</span><br>{title}</h3></a>" for slug, title in ROWS)
    )
    first = (
        "<a href='/world/2025/05/12/pier-is-next'><h3><span>Coast</span><br>The pier is next, engineers fear</h3></a>"
    )
    assert kinds(article(), f"<h2>More on the coast</h2>{first}{'<div>' * 5}{cards}{'</div>' * 5}") == [
        (BriefKind.RELATED, 4)
    ]


def test_a_long_line_over_the_headline_is_the_tag_where_the_markup_says_so() -> None:
    cards = items(
        *(
            f"<a href='/world/2025/05/12/{slug}'><span class='kicker'>Westerncoast weather service {n}</span>"
            f"<div class='card-title'>{title}</div></a>"
            for n, (slug, title) in enumerate(ROWS)
        )
    )
    found = briefs(article(), "<h2>Read next</h2>", cards)
    assert [(b.title, b.tag) for b in found] == [
        (t, f"Westerncoast weather service {n}") for n, (_, t) in enumerate(ROWS)
    ]


def test_a_long_headline_alone_in_its_block_is_a_headline() -> None:
    title = (
        "The western ferries face another winter of cancelled crossings, says the head of the company that runs them."
    )
    assert [
        (b.title, b.text)
        for b in briefs(article(), f"<h3>Related content</h3><p>{link('ferries-face-winter', title)}</p>")
    ] == [(title, "")]


def test_links_in_a_line_of_the_imprint_are_no_rows() -> None:
    imprint = (
        "<p>Harbour Post Publishing Company <a href='/post/contact.aspx'>Contact us</a> "
        "<a href='/post/advertise.aspx'>Advertise in this paper</a> <a href='/post/terms.aspx'>Terms and conditions of use</a></p>"
    )
    assert kinds(article(), f"<h3>More in the Harbour Post</h3>{imprint}") == []


def test_a_short_menu_under_a_heading_is_no_block() -> None:
    menu = "<nav><a href='/2025/05/post-letters'>Letters of the day</a> <a href='/2025/05/post-shop'>Harbour Post Shop</a></nav>"
    assert kinds(article(), f"<h3>More from the Harbour Post</h3>{menu}") == []


def test_a_heading_may_be_in_two_elements() -> None:
    assert kinds(article(), f"<div><h3>RELATED</h3><h3>POSTS</h3></div>{rows()}") == [(BriefKind.RELATED, 3)]


def test_the_name_of_a_section_over_a_block_says_more_than_its_class() -> None:
    def block(heading: str) -> str:
        return f"<div><div><section class='related-list'><h2>{heading}</h2>{rows()}</section></div></div>"

    assert kinds(article(), block("Business")) == [(BriefKind.LATEST, 3)]
    assert kinds(article(), block("What else you should know")) == [(BriefKind.RELATED, 3)]


def test_the_page_itself_as_first_row_leaves_the_heading_to_the_others() -> None:
    own = f"<li><h5>Coast</h5><a href='{URL}'>Harbour wall gives way</a></li>"
    block = rows(before="<h5>Coast</h5>", tag="div").replace("<ul>", f"<ul>{own}")
    assert kinds(article(), f"<div>Read also</div>{block}") == [(BriefKind.READ_NEXT, 3)]


def test_the_words_of_a_link_may_say_that_it_is_no_section() -> None:
    short = "<li><a href='/old-harbour'>What the old harbour looked like in 1850, and who built it</a></li>"
    found = briefs(article(), f"<h2>Related stories</h2>{rows(tag='div').replace('<ul>', f'<ul>{short}')}")
    assert [b.url for b in found][:1] == ["https://news.example/old-harbour"]
