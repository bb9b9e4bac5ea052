"""Menus, footers, lists of other articles, scripts and styles are taken out of a page before it is parsed, and nothing else is."""

from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from lxml.html import HTMLParser, document_fromstring

from newsloom.news.items import KEPT_BRIEFS
from newsloom.news.memory import Role
from scraper.extract.lean import Lean, lean
from scraper.extract.reading import read

LINKS = "".join(f"<li><a href='/section/{n}'>Section {n}</a></li>" for n in range(8))
MENU = f"<nav class=top><ul>{LINKS}</ul></nav>"
FOOTER = f"<footer><ul>{LINKS}</ul><p>Imprint</p></footer>"
TEXT = "<p>" + "The harbour of the old town was opened again on Monday after months of work on its walls. " * 4 + "</p>"
ARTICLE = f"<article><h1>The harbour is open again</h1>{TEXT * 3}</article>"


def cut(body: str) -> str:
    return lean(f"<html><body>{body}</body></html>".encode()).page.decode()


@pytest.mark.parametrize("frame", [MENU, FOOTER, MENU.replace("<ul>", "<!-- top --><ul><script>var a = 1;</script>")])
def test_a_menu_beside_the_article_is_taken_out(frame: str) -> None:
    for body in (f"{frame}{ARTICLE}", f"<main>{ARTICLE}</main>{frame}", f"<div>{frame}</div>{ARTICLE}{frame}"):
        assert cut(body) == f"<html><body>{body.replace(frame, '')}</body></html>"


@pytest.mark.parametrize(
    "body",
    [
        f"<article>{MENU}{TEXT}</article>",
        f"<main>{ARTICLE}{MENU}</main>",
        f"<nav>{LINKS}{ARTICLE}",
        f"<nav>{LINKS}",
        f"<navigation>{LINKS}</navigation>{ARTICLE}",
        f"<nav><a href=/tag/harbour>harbour</a> <a href=/tag/walls>walls</a></nav>{ARTICLE}",
        f"<nav><h1>The harbour is open again</h1>{LINKS}</nav>{TEXT}",
        f"<nav><h3>Read next</h3>{LINKS}</nav>{ARTICLE}",
        f"<nav><span>Related articles</span>{LINKS}</nav>{ARTICLE}",
        f"<nav>{LINKS}<time datetime=2026-05-03>3 May</time></nav>{ARTICLE}",
        f"<!-- <nav>{LINKS} -->{ARTICLE}<!-- </nav> -->",
        f"<!-- <script> -->{ARTICLE}<!-- </script> -->",
        f"<p title='<script>'>It says:</p>{ARTICLE}<script>document.write('<script>')</script>",
        f"<script src=a.js title='a>b'></script>{ARTICLE}",
        f"<script src=a.js />{ARTICLE}</script>",
        f"<script><!-- document.write('<script>') </script>{ARTICLE}<script>--></script>",
        f"<script>document.write('<script src=a.js><\\/script><nav>{LINKS}</nav>');</script>{ARTICLE}",
    ],
)
def test_what_may_say_something_of_the_article_stays(body: str) -> None:
    assert cut(body) == f"<html><body>{body}</body></html>"


@pytest.mark.parametrize(
    "code",
    [
        f"<script>let menu = '<nav>{LINKS}';</script>",
        f"<script>document.write('<article></nav>');{'go();' * 99}</script>",
        "<script async src=a.js></SCRIPT >",
        "<script type=text/html><p>A template</p></script>",
        f"<style>.a > .b::after {{ content: '<nav>' }} {'.c { top: 0 }' * 99}</style>",
    ],
)
def test_scripts_and_styles_are_taken_out_with_what_they_hold(code: str) -> None:
    for body in (f"{code}{ARTICLE}{code}", f"<article>{code}{TEXT}</article>{FOOTER}{code}", f"{MENU}{code}{ARTICLE}"):
        for _ in range(2):  # the second time it is known
            left = body.replace(code, "").replace(MENU, "").replace(FOOTER, "")
            assert cut(body) == f"<html><body>{left}</body></html>"


