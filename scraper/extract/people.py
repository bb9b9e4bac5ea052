"""Who wrote an article: names of people, without "By", roles, addresses and the site's own name."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from lxml.html import HtmlElement

from scraper.extract.content import Content
from scraper.extract.declared import Declared, Json, listed, plain
from scraper.extract.titles import folded, host_names

_BY = re.compile(
    r"^(?:(?:written|posted|published|reported|edited|text|words|story|article)\s+by|by|von|vom|par|por|di|da|door|af|av|przez|"
    r"autor(?:in|a|es|en)?|"
    r"authors?|text|texte|foto|автор|текст|от|від|yazar|yazan|oleh|penulis|bởi|tác giả|文|記者|记者|作者|كتب|بقلم)"
    r"(?:\s*[:：]\s*|\s+)",
    re.IGNORECASE,
)  # fmt: skip
_BETWEEN = re.compile(
    r"\s*(?:,|;|\||/|•|·|、|，|\s&\s|\s+(?:and|und|et|y|e|i|en|och|og|ja|и|та|ve|dan|và)\s+)\s*", re.IGNORECASE
)
_NO_NAME = re.compile(
    r"https?:|www\.|@|\d|\.(?:com|org|net|de|fr)\b|^(?:staff|editor(?:ial)?s?|reporters?|correspondents?|writers?|admin(?:istrator)?|"
    r"redaktion|redaktör|redacci[oó]n|r[ée]daction|redazione|redactie|redakcja|редакция|редакція|redaksi|desk|news(?:room)?|team|guest|contributors?|"
    r"unknown|anonymous|web|online|none|null|undefined|journalist(?:in)?|author|photographers?|updated|published|follow|"
    r"contributing|senior|chief|special|political|sports?)\b.*$|"
    r"\b(?:reporter|correspondent|editor|writer|journalist|columnist|producer|contributor|minutes?|hours?|ago|newsletter|"
    r"redakteur(?:in)?|korrespondent(?:in)?|comments?)\b|"
    r"\b(?:staff|team|says|sagt|agencies|company|redaktion|redazione|redacci[oó]n)$|"
    r"^(?:m\.?d|ph\.?\s?d|r\.?n|r\.?d|d\.?o|j\.?d|dds|dvm|mba|mph|m\.?sc|b\.?sc|bsn|msn|lcsw|cpa|esq|jr|sr|facp)$",
    re.IGNORECASE,
)  # fmt: skip
_ROLE = re.compile(r"\s*(?:\(.*?\)|\[.*?\]|\s[-–—]\s.*|\s(?:기자|記者|记者|muhabir\w*)(?:\s.*)?)$")
_HOST = re.compile(r"(?:https?:|\S+\.[a-z]{2,12}(?:/\S*)?$)", re.IGNORECASE)
"""An address, or the short name of an account (`jane.doe`)."""
_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:by-?line|(?:article-?|post-?)?author(?:s|-?name)?|contributor|writer)(?:$|[\s_-])", re.IGNORECASE
)
_LABELLED = re.compile(
    r"(?:^|[|·•,;/]\s*)(?:author|autor|auteur|autore|автор|текст|"
    r"yazar|müəllif|penulis|tác giả|كاتب|作者|文|記者)\s*[:：]\s*(.{3,80})$",
    re.IGNORECASE,
)
_BY_TEXT = re.compile(r"^(?:by|von|por|par|di|door|av|af)\s+[^\W\d_]", re.IGNORECASE)
_AGENCIES = frozenset(
    {"reuters", "ap", "theassociatedpress", "associatedpress", "afp", "agencefrancepresse", "dpa", "apa", "sda", "keystonesda",
     "pa", "pamedia", "thecanadianpress", "canadianpress", "ani", "pti", "ians", "tass", "тасс", "efe", "ansa", "xinhua", "kyodo",
     "jiji",
     "yonhap", "upi", "aap", "anadolu", "anadoluagency", "anadoluajansı", "aa", "belga", "anp", "tt", "ntb", "ritzau",
     "pap", "čtk", "mti", "hina", "interfax", "интерфакс", "рианновости", "ukrinform", "укрінформ", "bloomberg"}
)  # fmt: skip
"""News agencies, folded; beside a person's name they are no authors."""
_META = ("author", "article:author_name", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "dc.creator.name",
         "byl", "articleauthor", "cxenseparse:author", "citation_author", "article:author", "twitter:data1")  # fmt: skip
