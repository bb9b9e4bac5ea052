"""What a request asks for, decided from its headers alone. RFC 9110, chapters 8, 12 and 13."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum

_TAG = re.compile(r'\s*(?:(W/)?("[\x21\x23-\x7e\x80-\xff]*"))?\s*(?:,|$)')
_QVALUE = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


class Answer(Enum):
    """How a conditional request is to be answered."""

    WHOLE = 200
    SAME = 304
    FAILED = 412


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the chosen representation is."""

    etag: str
    """Strong, with its quotes."""
    modified: datetime
    """To the second."""


def answer(headers: Mapping[str, str], facts: Facts) -> Answer:
    """The preconditions in their order of precedence (13.2.2). A header that cannot be read counts as not there."""
    if "if-match" in headers:
        if not _matches(headers["if-match"], facts.etag, weak=False):
            return Answer.FAILED
    elif (unmodified := _date(headers.get("if-unmodified-since"))) and facts.modified > unmodified:
        return Answer.FAILED
    if "if-none-match" in headers:
        return Answer.SAME if _matches(headers["if-none-match"], facts.etag, weak=True) else Answer.WHOLE
    since = _date(headers.get("if-modified-since"))
    return Answer.SAME if since and facts.modified <= since else Answer.WHOLE


def _matches(value: str, etag: str, *, weak: bool) -> bool:
    """Whether a list of entity tags (8.8.3), or `*`, names `etag`; by weak comparison, W/ does not matter (8.8.3.2)."""
    if value.strip() == "*":
        return True
    at = 0
    while at < len(value) and (found := _TAG.match(value, at)) and found.end() > at:
        if found[2] == etag and (weak or not found[1]):
            return True
        at = found.end()
    return False


def _date(value: str | None) -> datetime | None:
    """An HTTP-date (5.6.7) in any of its three forms."""
    if not value:
        return None
    try:
        there = parsedate_to_datetime(value)
    except ValueError:
        return None
    return there.replace(tzinfo=UTC) if there.tzinfo is None else there.astimezone(UTC)


def takes_gzip(accept_encoding: str) -> bool:
    """Whether gzip may be sent and is liked at least as much as no coding at all (12.5.3)."""
    weights: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        coding, _, parameters = part.strip().partition(";")
        name, _, value = parameters.replace(" ", "").partition("=")
        weight = float(value) if name == "q" and _QVALUE.fullmatch(value) else 1.0
        weights["gzip" if coding.strip() == "x-gzip" else coding.strip()] = weight
    gzip = weights.get("gzip", weights.get("*", 0.0))
    return gzip > 0 and gzip >= weights.get("identity", 0.0)
