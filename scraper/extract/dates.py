"""Dates as pages write them: ISO 8601 and its misspellings, RFC 5322, epochs, and words in some sixty languages.

The month names (months.json) are those of the Unicode CLDR.
"""

import json
import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_OFFSETS = {
    "z": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2, "eet": 2,
    "eest": 3, "msk": 3, "мск": 3, "jst": 9, "kst": 9, "sgt": 8, "hkt": 8, "aest": 10, "aedt": 11, "nzst": 12,
    "nzdt": 13, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "brt": -3,
}  # fmt: skip
"""Hours, of the names that news pages print. IST (India, Israel, Ireland) says nothing and is left to the zone."""
_REGIONS = {"et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles"}

_ISO = re.compile(
    r"(?<!\d)(?P<y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)(?:[T\s]+(?P<H>\d\d?):(?P<M>\d\d)(?::(?P<S>\d\d)(?:[.,:]\d+)?)?)?"
    r"(?:\s*(?P<zone>Z\b|UTC|GMT|[+-]\d\d(?::?\d\d)?\b))?"
)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)", re.ASCII)
"""As nearly all pages declare a time, in full; Python reads it at once."""
_COMPACT = re.compile(
    r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?:T?(?P<H>\d\d)(?P<M>\d\d)(?P<S>\d\d)?(?P<zone>Z|[+-]\d{4})?)?$"
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?$")
_DAYS = (
    ("ymd", re.compile(r"(?<!\d)(\d{4})\s?[年년./-]\s?(\d\d?)\s?[月월./-]\s?(\d\d?)(?!\d)")),
    ("dmy", re.compile(r"(?<!\d)(\d\d?)\s?([./-])\s?(\d\d?)\s?[./-]\s?(\d{4}|\d\d)(?![\d:])")),
    ("dwy", re.compile(r"(?<!\d)(\d\d?)(?:\.|st|nd|rd|th|er|º|ª|-го)?[\s-]+(?:de\s+|of\s+|d['’]\s?)?([^\W\d_]{2,})\.?,?[\s-]+"
                       r"(?:de\s+|del\s+)?(\d{4})(?!\d)", re.IGNORECASE)),
    ("wdy", re.compile(r"([^\W\d_]{3,})\.?\s+(\d\d?)(?:st|nd|rd|th)?\s*,?\s+(\d{4})(?!\d)", re.IGNORECASE)),
    ("vi", re.compile(r"(?<!\d)(\d\d?)\s+tháng\s+(\d\d?)\s*,?\s+(?:năm\s+)?(\d{4})", re.IGNORECASE)),
)  # fmt: skip
_CLOCK = re.compile(
    r"(?<![\d.:/-])(?P<H>\d\d?)(?::|h|時|시\s?|\.(?=\d\d(?:\D|$)))(?P<M>\d\d)(?:分|분)?(?::(?P<S>\d\d))?"
    r"\s*(?P<half>[ap]\.?m\b\.?)?|(?<![\d.:/-])(?P<H2>1?\d)\s*(?P<half2>[ap]\.?m\b\.?)",
    re.IGNORECASE,
)
_HALF_BEFORE = re.compile(r"(午後|下午|오후)|(午前|上午|오전)")
_ZONE = re.compile(r"(?:(?:UTC|GMT)\s?)?(?P<sign>[+-])(?P<h>\d\d?):?(?P<m>\d\d)?(?!\d)|\b(?P<name>[A-Za-zА-я]{1,4})\b")
_FIRST_YEAR = 1990  # no page of the web is older; a smaller number is something else


class Time(NamedTuple):
    """A time as it is written."""

    instant: datetime
    """In UTC."""
    offset: int | None
    """Minutes east of UTC of the clock that shows it so; None if the text names neither an offset nor a zone."""


def parse(text: str, *, zone: str = "UTC", language: str = "") -> datetime | None:
    """The instant that a text names, in UTC; None if it names none."""
    found = written(text, zone=zone, language=language)
    return found.instant if found else None


def written(text: str, *, zone: str = "UTC", language: str = "") -> Time | None:
    """The time that a text names; None if it names none.

    An offset or a zone's name in the text counts, else `zone` (IANA). A date without a clock is its midnight there.
    `03/05/2024` is the third of May, except in pages of the United States (`en-us`) or where only the other order is a date.
    """
    return _parsed(" ".join(text.split())[:200], zone, language)


@lru_cache(maxsize=1_024)  # a page names its one time in many places
def _parsed(text: str, zone: str, language: str) -> Time | None:
    if _EPOCH.match(text):
        seconds = float(text)
        return Time(datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC), None)
    try:
        return _in_full(text) or _iso(text, zone) or _words(text, zone, language)
    except (ValueError, OverflowError):  # the 31st of February, the year 9999 west of Greenwich
        return None


def day_of_address(url: str) -> date | None:
    """The day that an address carries (`/2024/05/03/`, `/2024-05-03-`, `/20240503`), or None."""
    found = re.search(r"/((?:19|20)\d\d)[/-](\d\d?)[/-](\d\d?)(?:[/_-]|$)", url) or re.search(
        r"[/_-](20\d\d)(\d\d)(\d\d)(?:[/_.-]|$)", url
    )
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def place(zone: str) -> tzinfo:
    """The zone of an IANA name; UTC for a name nobody knows."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _in_full(text: str) -> Time | None:
    """The time of a text that is all of one, with its offset; None for others, and for the hour 24 and the second 60."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        shown = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _in_utc(shown, shown.utcoffset()) if shown.year >= _FIRST_YEAR else None