_MOST = 12


def authors(content: Content, said: Declared, url: str) -> tuple[tuple[str, ...], str]:
    """The authors' names and where they were found: people; where none is named, the house, if it stands for the piece."""
    own = {folded(n) for n in (*said.site_names, *host_names(url))} | {""}
    people, organisations = _from_nodes(listed(said.article.get("author")) or listed(said.article.get("creator")))
    ways: list[tuple[str, Iterable[str]]] = [
        ("json-ld", people),
        ("meta", _meta(said)),
        ("microdata", said.micro.get("author", ())),
        ("state", _from_nodes(_state_authors(said))[0]),
        ("byline", _visible(content)),
    ]
    for origin, texts in ways:
        names = _names(texts, own)
        if names:
            fuller = _names(_meta(said), own) if origin == "json-ld" else ()
            # of several authors some content systems declare the first
            return (fuller[:_MOST], "meta") if set(names) < set(fuller) else (names[:_MOST], origin)
    house = _house(content, organisations, [*people, *said.micro.get("author", ())])
    return ((house,), "declared") if house else ((), "")


def _house(content: Content, organisations: Iterable[str], others: Iterable[str]) -> str:
    """The organisation that a page declares to be one; or that it declares a name, and shows as who wrote.

    What declares the site a person, and shows it nowhere, is a content system without a user.
    """
    for name in map(_as_house, organisations):
        if name and not _COMPANY.search(name):
            return name
    named = [n for n in map(_as_house, others) if n]
    return next((n for n in named if (_DESK.search(n) or not _NO_NAME.search(n)) and _signs(content, n)), "")


_DESK = re.compile(
    r"^\w.*[\s-](?:staff|team|desk|newsroom|redaktion|r[ée]daction|redazione|redacci[oó]n|redactie|redaksi)$",
    re.IGNORECASE,
)
"""Some of a house, named with it: `Gazette Staff`. By itself it is a role."""


def _names(texts: Iterable[str], own: set[str]) -> tuple[str, ...]:
    """The names in several texts, each once; publications and agencies are none beside people."""
    names = tuple(dict.fromkeys(n for text in texts for n in _signed(split(text), own)))
    people = tuple(n for n in names if not (folded(n) in _AGENCIES or _PUBLICATION.search(n)))
    return people or names


def _signed(names: Sequence[str], own: set[str]) -> list[str]:
    """The names of one byline without the site's; what follows that is a place rather than a name: `Daily Paper, Oslo, Norway`."""
    after_house = bool(names) and folded(names[0]) in own
    return [n for n in names if folded(n) not in own and not (after_house and " " not in n)]


_PUBLICATION = re.compile(
    r"^[A-Z]{3,5}$|^[Tt]he\s|\b(?:News|Times|Tribune|Gazette|Herald|Report|Magazine|Network|Press|Media|Radio|Television|TV|"
    r"Zeitung|Nachrichten)$"
)
"""A paper, a station: many a page names it in one breath with who wrote for it (`Jane Doe, The Daily Paper`)."""


def _signs(content: Content, name: str) -> bool:
    """Whether a name stands where the page says who wrote: many a page declares its site, whoever wrote it."""
    wanted = folded(name)
    for element in content.elements:
        text = element.text
        if text and element.tag in _BYLINES and folded(_BY.sub("", text.strip())) == wanted:
            around = (element, *(a for _, a in zip(range(2), element.iterancestors(), strict=False)))
            if _BY.match(text.strip()) or any(map(_is_authors, around)):
                return True
    return False


def _is_authors(element: HtmlElement) -> bool:
    name = f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('rel') or ''}"
    return _names_byline(name) or is_profile(element.get("href") or "")


