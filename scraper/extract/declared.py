"""What a page says of itself: JSON-LD, microdata, meta tags, script state. Nothing is believed yet: the article's rooms judge."""

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lxml.etree import XPath
from lxml.html import HtmlElement

from newsloom.news.identity import key, normalize
from newsloom.news.items import Alternate
from scraper.extract.words import flat, letters, weight

Json = Any
Node = dict[str, Json]
Script = tuple[str, str]
"""Its type in lower case, and its text."""

_STRONG = re.compile(
    r"(?:News|Posting|Report|Blog)?(?:Article|Posting|Report|Review|Recipe)$|^(?:NewsArticle|LiveBlogPosting)$"
)
_WEAK = re.compile(r"^(?:\w*Page|VideoObject|AudioObject|PodcastEpisode|\w*Gallery|CreativeWork)$")
_ELSEWHERE = frozenset(
    {"itemListElement", "hasPart", "isPartOf", "mentions", "citation", "relatedLink", "comment", "liveBlogUpdate", "publisher",
     "author", "creator", "isBasedOn", "subjectOf", "review", "potentialAction", "breadcrumb", "blogPost", "image"}
)  # fmt: skip
"""Properties of a node that hold other things than the page's own article."""
_SITE = re.compile(r"^(?:WebSite|NewsMediaOrganization|Organization)$")
_LONGEST_NAME = 60
"""Letters; some sites put an article's title where their name belongs."""
_MOST_NODES = 4_000
_DEEPEST = 24


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What a page says, by the place where it says it. Lists are in order of trust."""

    title: str = ""
    """The text of its <title>."""
    article: Node = field(default_factory=dict)
    """The JSON-LD node of the page's own article, references resolved; empty if there is none."""
    page: Node = field(default_factory=dict)
    """A weaker node about the page (WebPage, VideoObject)."""
    micro: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Microdata of an article: property -> values; of its body the beginning only."""
    meta: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Meta tags: name, property or itemprop in lower case -> contents."""
    canonical: str = ""
    aliases: tuple[str, ...] = ()
    alternates: tuple[Alternate, ...] = ()
    language: str = ""
    site_names: tuple[str, ...] = ()
    site_texts: tuple[str, ...] = ()
    """How the site describes itself, on each of its pages."""
    state: Node = field(default_factory=dict)
    """The article as the state of the page's scripts holds it."""

    def first(self, *names: str) -> str:
        """The first meta tag among `names` that says something."""
        return next((v for n in names for v in self.meta.get(n, ()) if v), "")

    @property
    def is_article(self) -> bool:
        """Whether the page calls itself an article."""
        return bool(self.article or self.micro or self.first("og:type").lower().startswith(("article", "news")))


def declared(tree: HtmlElement, url: str, scripts: Iterable[Script] = ()) -> Declared:
    """Everything the page at `url` says of itself. `scripts` are those of it that are no longer in its tree."""
    meta = _meta(tree)
    title = _title(tree)
    canonical, aliases, alternates = _addresses(tree, meta, url)
    scripts = [*scripts, *(((s.get("type") or "").lower(), text) for s in tree.iter("script") if (text := s.text))]
    nodes = _nodes(scripts)
    titles = list(dict.fromkeys((*meta.get("og:title", ()), *meta.get("twitter:title", ()), title)))
    own = {key(url), key(canonical)} - {""}
    article = _choose([n for n in nodes if _types(n, _STRONG)], own, titles)
    page = _choose([n for n in nodes if _types(n, _WEAK)], own, titles)
    micro = _micro(tree)
    state: Node = {} if article.get("articleBody") else _state(scripts, titles)
    return Declared(
        title=title,
        article=article,
        page=page,
        micro=micro,
        meta=meta,
        canonical=canonical,
        aliases=aliases,
        alternates=alternates,
        language=_language(tree, meta, article),
        site_names=tuple(dict.fromkeys(n for n in _site_names(meta, nodes, article) if len(n) <= _LONGEST_NAME)),
        site_texts=tuple(filter(None, (plain(n.get("description")) for n in nodes if _types(n, _SITE)))),
        state=state,
    )


