"""Paths: one spelling, without the marks of AMP and print forms; and whether a path by itself names an article."""

import re
import unicodedata
from enum import IntEnum
from functools import cache
from urllib.parse import quote, unquote_to_bytes

from newsloom.news.keys.known import known

_TRIPLET = re.compile(r"(?<!%)(?<!%[0-9A-Fa-f])%([0-9A-Fa-f]{2})")
"""Not behind a percent sign that stands for itself: what it would become together with that is another triplet."""
_ESCAPED = {
    **{f"{n:02X}": f"%{n:02X}" for n in range(256)},
    **{f"{ord(c):02X}": c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$()*,:@[]|"},
}
"""Unreserved characters (RFC 3986, 2.3), and of the others those that browsers write either way and no server tells apart."""

_MARKS = re.compile("%C[CD]%|%E1%8[4-7]%|%E3%82%9[9A]")
"""Combining marks, the parts of Korean syllables, the voicing marks of Japanese; and a few signs more."""
_RUN = re.compile("(?:%[89A-F][0-9A-F])+")
_SLASHES = re.compile(r"//+")
_SESSION = re.compile(
    r";(?:jsessionid|phpsessid|sessionid|sid)=[^/;]*|/\((?:[A-Z]\([0-9a-z_-]{8,}\))+\)(?=/|$)|/\([0-9a-z]{24}\)(?=/)",
    re.IGNORECASE,
)
"""Of Java servlets, and of ASP.NET without cookies: `/(S(lit3py55t21z5v55vlm25s55))/`."""
_INDEX = re.compile(
    r"/(?:index|default)\.(?:html?|amp|amp\.html?|s?html|xhtml|php\d?|aspx?|jspx?|cfm|cgi|do)$", re.IGNORECASE
)
_FORMS = frozenset({
    "amp", ".amp", "amp.html", "amp.htm", "amp.php", "amphtml", "google-amp",
    "print", "print.html", "print.htm", "print.php", "printable", "printview",
})  # fmt: skip
"""Whole segments that say in which form an article is shown."""
_FORM_NAMES = re.compile(r"/amp_(?=[a-z])")
_PRINT_ENDS = re.compile(r"[._]print(?=\.html?$|$)", re.IGNORECASE)
_AMP_ENDS = re.compile(r"(?<=[^/])\.amp(?:html)?(?=\.html?$|$)", re.IGNORECASE)
_SOME_NAME = re.compile(r"[^/][-_][^/]|\d{3}")
_COMMENTS_PAGE = "/comment-page-"
_COMMENTS = re.compile(rf"(?<=[^/]){_COMMENTS_PAGE}\d+$")
"""WordPress: the second page of the comments below the same article."""
_HTML = re.compile(r"\.html?$", re.IGNORECASE)

UNUSUAL = re.compile(
    r"[?#%;(/._](?:(?<=[?#%;(])|(?<=/)/|amp|print|google-amp|comment-page-|html?$|(?:index|default)\.)", re.IGNORECASE
)
"""What has none of these behind its host, slashes at the end aside, is its own key. It begins with the signs that all of them begin
with, which are looked for fast."""


class Telling(IntEnum):
    """How surely a path names an article by itself."""

    NOT = 0
    PROBABLY = 1
    SURELY = 2


def unescaped(text: str) -> str:
    """The normal form of percent-encoding (RFC 3986, 6.2.2): what need not be encoded is not; the rest in capitals."""
    if "%" not in text:
        return text
    text = _TRIPLET.sub(lambda m: _ESCAPED[m[1].upper()], text)
    return _composed(text) if _MARKS.search(text) else text


def _composed(text: str) -> str:
    """Letters with their marks as one character (NFC): some systems write slugs apart."""
    try:
        plain = _RUN.sub(lambda m: unquote_to_bytes(m[0]).decode(), text)
    except UnicodeDecodeError:  # in a charset of the site's own
        return text
    return "".join(c if c.isascii() else quote(c) for c in unicodedata.normalize("NFC", plain))


def plain_path(path: str) -> str:
    """A path without what does not change the article: never "", no slash at its end unless it is all."""
    path = unescaped(path)
    if ";" in path or "(" in path:
        path = _SESSION.sub("", path)
    if "//" in path:
        path = _SLASHES.sub("/", path)
    before = ""
    while path != before:
        before = path
        path = path.rstrip("/")
        if "." in path:
            path = _INDEX.sub("", path)
        if _COMMENTS_PAGE in path:
            path = _COMMENTS.sub("", path)
        path = _formless(path)
    return path or "/"


def _formless(path: str) -> str:
    """Without marks of AMP and print, and `.html`, if what is left is no section: `/tag/amp` and `/best-amp` are what they say."""
    low = path.lower()
    if "amp" in low or "print" in low:  # as all of these have; most paths have none
        path = _AMP_ENDS.sub("", path)
        segments = [s for s in path.split("/") if s.lower() not in _FORMS]
        rest = _PRINT_ENDS.sub("", _FORM_NAMES.sub("/", "/".join(segments)))
        if rest != path and (_SOME_NAME.search(rest) or _begins_with_form(path)):
            path = rest
        low = path.lower()
    # The AMP form of `/name.html` is `/name.amp` here and `/name.amp.html` there.
    rest = path[: path.rfind(".")] if low.endswith((".html", ".htm")) else path
    return rest if rest != path and _of_segment(rest[rest.rfind("/") + 1 :]) else path


def _begins_with_form(path: str) -> bool:
    """`/amp/news/fire`, but not `/amp/gear`: with two segments more it is the tree of a site over again."""
    return path.count("/") >= 3 and path[1:].partition("/")[0].lower() in _FORMS


_DATED = re.compile(r"/(?:19|20)\d\d/(?:[01]?\d|[a-z]{3})/(?:[0-3]?\d/)?(?=[^/]*[^\W\d_])")
_NUMBER = re.compile(r"\d{5,}")
_SHORT_NUMBER = re.compile(r"(?:[a-z]{1,10}-)?(?!(?:19|20)\d\d$)\d{3,4}")
_CODE = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?=[a-z]*\d+[a-z]+\d)[0-9a-z]{8,}", re.IGNORECASE)
"""A UUID, or letters and digits mixed; `election2026` is a word."""