def _as_house(text: str) -> str:
    """A declared author that is no person; "" for what is no name at all."""
    name = re.sub(r"\s*\(.*?\)$", "", " ".join(text.split())).strip(" .,:;-–—|*\"'")
    return "" if not 2 <= len(name) <= 60 or _NOBODY.search(name) else name


_COMPANY = re.compile(r"\b(?:gmbh|inc|ltd|llc|corp(?:oration)?|company|plc|ag|s\.?a|b\.?v)$", re.IGNORECASE)
"""It publishes; it does not write."""
_NOBODY = re.compile(
    r"https?:|www\.|@|^[\W\d_]+$|^(?:admin(?:istrator)?|user|unknown|anonymous|none|null|undefined|author|root|test|guest|editor)\d*$",
    re.IGNORECASE,
)


def _from_nodes(nodes: Sequence[Json]) -> tuple[list[str], list[str]]:
    people: list[str] = []
    organisations: list[str] = []
    for each in nodes:
        node = each.get("node", each) if isinstance(each, dict) else each  # wrapped, as GraphQL has it
        kind = str(node.get("@type", "")) if isinstance(node, dict) else ""
        names = listed(node.get("name") or node.get("title")) if isinstance(node, dict) else [node]
        found = [name for n in names if (name := plain(n))]
        if kind == "Thing":  # so a template calls what it knows nothing of
            found = [name for name in found if _is_person(name)]
        (organisations if "Organization" in kind else people).extend(found)
    return people, organisations


def _state_authors(said: Declared) -> list[Json]:
    return next((found for n in ("authors", "author", "byline", "bylines") if (found := listed(said.state.get(n)))), [])


def _meta(said: Declared) -> list[str]:
    for name in _META:
        values = said.meta.get(name, ())
        if name == "twitter:data1" and not re.search(
            r"written|by|author|von|par", said.first("twitter:label1"), re.IGNORECASE
        ):
            continue
        if any(map(split, map(plain, values))):
            return [plain(v) for v in values]
    return []


def _visible(content: Content) -> Iterator[str]:
    """Names in what looks like a byline: rel=author first, then short elements that are called so or begin with "By"."""
    links = [_text(a) for a in content.elements if a.tag == "a" and "author" in (a.get("rel") or "").split()]
    links = [text for text in links if len(text) <= 60 and any(map(_is_person, split(text)))]
    links = links or _profiled(content)
    if links:
        yield from links
        return
    yield from next((names for element in content.elements if (names := _byline_at(element))), ())


def _byline_at(element: HtmlElement) -> list[str]:
    if element.tag not in _BYLINES and element.tag != "time":
        return []
    name = f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('data-testid') or ''}"
    own = element.text or ""
    if (len(name) > 2 and _names_byline(name)) or (own and _BY_TEXT.match(own.strip() + " x")):
        text = "" if _in_comments(element) or _is_credit(element) else _text(element)
        return [n for n in split(text) if _is_person(n)] if 4 <= len(text) <= 80 else []
    return (own and _labelled(own)) or _signed_behind(element)


def _signed_behind(element: HtmlElement) -> list[str]:
    """Names behind a time in the same line: `<time>3 May 2024</time> by Jane Doe`."""
    text = (element.tail or "").strip(_EDGES)
    if not 4 <= len(text) <= 60 or not _BY_TEXT.match(text) or _in_comments(element):
        return []
    timed = element.tag == "time" or element.find(".//time") is not None  # else it may be a book that someone wrote
    return [n for n in split(text) if _is_person(n)] if timed else []


_EDGES = " \t\r\n|·•,-–—"
_BYLINES = frozenset({"a", "span", "div", "p", "address", "li", "strong", "em", "small", "font", "td"})
_PROFILE = re.compile(
    r"/(?:by|authors?|autor(?:en|es|i|a)?|auteurs?|forfatter|writers?|contributors?|columnists?|reporters?|journalists?|"
    r"journalistes?|redakteure?|staff|our-people|our-experts)/[^?#]*\w",
    re.IGNORECASE,
)
"""Where sites keep pages about those who write for them."""