@pytest.mark.parametrize(
    ("tag", "kind", "text"),
    [
        ('<script type="application/ld+json">', "application/ld+json", '{"@type": "NewsArticle", "name": "Caf\u00e9"}'),
        ("<script class=a type='Application/LD&#43;JSON'>", "application/ld+json", "<!-- {} -->"),
        ("<script id=data type=application/json>", "application/json", '{"headline": "<p>The harbour</p>"}'),
        ("<script>", "", " window.__STATE__ = {'headline': 'The harbour is open again'};"),
        ("<script data-type=json>", "", f"self.__next_f.push([1, '{TEXT}'])"),
    ],
)
def test_scripts_that_may_hold_the_article_stand_beside_the_page(tag: str, kind: str, text: str) -> None:
    left = lean(f"<html><head>{tag}{text}</SCRIPT ></head><body>{ARTICLE}{MENU}".encode())

    assert left.page == f"<html><head></head><body>{ARTICLE}".encode()
    assert list(left.scripts) == [(kind, text)]


def test_a_script_in_a_menu_goes_with_it() -> None:
    left = lean(f"<html><body>{MENU.replace('<ul>', '<script>menu = {};</script><ul>')}{ARTICLE}".encode())

    assert left == Lean(page=f"<html><body>{ARTICLE}".encode())


@pytest.mark.parametrize("charset", ["windows-1251", "gb18030", "shift_jis"])
def test_what_is_left_of_a_page_in_another_charset_is_read_in_it(charset: str) -> None:
    script = '<script type="application/ld+json">{"@type": "NewsArticle", "author": {"name": "Иван Ко"}}</script>'
    text = "<p>" + "Гавань старого города была вновь открыта в понедельник, и рыбаки вернулись домой. " * 4 + "</p>"
    page = f"<html><head>{script}</head><body>{MENU.replace('Section', 'Раздел')}<h1>Гавань открыта</h1>{text * 3}"

    asked = {"fetched": datetime(2026, 5, 3, tzinfo=UTC), "charset": charset}
    own = read(page.encode(charset), "https://a.example/1", role=Role.ARTICLE, **asked).article  # type: ignore[arg-type]

    assert own is not None
    assert (own.authors, own.text.count("рыбаки")) == (("Иван Ко",), 12)


def test_a_block_of_teasers_in_a_menu_is_known_by_its_name_in_any_charset() -> None:
    for charset in ("utf-8", "windows-1251"):
        page = f"<html><body><nav><h3>Читайте также</h3>{LINKS}</nav>{ARTICLE}".encode(charset)
        assert lean(page, charset).page == page


ROWS = "".join(
    f"<li><a href='/world/{n}-the-talks-of-the-day-go-on'>The talks of day {n} go on</a></li>" for n in range(8)
)
LIST = f"<aside class=side><h3>Most read</h3><ul>{ROWS}</ul></aside>"


def asked(body: str) -> str:
    """What is left of it for a crawl."""
    return lean(f"<html><body>{body}</body></html>".encode(), kinds=KEPT_BRIEFS).page.decode()


@pytest.mark.parametrize("label", ["Most read", "Latest news", "Самое читаемое", "Meistgelesen"])
def test_a_list_of_other_articles_beside_the_article_is_taken_out_where_nobody_asks_for_its_kind(label: str) -> None:
    aside = LIST.replace("Most read", label)
    for body in (f"{ARTICLE}{aside}", f"<div>{aside}{TEXT}</div>{MENU}", f"<div>{TEXT}{aside}{MENU}{aside}</div>"):
        left = body.replace(aside, "").replace(MENU, "")
        assert asked(body) == f"<html><body>{left}</body></html>"
        assert cut(body) == f"<html><body>{body.replace(MENU, '')}</body></html>"


