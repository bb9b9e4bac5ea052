"""The one place where text and HTML from outside are made safe to publish.

Text is text: what XML cannot hold is replaced, markup is escaped by whoever writes it. HTML goes through nh3 (a list of what is
allowed, everything else away), then images that a page loads by script are made plain, from checked addresses and escaped text, and
nh3 has it once more. The result is what nh3 wrote.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape, unescape
from urllib.parse import quote, urlsplit

import nh3

from newsloom.news.identity import normalize

# XML 1.0, 2.2: `Char`. Lone surrogates, U+FFFE, U+FFFF and most control characters are not.
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# HTML, 13.2.3.5: what a parser reports in its input, control characters and what is no character.
_PLANES = "".join(f"{chr(first)}-{chr(first + 0xFFFD)}" for first in range(2**16, 17 * 2**16, 2**16))
_NOT_IN_HTML = re.compile(f"[^\t\n\r -~\xa0-\ufdcf\ufdf0-\ufffd{_PLANES}]")
_BREAK = re.compile(
    r"(<[bh]r>|</(?:p|div|h[1-6]|li|dt|dd|td|th|tr|caption|figcaption|blockquote|pre|address|summary|section|article|header|footer)>)"
    r"(?=\S)"
)
_WINDOWS = {chr(n): bytes([n]).decode("cp1252", "replace") for n in range(0x80, 0xA0)}
_LINE_ENDS = re.compile("\r\n?")
_BLANKS = re.compile("[ \t\n]+")
_URI = "%/:?@!$&'()*+,;=-._~"  # RFC 3986, 3.3: what may stand behind the host as it is, and what is percent-encoded already
_BARE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


def _names(several: str) -> frozenset[str]:
    return frozenset(several.split())


_TAGS = _names(
    "a abbr acronym address article aside b big blockquote br caption cite code col colgroup dd del details dfn div dl dt em "
    "figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i ins kbd li main mark nav ol p pre q rp rt ruby s samp section "
    "small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr"
)
_REWRITTEN = _names("img picture source video audio")
_NOT_READ = _names(
    "script style template title noframes noembed iframe textarea select option optgroup datalist button"
)
"""Their text is not reading text. A form as such may hold an article (some sites wrap the whole page in one), so its text stays."""

_LAZY = ("data-src", "data-lazy-src", "data-original", "data-orig-src", "data-hi-res-src", "data-lazyload", "data-url")
_LAZY_SETS = ("data-srcset", "data-lazy-srcset")
_ATTRIBUTES = {
    "*": {"title", "lang", "dir"},
    "a": {"href", "hreflang"},
    "del": {"datetime"},
    "ins": {"datetime"},
    "time": {"datetime"},
    "ol": {"start", "reversed", "type"},
    "li": {"value"},
    "col": {"span"},
    "colgroup": {"span"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope", "abbr"},
    "details": {"open"},
    "img": {"src", "srcset", "alt", "width", "height", "style", *_LAZY, *_LAZY_SETS},
    "source": {"src", "srcset", *_LAZY_SETS},
    "video": {"src"},
    "audio": {"src"},
}

# nh3 drops the text of all that svg and math know, to the end of the body if they are not closed, and takes the content of
# noscript, which is the plain form of an image, for text. So these tags go before it; what was in them is then like the rest.
_UNWRAPPED_TAGS = _names(
    "noscript svg math animate circle discard ellipse filter g image line marker mask mpath path pattern polygon polyline rect "
    "set stop switch symbol text textpath tspan use view annotation annotation-xml maction maligngroup malignmark menclose merror "
    "mfenced mfrac mglyph mi mlabeledtr mlongdiv mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mscarries "
    "mscarry msgroup msline mspace msqrt msrow mstack mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none "
    "semantics"
)
_WITHIN = r"""(?=[\s/>])(?:[^<>"']|"[^"]*"|'[^']*')*"""
_UNWRAPPED = re.compile(rf"</?(?:{'|'.join(sorted(_UNWRAPPED_TAGS))}){_WITHIN}>", re.IGNORECASE)
_FOREIGN = re.compile(r"<(?:svg|math)(?=[\s/>])", re.IGNORECASE)
_RAW = re.compile(rf"<(/?)(script|style|title|textarea|iframe|noembed|noframes|xmp){_WITHIN}>", re.IGNORECASE)
_SECTION = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.DOTALL)
_AMP = re.compile(r"<amp-(?=img\b)", re.IGNORECASE)
_INLINE = re.compile(r"data:[^\"'\s<>]{200,}", re.IGNORECASE)  # never kept, and often longer than the article
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [^\s"=<>]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([^\s"=<>]+)="([^"]*)"')
_CANDIDATES = re.compile(
    r"(?<=[0-9][wx]),|,\s+"
)  # HTML, 4.8.4.2.1; commas inside addresses are common (image services)
_PLACEHOLDER = re.compile(r"(?:blank|spacer|placeholder|lazy|1x1|pixel|transparent|loading)[\w-]*\.\w+$", re.IGNORECASE)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:^|;)\s*(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$)"
)
_TRACKERS = re.compile(
    r"(?:^|\.)(?:pixel\.wp\.com|stats\.wordpress\.com|feedburner\.com|scorecardresearch\.com|doubleclick\.net|"
    r"google-analytics\.com|facebook\.com|quantserve\.com|chartbeat\.net|metrics\.\w+\.\w+)$"
)
_WIDE_ENOUGH = 1600  # pixels; of several sizes of an image, the largest up to here

