"""What an address is: its normal spelling, its origin, the site it belongs to. Pure."""

import re
from functools import cache, lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

import ada_url
from publicsuffixlist import PublicSuffixList

LONGEST = 4_096
"""Characters of an address; twice what browsers and search engines take. A feed could have us send megabytes to other sites."""

_LONGEST_NAME = 253
"""Characters of a host name (RFC 1035, 2.3.4, without the dot at the end)."""
_PLAIN = re.compile(r"(https?://[a-z0-9.:-]+)?(/(?!/)[A-Za-z0-9_/.?=&~+,:;!*()$-]*)")
"""Origin and rest of an address, in letters that the standard leaves as they are. So are most of a page's links."""
_ROUTE = re.compile(r"^!|^/")  # `#!/story/5` and `#/story/5` name a page; other fragments a place in one


def normalize(url: str, base: str = "") -> str:
    """The address by the WHATWG URL standard, without fragment; "" if it is none we may ask (http and https only, no longer
    than LONGEST). It means what the publisher wrote: for asking and showing."""
    url = url.strip()
    if (plain := _PLAIN.fullmatch(url)) and (spelt := _as_spelt(plain[1], plain[2], base)):
        return spelt
    # One call into the library: reading and setting each part of its URL object costs five times as much, and a page has
    # some hundred links.
    try:
        href = ada_url.join_url(base, url) if base else ada_url.normalize_url(url)
    except ValueError:
        return ""
    if len(href) > LONGEST or not href.startswith(("http://", "https://")):
        return ""
    if "@" not in href and "#" not in href:  # as most
        return href
    bare, _, fragment = href.partition("#")
    if "@" in bare[: bare.find("/", 8)]:
        bare = _anonymous(bare)
    return f"{bare}#{fragment}" if _ROUTE.match(fragment) else bare


def _as_spelt(origin: str | None, rest: str, base: str) -> str:
    """The address, if no letter of it changes and its origin is known to be in its normal spelling; else ""."""
    there = _origin_of(base) if base else ""
    if (base and not there) or "/." in rest:
        return ""
    if origin is None:
        origin = there
    elif _origin_of(f"{origin}/") != origin:
        return ""
    return origin + rest if origin and len(origin) + len(rest) <= LONGEST else ""


@lru_cache(maxsize=1024)  # a page has many links to few sites
def _origin_of(url: str) -> str:
    """`scheme://host`, with a port that is not the scheme's, of what is a web address; else, and for one with a name, ""."""
    try:
        href = ada_url.normalize_url(url)
    except ValueError:
        return ""
    return "/".join(href.split("/", 3)[:3]) if href.startswith(("http://", "https://")) and "@" not in href else ""


def _anonymous(url: str) -> str:
    """The address without the name and the password in it."""
    parsed = ada_url.URL(url)
    parsed.username = parsed.password = ""
    return str(parsed.href)


@lru_cache(maxsize=512)  # of one address it is asked several times; what is costly is kept by host, below
def site(url: str) -> str:
    """The registrable domain of an address (`bbc.co.uk`); where it has none (an IP address, localhost), host and port.

    "" for what is no address: pages declare all sorts of things.
    """
    try:
        return _site_at(urlsplit(url).netloc)
    except ValueError:
        return ""


@lru_cache(maxsize=4096)  # a site has many addresses
def _site_at(netloc: str) -> str:
    host = (urlsplit(f"//{netloc}").hostname or "").rstrip(".").lower()
    return registrable(host) or netloc.lower()


def registrable(host: str) -> str:
    """The part of a host name, in lower case, that somebody registered, by the Public Suffix List; "" if there is none."""
    if len(host) > _LONGEST_NAME or _is_ip(host):
        return ""
    return _suffixes().privatesuffix(host) or ""


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1024)
def origin(url: str) -> str:
    """`scheme://host:port` (RFC 6454), the port always said."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}"