def telling(path: str) -> Telling:
    """Whether a path names an article: by a number, a date with a name behind it, a headline, a code."""
    surest = max(map(_of_segment, path.split("/")), default=Telling.NOT)
    if surest < Telling.SURELY and _DATED.search(path) and not _is_script(path):
        return Telling.SURELY
    return surest


def _of_segment(segment: str) -> Telling:
    if _SHORT_NUMBER.fullmatch(segment):
        return Telling.PROBABLY
    if len(segment) < 5:
        return Telling.NOT
    if _NUMBER.search(segment):
        return Telling.SURELY
    if _is_script(segment):
        return Telling.NOT
    plain = _HTML.sub("", segment).replace("%20", "-").replace("_", "-").replace("+", "-")
    words = [w for w in plain.split("-") if w]
    letters = len(words) - sum(map(str.isdigit, words))
    if letters >= 5 or _CODE.fullmatch(segment) or (words and _CODE.fullmatch(words[-1])):
        return Telling.SURELY
    # In scripts without spaces, or encoded, a headline is one long word.
    return Telling.PROBABLY if letters >= 3 or segment.count("%") >= 15 else Telling.NOT


def _is_script(path: str) -> bool:
    """Whether a program answers there, whatever it is called: `/show-full-news-story.php`."""
    return "." in path and path.rpartition(".")[2].lower() in _scripts()


@cache
def _scripts() -> frozenset[str]:
    return frozenset(known()["scripts"].split())