_LONGEST = 400_000
_LONGEST_ADDRESS = 8_192
_DEEPEST = 512
_MOST_REOPENED = 100_000
_OPENING = re.compile(r"<(/?)([a-z][^\s/>]*)", re.IGNORECASE)
_FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")
_SELF_CLOSING = _names(
    "area base br col dd dt embed hr img input li link meta option p param rp rt source tbody td tfoot th thead "
    "tr track wbr"
)


def text(value: str) -> str:
    """`value` with line ends as `\\n`, and U+FFFD for each character that XML 1.0 cannot hold, not even as a reference."""
    return _FORBIDDEN.sub("\ufffd", _LINE_ENDS.sub("\n", value))


def line(value: str) -> str:
    """`text` on one line, for titles and names; "" for one of white space only.

    Only spaces, tabs and line ends run together: a no-break space is meant.
    """
    one = _BLANKS.sub(" ", text(value)).strip(" ")
    return one if one.strip() else ""


def address(url: str, base: str = "") -> str:
    """An absolute http or https address that is also a URI (RFC 3986), or "" for whatever is none: `javascript:`, `data:`."""
    if len(url) > _LONGEST_ADDRESS or not (there := normalize(text(url), base)):
        return ""
    scheme, _, host, rest = there.split("/", 3)  # a normal form: it has a slash behind the host
    before, mark, fragment = _BARE_PERCENT.sub("%25", rest).partition("#")
    return f"{scheme}//{host}/{quote(before, safe=_URI)}{mark}{quote(fragment, safe=_URI)}"


def markup(html: str) -> str:
    """HTML as readers like it best.

    Without characters that HTML forbids: control characters by which Windows means something are that, as a reference to one is
    (HTML, 13.2.5.84); the others, and what is no character, are U+FFFD. With a line end where a line ends, since readers that show
    the text alone take the tags away and nothing else.
    """
    return _BREAK.sub(r"\1\n", _NOT_IN_HTML.sub(lambda found: _WINDOWS.get(found[0], "\ufffd"), html))


def paragraphs(value: str) -> str:
    """Text as HTML: paragraphs where empty lines are, line breaks where lines end."""
    parts = re.split(r"\n[ \t]*\n\s*", text(value).strip())
    return "".join(f"<p>{escape(part, quote=False)}</p>".replace("\n", "<br>") for part in parts if part)


@lru_cache(maxsize=100)  # an archive page is written in two formats, one after the other
def clean(html: str, base: str) -> str:
    """The body `html` of the page at `base`, safe to show: no script, no style, no form, no tracking pixel; links absolute.

    Empty if nothing is left to read or see, or if parsing it would take more than about a second: HTML parsers are quadratic in
    depth. The caller then has the text.
    """
    html = _AMP.sub("<", _unwrapped(text(html)))
    if "data:" in html.lower():
        html = _INLINE.sub("data:,", html)
    if not _bearable(html):
        return ""
    base = address(base)
    plain = _TAG.sub(_Media(base), _cleaner(base).clean(html))
    # Where a tag was taken away, what it kept apart now stands in each other, which it may not (`<p><form><p>`): so once more.
    plain = _AGAIN.clean(plain).strip()
    return plain if "<img " in plain or _TAG.sub("", plain).strip() else ""


def _unwrapped(html: str) -> str:
    """Without the tags in which other rules hold than those of HTML, and without marks of CDATA, which HTML has none of.

    Within svg and math `<style/>` is whole, and a text that nobody reads ends with what it stands in; with these away, all that
    follows would be such a text.
    """
    html = _SECTION.sub(r"\1", html)
    if _FOREIGN.search(html):
        closed = {found[2].lower(): found.start() for found in _RAW.finditer(html) if found[1]}
        html = _RAW.sub(
            lambda found: (
                "" if found[0].endswith("/>") or found.start() > closed.get(found[2].lower(), -1) else found[0]
            ),
            html,
        )
    return _UNWRAPPED.sub("", html)