def is_profile(href: str) -> bool:
    """Whether an address looks like that of a page about one of a site's writers."""
    return bool(_PROFILE.search(href))


def _profiled(content: Content) -> list[str]:
    """Names that link to a page about their owner: the first one behind the headline, and those in the same line."""
    behind = False
    for element in content.elements:
        behind = behind or element.tag == "h1"
        if element.tag != "a" or not (behind and is_profile(element.get("href") or "")) or _apart(element):
            continue
        names = [n for n in split(_text(element)) if _is_person(n)]
        if names:
            row = element.getparent()
            beside = (a for a in row.iter("a") if a is not element) if row is not None else ()
            more = (_text(a) for a in beside if is_profile(a.get("href") or ""))
            return [*names, *(n for text in more for n in split(text) if _is_person(n))][:_MOST]
    return []


def _apart(element: HtmlElement) -> bool:
    """Whether it is no part of the article's head: a caption's credit, a teaser, a comment, a word in running text."""
    around = list(element.iterancestors())
    prose = next((a for a in around if a.tag == "p"), None)
    return (
        any(a.tag in ("figure", "figcaption", "aside", "nav", "footer", "li") for a in around)
        or (prose is not None and len(_text(prose)) > _LINE)
        or _in_comments(element)
    )


_LINE = 160
"""Letters; a paragraph that is longer is no byline."""


def _is_credit(element: HtmlElement) -> bool:
    """Whether it stands under a picture and names who took that."""
    return any(a.tag in ("figure", "figcaption") for a in element.iterancestors())


@lru_cache(maxsize=2_048)  # the pages of a site have few names for many elements
def _names_byline(name: str) -> bool:
    return bool(_BYLINE.search(name))


def _in_comments(element: HtmlElement) -> bool:
    return any("comment" in f"{a.get('class') or ''} {a.get('id') or ''}".lower() for a in element.iterancestors())


def _labelled(text: str) -> list[str]:
    """Names behind a label: `3 May 2024 | Author: Jane Doe`."""
    found = _LABELLED.search(text[:200])
    return [n for n in split(found[1]) if _is_person(n)] if found else []


def is_byline(text: str) -> bool:
    """Whether a line says who wrote: `By Jane Doe`, `Text: Jane Doe`, and no sentence."""
    return (
        bool(_BY.match(text) or _LABELLED.search(text))
        and not re.search(r"[.!?]$", text)
        and any(map(_is_person, split(text)))
    )


def _is_person(name: str) -> bool:
    """Whether a visible text can be a person's name: two words or more, each with a capital where the script has them."""
    words = name.split()
    return (
        2 <= len(words) <= 4
        and sum(w[0].isupper() or not w[0].isalpha() or w[0].lower() == w[0].upper() for w in words) >= 2
    )


def _text(element: HtmlElement) -> str:
    return " ".join(" ".join(t for t in element.itertext() if isinstance(t, str)).split())


@lru_cache(maxsize=2_048)  # a site has few who write for it
def split(text: str) -> tuple[str, ...]:
    """The names in a byline: `By Jane Doe and John Roe, Political Reporter` -> Jane Doe, John Roe."""
    text = " ".join(text.split())
    if re.match(r"https?:", text):
        return ()
    pieces = _BETWEEN.split(text)
    if len(pieces) > 1 and _HOST.match(pieces[0]):
        return ()  # `example.de, Hamburg, Germany` is an address
    return tuple(name for piece in pieces if _may_be_name(name := _bare(piece)))


def _bare(piece: str) -> str:
    name = _ROLE.sub("", _BY.sub("", piece).strip()).strip(" .,:;-–—|*\"'")
    return name.title() if name.isupper() and name.isascii() and " " in name else name


def _may_be_name(text: str) -> bool:
    return 2 <= len(text) <= 60 and len(text.split()) <= 5 and not _NO_NAME.search(text) and not _HOST.match(text)
