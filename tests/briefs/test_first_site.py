"""The form of the first site: a clock, a tag, a paragraph, five times, in every markup we can think of."""

from datetime import UTC, datetime
from html import escape

import pytest
from lxml.html import HtmlElement, document_fromstring

from newsloom.news.items import Brief, BriefKind
from scraper.extract.briefs import find_blocks

PAGE = "https://anewz.tv/region/central-asia/2154/two-ministries-sign-a-five-year-plan/news"
AT_NOON = datetime(2025, 5, 15, 16, 0, tzinfo=UTC)  # 20:00 in Baku
TEXTS = """\
18:27|Trade talks|The two delegations said on Thursday that a first draft of the customs agreement would be ready by the end of \
the month, after four days of meetings behind closed doors in the lakeside town.
17:12|Lunar base|Engineers have tested a small reactor that is meant to power a station at the south pole of the Moon. It ran \
for nineteen hours without a fault.
16:30|World News|A ferry with 212 people aboard was towed back to port after its engine failed in heavy seas; nobody was hurt, \
the coast guard said.
14:56|World News|The aviation council ruled that the airline had kept passengers waiting for nine hours without a reason, and \
ordered it to pay each of them.
11:03|Trade talks|Negotiators arrive at the old customs house at 10:00 local time today to speak about tariffs, transit and \
the price of gas."""
ROWS = [(row[0], row[1], row[2]) for row in (line.split("|") for line in TEXTS.splitlines())]
LEADS = tuple(f"/world/world-news/{6000 + n}/a-slug-that-says-little-{n}/news" for n in range(5))
BODY = (
    "Two ministries signed a plan for the next five years on Wednesday, the first of its kind in the region, officials said.",
    "The plan names fifty joint projects for 2025 and wider aims for the four years after, according to a statement.",
    "It was signed in the capital by the two ministers, who had met twice before in the spring to settle the last questions.",
)
PROMPT = ("What is your opinion on this topic?", "Leave the first comment")


def _list(rows: list[tuple[str, str, str, str]]) -> str:
    items = "".join(
        f"<li><time>{t}</time> <a href='/tag/{n}'>{g}</a><p><a href='{u}'>{x}</a></p></li>"
        for n, (t, g, x, u) in enumerate(rows)
    )
    return f"<section><h2>Read next</h2><ul>{items}</ul></section>"


def _cards(rows: list[tuple[str, str, str, str]]) -> str:
    cards = "".join(
        f"<div class='css-1x{n}f'><div class='css-8a{n}'><span>{t}</span><span>{g}</span></div>"
        f"<div class='q{n}'><a href='{u}'>{x}</a></div></div>"
        for n, (t, g, x, u) in enumerate(rows)
    )
    return f"<div class='sc-1k2'><div class='sc-9z'>Read next</div><div>{cards}</div></div>"


def _table(rows: list[tuple[str, str, str, str]]) -> str:
    lines = "".join(
        f"<tr><td><b>{t}</b></td><td><i>{g}</i></td><td><a href='{u}'>{x}</a></td></tr>" for t, g, x, u in rows
    )
    return f"<span>Read next</span><table>{lines}</table>"


def _headed(rows: list[tuple[str, str, str, str]]) -> str:
    return "<h3>READ NEXT</h3>" + "".join(
        f"<article><span>{t}</span><h4>{g}</h4><p><a href='{u}'>{x}</a></p></article>" for t, g, x, u in rows
    )


def _whole_cards(rows: list[tuple[str, str, str, str]]) -> str:
    cards = "".join(
        f"<a href='{u}'><div><span>{t}</span> | <span>{g}</span></div><p>{x}</p></a>" for t, g, x, u in rows
    )
    return f"<div><div><span>Read next:</span></div>{cards}</div>"


def _flat(rows: list[tuple[str, str, str, str]]) -> str:
    return "<p>Read next</p>" + "".join(f"<p>{t}</p><p>{g}</p><p><a href='{u}'>{x}</a></p>" for t, g, x, u in rows)


def _pairs(rows: list[tuple[str, str, str, str]]) -> str:
    lines = "".join(f"<dt>{t} <b>{g}</b></dt><dd><a href='{u}'>{x}</a></dd>" for t, g, x, u in rows)
    return f"<aside><strong>Read next</strong><dl>{lines}</dl></aside>"


def _inline_time(rows: list[tuple[str, str, str, str]]) -> str:
    lines = "".join(f"<li>{t} <em>{g}</em><br><a href='{u}'>{x}</a></li>" for t, g, x, u in rows)
    return f"<h2>Read <span>next</span></h2><ol>{lines}</ol>"


MARKUPS = [_list, _cards, _table, _headed, _whole_cards, _flat, _pairs, _inline_time]


def page(block: str, promo: str = "") -> HtmlElement:
    body = "".join(f"<p>{p}</p>" for p in BODY)
    prompt = f"<div><div>{PROMPT[0]}</div><div>{PROMPT[1]}</div></div>"
    return document_fromstring(
        f"<html><head><title>Two ministries sign | AnewZ</title></head><body><nav><a href='/world'>World</a><a href='/region'>"
        f"Region</a></nav><main><h1>Two ministries sign a five-year plan</h1>{promo}<div>{body}{block}{prompt}</div></main>"
        f"<footer><a href='/about'>About us</a></footer></body></html>"
    )