def _cleaner(base: str) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TAGS | _REWRITTEN),
        clean_content_tags=set(_NOT_READ),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto"},
        url_relative=("rewrite_with_base", base) if base else "deny",
        link_rel="noopener noreferrer",
    )


_AGAIN = _cleaner("")


def _bearable(html: str) -> bool:
    """Whether a parser gets through in bounded time and memory.

    Counted: elements open at once, and formatting elements that each block after them opens again (`<p><b><b>...</p><p>...`).
    """
    if len(html) > _LONGEST:
        return False
    depth = formatting = reopened = 0
    for slash, name in _OPENING.findall(html):
        tag = name.lower()
        step = -1 if slash else 1
        if tag in _FORMATTING:
            formatting = max(0, formatting + step)
        elif not slash:
            reopened += formatting
        if tag not in _SELF_CLOSING:
            depth = max(0, depth + step)
        if depth > _DEEPEST or reopened > _MOST_REOPENED:
            return False
    return True


class _Media:
    """Rewrites the tags of one body, in their order, as nh3 wrote them: each attribute quoted, each `<` of text escaped."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._sources: list[Mapping[str, str]] = []
        self._film: Mapping[str, str] = {}
        self._shown: set[str] = set()

    def __call__(self, match: re.Match[str]) -> str:
        slash, tag, attributes = match.groups()
        if tag not in _REWRITTEN:
            return match[0]
        found = {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
        if tag == "source":
            self._sources.append(found)
            return ""
        if tag == "img":
            return self._image(found)
        if tag in ("video", "audio"):
            return self._close_film(tag) if slash else self._open_film(found)
        self._sources = []
        return ""

    def _image(self, found: Mapping[str, str]) -> str:
        """The picture itself, whatever shows it on the page; a page's twin of it in `noscript` is left out."""
        sources, self._sources = self._sources, []
        src = self._address(found, sources)
        if src in ("", self._base) or src in self._shown or _is_pixel(found, src):
            return ""
        self._shown.add(src)
        kept = {"src": src, "alt": found.get("alt", ""), "title": found.get("title", "")}
        kept |= {
            side: found[side] for side in ("width", "height") if re.fullmatch(r"[1-9]\d{0,4}", found.get(side, ""))
        }
        return (
            "<img"
            + "".join(f' {name}="{escape(value)}"' for name, value in kept.items() if value or name == "alt")
            + ">"
        )

    def _address(self, found: Mapping[str, str], sources: list[Mapping[str, str]]) -> str:
        src = found.get("src", "")
        ways = [
            *(found.get(name, "") for name in _LAZY),
            *(_best(found.get(name, "")) for name in _LAZY_SETS),
            "" if _PLACEHOLDER.search(src[-100:]) else src,
            *(_best(each.get(name, "")) for each in (found, *sources) for name in ("srcset", *_LAZY_SETS)),
            src,
        ]
        return next(filter(None, (address(way, self._base) for way in ways if way)), "")

    def _open_film(self, found: Mapping[str, str]) -> str:
        self._film, self._sources = found, []
        return ""

    def _close_film(self, tag: str) -> str:
        """A link to what would play: readers do not agree on players, and take `controls` away."""
        tried = (address(each.get("src", ""), self._base) for each in (self._film, *self._sources) if each.get("src"))
        src = next(filter(None, tried), "")
        self._film, self._sources = {}, []
        if not src:
            return ""
        name = escape(f"{tag.capitalize()}: {urlsplit(src).hostname}")
        return f'<a href="{escape(src)}" rel="noopener noreferrer">{name}</a>'


def _best(srcset: str) -> str:
    """Of an image's sizes the largest that is not needlessly large. Widths in pixels; a density counts as so many 800s."""
    sized = []
    for candidate in _CANDIDATES.split(srcset):
        url, *size = candidate.split()[:2] or [""]
        number = re.fullmatch(r"(\d{1,5}(?:\.\d{1,5})?)([wx])", size[0]) if size else None
        sized.append((float(number[1]) * (800 if number[2] == "x" else 1) if number else 800.0, url.strip(",")))
    small = [one for one in sized if one[1] and one[0] <= _WIDE_ENOUGH]
    return max(small)[1] if small else min(sized)[1]


def _is_pixel(found: Mapping[str, str], src: str) -> bool:
    """An image of no size, hidden, or of a house that counts readers."""
    sides = [found[side].strip().removesuffix("px") for side in ("width", "height") if side in found]
    lazy = any(found.get(name) for name in (*_LAZY, *_LAZY_SETS))
    if "0" in sides or sides == ["1", "1"] or _TRACKERS.search(urlsplit(src).hostname or ""):
        return True
    return not lazy and bool(_HIDDEN.search(found.get("style", "").lower()))
