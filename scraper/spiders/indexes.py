"""Which sitemaps of an index are the likeliest to hold today's news: by their addresses and dates alone. Pure."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from newsloom.news.memory import Found

_OUTDATED = timedelta(days=90)
"""What is called news and changed so long before the newest of its index holds none."""

_NUMBER = re.compile(r"[-_.]?(\d+)")
_PARAMETER = re.compile(r"[?&;][\w.-]*=")
_MONTH, _DAY = r"0[1-9]|1[0-2]", r"0[1-9]|[12]\d|3[01]"
_DATE = re.compile(
    rf"(?<!\d)(19[89]\d|20\d\d)(?:[-_/.]({_MONTH}|[1-9])(?:[-_/.]({_DAY}|[1-9]))?|({_MONTH})({_DAY})?)?(?!\d)"
)
"""2026, 2026-11, 2026/11/03, 202611, 20261103."""


def preferred(found: Sequence[Found], limit: int) -> tuple[Found, ...]:
    """The `limit` likeliest, best first.

    What is called news, unless it is long out of date; then by their last change, else by the date that their address names (a
    month or a year to its end). Without dates: of each series (`part-1.xml`, `part-2.xml` ...) the one with the highest number,
    since sites add at the end; then each one's other end, since some count the other way; then downwards.
    """
    dates, ranks = _dates(found), _ranks(found)
    newest = max(filter(None, dates), default=None)

    def order(place: int) -> tuple[bool, float, int, int]:
        at = dates[place]
        outdated = at is not None and newest is not None and newest - at > _OUTDATED
        news = about_news(found[place].url) and not outdated
        return not news, -at.timestamp() if at else float("inf"), ranks[place], place

    return tuple(found[place] for place in sorted(range(len(found)), key=order)[:limit])


def about_news(url: str) -> bool:
    """Whether a sitemap is called one of news."""
    parts = urlsplit(url)
    return "news" in parts.path.rpartition("/")[2].lower() or "news" in parts.query.lower()


def dated(found: Found) -> datetime | None:
    """When it changed last, as the sitemap that shows it says."""
    return found.modified or found.published


def _dates(found: Sequence[Found]) -> list[datetime | None]:
    """The numbers of a series are dates only if all of them are: part 2026 of 3,000 is no year."""
    named = [_named(f.url) for f in found]
    counted = {_series(f.url) for f, at in zip(found, named, strict=True) if at is None and _numbers(f.url)}
    return [dated(f) or (None if _series(f.url) in counted else at) for f, at in zip(found, named, strict=True)]


def _named(url: str) -> datetime | None:
    """The end of the day, month or year that an address names last: `?yyyy=2026&mm=11` too."""
    end = None
    for match in _DATE.finditer(_PARAMETER.sub("/", _local(url))):
        year, month, day = int(match[1]), int(match[2] or match[4] or 0), int(match[3] or match[5] or 0)
        end = _end(year, month, day) or end
    return end


def _end(year: int, month: int, day: int) -> datetime | None:
    try:
        if day:
            return datetime(year, month, day, tzinfo=UTC) + timedelta(days=1)
        return datetime(year + (month in (0, 12)), month % 12 + 1 if month else 1, 1, tzinfo=UTC)
    except ValueError:  # 31 February
        return None


def _ranks(found: Sequence[Found]) -> list[int]:
    """Of each one its rank within its series."""
    series: dict[str, list[int]] = {}
    for place, one in enumerate(found):
        series.setdefault(_series(one.url), []).append(place)
    ranks = [0] * len(found)
    for places in series.values():
        highest_first = sorted(places, key=lambda place: _numbers(found[place].url), reverse=True)
        for rank, place in enumerate([highest_first[0], *highest_first[:0:-1][:1], *highest_first[1:-1]]):
            ranks[place] = rank
    return ranks


def _series(url: str) -> str:
    """What the addresses of a series share: `post-sitemap.xml` and `post-sitemap12.xml` are of one."""
    return _NUMBER.sub("", _local(url))


def _numbers(url: str) -> tuple[int, ...]:
    """Of an address without any, as the first of a series often is, none: less than all others."""
    return tuple(int(number[:18]) for number in _NUMBER.findall(_local(url)))


def _local(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"