@pytest.mark.parametrize(
    "aside",
    [
        LIST.replace("Most read", "Read next"),
        LIST.replace("Most read", "The harbour in figures"),
        LIST.replace("</ul>", f"</ul><h3>Related articles</h3><ul>{ROWS}</ul>"),
        LIST.replace("</ul>", f"</ul><p>Read also</p><ul>{ROWS}</ul>"),
        LIST.replace("<ul>", "<ul class='related-stories'>"),
        LIST.replace("class=side", "id=recommended"),
        LIST.replace("<h3>Most read</h3>", "<ul><li><a href=#a>Most read</a></li><li><a href=#b>Latest</a></li></ul>"),
        LIST.replace("<ul>", "<h1>The harbour is open again</h1><ul>"),
        LIST.replace("</ul>", f"</ul>{TEXT}".replace("<p>", "<p itemprop=articleBody>")),
        LIST.replace("</ul>", f"</ul>{TEXT}"),
        LIST.replace("</ul>", "</ul><p>By Jane Doe</p>"),
        LIST.replace("</ul>", "</ul><p>Published 2 March 2026</p>"),
        LIST.replace("</ul>", "</ul><p><a rel=author href=/jane>Jane Doe</a></p>"),
        LIST.replace("</ul>", f"</ul><h3>Read <span>next</span></h3><ul>{ROWS}</ul>"),
        LIST.replace("</ul>", "</ul><META NAME=author CONTENT='Jane Doe'>"),
        LIST.replace("</aside>", f"</ASIDE>{TEXT}</aside>"),
        LIST.replace("</aside>", f"<ARTICLE>{TEXT}</ARTICLE></aside>"),
        LIST.replace("</ul>", "</ul><script>document.write('</aside>')</script>"),
        LIST.replace("</ul>", "</ul><!-- </aside> -->"),
        LIST.replace("<ul>", "<aside><ul>").replace("</ul>", "</ul></aside>"),
        LIST.replace("</ul>", "</ul></div>"),
        LIST.replace("<a ", "<b ", 3),
        LIST.replace("</aside>", ""),
        f"<article>{LIST}{TEXT}</article>",
    ],
)
def test_what_may_be_more_than_such_a_list_stays(aside: str) -> None:
    for body in (f"{ARTICLE}{aside}", f"{aside}{ARTICLE}"):
        assert asked(body) == f"<html><body>{body}</body></html>".replace(
            "<script>document.write('</aside>')</script>", ""
        )


def test_with_such_a_list_an_article_and_what_to_read_next_are_the_same() -> None:
    def seen(body: str) -> tuple[object, ...]:
        page = f"<html><body>{body}</body></html>"
        found = read(
            page, "https://a.example/1", fetched=datetime(2026, 5, 3, tzinfo=UTC), role=Role.ARTICLE, kinds=KEPT_BRIEFS
        )
        return found.article, found.briefs

    following = f"<section><h3>Read next</h3><ul>{ROWS.replace('talks', 'games')}</ul></section>"
    assert seen(f"{ARTICLE}{following}{LIST}") == seen(f"{LIST}{ARTICLE}{following}") == seen(f"{ARTICLE}{following}")
    assert len(seen(f"{ARTICLE}{following}{LIST}")[1]) == 8  # type: ignore[arg-type]


DRAWING = "<svg class='icon'><title>Open</title><path d='M0 0h24'/><!-- > --><style>.a > .b { fill: red }</style></svg>"


@pytest.mark.parametrize("drawing", [DRAWING, f"<svg width=0>{'<symbol id=s><path d=M0/></symbol>' * 60}</SVG >"])
def test_drawings_are_taken_out_wherever_they_stand(drawing: str) -> None:
    drawing = drawing.replace("</SVG >", "</svg >")
    for body in (
        f"{drawing}{ARTICLE}",
        f"<article><h1>The {drawing}harbour</h1>{TEXT}</article>",
        f"{MENU}{drawing}{ARTICLE}",
    ):
        for _ in range(2):
            assert cut(body) == f"<html><body>{body.replace(drawing, '').replace(MENU, '')}</body></html>"


@pytest.mark.parametrize(
    "body",
    [
        f"<svg class=icon><path d='M0'>{ARTICLE}",
        f"<svg class=icon><path d='M0'>{ARTICLE}</svg>",
        f"<svg class=icon />{ARTICLE}<p>x</svg>",
        f"<svg><foreignObject>{TEXT}</foreignObject></svg>{ARTICLE}",
        f"<svg><!-- </svg> --></svg>{ARTICLE}",
        f"<p title='<svg>'>It's{TEXT}</p>{ARTICLE}</svg>",
    ],
)
def test_what_may_be_no_drawing_stays(body: str) -> None:
    assert cut(body) == f"<html><body>{body}</body></html>"


