"""What a site says against publishing a page's text again: X-Robots-Tag, and the TDM Reservation Protocol (W3C). Pure.

The meta tags of a page are read with the page (scraper/extract). `noarchive` speaks of public caches and is no reservation.
"""

import json
import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

WELL_KNOWN = "/.well-known/tdmrep.json"
FILE_BYTES = 64 * 2**10
"""A larger file is taken for none."""
_RULES = 1_000
_ABOUT_AN_AGENT = re.compile(r"\s*([\w.-]+)\s*:(.*)", re.DOTALL)
_WITH_VALUES = {"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}


def of_headers(robots_tags: Iterable[str], tdm: str, agent: str) -> tuple[str, bool]:
    """Why the page is reserved, empty if it is not; and whether that is the last word, so that no file need be asked.

    `robots_tags` are the values of X-Robots-Tag, `tdm` that of tdm-reservation, `agent` our User-Agent.
    """
    if any(_says_noindex(value, agent) for value in robots_tags):
        return "noindex", True
    said = tdm.strip()
    return ("tdm-reservation" if said == "1" else ""), said in ("0", "1")


def _says_noindex(value: str, agent: str) -> bool:
    """`noindex, nofollow` is for all, `googlebot: noindex` for that one."""
    named = _ABOUT_AN_AGENT.match(value)
    if named and named[1].lower() not in _WITH_VALUES:
        if named[1].lower() != agent.partition("/")[0].strip().lower():
            return False
        value = named[2]
    return not {"noindex", "none"}.isdisjoint(part.strip().lower() for part in value.split(","))


def of_file(body: bytes, url: str) -> str:
    """Why `url` is reserved by its origin's tdmrep.json; empty if it is not, or if the file is none."""
    path = unquote(urlsplit(url).path) or "/"
    rules = _rules(body)
    said = next((reserved for location, reserved in rules if _matches(location, path)), False)
    return "tdm-reservation" if said else ""


def _rules(body: bytes) -> list[tuple[str, bool]]:
    if not body.strip() or len(body) > FILE_BYTES:
        return []
    try:
        listed = json.loads(body)
    except (ValueError, RecursionError):
        return []
    return [
        (unquote(rule["location"]), rule.get("tdm-reservation") in (1, "1", True))
        for rule in (listed if isinstance(listed, list) else [])[:_RULES]
        if isinstance(rule, dict) and isinstance(rule.get("location"), str)
    ]


def _matches(location: str, path: str) -> bool:
    """As in robots.txt (RFC 9309, 2.2.3): a beginning, `*` for anything, `$` for the end. Takes linear time, unlike a regex."""
    ends = location.endswith("$")
    first, *others = location.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for part in others[:-1]:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    if not others:
        return not ends or at == len(path)
    last = others[-1]
    return (path.endswith(last) and len(path) - len(last) >= at) if ends else path.find(last, at) >= 0