def _title(tree: HtmlElement) -> str:
    """The text of the first <title> of its head, else of any: pictures in SVG have titles too."""
    titles = list(tree.iter("title"))
    own = next((t for t in titles if (up := t.getparent()) is not None and up.tag == "head"), None)
    return (own.text if own is not None else None) or (titles[0].text if titles else None) or ""


def plain(value: Json) -> str:
    """A declared value as one line of text: entities decoded (twice, as sites do), tags and white space taken out."""
    text = value if isinstance(value, str) else _as_text(value)
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAG.sub(" ", text)
    return flat(text)


def _as_text(value: Json) -> str:
    """Of a value that is no text the one that stands for it; "" if none does."""
    if value is None:
        return ""
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value") or value.get("headline") or ""
    if isinstance(value, list):
        value = next((v for v in value if v), "")
        return plain(value) if not isinstance(value, list) else ""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def listed(value: Json) -> list[Json]:
    """A value that JSON-LD allows to be one or many, as many."""
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def _meta(tree: HtmlElement) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for tag in tree.iter("meta"):
        content = (tag.get("content") or "").strip()
        if content:
            for attribute, name in tag.items():
                if name and attribute in _NAMES:
                    found.setdefault(name.strip().lower(), []).append(content)
    return {name: tuple(dict.fromkeys(values)) for name, values in found.items()}


_NAMES = frozenset(("property", "name", "itemprop", "http-equiv"))


def _addresses(
    tree: HtmlElement, meta: Mapping[str, tuple[str, ...]], url: str
) -> tuple[str, tuple[str, ...], tuple[Alternate, ...]]:
    """The canonical address, the others of the same piece (og:url, AMP, mobile), and all that the page links as alternates.

    A front page's address is no article's other one.
    """
    canonical, others, alternates = "", list(meta.get("og:url", ())), []
    for link in tree.iter("link"):
        rel, href = (link.get("rel") or "").lower().split(), link.get("href") or ""
        if "canonical" in rel and not canonical:
            canonical = _absolute(href, url)
        elif kind := _alternate(link, rel):
            language = language_tag(link.get("hreflang") or "")
            alternates.append(
                Alternate(kind=kind, url=_absolute(href, url), language=language if kind == "language" else "")
            )
        elif "shortlink" in rel:
            others.append(href)
    front = _is_front(canonical) and not _is_front(url)
    absolute = [_absolute(other, url) for other in others] + [a.url for a in alternates if a.kind != "language"]
    aliases = dict.fromkeys(a for a in absolute if a and a != canonical and not (_is_front(a) and not _is_front(url)))
    named = dict.fromkeys(a for a in alternates if a.url and a.url != url and (a.kind != "language" or a.language))
    return "" if front else canonical, tuple(aliases), tuple(named)[:_MOST_ALTERNATES]


_MOST_ALTERNATES = 40


def _alternate(link: HtmlElement, rel: list[str]) -> str:
    """What kind of other address a <link> names; "" if none."""
    if "amphtml" in rel:
        return "amp"
    if "alternate" not in rel:
        return ""
    # `only screen and (max-width: 640px)` is what search engines ask sites with addresses of their own for phones to say
    if "handheld" in (media := link.get("media") or "") or "max-width" in media:
        return "mobile"
    return "language" if link.get("hreflang") and not link.get("type") else ""


@lru_cache(maxsize=16)  # a page says its own address several times
def _absolute(href: str, url: str) -> str:
    return normalize(href, url) if href.strip() else ""


def _is_front(url: str) -> bool:
    return bool(re.fullmatch(r"https?://[^/?#]+/?(?:[a-z]{2}/?)?", url))


# ------------------------------------------------------------------ JSON-LD


