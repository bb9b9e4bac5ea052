"""What leaves for a feed is harmless, and still says what the page said."""

import re
from html import unescape
from urllib.parse import urlsplit

import lxml.html
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feeds.clean import address, clean, line, paragraphs, text

BASE = "https://news.example/world/story"
SCHEMES = {"http", "https", "mailto"}
FOREIGN = {
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "form",
    "input",
    "button",
    "svg",
    "math",
    "base",
    "meta",
    "video",
    "audio",
}
HARMLESS = {
    "href",
    "src",
    "alt",
    "title",
    "rel",
    "width",
    "height",
    "datetime",
    "lang",
    "dir",
    "start",
    "colspan",
    "rowspan",
}


def words(html: str) -> str:
    return str(lxml.html.fromstring(f"<div>{html}</div>").text_content())


def dangers(html: str) -> list[str]:
    """Every element, attribute or address that is more than reading needs, as another parser than ours sees it."""
    found = []
    for element in lxml.html.fromstring(f"<div>{html}</div>").iter():
        tag = str(element.tag)
        if tag.startswith("<") or tag in FOREIGN:  # lxml has a function for the tag of a comment
            found.append(tag)
        for name, value in element.items():
            if name not in HARMLESS or (name in {"href", "src"} and urlsplit(value).scheme not in SCHEMES):
                found.append(f"{tag}@{name}={value}")
    return found


