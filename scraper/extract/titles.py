"""A page's headline, without its site's name: what the page declares, checked against what it shows."""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from newsloom.news.identity import site
from scraper.extract.declared import HEADLINES, Declared, plain
from scraper.extract.parts import Body, is_junk
from scraper.extract.words import letters, weight

_SEPARATOR = re.compile(
    r"\s+(?:[|\-–—‐―:·•»«/~]|::|>>)\s+|\s*[|｜ㅣ_]\s*|(?<=[^\x00-\x7f])-(?=[^\x00-\x7f])|\s+[»›]\s*|(?<=\S)\s?[—–]\s"
)
_PARTING = re.compile(r"[|｜ㅣ_—–]|\s[\-‐―:·•»«/~>›]|(?<=[^\x00-\x7f])-")
"""Without one of these there is no separator; none begins before them, spaces aside."""
_LONGEST = 400
_CUT = 600
"""Letters; no title is given longer."""


def title(tree: HtmlElement, said: Declared, url: str, suffixes: tuple[str, ...]) -> tuple[str, str]:
    """The headline and where it was found. Both empty if the page has none.

    The visible headline counts where it agrees with a declared one, or is the only one and none is declared of the article
    itself; else the declared ones in order of trust.
    """
    headings = _headings(tree)
    names = [*said.site_names, *host_names(url), *(text for heading, text in headings if _leads_home(heading))]
    declared = _declared(said)
    own = {text: without_site(_cut(text), names, suffixes) for text in {text for _, text in declared}}  # most say one
    declared = [(origin, own[text]) for origin, text in declared]
    declared = [(origin, text) for origin, text in declared if text and not _is_name(text, names)]
    shown = [(h, without_suffix(t, suffixes)) for h, t in headings if not _is_name(t, names)]
    shown = [(h, _without_kicker(h, t, [d for o, d in declared if o != "title"])) for h, t in shown]
    best = max(shown, key=lambda s: max((_agreement(s[1], text) for _, text in declared), default=0), default=None)
    if best and (not declared or max(_agreement(best[1], text) for _, text in declared) >= 0.5):
        # a break between two lines of a headline is style; the declared one has a space there
        bare = best[1].replace(" ", "")
        return max([best[1], *(t for _, t in declared if t.replace(" ", "") == bare)], key=len), "h1"
    of_article = any(origin in ("json-ld", "microdata") for origin, _ in declared)
    if len(shown) == 1 and _is_line(shown[0][1]) and not of_article and _opens(shown[0][0]):
        return shown[0][1], "h1"  # what is declared for sharing or searching may be worded for that
    if declared:
        origin, text = declared[0]
        longer = next((t for _, t in declared if len(t) > len(text) and _goes_on(text, t)), "")
        return (longer or text), origin
    return "", ""


def _goes_on(text: str, longer: str) -> bool:
    """Whether `text` is the beginning of `longer`, and not all of it but a label: `Headline-Politics`."""
    bare = text.rstrip(" .…")
    rest = longer[len(bare) :]
    return longer.startswith(bare) and not (bare == text and re.fullmatch(r"\s?[-|–—ㅣ·]\s?\S{1,20}", rest))


def _cut(text: str) -> str:
    return text if len(text) <= _CUT else text[:_CUT].rsplit(" ", 1)[0] + "…"


def first_words(body: Body) -> str:
    """A title for a page that has none: its first heading, else its first sentence, cut at a word; "" without a body."""
    text = next((p.text for p in body.parts if p.tag in ("h2", "h3", "h4")), "") or next(
        (p.text for p in body.parts if p.text), ""
    )
    sentence = re.split(r"(?<=[.!?。！？])\s|(?<=[。！？])|\n", text, maxsplit=1)[0]
    return sentence if len(sentence) <= 100 else sentence[:100].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _declared(said: Declared) -> list[tuple[str, str]]:
    return [
        ("json-ld", plain(said.article.get("headline")) or plain(said.article.get("name"))),
        ("microdata", plain(next(iter(said.micro.get("headline", ())), ""))),
        ("state", plain(next((said.state[n] for n in HEADLINES if isinstance(said.state.get(n), str)), ""))),
        ("meta", plain(said.first("og:title"))),
        ("meta", plain(said.first("twitter:title", "parsely-title", "sailthru.title", "dc.title", "dcterms.title"))),
        ("title", plain(said.title)),
    ]


def _headings(tree: HtmlElement) -> list[tuple[HtmlElement, str]]:
    found = []
    for heading in tree.iter("h1"):
        text = " ".join("".join(t for t in heading.itertext() if isinstance(t, str)).split())
        if text and len(text) <= _LONGEST and not is_junk(heading):
            found.append((heading, text))
    return found


def _leads_home(heading: HtmlElement) -> bool:
    """Whether a heading is the site's name on top of its pages: all of it links to the front page."""
    link = heading.find(".//a")
    return (
        link is not None
        and _HOME.fullmatch((link.get("href") or "").strip()) is not None
        and "".join(link.itertext()).strip() == "".join(heading.itertext()).strip()
    )