def _iso(text: str, zone: str) -> Time | None:
    found = _ISO.search(text) or _COMPACT.match(text)
    if not found:
        return None
    parts = found.groupdict()
    day = date(int(parts["y"]), int(parts["m"]), int(parts["d"]))
    if parts["H"] is None:
        # `2024-05-03, 18:27` and `2024-05-03 6:27 pm`: the clock stands apart
        return _at(day, text[: found.start()] + " " + text[found.end() :], zone)
    half = re.match(r"\s*([ap])\.?m\b", text[found.end() :], re.IGNORECASE)
    clock = _clock(int(parts["H"]), int(parts["M"]), int(parts["S"] or 0), half[1] if half else "")
    return _instant(day, clock, _offset(parts["zone"] or "") or _named_zone(text[found.end() :]), zone)


def _words(text: str, zone: str, language: str) -> Time | None:
    for order, pattern in _DAYS:
        for found in pattern.finditer(text):
            day = _day(order, found.groups(), language)
            if day:
                return _at(day, text[: found.start()] + " | " + text[found.end() :], zone)
    return None


def _day(order: str, groups: tuple[str, ...], language: str) -> date | None:
    if order == "ymd":
        y, m, d = map(int, groups)
    elif order == "vi":
        d, m, y = map(int, groups)
    elif order == "dmy":
        first, separator, second, year = groups
        d, m, y = int(first), int(second), int(year) + (2000 if len(year) == 2 else 0)
        if m > 12 or (separator == "/" and language.startswith("en-us") and d <= 12):
            d, m = m, d
    else:
        word = groups[1] if order == "dwy" else groups[0]
        d, y = int(groups[0] if order == "dwy" else groups[1]), int(groups[2])
        m = month(word, language)
    try:
        return date(y, m, d) if y >= _FIRST_YEAR else None
    except ValueError:
        return None


def _at(day: date, rest: str, zone: str) -> Time:
    """The instant on `day` at the clock that the rest of the text shows, or at midnight."""
    found = _CLOCK.search(rest)
    if not found:
        return _instant(day, time(), None, zone)
    part = found.groupdict()
    before = _HALF_BEFORE.search(rest[: found.start()])
    half = part["half"] or part["half2"] or (before and ("p" if before[1] else "a")) or ""
    clock = _clock(int(part["H"] or part["H2"]), int(part["M"] or 0), int(part["S"] or 0), half)
    return _instant(day, clock, _named_zone(rest[found.end() :]), zone)


def _clock(hour: int, minute: int, second: int, half: str) -> time:
    if half and hour <= 12:
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    return time(hour % 24, minute, min(second, 59)) if hour <= 24 else time()


def _instant(day: date, clock: time, there: tzinfo | None, zone: str) -> Time:
    if day.year < _FIRST_YEAR:
        raise ValueError(f"{day} is before the web")
    shown = datetime.combine(day, clock, there or place(zone))
    return _in_utc(shown, shown.utcoffset() if there else None)


def _in_utc(shown: datetime, ahead: timedelta | None) -> Time:
    return Time(shown.astimezone(UTC), None if ahead is None else int(ahead.total_seconds()) // 60)


def _offset(text: str) -> tzinfo | None:
    if not text:
        return None
    if text[0] in "+-":
        digits = text[1:].replace(":", "")
        minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
        return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))
    return UTC


def _named_zone(text: str) -> tzinfo | None:
    """A zone that stands right behind a clock: `+0200`, `GMT+2`, `CEST`, `ET`."""
    for found in _ZONE.finditer(text[:24]):
        if found["sign"]:
            minutes = int(found["h"]) * 60 + int(found["m"] or 0)
            if minutes <= 14 * 60:
                return timezone(timedelta(minutes=minutes if found["sign"] == "+" else -minutes))
        elif (name := found["name"].lower()) in _OFFSETS:
            ahead = re.match(r"\s?[+-]\d", text[found.end() :]) if name in ("utc", "gmt") else None
            if not ahead:
                return timezone(timedelta(hours=_OFFSETS[name]))
        elif name in _REGIONS:
            return ZoneInfo(_REGIONS[name])
    return None


@cache
def months() -> dict[str, dict[str, int]]:
    """The names of the months and their short forms, in lower case, by language (ISO 639)."""
    names = json.loads((resources.files(__package__) / "months.json").read_text("utf-8"))
    return {lang: {w: n for n, words in enumerate(row, 1) for w in words.split()} for lang, row in names.items()}


@cache
def any_month() -> dict[str, int]:
    """Names that mean one month in all languages that have them."""
    seen: dict[str, set[int]] = {}
    for words in months().values():
        for word, number in words.items():
            seen.setdefault(word, set()).add(number)
    return {word: numbers.pop() for word, numbers in seen.items() if len(numbers) == 1}


def month(word: str, language: str = "") -> int:
    """1 to 12 for a month's name or its short form, in the page's language, English or any other; 0 for no month."""
    word = word.casefold().rstrip(".")
    for names in (months().get(language[:2], {}), months()["en"], any_month()):
        if word in names:
            return names[word]
    return 0