HOSTILE = {
    "script": "<p>x STAYS</p><script>steal()</script>",
    "script in two": "<scr<script>ipt>steal()</scr</script>ipt>STAYS",
    "handler": "<img src='/p.jpg' onload='steal()'><p onmouseover=steal()>STAYS",
    "javascript": "<a href='javascript:steal()'>STAYS</a>",
    "javascript in references": "<a href='&#106;avascript&colon;steal()'>STAYS</a>",
    "javascript with a tab": "<a href='java&#9;script:steal()'>STAYS</a>",
    "page in a link": "<a href='data:text/html,<script>steal()</script>'>STAYS</a>",
    "page in an image": "<img src='data:image/svg+xml,<svg onload=steal()>'>STAYS",
    "lazy javascript": "<img data-src='javascript:steal()' src='javascript:steal()'>STAYS",
    "lazy break-out": """<img data-src='https://x.example/"onerror="steal()'>STAYS""",
    "alt break-out": """<img src=/p.jpg alt='"><script>steal()</script>'>STAYS""",
    "tag in an attribute": """<p title='<img src="x" onerror="steal()">'>STAYS</p>""",
    "svg": "<svg onload=steal()><a xlink:href='javascript:steal()'><text>STAYS</text></a></svg>",
    "svg left open": "<svg onload=steal()>STAYS",
    "math": "<math><mtext><table><mglyph><style><!--</style>"
    "<img title='--&gt;&lt;img src=1 onerror=steal()&gt;'></table></math>STAYS",
    "noscript": "<noscript><p title='</noscript><img src=x onerror=steal()>'></noscript>STAYS",
    "frame": "<iframe srcdoc='&lt;script&gt;steal()&lt;/script&gt;'></iframe>STAYS",
    "style": "<style>@import 'https://x.example/'</style><p style='background:url(https://x.example/)'>STAYS",
    "form": "<form action='https://x.example/'><input name=pw><button>Go</button>STAYS</form>",
    "refresh": "<meta http-equiv=refresh content='0;url=https://x.example/'>STAYS",
    "base": "<base href='https://x.example/'><a href=more>STAYS</a>",
    "object": "<object data='data:text/html,<script>steal()</script>'>STAYS</object><embed src=x>",
    "film": "<video poster='javascript:steal()' onerror=steal()><source src='javascript:steal()' onerror=steal()></video>STAYS",
    "comment": "<!--><img src=x onerror=steal()>-->STAYS",
    "source of a quotation": "<q cite='javascript:steal()'>STAYS</q><ins cite='javascript:steal()'>x</ins>",
    "tag in an attribute of svg": """<svg><use href="data:x,<svg id='x'><a href='javascript:steal()'/></svg>#x"/></svg>STAYS""",
    "script that is whole in svg": "<svg><script href='data:text/javascript,steal()'/></svg>STAYS",
    "style that ends with math": "<form><math><mtext></form><form><mglyph><style></math><img src onerror=steal()>STAYS",
    "style that hides a tag in svg": "<svg></p><style><a id='</style><img src=1 onerror=steal()>'>STAYS",
    "sets of sizes": "<img src=/p.jpg srcset='javascript:steal() 1x, data:x 2x' data-srcset='javascript:steal() 1x'>STAYS",
    "control character before the scheme": "<a href='&#1;javascript:steal()'>STAYS</a><a href=' &#x1f; javascript:steal()'>x</a>",
    "scheme within a scheme": "<a href='feed:javascript:steal()'>STAYS</a><a href='view-source:javascript:steal()'>x</a>",
    "a section all through": "<![CDATA[STAYS <img src=x onerror=steal()>]]><![CDATA[and on",
    "section": "STAYS]]><script>steal()</script><![CDATA[x",
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_live_is_left_and_no_word_lost(html: str) -> None:
    cleaned = clean(html, BASE)
    assert dangers(cleaned) == []
    assert "STAYS" in words(cleaned)


def test_what_an_article_needs_stays_as_it_is() -> None:
    body = (
        "<h2>Bridge</h2><p>5 &lt; 6 &amp; <em>so</em> on<br>and on</p><ul><li>one</li></ul>"
        "<blockquote>q</blockquote>"
        "<table><tbody><tr><td>1</td></tr></tbody></table><figure><figcaption>c</figcaption></figure><pre>a\n b</pre>"
    )
    assert clean(body, BASE) == body


def test_links_are_absolute_and_tell_nobody_where_the_reader_came_from() -> None:
    cleaned = clean("<a href='../a?x=1&y=2'>a</a><a href='#note'>n</a><a href='mailto:desk@news.example'>m</a>", BASE)
    assert re.findall(r'href="(.*?)"', cleaned) == [
        "https://news.example/a?x=1&amp;y=2",
        "https://news.example/world/story#note",
        "mailto:desk@news.example",
    ]
    assert cleaned.count('rel="noopener noreferrer"') == 3


def test_without_a_page_address_relative_links_are_no_links() -> None:
    assert "href" not in clean("<a href='/a'>a</a>", "")


IMAGES = {
    "plain": ("<img src=a.jpg>", "a.jpg"),
    "waiting for a script": ("<img src='data:image/gif;base64,R0lGOD' data-src=a.jpg>", "a.jpg"),
    "waiting with sizes": ("<img src=/blank.gif data-srcset='s.jpg 320w, a.jpg 1200w, xl.jpg 4000w'>", "a.jpg"),
    "sizes only": ("<img srcset='a,b.jpg 1.5x,c.jpg 4x'>", "a,b.jpg"),
    "a placeholder and sizes": ("<img src=/img/placeholder-16x9.png srcset='a.jpg 800w'>", "a.jpg"),
    "a picture": ("<picture><source srcset='a.webp 800w'><img></picture>", "a.webp"),
    "only without script": ("<noscript><img src=a.jpg></noscript>", "a.jpg"),
    "accelerated": ("<amp-img src=a.jpg width=300 height=200></amp-img>", "a.jpg"),
    "hidden until loaded": ("<img style='display:none' data-original=a.jpg>", "a.jpg"),
}


@pytest.mark.parametrize(("html", "name"), IMAGES.values(), ids=IMAGES.keys())
def test_an_image_is_one_plain_image(html: str, name: str) -> None:
    assert re.findall(r'<img src="(.*?)"', clean(html, BASE)) == [f"https://news.example/world/{name}"]


def test_an_image_and_its_twin_without_script_are_one() -> None:
    assert clean("<img data-src=a.jpg><noscript><img src=a.jpg></noscript>", BASE).count("<img") == 1


@pytest.mark.parametrize(
    "html",
    [
        "<img src=t.gif width=1 height=1>",
        "<img src=t.gif width=0>",
        "<img src=t.gif style='width:1px; height:1px'>",
        "<img src=t.gif style='display: none'>",
        "<img src='https://pixel.wp.com/b.gif?x=1'>",
        "<img alt='no address'>",
    ],
)
def test_an_image_that_only_counts_readers_is_gone(html: str) -> None:
    assert clean(f"<p>Text{html}</p>", BASE) == "<p>Text</p>"


def test_a_film_is_a_link_to_it() -> None:
    cleaned = clean("<video controls><source src=f.mp4 type=video/mp4></video>", BASE)
    assert cleaned == '<a href="https://news.example/world/f.mp4" rel="noopener noreferrer">Video: news.example</a>'


def test_a_body_with_nothing_to_read_is_empty() -> None:
    assert clean("<div><script>x</script> <p> </p></div>", BASE) == ""


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 50_000 + "x",
        "".join(f"<font size={n}>" for n in range(20_000)) + "x",
        "<p>" + "".join(f"<b id={n}>" for n in range(500)) + "</p>" + "<p>x</p>" * 10_000,
        "x" * 500_000,
    ],
    ids=["depth", "formatting", "formatting opened again", "length"],
)
def test_what_would_take_a_parser_minutes_is_not_parsed(html: str) -> None:
    assert clean(html, BASE) == ""