_HOME = re.compile(r"(?:https?://[^/?#]+/?|/)(?:index\.\w+)?")


def _is_line(text: str) -> bool:
    """Whether it has the length of a headline: four words, or eight characters of a script without spaces."""
    return len(text.split()) >= 4 or weight(text) - len(text) >= 12


def _opens(heading: HtmlElement) -> bool:
    """Whether no paragraph stands before a heading in its box: else it is one of a section."""
    return all(len("".join(p.itertext())) < _PARAGRAPH for p in heading.itersiblings("p", preceding=True))


_PARAGRAPH = 80
"""Letters."""


def without_suffix(text: str, suffixes: tuple[str, ...]) -> str:
    for suffix in suffixes:
        text = text.removesuffix(suffix.rstrip()).rstrip()
    return text


def without_site(text: str, names: Iterable[str], suffixes: tuple[str, ...] = ()) -> str:
    """A title without the parts, at its end or beginning, that are the site's name (` | Site`, `Site: `)."""
    text = without_suffix(text, suffixes)
    names = [n for n in (folded(n) for n in names) if n]
    for _ in range(3):
        parting = _PARTING.search(text)
        cuts = list(_SEPARATOR.finditer(text, max(0, parting.start() - 1))) if parting else []
        if not cuts:
            return text
        head, tail = text[: cuts[-1].start()].strip(), text[cuts[-1].end() :].strip()
        first, rest = text[: cuts[0].start()].strip(), text[cuts[0].end() :].strip()
        if head and (_names_site(tail, names) or _is_label(cuts[-1][0], head, tail)):
            text = head
        elif rest and _names_site(first, names) and weight(rest) > weight(first):
            text = rest
        else:
            return text
    return text


def _is_label(separator: str, head: str, tail: str) -> bool:
    """Whether what follows a bar is a label (`| Rust Blog`), for it is short and what stands before it is not."""
    return (
        (separator.strip() in "|｜ㅣ" or (separator == "-" and bool(_PAPER.search(tail))))
        and len(tail.split()) <= 4
        and (len(head.split()) >= 4 or weight(head) >= 24)  # a headline in a script without spaces is one "word"
        and weight(tail) < weight(head) / 2
    )


_PAPER = re.compile("(?:网|網|报|報|新闻|新聞|在线|在線|ニュース|뉴스|신문|일보)$")
"""What papers and news sites are called in scripts without spaces; a bare hyphen glues their name to a title."""


def _names_site(part: str, names: list[str]) -> bool:
    word = folded(part)
    bare = re.sub(r"(?:com|org|net|couk|de|fr|es|it|nl|tv|in|info)$", "", word) if "." in part else word
    if not word:
        return False
    longest = {n for n in names if len(n) >= 4 and n in word and len(word) <= 2.5 * len(n) + 6}
    return bool(longest) or word in names or bare in names or (len(word) >= 4 and any(word in n for n in names))


def _is_name(text: str, names: Iterable[str]) -> bool:
    word = folded(text)
    return not word or any(word == folded(n) for n in names)


@lru_cache(maxsize=16)  # a page asks it of its address twice
def host_names(url: str) -> tuple[str, str, str]:
    """What a site may be called by its address: `www.example-news.co.uk` -> `example-news`, and the whole domain."""
    domain = site(url)
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return domain.split(".", 1)[0], domain, host


@lru_cache(maxsize=1_024)  # of a page's titles each is compared with each, and with its site's names
def folded(text: str) -> str:
    return letters(text)


def _without_kicker(heading: HtmlElement, text: str, declared: list[str]) -> str:
    """The headline without a kicker before it or a line behind it, in an element of its own, if the page declares it so.

    So does `River rises - Flood warning`, where the page shows `Flood warning` above `River rises`.
    """
    whole = folded(text)
    own = {folded("".join(e.itertext())) for e in heading.iterdescendants()} - {whole, ""}
    for headline in declared if own else ():
        bare = folded(headline)
        if len(headline.split()) >= 3 and bare != whole and {whole.removesuffix(bare), whole.removeprefix(bare)} & own:
            return headline
        for cut in _SEPARATOR.finditer(headline):
            first, last = headline[: cut.start()].strip(), folded(headline[cut.end() :])
            if last in own and whole == last + folded(first):
                return first
    return text


def _agreement(one: str, other: str) -> float:
    """Share of the words of the shorter that the longer holds; 1 where one is inside the other."""
    a, b = folded(one), folded(other)
    if not a or not b:
        return 0.0
    if min(len(a), len(b)) >= 8 and (a in b or b in a):
        return 1.0 if a == b else 0.9
    x, y = set(re.findall(r"\w+", one.casefold())), set(re.findall(r"\w+", other.casefold()))
    return len(x & y) / min(len(x), len(y)) * 0.8 if x and y else 0.0