def _nodes(scripts: Iterable[Script]) -> list[Node]:
    """All nodes of all JSON-LD scripts that may be about the page, references resolved one step."""
    documents = [d for kind, text in scripts if "ld+json" in kind for d in _documents(text)]
    found = list(_walk(documents))
    named = {n["@id"]: n for n in _everything(documents) if isinstance(n.get("@id"), str) and len(n) > 1}
    return [{k: _resolved(v, named) for k, v in node.items()} for node in found]


def _resolved(value: Json, named: Mapping[str, Node]) -> Json:
    if isinstance(value, dict) and len(value) <= 2 and isinstance(value.get("@id"), str):
        return named.get(value["@id"], value)
    if isinstance(value, list):
        return [_resolved(v, named) if isinstance(v, dict) else v for v in value]
    return value


def _documents(text: str) -> list[Json]:
    """The JSON values of one script, which may be wrapped in comments, end early, or stand one after another."""
    text = text.strip()
    if not text.startswith(("{", "[")) or not text.endswith(("}", "]")):
        text = _WRAPPING.sub("", text).strip().rstrip(";").strip()
    decoder = json.JSONDecoder(strict=False)
    found: list[Json] = []
    while text and len(found) < 64:
        try:
            value, end = decoder.raw_decode(text)
        except (ValueError, RecursionError):
            mended = re.sub(r",\s*([}\]])", r"\1", text)
            if mended == text:
                break
            text = mended
            continue
        found.append(value)
        text = text[end:].lstrip(" \t\r\n,;")
    return found


_WRAPPING = re.compile(r"^(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)$")


def _everything(value: Json) -> Iterator[Node]:
    """All dicts inside a JSON value, breadth first, within bounds."""
    queue: list[tuple[Json, int]] = [(value, 0)]
    for seen, (item, depth) in enumerate(queue):
        if isinstance(item, dict):
            yield item
        inner = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        if depth < _DEEPEST and seen < _MOST_NODES:
            queue.extend((v, depth + 1) for v in inner if isinstance(v, dict | list))


def _walk(value: Json) -> Iterator[Node]:
    """Typed nodes that may be the page's own, in document order of their depth."""
    queue: list[tuple[Json, int]] = [(value, 0)]
    for seen, (item, depth) in enumerate(queue):
        if isinstance(item, dict) and item.get("@type"):
            yield item
        if depth >= _DEEPEST or seen >= _MOST_NODES:
            continue
        if isinstance(item, dict):
            queue.extend((v, depth + 1) for k, v in item.items() if isinstance(v, dict | list) and k not in _ELSEWHERE)
        elif isinstance(item, list):
            queue.extend((v, depth + 1) for v in item if isinstance(v, dict | list))


def _types(node: Node, pattern: re.Pattern[str]) -> bool:
    return any(isinstance(t, str) and pattern.search(t.rpartition("/")[2]) for t in listed(node.get("@type")))


def _choose(nodes: list[Node], own: set[str], titles: list[str]) -> Node:
    """The node about this page: by its keys `own`, then its headline, then its order; {} if all are about other pages."""
    if len(nodes) < 2:
        return nodes[0] if nodes else {}
    words = [letters(plain(t)) for t in titles if t]

    def rank(node: Node) -> int:
        addresses = {key(a) for a in _node_addresses(node)} - {""}
        headline = letters(plain(node.get("headline") or node.get("name")))
        said = any(headline and (headline in w or w in headline) for w in words if w)
        return 4 * bool(addresses & own) + 2 * said + bool(node.get("datePublished") or node.get("articleBody"))

    best = max(nodes, key=rank)  # the first of equals
    if len(nodes) > 2 and rank(best) < 2:
        return {}  # a list of other pages' teasers
    return best


def _node_addresses(node: Node) -> Iterator[str]:
    for name in ("url", "mainEntityOfPage", "@id"):
        value = node.get(name)
        value = value.get("@id") or value.get("url") if isinstance(value, dict) else value
        if isinstance(value, str):
            yield value.partition("#")[0]


# ---------------------------------------------------------------- microdata


_ITEM_TYPES = XPath("//@itemtype")  # six times as fast as the elements that have one: few have