def test_long_attributes_are_read_in_one_pass() -> None:
    commas, blanks = "," * 150_000, "blank" * 20_000
    assert clean(f"<p>x<img srcset='{commas}'><img src='/{blanks}' srcset='{'a ' * 50_000}'></p>", BASE).startswith(
        "<p>x"
    )


def test_pictures_written_into_the_page_do_not_count_as_length() -> None:
    assert clean(f"<p>x<img src='data:image/png;base64,{'A' * 600_000}'></p>", BASE) == "<p>x</p>"


def test_only_web_addresses_are_addresses() -> None:
    assert address("/a b|[c]?q=ü&p[]=5%", BASE) == "https://news.example/a%20b%7C%5Bc%5D?q=%C3%BC&p%5B%5D=5%25"
    assert address("HTTPS://[2001:DB8::1]:8443") == "https://[2001:db8::1]:8443/"
    assert [
        address(url)
        for url in ("javascript:x", "data:,x", "ftp://a.example/", "/relative", "", "http://[", "https://\ud800/")
    ] == [""] * 7


def test_what_xml_cannot_hold_becomes_the_replacement_character() -> None:
    assert text("a\x0bb\ud800c\ufffed\x00\r\ne\rf\t") == "a\ufffdb\ufffdc\ufffdd\ufffd\ne\nf\t"
    assert line(" a\r\n\tb\u00a0c ") == "a b\u00a0c"


@given(st.text(st.characters()))
@example("a\n\nb\nc")
@example("<p>&amp;\r\n \r\n]]>")
def test_any_text_reads_the_same_as_paragraphs(value: str) -> None:
    read = unescape(re.sub(r"<[^>]+>", " ", paragraphs(value)))
    assert read.split() == text(value).split()
    assert dangers(paragraphs(value)) == []


@given(
    st.lists(
        st.sampled_from(
            [*HOSTILE.values(), *(html for html, _ in IMAGES.values()), "</p>", "<td>", "<b>", '"', "'>", "<"]
        )
    )
)
def test_cleaning_twice_is_cleaning_once(parts: list[str]) -> None:
    once = clean("".join(parts), BASE)
    assert dangers(once) == []
    assert clean(once, BASE) == once
