"""A body's form: parts (paragraphs, headings, items, quotes, figures) as plain text and as simple HTML, and what is no body."""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from types import MappingProxyType

from lxml.etree import _Element
from lxml.html import fragment_fromstring

from newsloom.news.identity import normalize
from scraper.extract.words import Said, flat, weight


@dataclass(kw_only=True, slots=True)
class Part:
    """One paragraph, heading, list item, quote, table row or figure."""

    tag: str
    """`p`, `h2`-`h4`, `li`, `blockquote`, `pre`, `tr`, `figure`."""
    text: str
    """Plain; empty for a figure."""
    html: str
    """The inside of the element, not safe."""
    group: str = ""
    """`ul` or `ol` of a list item; `table` of a row."""

    _size: int = field(default=-1, repr=False, compare=False)

    @property
    def size(self) -> int:
        """Letters, an ideograph counting as two and a half."""
        if self._size < 0:
            self._size = weight(self.text)
        return self._size


@dataclass(frozen=True, kw_only=True)
class Body:
    parts: tuple[Part, ...] = ()
    origin: str = ""
    """`density`, `trafilatura`, `json-ld`, `state`, `microdata`, `selector`: where it was found."""

    @cached_property
    def text(self) -> str:
        return "\n\n".join(p.text for p in self.parts if p.text)

    @property
    def html(self) -> str:
        return "\n".join(_grouped(self.parts))

    @cached_property
    def size(self) -> int:
        """Letters, an ideograph counting as two and a half."""
        return sum(p.size for p in self.parts)


def _grouped(parts: Iterable[Part]) -> Iterator[str]:
    group = ""
    for part in parts:
        if part.group != group:
            if group:
                yield f"</{group}>"
            if part.group:
                yield f"<{part.group}>"
            group = part.group
        yield f"<{part.tag}>{part.html}</{part.tag}>"
    if group:
        yield f"</{group}>"


# ------------------------------------------------------------- what is no body

GONE = frozenset(
    {"script", "style", "noscript", "template", "nav", "footer", "aside", "form", "button", "svg", "iframe", "object", "embed",
     "select", "input", "textarea", "label", "dialog", "canvas", "audio", "video", "map", "head", "link", "meta"}
)  # fmt: skip
NO_TEXT = GONE - {"form", "aside", "label"}
"""Tags that hold no article whatever else they hold: old sites put whole pages into a form."""
_JUNK_WORDS = re.compile(
    r"(?:^|[\s_-])(?:share|sharing|social|comments?|disqus|newsletter|subscri(?:be|ption)|promo|related|sidebar|cookies?|consent|"
    r"gdpr|advert(?:isement|ising)?|ads?|sponsor(?:ed)?|breadcrumbs?|crumbs|byline|author-?(?:bio|box|info|card)?|tags?|taglist|"
    r"recirc\w*|recommend\w*|outbrain|taboola|popup|modal|paywall|most-?(?:read|popular)|trending|navigation|nav|menu|footer|"
    r"caption|credits?|copyright|toolbar|print|sr-only|visually-?hidden|screen-reader(?:-text)?|skip|pagination|pager|login|"
    r"signup|sign-up|toc|player|rating|timestamp|dateline|meta|read-?(?:more|next|also)|more-?(?:stories|news|from|on)|"
    r"widget|teasers?|banner|correction-link|cta)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BODY_WORDS = re.compile(
    r"article-?_?body|story-?_?body|entry-?_?content|post-?_?content|article-?_?content|articleBody", re.IGNORECASE
)


def is_junk(element: _Element) -> bool:
    """Whether an element is by its tag, role, class or id no part of any article's body."""
    tag = element.tag
    if not isinstance(tag, str) or tag in GONE:
        return True
    if tag in ("body", "html", "article", "main"):
        return False
    name = ident = ""
    for attribute, value in element.items():
        if attribute == "class":
            name = value
        elif attribute == "id":
            ident = value
        elif attribute in _TELLING and _is_put_aside(attribute, value):
            return True
    return bool(name or ident) and _is_junk_name(f"{name} {ident}")


_TELLING = frozenset(("hidden", "aria-hidden", "role", "style"))


