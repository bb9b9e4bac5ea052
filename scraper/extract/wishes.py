"""How often a feed wants to be looked at: `ttl`, `skipHours` and `skipDays` of RSS 2.0, and the syndication module of RSS 1.0."""

import re

from newsloom.news.wishes import Wishes

_HEAD = 20_000
"""Characters before the first item that are looked through."""
_TTL = re.compile(r"<ttl>\s*(\d{1,6})\s*</ttl>", re.IGNORECASE)
_PERIOD = re.compile(r"<sy:updatePeriod>\s*(hourly|daily|weekly|monthly|yearly)\s*<", re.IGNORECASE)
_FREQUENCY = re.compile(r"<sy:updateFrequency>\s*(\d{1,4})\s*<", re.IGNORECASE)
_SKIP_HOURS = re.compile(r"<skipHours>(.{0,1000}?)</skipHours>", re.IGNORECASE | re.DOTALL)
_HOUR = re.compile(r"<hour>\s*(\d{1,2})\s*<", re.IGNORECASE)
_SKIP_DAYS = re.compile(r"<skipDays>(.{0,500}?)</skipDays>", re.IGNORECASE | re.DOTALL)
_DAY = re.compile(r"<day>\s*(mon|tue|wed|thu|fri|sat|sun)", re.IGNORECASE)

_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 7 * 86_400, "monthly": 30 * 86_400, "yearly": 365 * 86_400}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_OF_WORDPRESS = 3600
"""`hourly`, once: WordPress writes that into every feed, however often its site publishes; it is nobody's word."""


def wishes(text: str, first_item: int) -> Wishes:
    """What the feed says before its first item."""
    head = text[: min(first_item, _HEAD)]
    ttl, period, frequency = _TTL.search(head), _PERIOD.search(head), _FREQUENCY.search(head)
    update = _PERIODS[period[1].lower()] // max(int(frequency[1]) if frequency else 1, 1) if period else 0
    hours, days = _SKIP_HOURS.search(head), _SKIP_DAYS.search(head)
    return Wishes(
        pause=max(int(ttl[1]) * 60 if ttl else 0, update if update != _OF_WORDPRESS else 0),
        # Until 2.0.1 midnight was 24.
        skip_hours=tuple(sorted({int(h) % 24 for h in _HOUR.findall(hours[1]) if int(h) <= 24})) if hours else (),
        skip_days=tuple(sorted({_DAYS.index(d.lower()) for d in _DAY.findall(days[1])})) if days else (),
    )
