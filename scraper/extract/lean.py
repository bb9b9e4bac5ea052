"""An article's page without what no parser of HTML need see: menus, footers, lists of what is most read, scripts, drawings in SVG.

They are taken out of the page's bytes, before it is parsed: parsing, and each walk over the tree, takes its time for all elements,
and on 587 real pages 19 % of them stood in menus and footers, on one page in ten over 45 %; scripts are most of many a page.
Scripts that may hold the article's data are kept beside the page: a parser of HTML takes as long for their letters as for tags.
"""

import html
import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from isal import isal_zlib
from w3lib.encoding import to_unicode

from newsloom.news.items import KEPT_BRIEFS, BriefKind
from scraper.extract.briefs.headings import kind_of, kind_of_classes, kind_of_heading
from scraper.extract.charsets import is_sound
from scraper.extract.people import is_byline
from scraper.extract.words import flat

_MENU = 6
"""Links; what holds fewer costs nothing, and may be a list of tags or the head of a block."""
_MARK = re.compile(rb"<(?:/(?:nav|footer|main|article)|nav|footer|main|article|aside|script|style|svg|!--)")
"""What stands at each, as the name behind `<`. All else of a page is passed over at the speed of looking for a `<`."""
_BEHIND = b" >\t\r\n\f"
"""What follows the name of an element."""
_PIECES = frozenset((b"article", b"main"))
"""Elements with a menu and a footer of their own."""
_OWN = (b"<h1", b"ld+json", b"itemprop", b"datetime")
"""What holds one of these may say something of the article."""
_TEXT = re.compile(rb">\s*([^<>\s][^<>]*)<")
_LISTS = frozenset((BriefKind.MOST_READ, BriefKind.LATEST))
"""What a list beside the article may be called to be known as one of other articles."""
_LINKED = (b"<a ", b"<A ")
_NEAR = 1_000
"""Bytes; a list says within so many what it is."""
_TAGS = re.compile(rb"<(a |/?div|h1|script|style|H1|SCRIPT|STYLE|!--)")
_NO_LIST = frozenset((b"h1", b"script", b"style", b"H1", b"SCRIPT", b"STYLE", b"!--"))
"""What holds one of these may be more than a list, or end elsewhere."""
_TELLS = (b"<article", b"<main", b"<meta", b"<link", b"<textarea", b"itemprop", b"itemtype", b"author")
"""What tells of an article, or of another end."""
_OVER = re.compile(r"<h[2-6][^<>]{0,400}>(.{0,400}?)</h", re.DOTALL)
_SPLIT = re.compile(r"<[^<>]*>")
_LABEL = 40
"""Characters."""
_PIECE = re.compile(r">([^<>]*[^<>\s][^<>]*)<")
_SAID = re.compile(r">([^<>]{2,60})<")
_NAMED = tuple(re.compile(rf"""{name}\s*=\s*["']?([^"'<>]*)""") for name in ("class", "id"))
_HEADING = re.compile(rb"<h[2-6][\s>].{0,1000}?</h", re.DOTALL)
_TAG = re.compile(rb"<[^<>]*>")
_COMMENT_ENDS = re.compile(rb"--!?>")
_ENDS = {name: re.compile(rb"<(?:/%b\s*+>|%b|!--)" % (name, name), re.IGNORECASE) for name in (b"script", b"style")}
"""Where their text ends, and what may stand in it that makes its end another one."""
_CODE = (b"script", b"style", b"svg")
"""What says nothing of the article in its midst either."""
_NOT_DRAWN = re.compile(
    rb"<(?:svg|script|foreignobject|p|div|span|a|img|ul|table|section|article|main|h[1-6])[\s/>]", re.IGNORECASE
)
"""What has one of these behind its beginning is no drawing, or one that does not end where it seems to."""
_SAYS = re.compile(
    rb"[\s\x80-\xff]*(?:(?:window\.|var |let |const |self\.)?[\w.$\[\]'\"\x80-\xff]{2,240}\s*=\s*[{\[]|self\.__next_f\.push)"
)
"""How a script begins that may hold an article's data (see declared.py)."""
_TYPE = re.compile(rb"""\stype\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Lean:
    """What is left of a page."""

    page: bytes
    """Its HTML."""
    data: tuple[tuple[bytes, bytes], ...] = ()
    """Of what was taken out, the scripts that may hold the article's data: their tags, and their texts."""

    @property
    def is_sound(self) -> bool:
        """Whether it is UTF-8 without a flaw."""
        try:
            return is_sound(self.page) and self.scripts is not None
        except UnicodeDecodeError:
            return False

    @cached_property
    def scripts(self) -> tuple[tuple[str, str], ...]:
        """The scripts, of what is in UTF-8, as their types in lower case, and their texts."""
        return tuple((_type_of(tag), text.decode()) for tag, text in self.data)

    def read_in(self, charset: str) -> "Lean":
        """The same in UTF-8, of a page in another charset."""
        page, *texts = (
            to_unicode(text, charset).encode("utf-8", "replace")
            for text in (self.page, *(text for _, text in self.data))
        )
        return Lean(page=page, data=tuple(zip((tag for tag, _ in self.data), texts, strict=True)))


def _type_of(tag: bytes) -> str:
    found = _TYPE.search(tag)
    kind = next(filter(None, found.groups()), b"") if found else b""
    return html.unescape(kind.decode("utf-8", "replace")).lower()


def lean(page: bytes, charset: str = "utf-8", kinds: Container[BriefKind] = frozenset(BriefKind)) -> Lean:
    """The page without all that: for who asks for its article, and of blocks of teasers for those of `kinds`, and not for its
    links. It is in UTF-8 or in another `charset` in which bytes of ASCII are ASCII.
    """
    needless = _Needless(page, charset, kinds)
    kept: list[bytes] = []
    at = 0
    for start, end in needless.found:
        kept.append(page[at:start])
        at = end
    return Lean(page=b"".join([*kept, page[at:]]) if kept else page, data=tuple(needless.data))


class _Needless:
    """One pass over a page. `found` is from where to where each stretch is, in page order; of two menus in each other the inner."""

    def __init__(self, page: bytes, charset: str, kinds: Container[BriefKind]) -> None:
        self.page = page
        self.charset = charset
        self.lists = frozenset(kind for kind in _LISTS if kind not in kinds)
        self.found: list[tuple[int, int]] = []
        self.data: list[tuple[bytes, bytes]] = []
        """Scripts that may hold data, of those that were found."""
        self._data_at: list[int] = []
        """Where each of them begins."""
        self._inside = 0
        """How many articles are open."""
        self._opened: tuple[bytes, int] | None = None
        """The menu or footer that may be the next to close, by its name and where it begins."""
        self._drawn = self._aside = -1
        """Where the next drawing ends, and the next <aside>, of those that were asked about."""
        at = 0
        while mark := _MARK.search(page, at):
            name, start, at = mark[0][1:], mark.start(), mark.end()
            if name == b"!--":
                end = _COMMENT_ENDS.search(page, start + 2)
                at = end.end() if end else len(page)
            elif page[at : at + 1] in _BEHIND:
                at = self._again(start, name) or self._element(name, start, at)

    def _element(self, name: bytes, start: int, at: int) -> int:
        if name == b"svg":
            return self._drawing(start, at)
        if name == b"aside":
            return at if self._inside or not self.lists else self._list(start, at)
        return self._script(name, start, at) if name in _ENDS else self._frame(name, start, at)

    def _drawing(self, start: int, at: int) -> int:
        """Note a drawing, if it surely is one; where to go on."""
        page = self.page
        inside = page.find(b">", at) + 1
        if not inside:
            return len(page)
        if self._drawn < at:
            found = page.find(b"</svg", at)
            self._drawn = found if found >= 0 else len(page)
        stop = self._drawn
        if stop < inside or page[inside - 2 : inside] == b"/>" or _NOT_DRAWN.search(page, inside, stop):
            return at
        end = page.find(b">", stop) + 1
        drawn = page[start:end]
        if not end or drawn.count(b'"') % 2 or drawn.count(b"'") % 2 or drawn.count(b"<!--") != drawn.count(b"-->"):
            return at
        self._take(start, end)
        return end

    def _list(self, start: int, at: int) -> int:
        """Note an <aside> that calls itself a list of other articles, of a kind nobody asks for; where to go on."""
        page = self.page
        label = _TEXT.search(page, at, at + _NEAR)
        if label is None or kind_of(_plain(label[1], self.charset)) not in self.lists:
            return at
        if self._aside < at:
            found = page.find(b"</aside", at)
            self._aside = found if found >= 0 else len(page)
        end = self._aside
        # a link before the label is one of several tabs; another one inside ends before this one does
        if any(page.find(n, at, label.start()) >= 0 for n in _LINKED) or page.find(b"<aside", at, end) >= 0:
            return at
        stop = page.find(b">", end) + 1
        if not label.end() <= end < stop or not _known(_lists_others, page[start:stop], self.charset):
            return at
        self.found.append((start, stop))
        return stop

    def _script(self, name: bytes, start: int, at: int) -> int:
        """Note a script or a style sheet; where to go on: not at all, where only a parser can tell."""
        page = self.page
        inside = page.find(b">", at) + 1
        head = page[start:inside]
        if not head or head.endswith(b"/>") or head.count(b'"') % 2 or head.count(b"'") % 2:
            return len(page)
        first = page.find(b"<", inside)  # a pattern takes eight times as long to come to it
        stop, end = _end(_ENDS[name].finditer(page, first)) if first >= 0 else (0, 0)
        if stop and name == b"script" and (b"json" in head.lower() or _SAYS.match(page, inside)):
            self.found.append((start, end))
            self.data.append((head, page[inside:stop]))
            self._data_at.append(start)
        elif stop:
            self._take(start, end)
        return end or len(page)

    def _frame(self, name: bytes, start: int, at: int) -> int:
        """Note where a menu or a footer begins, or that it has ended; where to go on."""
        closes = name.startswith(b"/")
        if name.removeprefix(b"/") in _PIECES:
            self._inside = max(0, self._inside - 1) if closes else self._inside + 1
            self._opened = None
        elif not closes:
            self._opened = None if self._inside else (name, start)
        elif self._opened is not None:
            opened, start = self._opened
            end = self.page.find(b">", at) + 1
            if name == b"/" + opened and end and _known(_is_frame, self.page[start:end], self.charset):
                self._take(start, end)
            self._opened = None
        return at

    def _again(self, start: int, name: bytes) -> int:
        """Where the stretch ends that begins here, if it is the one that was last seen to begin so; 0 if not."""
        known = _SEEN.get(self.page[start : start + _BEGINNING])
        if (
            known is None
            or (self._inside and name not in _CODE)
            or _print(self.page[start : start + known[1]], self.charset) != known
        ):
            return 0
        if name not in _CODE:
            self._opened = None
        self.found.append((start, start + known[1]))
        return start + known[1]

    def _take(self, start: int, end: int) -> None:
        while self.found and self.found[-1][0] > start:  # a script in a menu
            self.found.pop()
        while self._data_at and self._data_at[-1] > start:
            self._data_at.pop()
            self.data.pop()
        self.found.append((start, end))
        if end - start > _BEGINNING:
            if len(_SEEN) >= _MOST:
                _SEEN.clear()
            _SEEN[self.page[start : start + _BEGINNING]] = _print(self.page[start:end], self.charset)


def _end(marks: Iterator[re.Match[bytes]]) -> tuple[int, int]:
    """Where a script's text ends, and the script.

    The first is 0 for one that holds the beginning of another one: it may be no script, but stand in an attribute. The second is 0
    if it may go on behind what seems to be its end (HTML Standard, 13.2.5.20-31).
    """
    comment, alone = False, True
    for mark in marks:
        if mark[0].endswith(b">"):
            return (mark.start(), mark.end()) if alone else (0, 0 if comment else mark.end())
        if mark[0] == b"<!--":
            comment = True
        else:
            alone = False
    return 0, 0


def _known(judge: Callable[[bytes, str], bool], element: bytes, charset: str) -> bool:
    """What is judged of an element, remembered."""
    known = _print(element, charset)
    if known not in _KNOWN:
        if len(_KNOWN) >= _MOST:
            _KNOWN.clear()
        _KNOWN[known] = judge(element, charset)
    return _KNOWN[known]


_Print = tuple[int, int, str]
"""Of a stretch of a page the checksum and the length, and the page's charset."""


def _print(stretch: bytes, charset: str) -> _Print:
    return isal_zlib.crc32(stretch), len(stretch), charset


_MOST = 4_096
_KNOWN: dict[_Print, bool] = {}
"""Of elements seen before, whether they are frames or lists: a site's pages have one menu."""
_BEGINNING = 256
_SEEN: dict[bytes, _Print] = {}
"""Of what was taken out before, by its first bytes: so that the same is not looked through on each page."""


def _is_frame(element: bytes, charset: str) -> bool:
    """Whether an element holds a menu's many links, and neither says anything of an article nor is called a block of teasers."""
    if element.count(b"<a ") < _MENU or any(own in element for own in _OWN):
        return False
    first = islice((found[1] for found in _TEXT.finditer(element)), 2)
    over = (_TAG.sub(b" ", found[0] + b">") for found in _HEADING.finditer(element))
    return not any(kind_of(_plain(text, charset)) in KEPT_BRIEFS for text in (*first, *over))


def _lists_others(element: bytes, charset: str) -> bool:
    """Whether a list holds many links, and beside them labels only: nothing of the article, and no block of teasers of the kinds
    that are kept."""
    tags = _TAGS.findall(element)
    if tags.count(b"a ") < _MENU or tags.count(b"div") != tags.count(b"/div") or not _NO_LIST.isdisjoint(tags):
        return False
    lower = element.lower()
    if any(sign in lower for sign in _TELLS):
        return False
    text = to_unicode(element, charset)
    beside = "".join(one.rpartition("</a>")[2] or one for one in text.split("<a "))
    if not all(map(_is_label, {flat(html.unescape(one)) for one in _PIECE.findall(beside)})):
        return False
    over = {flat(html.unescape("".join(_SPLIT.split(one)))) for one in _OVER.findall(beside)}
    said = over | {flat(html.unescape(one)) for one in _SAID.findall(text)}
    names = {name for named in _NAMED for name in named.findall(text)}
    return KEPT_BRIEFS.isdisjoint(map(kind_of_heading, said)) and KEPT_BRIEFS.isdisjoint(map(kind_of_classes, names))


def _is_label(text: str) -> bool:
    """Whether it is a tag or a number, as lists show them: no sentence, no date in words, nobody's name behind "By"."""
    if " " not in text:
        return len(text) <= _LABEL
    dated = any(map(str.isdigit, text)) and any(map(str.isalpha, text))
    return len(text) <= _LABEL and not dated and not is_byline(text)


def _plain(text: bytes, charset: str) -> str:
    return " ".join(html.unescape(to_unicode(text, charset)).split())
