"""The frame of an article's page: menus and footers that hold most of its links and nothing of its article.

They are taken out of the page's bytes, before it is parsed: parsing, and each walk over the tree, takes its time for all elements,
and on 587 real pages 19 % of them stood there, on one page in ten over 45 %.
"""

import html
import re
from itertools import islice

from isal import isal_zlib

from newsloom.news.items import KEPT_BRIEFS
from scraper.extract.briefs.headings import kind_of

_MENU = 6
"""Links; what holds fewer costs nothing, and may be a list of tags or the head of a block."""
_MARK = re.compile(rb"<(/?)(nav|footer|main|article)(?=[\s>])")
_PIECES = (b"article", b"main")
"""Elements with a menu and a footer of their own."""
_OWN = (b"<h1", b"ld+json", b"itemprop", b"datetime")
"""What holds one of these may say something of the article."""
_PAIRS = ((b"<script", b"</script"), (b"<style", b"</style"), (b"<!--", b"-->"))
"""Where only one of the two is inside, the element begins or ends within a script or a comment, and is none."""
_TEXT = re.compile(rb">\s*([^<>\s][^<>]*)<")
_HEADING = re.compile(rb"<h[2-6][\s>].*?</h", re.DOTALL)
_TAG = re.compile(rb"<[^<>]*>")


def without_frame(page: bytes) -> bytes:
    """The page, in UTF-8, without its menus and footers: for who asks for its article and not for its links."""
    kept: list[bytes] = []
    at = 0
    for start, end in _frames(page):
        kept.append(page[at:start])
        at = end
    return b"".join([*kept, page[at:]]) if kept else page


def _frames(page: bytes) -> list[tuple[int, int]]:
    """From where to where each is; of two inside each other the inner one."""
    found: list[tuple[int, int]] = []
    inside = 0
    opened: re.Match[bytes] | None = None
    for mark in _MARK.finditer(page, max(0, page.find(b"<body"))):
        closes, name = bool(mark[1]), mark[2]
        if name in _PIECES:
            inside = max(0, inside - 1) if closes else inside + 1
            opened = None
        elif not closes:
            opened = None if inside else mark
        elif opened is not None:
            end = page.find(b">", mark.end()) + 1
            if opened[2] == name and end and _is_known_frame(page[opened.start() : end]):
                found.append((opened.start(), end))
            opened = None
    return found


def _is_known_frame(element: bytes) -> bool:
    known = (isal_zlib.crc32(element), len(element))
    if known not in _KNOWN:
        if len(_KNOWN) >= _MOST:
            _KNOWN.clear()
        _KNOWN[known] = _is_frame(element)
    return _KNOWN[known]


_MOST = 4_096
_KNOWN: dict[tuple[int, int], bool] = {}
"""Of elements seen before, whether they are frames: a site's pages have one menu. By checksum and length."""


def _is_frame(element: bytes) -> bool:
    """Whether an element holds a menu's many links, and neither says anything of an article nor is called a block of teasers."""
    if element.count(b"<a ") < _MENU or any(own in element for own in _OWN):
        return False
    if any(element.count(one) != element.count(other) for one, other in _PAIRS):
        return False
    first = islice((found[1] for found in _TEXT.finditer(element)), 2)
    over = (_TAG.sub(b" ", found[0] + b">") for found in _HEADING.finditer(element))
    return not any(kind_of(_plain(text)) in KEPT_BRIEFS for text in (*first, *over))


def _plain(text: bytes) -> str:
    return " ".join(html.unescape(text.decode("utf-8", "replace")).split())
