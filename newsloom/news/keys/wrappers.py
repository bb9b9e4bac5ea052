"""Addresses that carry another address: redirects of search engines, networks and mail guards, caches, archives."""

import binascii
import re
from base64 import urlsafe_b64decode
from functools import cache
from urllib.parse import unquote, unquote_to_bytes

from newsloom.news.keys.hosts import Host, Wrapper
from newsloom.news.keys.known import known
from newsloom.news.urls import normalize

_SCHEME = re.compile(r"(https?):/+", re.IGNORECASE)
_ENCODED = re.compile(r"https?%3a", re.IGNORECASE)
_HOST = re.compile(r"https?://[^/?#]*\.[^/?#]")


def carried(where: Host, path: str, query: str) -> str:
    """The address that this one leads to by what it says itself, normalized; "" if it carries none."""
    # Services answer with and without a slash at the end; in a path the slash is the target's.
    bare = path.rstrip("/")
    for wrapper in where.wrappers:
        if wrapper.target is not None:
            found = _in_path(wrapper.target, path, query)
        elif not wrapper.paths or bare in wrapper.paths:
            found = _in_query(wrapper, query)
        else:
            continue
        if found:
            return found
    return _of_redirector(bare, query) if "http" in query or "HTTP" in query else ""


def _in_path(target: re.Pattern[str], path: str, query: str) -> str:
    match = target.fullmatch(path)
    if match is None:
        return ""
    said = "".join(match.groups())
    said = _decoded(said) if _ENCODED.match(said) else said
    return _address(f"{said}?{query}" if query else said)


def _in_query(wrapper: Wrapper, query: str) -> str:
    written = _WRITTEN[wrapper.how]
    if not wrapper.names:  # `?https://...`, without a name
        return _absolute(written(query))
    values = _values(query)
    return next((found for name in wrapper.names if (found := _absolute(written(values.get(name, ""))))), "")


def _of_redirector(path: str, query: str) -> str:
    """Of any site's `/redirect?url=https://...`, if it names just one address."""
    if path.rpartition("/")[2].lower() not in _redirectors():
        return ""
    found = [a for value in _values(query).values() if (a := _absolute(_decoded(value)))]
    return found[0] if len(found) == 1 else ""


@cache
def _redirectors() -> frozenset[str]:
    return frozenset(known()["redirectors"].split())


def _values(query: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for piece in query.split("&"):
        name, _, value = piece.partition("=")
        values.setdefault(unquote(name).lower(), value)
    return values


def _absolute(said: str) -> str:
    return _address(said) if _SCHEME.match(said) else ""


def _address(said: str) -> str:
    """Written in full: archives and caches leave out the scheme, or a slash of it."""
    scheme = _SCHEME.match(said)
    full = f"{scheme[1]}://{said[scheme.end() :]}" if scheme else f"https://{said}"
    address = normalize(full)
    return address if _HOST.match(address) else ""


def _decoded(value: str) -> str:
    try:
        return unquote_to_bytes(value).decode()
    except UnicodeDecodeError:  # a charset we cannot know: better no address than a wrong one
        return ""


def _of_proofpoint(value: str) -> str:
    """`https-3A__example.org_a`, of v2: https://help.proofpoint.com/Threat_Insight_Dashboard/API_Documentation/URL_Decoder_API"""
    return _decoded(_decoded(value).replace("-", "%").replace("_", "/"))


def _of_bing(value: str) -> str:
    """`a1` and base64."""
    said = _decoded(value)
    if not said.startswith("a1"):
        return ""
    try:
        return urlsafe_b64decode(said[2:] + "=" * (-len(said[2:]) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""


def _of_disqus(value: str) -> str:
    """The address, a colon and a checksum."""
    return _decoded(value).rpartition(":")[0]


_WRITTEN = {"": _decoded, "proofpoint": _of_proofpoint, "bing": _of_bing, "disqus": _of_disqus}