def _is_put_aside(attribute: str, value: str) -> bool:
    if attribute == "style":
        return _HIDDEN.search(value) is not None
    return value in _JUNK_ROLES if attribute == "role" else attribute == "hidden" or value == "true"


@lru_cache(maxsize=4_096)  # a page, and a site's pages, have few names for many elements
def _is_junk_name(name: str) -> bool:
    return bool(_JUNK_WORDS.search(name)) and not _BODY_WORDS.search(name)


_JUNK_ROLES = frozenset(
    {"navigation", "complementary", "contentinfo", "banner", "search", "dialog", "form", "menu", "toolbar"}
)

# ---------------------------------------------------------------- serializing

BLOCKS = frozenset(
    {"p", "div", "section", "article", "main", "ul", "ol", "li", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "table",
     "thead", "tbody", "tfoot", "tr", "td", "th", "figure", "figcaption", "dl", "dt", "dd", "header", "center", "hr", "address",
     "details", "summary", "body", "html", "fieldset", "picture"}
)  # fmt: skip
_STRESS = {
    "b": "strong",
    "strong": "strong",
    "i": "em",
    "em": "em",
    "cite": "em",
    "sup": "sup",
    "sub": "sub",
    "code": "code",
}
_HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}


class _Run:
    """Inline content being gathered: text and HTML side by side."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.html: list[str] = []
        self.linked = 0

    def add(self, text: str | None) -> None:
        if text:
            self.text.append(text)
            self.html.append(html.escape(text, quote=False))

    def take(self) -> tuple[str, str, int]:
        if not self.text:
            self.html = []
            return "", "", 0
        text, markup, linked = "".join(self.text), "".join(self.html), self.linked
        self.text, self.html, self.linked = [], [], 0
        if "\0" not in text:
            bare = flat(text)
            return bare, bare if markup == text else flat(markup), linked
        lines = (flat(line) for line in text.split("\n\0"))
        return "\n".join(line for line in lines if line), _without_outer_breaks(flat(markup)), linked


def _without_outer_breaks(markup: str) -> str:
    while markup.startswith("<br>"):
        markup = markup[4:].lstrip()
    while markup.endswith("<br>"):
        markup = markup[:-4].rstrip()
    return markup


def parts_of(
    root: _Element,
    url: str,
    *,
    skip: Callable[[_Element], bool] = is_junk,
    texts: Mapping[_Element, Said] = MappingProxyType({}),
) -> tuple[Part, ...]:
    """Everything inside `root` as parts, in order, without what `skip` names. Links and images become absolute.

    `texts` is what elements say that hold nothing but a text, of those of which it is known.
    """
    return tuple(_Writer(url, skip, texts).write(root))


class _Writer:
    def __init__(self, url: str, skip: Callable[[_Element], bool], texts: Mapping[_Element, Said]) -> None:
        self.url = url
        self.skip = skip
        self.texts = texts
        self.parts: list[Part] = []
        self.run = _Run()
        self.tag, self.group = "p", ""

    def write(self, root: _Element) -> list[Part]:
        self._inside(root)
        self._close()
        return self.parts

    def _close(self) -> None:
        text, markup, linked = self.run.take()
        # nothing but links is a menu or a promo, except in a list, where the list as a whole is judged
        if text and not (linked > 0.8 * len(text) and self.tag in ("p", "blockquote") and len(text) < 200):
            self.parts.append(Part(tag=self.tag, text=text, html=markup, group=self.group))

    def _inside(self, element: _Element) -> None:
        self.run.add(element.text)
        for child in element:
            self._child(child)
            self.run.add(child.tail)

    def _child(self, child: _Element) -> None:
        tag = child.tag
        if not isinstance(tag, str) or self.skip(child):
            return
        if tag == "br":
            self._break(child)
        elif tag in ("figure", "picture", "img"):
            self._figure(child)
        elif tag == "table":
            self._table(child)
        elif tag in BLOCKS:
            self._block(child, tag)
        else:
            self._inline(child, tag)

    def _break(self, child: _Element) -> None:
        following = child.getnext()
        twice = following is not None and following.tag == "br" and not (child.tail or "").strip()
        if twice:
            self._close()
        else:
            self.run.text.append("\n\0")
            self.run.html.append("<br>")

    def _block(self, child: _Element, tag: str) -> None:
        self._close()
        before = self.tag, self.group
        if tag in _HEADINGS:
            self.tag, self.group = _HEADINGS[tag], ""
        elif tag in ("li", "dt", "dd"):
            parent = child.getparent()
            self.tag, self.group = "li", "ol" if parent is not None and parent.tag == "ol" else "ul"
        elif tag in ("blockquote", "pre"):
            self.tag, self.group = tag, ""
        if (known := self.texts.get(child)) is not None:
            text, size = known
            markup = html.escape(text, quote=False)
            self.parts.append(Part(tag=self.tag, text=text, html=markup, group=self.group, _size=size))
        else:
            self._inside(child)
            self._close()
        self.tag, self.group = before

    def _inline(self, child: _Element, tag: str) -> None:
        if tag == "a":
            href = _absolute(child.get("href") or "", self.url)
            start = sum(map(len, self.run.text))
            if href:
                self.run.html.append(f'<a href="{html.escape(href)}">')
            self._inside(child)
            if href:
                self.run.html.append("</a>")
            self.run.linked += max(0, sum(map(len, self.run.text)) - start)
            return
        name = _STRESS.get(tag, "")
        if name:
            self.run.html.append(f"<{name}>")
        self._inside(child)
        if name:
            self.run.html.append(f"</{name}>")

    def _figure(self, child: _Element) -> None:
        image = child if child.tag == "img" else next(child.iter("img"), None)
        address = image_address(image, self.url) if image is not None else ""
        if not address or image is None:
            return
        alt = html.escape(" ".join((image.get("alt") or "").split()))
        caption = next((" ".join("".join(c.itertext()).split()) for c in child.iter("figcaption")), "")
        markup = f'<img src="{html.escape(address)}" alt="{alt}">'
        if caption:
            markup += f"<figcaption>{html.escape(caption, quote=False)}</figcaption>"
        self.parts.append(Part(tag="figure", text="", html=markup))

    def _table(self, table: _Element) -> None:
        """A table of data row by row; one that holds blocks is a layout of old sites and is walked like a div."""
        if (
            any(cell.tag in ("p", "div", "table", "h1", "h2", "h3", "ul") for cell in table.iterdescendants())
            or len(list(table.iter("tr"))) < 2
        ):
            self._close()
            for row in table.iter("td", "th"):
                if next(row.iterancestors("table"), None) is table:
                    self._inside(row)
                    self._close()
            return
        self._close()
        for row in table.iter("tr"):
            cells = [" ".join("".join(c.itertext()).split()) for c in row.iter("td", "th")]
            if any(cells):
                markup = "".join(f"<td>{html.escape(c, quote=False)}</td>" for c in cells)
                self.parts.append(Part(tag="tr", text=" | ".join(c for c in cells if c), html=markup, group="table"))


def image_address(image: _Element, url: str) -> str:
    """The absolute address of an <img>, the lazy one where `src` is a placeholder; "" if there is none."""
    for name in ("data-src", "data-lazy-src", "data-original", "src"):
        value = (image.get(name) or "").strip()
        if value and not value.startswith("data:"):
            return _absolute(value, url)
    candidates = (image.get("srcset") or image.get("data-srcset") or "").split(",")
    return _absolute(candidates[-1].split()[0], url) if candidates[-1].split() else ""


def _absolute(href: str, url: str) -> str:
    return normalize(href, url) if href.strip() and not href.startswith("#") else ""


def from_pieces(pieces: Iterable[str], url: str, origin: str) -> Body | None:
    """A declared body, whole or in pieces, plain or as HTML; paragraphs are its lines, its blocks or its pieces."""
    parts: list[Part] = []
    for piece in pieces:
        if re.search(r"<(?:p|div|br|h[2-4]|ul|blockquote)\b", piece, re.IGNORECASE):
            parts.extend(parts_of(fragment_fromstring(piece, create_parent="div"), url))
            continue
        text = html.unescape(re.sub(r"</?[a-zA-Z][^<>]*>", " ", piece))
        lines = [" ".join(line.split()) for line in re.split(r"\s*\n\s*", text)]
        parts.extend(Part(tag="p", text=line, html=html.escape(line, quote=False)) for line in lines if line)
    return Body(parts=tuple(parts), origin=origin) if parts else None