def test_what_is_unfinished_takes_no_time_with_its_square() -> None:
    def spent(page: bytes) -> float:
        start = process_time()
        lean(page, kinds=KEPT_BRIEFS)
        return process_time() - start

    for piece in (b"<svg ", b"<svg>a", b"<svg><path>", b"<aside ", b"<aside>Latest<p>", b"<aside>Latest<a >"):
        end = b"</svg" if b"svg" in piece else b"</aside>"
        few, many = (min(spent(piece * n + end * (n % 2)) for _ in range(3)) for n in (4_000, 40_001))
        assert many < 40 * few


@pytest.mark.parametrize("begin", ["<nav>", "<aside><h3>Most read</h3>"])
def test_headings_without_an_end_take_no_time_with_their_square(begin: str) -> None:
    def spent(count: int) -> float:
        page = f"<html>{begin}{ROWS}{'<h2>' * count}</{begin[1:].partition('>')[0]}>".encode()
        start = process_time()
        lean(page, kinds=KEPT_BRIEFS)
        return process_time() - start

    few, many = (min(spent(n + turn) for turn in range(3)) for n in (1_000, 10_000))
    assert many < 40 * few


def test_a_menu_in_a_footer_goes_alone() -> None:
    assert (
        cut(f"{ARTICLE}<footer>{MENU}<p>Imprint</p></footer>")
        == f"<html><body>{ARTICLE}<footer><p>Imprint</p></footer></body></html>"
    )


def test_who_asks_for_the_links_of_a_page_gets_those_of_its_menu() -> None:
    page = f"<html><body>{MENU}{ARTICLE}</body></html>"
    asked = {
        role: read(page, "https://a.example/1", fetched=datetime(2026, 5, 3, tzinfo=UTC), role=role) for role in Role
    }
    assert len(asked[Role.LISTING].links) == 8
    assert asked[Role.ARTICLE].links == ()
    one, whole = asked[Role.ARTICLE].article, asked[Role.START].article
    assert one is not None
    assert whole is not None
    assert one.text == whole.text


MARKUP = ["<nav>", "</nav>", "<footer>", "</footer>", "<article>", "</article>", "<main>", "</main>", LINKS, MENU, FOOTER, LIST,
          "<aside>", "</aside>", "<p>word</p>"]  # fmt: skip
CODE = ["<!--", "-->", "<script>", "</script>", "<style>", "</style>", "<script />", "<script>a = {};</script>", "<svg>", "</svg>",
        "<svg><path/></svg>", "<svg />"]  # fmt: skip


@given(st.lists(st.sampled_from([*MARKUP, "<", ">", "<nav"]), max_size=12))
def test_no_part_of_an_article_is_taken_out_of_any_page(pieces: list[str]) -> None:
    page = f"<html><body><p>before</p>{''.join(pieces)}</body></html>".encode()
    left = lean(page, kinds=KEPT_BRIEFS).page
    for mark in (b"<article>", b"</article>", b"<main>", b"</main>", b"before"):
        assert left.count(mark) == page.count(mark)
    document_fromstring(left)


@given(st.lists(st.sampled_from([*MARKUP, *CODE]), max_size=12))
def test_what_is_left_of_any_page_is_parsed_to_the_same(pieces: list[str]) -> None:
    page = f"<html><body><p>before</p>{''.join(pieces)}</body></html>".encode()
    assert shown(lean(page, kinds=KEPT_BRIEFS).page) == shown(page)


def shown(page: bytes) -> list[tuple[str, str, str]]:
    """A page's elements with the texts behind their beginnings and ends, without menus, footers, asides, code and drawings."""
    tree = document_fromstring(page, parser=HTMLParser(remove_comments=True))
    etree.strip_elements(tree, "script", "style", "nav", "footer", "aside", "svg", with_tail=False)
    return [(str(e.tag), e.text or "", e.tail or "") for e in tree.iter()]
