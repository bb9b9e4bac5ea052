"""The comparing key of an address: one form for all the ways in which one article is linked. Pure.

The steps, each a module: hosts (`www.`, `m.`), wrappers (redirects, AMP caches, archives), paths (AMP and print forms, index
files), parameters (tracking, sharing, sessions), and what known.json has for single sites.
"""

import re
from functools import lru_cache

from newsloom.news.keys.hosts import Host, host
from newsloom.news.keys.parameters import told
from newsloom.news.keys.paths import UNUSUAL, plain_path, unescaped
from newsloom.news.keys.wrappers import carried
from newsloom.news.urls import LONGEST, normalize

_ROUNDS = 16
"""Of rewriting, until nothing changes; two are common, and each wrapper takes one."""
_SAYS_SOMETHING = re.compile(r"\w")


@lru_cache(maxsize=4096)  # a crawl, and then the store, ask it of one address several times
def key(url: str) -> str:
    """A form in which two spellings of one address are equal; "" for what is no web address.

    Idempotent. For comparing only, never for asking or showing. "" too for what has redirects in redirects beyond anybody's use,
    and for what only as a key is longer than LONGEST.
    """
    return key_of(normalize(url))


def key_of(address: str) -> str:
    """The same of an address that is normal already, not remembered."""
    for _ in range(_ROUNDS):
        if not address:
            break
        where, rest = _parts(address)
        bare = rest.rstrip("/")
        if where.is_plain and not UNUSUAL.search(bare):
            return _within_bounds(f"https://{where.name}{bare or '/'}")
        formed = _formed(address, where, rest)
        if formed == address:
            return _within_bounds(formed)
        address = normalize(formed)
    return ""


def _within_bounds(formed: str) -> str:
    return formed if len(formed) <= LONGEST else ""


def _parts(address: str) -> tuple[Host, str]:
    """The host of a normal address, and what stands behind it."""
    begin = address.index("//") + 2
    end = address.index("/", begin)
    return host(address[begin:end]), address[end:]


def _formed(address: str, where: Host, rest: str) -> str:
    """One round of rewriting."""
    rest, hash_sign, route = rest.partition("#")
    path, _, query = rest.partition("?")
    inner = carried(where, path, query)
    if inner and len(inner) < len(address):  # so it ends, however deep they are nested
        return inner
    route = unescaped(route).rstrip("/") if hash_sign else ""
    place = where.name + path
    if where.rules is not None:
        for pattern, written in where.rules.paths:
            place = pattern.sub(written, place, count=1)
        place, _, added = place.partition("?")
        query = f"{query}&{added}" if added else query
    name, _, path = place.partition("/")
    path = plain_path(f"/{path}")
    said = told(query, path, where.rules) if query else ""
    return f"https://{name}{path}{'?' if said else ''}{said}{f'#{route}' if _SAYS_SOMETHING.search(route) else ''}"