def briefs(tree: HtmlElement, fetched: datetime = AT_NOON) -> tuple[Brief, ...]:
    return tuple(b for block in find_blocks(tree, PAGE, fetched=fetched, zone="Asia/Baku") for b in block.briefs)


def rows(*, linked: bool = True, clocks: tuple[str, ...] = ()) -> list[tuple[str, str, str, str]]:
    times = clocks or tuple(r[0] for r in ROWS)
    return [
        (t, escape(g), escape(x), LEADS[n] if linked else "")
        for n, (t, (_, g, x)) in enumerate(zip(times, ROWS, strict=True))
    ]


def without_links(tree: HtmlElement) -> HtmlElement:
    for link in tree.xpath("//main//a"):
        link.tag = "span" if link.getparent().tag in ("p", "td", "dd", "li") else "div"
        link.attrib.pop("href", None)
    return tree


@pytest.mark.parametrize("linked", [True, False], ids=["linked", "bare"])
@pytest.mark.parametrize("markup", MARKUPS, ids=lambda m: m.__name__.strip("_"))
def test_five_rows_are_five_briefs_in_any_markup(markup, linked) -> None:  # type: ignore[no-untyped-def]
    tree = page(markup(rows()))
    if not linked:
        tree = without_links(tree)
    found = briefs(tree)
    assert [(b.time_text, b.tag, b.text) for b in found] == ROWS
    assert [b.place for b in found] == [1, 2, 3, 4, 5]
    assert {b.kind for b in found} == {BriefKind.READ_NEXT}
    assert [b.title for b in found] == [""] * 5
    assert [b.url for b in found] == [f"https://anewz.tv{u}" if linked else "" for u in LEADS]
    assert [b.published for b in found] == [
        datetime(2025, 5, 15, int(t[:2]) - 4, int(t[3:]), tzinfo=UTC) for t, _, _ in ROWS
    ]
    assert not any(b.dated for b in found)


@pytest.mark.parametrize("linked", [True, False], ids=["linked", "bare"])
@pytest.mark.parametrize("markup", MARKUPS, ids=lambda m: m.__name__.strip("_"))
def test_cutting_the_blocks_leaves_the_body_and_nothing_else(markup, linked) -> None:  # type: ignore[no-untyped-def]
    tree = page(markup(rows()))
    if not linked:
        tree = without_links(tree)
    for block in find_blocks(tree, PAGE, fetched=AT_NOON, zone="Asia/Baku"):
        for element in block.elements:
            element.drop_tree()
    left = " ".join(tree.xpath("string(//main)").split())
    assert left == "Two ministries sign a five-year plan" + "".join(BODY)


@pytest.mark.parametrize("markup", MARKUPS, ids=lambda m: m.__name__.strip("_"))
def test_a_clock_seen_after_midnight_is_of_the_day_before(markup) -> None:  # type: ignore[no-untyped-def]
    just_after = datetime(2025, 5, 14, 20, 10, tzinfo=UTC)  # 00:10 on the 15th in Baku
    found = briefs(page(markup(rows(clocks=("00:08", "23:50", "22:00", "21:15", "00:30")))), just_after)
    assert [b.published for b in found] == [
        datetime(2025, 5, 14, 20, 8, tzinfo=UTC),
        datetime(2025, 5, 14, 19, 50, tzinfo=UTC),
        datetime(2025, 5, 14, 18, 0, tzinfo=UTC),
        datetime(2025, 5, 14, 17, 15, tzinfo=UTC),
        datetime(2025, 5, 13, 20, 30, tzinfo=UTC),
    ]


def test_the_day_is_that_of_the_crawl_not_of_the_article() -> None:
    found = briefs(page(_list(rows())), datetime(2025, 11, 2, 16, 0, tzinfo=UTC))
    assert found[0].published == datetime(2025, 11, 2, 14, 27, tzinfo=UTC)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("markup", MARKUPS, ids=lambda m: m.__name__.strip("_"))
def test_a_quiet_day_shows_fewer_rows(markup, count) -> None:  # type: ignore[no-untyped-def]
    found = briefs(page(markup(rows()[:count])))
    assert [(b.time_text, b.tag, b.text) for b in found] == ROWS[:count]


def test_a_row_without_a_tag_is_a_row() -> None:
    some = [(t, "" if n == 2 else g, x, u) for n, (t, g, x, u) in enumerate(rows())]
    found = briefs(page(_flat(some)))
    assert [b.tag for b in found] == ["Trade talks", "Lunar base", "", "World News", "Trade talks"]
    assert [b.text for b in found] == [r[2] for r in ROWS]


def test_a_page_without_the_block_gives_no_brief() -> None:
    assert briefs(page("")) == ()


def test_a_row_ends_where_its_element_ends() -> None:
    more = "The talks began on Monday, and an agenda was agreed on the first evening."
    longer = _list(rows()).replace("</li></ul>", f"<p>{more}</p></li></ul>")
    found = find_blocks(page(longer), PAGE, fetched=AT_NOON, zone="Asia/Baku")
    assert [b.text for b in found[0].briefs] == [*(r[2] for r in ROWS[:4]), f"{ROWS[4][2]} {more}"]
    assert [e.tag for e in found[0].elements] == ["section"]
