"""When two addresses are one article, and when two texts are one text.

At first: the address's canonical form, the addresses a page declares, and the exact text.
"""

import hashlib
import re
import unicodedata
from functools import cache, lru_cache
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import NAMESPACE_URL, UUID, uuid5

import ada_url
from publicsuffixlist import PublicSuffixList

from newsloom.news.tracking import telling, within

_ROUTE = re.compile(r"^!|^/")  # `#!/story/5` and `#/story/5` name a page; other fragments a place in one
_NO_LETTERS = re.compile(r"[\W_]+")
_SIGNS = bytes(c for c in range(128) if not chr(c).isalnum())
_LOWER = bytes(range(256)).lower()
_MARKS = "\u2013\u2014\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u3001\u3002\u300c\u300d"
"""What texts have most of beside ASCII's signs: dashes, quotation marks, the stops of Chinese and Japanese."""
_SHORT_TEXT = 80
"""Letters; below it equal texts prove nothing ("Watch the video above")."""


LONGEST = 4_096
"""Characters of an address; twice what browsers and search engines take. A feed could have us send megabytes to other sites."""


def normalize(url: str, base: str = "") -> str:
    """The address by the WHATWG URL standard, without fragment; "" if it is none we may ask (http and https only, no longer
    than LONGEST)."""
    # One call into the library: reading and setting each part of its URL object costs five times as much, and a page has
    # some hundred links.
    try:
        href = ada_url.join_url(base, url.strip()) if base else ada_url.normalize_url(url.strip())
    except ValueError:
        return ""
    if len(href) > LONGEST or not href.startswith(("http://", "https://")):
        return ""
    bare, _, fragment = href.partition("#")
    if "@" in bare[: bare.find("/", 8)]:
        bare = _anonymous(bare)
    return f"{bare}#{fragment}" if _ROUTE.match(fragment) else bare


def _anonymous(url: str) -> str:
    """The address without the name and the password in it."""
    parsed = ada_url.URL(url)
    parsed.username = parsed.password = ""
    return str(parsed.href)


@lru_cache(maxsize=8192)  # a crawl, and then the store, ask it of one address several times
def key(url: str) -> str:
    """A form in which two spellings of one address are equal; "" for what is no web address.

    Idempotent. For comparing only, never for asking or showing: of `www.`, `m.`, `amp.` hosts, of AMP and print forms, of
    redirects and caches that name the address they lead to, and of what parameters say of how a reader came, nothing is left.
    """
    normal = normalize(url)
    if not normal:
        return ""
    if inner := _inside(normal):
        return inner
    parts = urlsplit(normal)
    host = _host(parts.netloc, normal)
    path = _path(parts.path)
    query = _told(parts.query, path, site(normal)) if parts.query else ""
    found = urlunsplit(("https", host, _without_index(path) if not query else path, query, parts.fragment))
    return _inside(found) or found


def _inside(url: str) -> str:
    """The key of the address that this one leads to by its own words; "" if there is none. It is shorter, so this ends."""
    return next((inner for address in within(url) if len(address) < len(url) and (inner := key(address))), "")


_PREFIXES = ("www.", "m.", "mobile.", "amp.")


def _host(netloc: str, url: str) -> str:
    """Without the prefixes under which sites repeat themselves, unless they are part of the registered name (`m.co.uk`)."""
    host = netloc.removesuffix(":80").removesuffix(":443").rstrip(".")
    while (prefix := next((p for p in _PREFIXES if host.startswith(p)), "")) and site(
        f"http://{host.removeprefix(prefix)}/"
    ) == site(url).rstrip("."):
        host = host.removeprefix(prefix)
    return host


_ENCODED = re.compile("%([0-9a-fA-F]{2})")
_FORM = re.compile(r"/\.?amp(?=/)|/google-amp(?=/)|/print(?=/)", re.IGNORECASE)
"""At the beginning of a path: the AMP or print form of what follows."""
_LAST = re.compile(r"(?:/(?:amp|amphtml|amp\.html|print|print\.html)|\.amp(?:html)?)/*$|/+$", re.IGNORECASE)
_AMP_HTML = re.compile(r"\.amp(?=\.s?html?$)", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index|default)\.(?:s?html?|php|aspx?|jsp|cfm)$", re.IGNORECASE)


def _path(path: str) -> str:
    """Percent-encoding as RFC 3986 (6.2.2) has it, and without what only names a form of the page."""
    path = _ENCODED.sub(_decoded, path) if "%" in path else path
    while found := _FORM.match(path):
        path = path[found.end() :]
    while found := _LAST.search(path):
        path = path[: found.start()]
    return _AMP_HTML.sub("", path) or "/"


def _decoded(found: re.Match[str]) -> str:
    char = chr(int(found[1], 16))
    return char if char.isascii() and (char.isalnum() or char in "-._~") else found[0].upper()


def _without_index(path: str) -> str:
    while found := _INDEX.search(path):
        path = _path(path[: found.start()])
    return path or "/"


def _told(query: str, path: str, domain: str) -> str:
    """What a query says of what is read, in one order."""
    # As latin-1 every byte is a character and comes back as it was, whatever charset the site writes its addresses in.
    pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    return urlencode(sorted(set(telling(pairs, path, domain))), encoding="latin-1")


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=8192)
def site(url: str) -> str:
    """The registrable domain of an address (`bbc.co.uk`); where it has none (an IP address, localhost), host and port.

    "" for what is no address: pages declare all sorts of things.
    """
    try:
        return _registrable(urlsplit(url).netloc)
    except ValueError:
        return ""


@lru_cache(maxsize=8192)  # a site has many addresses
def _registrable(netloc: str) -> str:
    host = (urlsplit(f"//{netloc}").hostname or "").rstrip(".").lower()
    return (not _is_ip(host) and _suffixes().privatesuffix(host)) or netloc.lower()


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4096)
def origin(url: str) -> str:
    """`scheme://host:port` (RFC 6454), the port always said."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}"


def entry_id(first_key: str) -> UUID:
    """An entry's id, from the first key it was known by. It never changes afterwards."""
    return uuid5(NAMESPACE_URL, first_key)


def text_digest(text: str) -> str:
    """Equal for texts that differ in white space, case and punctuation only; "" for one too short to prove anything."""
    folded = letters(text)
    return hashlib.sha256(folded.encode()).hexdigest() if len(folded) >= _SHORT_TEXT else ""


def letters(text: str) -> str:
    """A text's letters and digits alone, in one case and one spelling (NFKC)."""
    # What is rare is left to the pattern: asked of every gap between two words, it costs more than all the rest of saving.
    folded = unicodedata.normalize("NFKC", text)
    for mark in _MARKS:
        folded = folded.replace(mark, "")
    folded = folded.encode("utf-8", "surrogatepass").translate(_LOWER, _SIGNS).decode("utf-8", "surrogatepass")
    if folded.isascii():  # of these the signs are gone
        return folded
    folded = folded.casefold()
    return folded if folded.isalnum() else _NO_LETTERS.sub("", folded)


def similar(one: str, other: str) -> float:
    """Jaccard similarity of the words of two short texts, 0 to 1."""
    a, b = set(re.findall(r"\w+", one.casefold())), set(re.findall(r"\w+", other.casefold()))
    return len(a & b) / len(a | b) if a | b else 1.0