def _micro(tree: HtmlElement) -> dict[str, tuple[str, ...]]:
    """Properties of the first microdata item that is an article; of an author or publisher inside it, the name."""
    for itemtype in _ITEM_TYPES(tree):
        item, kind = itemtype.getparent(), itemtype.rstrip("/").rpartition("/")[2]
        if item.get("itemscope") is not None and _STRONG.search(kind) and not item.get("itemprop"):
            found: dict[str, list[str]] = {}
            for name, value in _properties(item):
                found.setdefault(name, []).append(value)
            if found.get("headline") or found.get("datePublished") or found.get("articleBody"):
                return {name: tuple(dict.fromkeys(values)) for name, values in found.items()}
    return {}


def _properties(item: HtmlElement) -> Iterator[tuple[str, str]]:
    stack = list(reversed(item))
    while stack:
        element = stack.pop()
        names = (element.get("itemprop") or "").split() if isinstance(element.tag, str) else []
        inside = element.get("itemscope") is not None if isinstance(element.tag, str) else False
        for name in names:
            value = _inner_name(element) if inside else _property_value(element, name)
            if value:
                yield name, value
        if not inside:
            stack.extend(reversed(element))


def _inner_name(element: HtmlElement) -> str:
    inner = element.find(".//*[@itemprop='name']")
    if inner is None:
        inner = element.find(".//*[@itemprop='url']")
    return _property_value(inner, "name") if inner is not None else ""


def _property_value(element: HtmlElement, name: str) -> str:
    for attribute in ("content", "datetime"):
        if value := element.get(attribute):
            return value.strip()
    if element.tag in ("img", "a", "link") and element.get("itemprop") in (
        "image",
        "url",
        "contentUrl",
        "mainEntityOfPage",
    ):
        return (element.get("src") or element.get("href") or "").strip()
    if (
        name == "articleBody"
    ):  # that there is one is all that counts: which text it is, is for the body's own room to find
        return next((text.strip() for text in element.itertext() if not text.isspace()), "")
    return " ".join("".join(element.itertext()).split())


# -------------------------------------------------------------------- state

HEADLINES = ("headline", "title", "name", "heading", "seoTitle")
_BODIES = ("articleBody", "body", "content", "text", "paragraphs", "blocks", "html", "bodyHtml", "contentHtml", "elements",
           "components", "contents", "bodyText")  # fmt: skip
_STATE = re.compile(r"^\s*(?:window\.|var |let |const |self\.)?[\w.$\[\]'\"]{2,60}\s*=\s*(?=[{\[])")


def _state(scripts: Iterable[Script], titles: list[str]) -> Node:
    """The object in the page's script state that carries this page's headline and the most text; {} if none does."""
    wanted = [w for w in (letters(plain(t)) for t in titles if t) if len(w) >= 8]
    best: tuple[int, Node] = (0, {})
    for value in _states(scripts) if wanted else ():
        for node in _everything(value):
            headline = letters(next((plain(node[n]) for n in HEADLINES if isinstance(node.get(n), str)), ""))
            if len(headline) >= 8 and any(headline in w or w in headline for w in wanted):
                size = len("".join(state_paragraphs(node)))
                if size > best[0]:
                    best = (size, node)
    return best[1]


def _states(scripts: Iterable[Script]) -> Iterator[Json]:
    """The JSON values in scripts that may hold an article: data scripts, assignments, the stream of Next.js."""
    decoder = json.JSONDecoder(strict=False)
    stream: list[str] = []
    for kind, text in scripts:
        if found := _PUSH.match(text):
            start, stop = found.end(), text.rfind("]")
            stream.extend(_string(decoder, text[start:stop]))
        elif "ld+json" not in kind:
            start = 0 if "json" in kind else found.end() if (found := _STATE.match(text)) else -1
            if start >= 0 and _HEADLINE_KEY.search(text, start) and _BODY_KEY.search(text, start):
                yield from _value(decoder, text[start:].lstrip())
    if stream:
        yield from _streamed(decoder, "".join(stream))


