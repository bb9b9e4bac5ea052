"""The shape of an address: what calendars, facets, session ids and endless lists have in common over all their pages. Pure."""

import re
from urllib.parse import parse_qsl, urlsplit

_DIGITS = re.compile(r"\d+")
_CODE = re.compile(r"(?=\d*[a-z])(?=[a-z]*\d)(?:[0-9a-f]{8,}(?:-[0-9a-f]{4,})*|[0-9a-z]{12,})", re.IGNORECASE)
_WORDS = re.compile(r"\w+(?:[-_+]|%20)\w+(?:[-_+]|%20)\w+")
_LONG = 24


def shape(url: str) -> str:
    """`https://paper.example/2024/05/some-long-title?page=3` and its like as one text.

    Numbers, codes and titles count as equal, a segment that repeats itself counts once, and of a query only the names do.
    """
    parts = urlsplit(url)
    segments = [_plain(s) for s in parts.path.split("/")]
    path = "/".join(s for n, s in enumerate(segments) if n == 0 or s != segments[n - 1])
    names = {_plain(name) for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    return f"{parts.netloc}{path}?{'&'.join(sorted(names))}"


def _plain(segment: str) -> str:
    # Its length first: these expressions take time with the square of it and more.
    if len(segment) > _LONG or _CODE.fullmatch(segment) or _WORDS.search(segment):
        return "*"
    return _DIGITS.sub("0", segment)