_HEADLINE_KEY, _BODY_KEY = (re.compile(f'"(?:{"|".join(names)})"') for names in (HEADLINES, _BODIES))
_PUSH = re.compile(r"^\s*self\.__next_f\.push\(\[1,\s*(?=\")")


def _value(decoder: json.JSONDecoder, text: str) -> Iterator[Json]:
    try:
        yield decoder.raw_decode(text)[0]
    except (ValueError, RecursionError):
        return


def _string(decoder: json.JSONDecoder, text: str) -> Iterator[str]:
    yield from (value for value in _value(decoder, text) if isinstance(value, str))


def _streamed(decoder: json.JSONDecoder, stream: str) -> Iterator[Json]:
    """The rows of a React stream: `id:json` in a line, and `id:Tlength,text` for long texts, which others name `$id`."""
    data, texts, rows, at = stream.encode(), dict[str, str](), list[Json](), 0
    while found := _ROW.search(data, at):
        if found[2]:
            stop = found.end() + int(found[2], 16)  # bytes of UTF-8
            texts["$" + found[1].decode()] = data[found.end() : stop].decode("utf-8", "ignore")
        else:
            line = data.find(b"\n", found.end())
            stop = line if line >= 0 else len(data)
            rows.extend(_value(decoder, data[found.end() : stop].decode("utf-8", "ignore")))
        at = max(stop, found.end())
    for node in _everything(rows):
        node.update({name: texts[value] for name, value in node.items() if isinstance(value, str) and value in texts})
    yield rows


_ROW = re.compile(rb"([0-9a-f]+):(?:T([0-9a-f]{1,8}),|[A-Z]*(?=[\[{\"]))")


def state_paragraphs(node: Node) -> tuple[str, ...]:
    """The body of a state's article, as pieces of HTML or plain text."""
    for name in _BODIES:
        pieces = tuple(_pieces(node.get(name), 0))
        if sum(map(weight, pieces)) >= 200:
            return pieces
    return ()


def _pieces(value: Json, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if value.strip():
            yield value.strip()
    elif isinstance(value, list) and depth < _DEEPEST:
        for item in value[:_MOST_NODES]:
            yield from _pieces(item, depth + 1)
    elif isinstance(value, dict) and depth < _DEEPEST:
        name = next((n for n in ("text", "html", "content", "value", "children", *_BODIES) if value.get(n)), None)
        if name:
            yield from _pieces(value[name], depth + 1)


# --------------------------------------------------------- language, names


def _language(tree: HtmlElement, meta: Mapping[str, tuple[str, ...]], article: Node) -> str:
    said = [
        tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or tree.get("xml:lang") or "",
        plain(article.get("inLanguage")),
        *meta.get("content-language", ()),
        *meta.get("og:locale", ()),
        *meta.get("language", ()),
        *meta.get("dc.language", ()),
    ]
    return next((tag for tag in map(language_tag, said) if tag), "")


def language_tag(text: str) -> str:
    """`pt_BR`, `pt-BR, en` -> `pt-br`; "" for what is no BCP 47 tag.

    Subtags that the registry has replaced are (`iw` -> `he`), and Bokmål is called Norwegian, as most of its sites do.
    """
    tag = text.split(",", maxsplit=1)[0].strip().replace("_", "-").lower()
    if not re.fullmatch(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", tag):
        return ""
    primary, dash, rest = tag.partition("-")
    return _REPLACED.get(primary, primary) + dash + rest


_REPLACED = {"iw": "he", "in": "id", "ji": "yi", "nb": "no"}


def _site_names(meta: Mapping[str, tuple[str, ...]], nodes: list[Node], article: Node) -> Iterator[str]:
    for name in ("og:site_name", "application-name", "apple-mobile-web-app-title", "al:android:app_name", "publisher",
                 "dc.publisher", "twitter:app:name:iphone"):  # fmt: skip
        yield from (plain(v) for v in meta.get(name, ()))
    yield from (plain(p) for p in listed(article.get("publisher")) if plain(p))
    for node in nodes:
        if _types(node, _SITE) and plain(node.get("name")):
            yield plain(node.get("name"))
