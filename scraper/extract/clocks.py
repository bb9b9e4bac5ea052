"""The times that rows of teasers print: `18:27`, `3 May, 18:27`, `14.09.2019`, `vor 2 Std.`, `6時間前`.

Pure. What a text names is worked out in three steps: take every piece that is a date, a clock or a span out of it; what is
left must be filler ("at", "Uhr", "updated", a weekday); put the pieces together. A text of which more is left is no time.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from newsloom.news.times import GRACE, latest_instant
from scraper.extract import dates

LONGEST = 60
"""Characters; no printed time is longer."""


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A time as a page prints it, and the instant it names, if it names one."""

    text: str
    instant: datetime | None = None
    """Aware, UTC. None for a date without a clock, or a span of days: they name no instant."""
    dated: bool = False
    """A day stood beside the clock, so the instant is certain."""


_DIGITS = {
    first + n: str(n)
    for first in (0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xFF10)
    for n in range(10)
} | {ord("："): ":", ord("\u200f"): None, ord("\u200e"): None, ord("\u200b"): None, ord("\xa0"): " ", ord("’"): "'"}
"""Digits of Arabic, Persian, Indic, Thai and full width; marks of direction go."""

_HALF = r"(?P<half>[ap]\.?\s?m\b\.?|上午|下午|午前|午後|오전|오후|ص|م|öö|ös)"
_CLOCK = re.compile(
    r"(?:(?P<before>上午|下午|午前|午後|오전|오후)\s?)?(?<![\d:.,/-])(?P<hour>[01]?\d|2[0-3])"
    r"(?:\s?[:h時点點시ч]\s?(?P<minute>[0-5]\d)(?![\d])(?::[0-5]\d)?(?:\s?[分분])?|\s?(?=[ap]\.?\s?m\b))"
    r"\s?" + _HALF + "?",
    re.IGNORECASE,
)
_BARE_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
"""As most rows show when they came; nothing else can be in such a text."""
_DOTTED_CLOCK = re.compile(r"(?<![\d.])(?P<hour>[01]?\d|2[0-3])\.(?P<minute>[0-5]\d)(?![\d.])")
_ISO = re.compile(
    r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)(?:(?:T|\s)(?P<hour>\d\d):(?P<minute>\d\d)(?::\d\d(?:\.\d+)?)?\s?"
    r"(?P<offset>Z|[+-]\d\d:?\d\d)?)?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)\s?[-/.年년]\s?(?P<m>\d{1,2})\s?[-/.月월]\s?(?P<d>\d{1,2})(?:\s?[日일.])?(?!\d)"
)
_MONTH_DAY = re.compile(r"(?<!\d)(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일]")
_DAY_FIRST = re.compile(
    r"(?<!\d)(?P<a>\d{1,2})\s?(?P<sep>[./-])\s?(?P<b>\d{1,2})(?:\s?(?P=sep)\s?(?P<y>(?:20|19)?\d\d))?\.?(?![\d%])"
)
_NAMED = re.compile(
    r"(?P<d>\d{1,2})(?:st|nd|rd|th|er|[.ºª°])?\s?(?:de\s|of\s|d')?(?P<name>[^\W\d_]{2,14}|[^\W\d_]\S{1,13}?)\b\.?,?\s?(?:de\s|del\s)?(?P<y>(?:19|20)\d\d)?(?!\d)"
)
_NAMED_FIRST = re.compile(
    r"(?P<name>[^\W\d_]{3,14})\.?\s(?P<d>\d{1,2})(?:st|nd|rd|th)?(?!\d|:)(?:,?\s(?P<y>(?:19|20)\d\d))?"
)
_SPAN = re.compile(r"(?<![\d:.])(?P<n>\d{1,3})\s?(?P<unit>[^\W\d_]+)\.?")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_ZONES = {
    **dict.fromkeys(("gmt", "utc"), "UTC"),
    **dict.fromkeys(("et", "est", "edt"), "America/New_York"),
    **dict.fromkeys(("pt", "pst", "pdt"), "America/Los_Angeles"),
    **dict.fromkeys(("cet", "cest", "mez", "mesz"), "Europe/Paris"),
    **dict.fromkeys(("msk", "мск"), "Europe/Moscow"),
    **dict.fromkeys(("aest", "aedt"), "Australia/Sydney"),
    "jst": "Asia/Tokyo",
    "wib": "Asia/Jakarta",
}
"""Names of zones as news sites print them, where one name means one zone."""
_AMOUNTS = frozenset("€$£¥₽₺₴₹₩%+#=")
"""Beside these a number is a price, a share, a rank."""
_TWO = frozenset(("ساعتين", "يومين", "שעתיים", "יומיים"))
"""The dual: two hours, two days."""
_AFTERNOON = ("p", "下午", "午後", "오후", "م", "ös")
_UNITS = ("minute", "hour", "day", "week")


@cache
def _words() -> dict[str, frozenset[str]]:
    raw: dict[str, str] = json.loads(files("scraper.extract").joinpath("clocks.json").read_text("utf-8"))
    return {kind: frozenset(text.split()) for kind, text in raw.items() if kind != "source"}


@cache
def _months(language: str) -> dict[str, int]:
    """Month words: those of `language`, and of the other languages those that mean one month only."""
    return dates.any_month() | dates.months().get(language.partition("-")[0], {})


@dataclass
class _Pieces:
    """What was taken out of a text so far, and what is left of it."""

    left: str
    day: date | None = None
    clock: time | None = None
    zone: str = ""
    offset: timedelta | None = None
    span: timedelta | None = None
    long_span: bool = False

    @property
    def any(self) -> bool:
        return self.day is not None or self.clock is not None or self.span is not None or self.long_span

    def take(self, match: re.Match[str], day: date | None) -> bool:
        """Take a date out; what only looks like one stays, and so the text will be no time."""
        if day is None:
            return False
        self.day = day
        self.cut(match)
        return True

    def cut(self, match: re.Match[str]) -> None:
        self.left = self.left[: match.start()] + " " + self.left[match.end() :]


_DIGIT = re.compile(r"\d")
_LONGEST_WORDS = 25
"""Characters; no time that is told without a digit is longer."""


def has_digit(text: str) -> bool:
    """Whether one of the digits that times are written with is in `text`."""
    return _DIGIT.search(text) is not None


@lru_cache(maxsize=2_048)
def may_hold_time(text: str) -> bool:
    """Whether a time may stand in `text`, alone or beside other words. Most labels and headlines hold none, on any day."""
    if has_digit(text):
        return True
    if text.isascii():
        return not _telling().isdisjoint(_WORD.findall(text.lower()))
    words = _WORD.findall(text.translate(_DIGITS).lower())
    return not _telling().isdisjoint(words) or any(map(_unspaced, words))


@cache
def _telling() -> frozenset[str]:
    """One of these is in each time that is told without a digit, but for scripts that put no space between words."""
    words = _words()
    return _TWO.union(words["today"], words["yesterday"], words["now"], *(words[unit] for unit in _UNITS))


def read_time(text: str, seen: datetime, zone: str, language: str = "") -> Printed | None:
    """What `text`, seen at `seen` on a page whose clocks are of `zone`, names; None if it is not a time and nothing but.

    All that counts of `seen` is its minute. Who asks for many texts gives it without seconds: then what was read once is
    remembered, for all pages seen within the minute.
    """
    if len(text) > LONGEST:
        text = " ".join(text.split())
    return _read(text, seen, zone, language) if len(text) <= LONGEST and may_hold_time(text) else None


@lru_cache(maxsize=2_048)
def _read(text: str, seen: datetime, zone: str, language: str) -> Printed | None:
    if bare := _BARE_CLOCK.fullmatch(text):
        return Printed(text=text, instant=latest_instant(time(int(bare[1]), int(bare[2])), seen, zone))
    shown = " ".join(text.split())
    folded = shown.translate(_DIGITS).lower()
    if len(folded) > _LONGEST_WORDS and not has_digit(folded):
        return None
    pieces = _Pieces(left=folded)
    _take_dates(pieces, seen, language)
    _take_clock(pieces)
    _take_words(pieces, seen, zone)
    if not pieces.any or not _is_filler(pieces.left):
        return None
    instant = _instant(pieces, seen, zone)
    return Printed(text=shown, instant=instant, dated=instant is not None and pieces.day is not None)


@lru_cache(maxsize=2_048)
def read_attribute(value: str, shown: str, seen: datetime, zone: str, language: str = "") -> Printed | None:
    """The same for a `<time datetime=value>` that shows `shown`: the attribute says it better, if it can be read."""
    said = read_time(shown, seen, zone, language)
    text = said.text if said else " ".join(shown.split())[:LONGEST]
    declared = read_time(value.strip(), seen, zone, language) if value else None
    if declared is None or (said and said.dated):
        return said
    if declared.instant:
        return Printed(text=text or declared.text, instant=declared.instant, dated=declared.dated)
    both = read_time(f"{value.strip()[:10]} {shown}", seen, zone, language)
    return (both and Printed(text=text, instant=both.instant, dated=both.dated)) or said or declared


_LEADING = re.compile(
    r"^\W*(?P<clock>(?:[01]?\d|2[0-3])[:h][0-5]\d(?:\s?(?:[ap]\.?m\.?|uhr|h)\b)?)\W*(?P<rest>\D.*)$",
    re.IGNORECASE | re.DOTALL,
)
_TRAILING = re.compile(r"^(?P<rest>.*\S)\s*[|•·,–—-]\s*(?P<clock>(?:[01]?\d|2[0-3])[:h][0-5]\d)\W*$", re.DOTALL)


def split_time(text: str) -> tuple[str, str]:
    """(clock, rest) of a text that begins or ends with a clock: `18:27 Ukraine`, `Ukraine | 18:27`; clock is "" if none does."""
    match = _LEADING.match(text) or (_TRAILING.match(text) if len(text) <= LONGEST and has_digit(text) else None)
    return (match["clock"], match["rest"].strip()) if match else ("", text)


def _day(year: int, month: int, day: int) -> date | None:
    """The date, if there is such a one in the time of news sites: `0001-01-01` is how software says that it knows none."""
    try:
        return date(year, month, day) if 1900 <= year <= 2200 else None
    except ValueError:
        return None


def _last_such_day(month: int, day: int, seen: datetime) -> date | None:
    """The day of a date without a year: the latest not more than a day after `seen`."""
    bound = seen.date() + timedelta(days=1)
    days = (_day(year, month, day) for year in range(bound.year, bound.year - 5, -1))
    return next((d for d in days if d and d <= bound), None)


def _take_dates(pieces: _Pieces, seen: datetime, language: str) -> None:
    if match := _ISO.search(pieces.left):
        if pieces.take(match, _day(int(match["y"]), int(match["m"]), int(match["d"]))) and match["hour"]:
            pieces.clock = time(int(match["hour"]) % 24, int(match["minute"]) % 60)
            pieces.offset = _offset(match["offset"])
    elif match := _YEAR_FIRST.search(pieces.left):
        pieces.take(match, _day(int(match["y"]), int(match["m"]), int(match["d"])))
    elif match := _MONTH_DAY.search(pieces.left):
        pieces.take(match, _last_such_day(int(match["m"]), int(match["d"]), seen))
    elif not _take_named(pieces, seen, language):
        _take_numbers(pieces, seen, language)


def _offset(text: str | None) -> timedelta | None:
    if not text:
        return None
    if text.lower() == "z":
        return timedelta(0)
    digits = text[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -size if text[0] == "-" else size


def _take_named(pieces: _Pieces, seen: datetime, language: str) -> bool:
    months = _months(language)
    for pattern in (_NAMED, _NAMED_FIRST):
        for match in pattern.finditer(pieces.left):
            month = months.get(match["name"].rstrip(".,"))
            if month:
                day = int(match["d"])
                full = _day(int(match["y"]), month, day) if match["y"] else _last_such_day(month, day, seen)
                return pieces.take(match, full)
    return False


_MONTH_FIRST = ("ja", "zh", "ko", "hu", "en-us")


def _take_numbers(pieces: _Pieces, seen: datetime, language: str) -> None:
    """`03.05.2025`, `3/5`, `1/14`: day first, but where the language puts the month first or only that gives a date."""
    match = _DAY_FIRST.search(pieces.left)
    if (
        not match
        or (match["sep"] == "." and not match["y"] and not match[0].endswith("."))
        or (match["sep"] == "-" and not match["y"])
    ):
        return
    day, month = int(match["a"]), int(match["b"])
    american = month > 12 or language.startswith(_MONTH_FIRST)
    if american:
        day, month = month, day
    elif match["sep"] == "/" and language.startswith("en") and day <= 12 and day != month:
        pieces.cut(match)  # American or British? It names a day, but nobody can say which.
        pieces.long_span = True
        return
    if match["y"]:
        year = int(match["y"]) + (2000 if len(match["y"]) == 2 else 0)
        pieces.take(match, _day(year, month, day))
    else:
        pieces.take(match, _last_such_day(month, day, seen))


def _take_clock(pieces: _Pieces) -> None:
    if pieces.clock is not None:
        return
    match = _CLOCK.search(pieces.left) or _DOTTED_CLOCK.search(pieces.left)
    if not match:
        return
    groups = match.groupdict()
    hour, minute = int(match["hour"]), int(groups["minute"] or 0)
    half = (groups.get("half") or groups.get("before") or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half.startswith(_AFTERNOON) else 0)
    pieces.clock = time(hour, minute)
    pieces.cut(match)


def _take_words(pieces: _Pieces, seen: datetime, zone: str) -> None:
    words = _words()
    local = seen.astimezone(ZoneInfo(zone)).date()
    tokens = _WORD.findall(pieces.left)
    for name in tokens:
        if name in _ZONES:
            pieces.zone = _ZONES[name]
            pieces.left = re.sub(rf"\b{re.escape(name)}\b", " ", pieces.left)
    if pieces.day is None and pieces.clock is None:
        _take_span(pieces, words)
    if pieces.day is None and pieces.span is None:
        for kind, back in (("today", 0), ("yesterday", 1)):
            if _take_phrase(pieces, words[kind]):
                pieces.day = local - timedelta(days=back)
                return
        if pieces.clock is None and not pieces.any and _is_all(pieces.left, words["now"]):
            pieces.span = timedelta(0)
            pieces.left = ""


def _take_phrase(pieces: _Pieces, words: frozenset[str]) -> bool:
    for token in _WORD.findall(pieces.left):
        if token in words and len(token) > 1:
            pieces.left = re.sub(rf"(?<!\w){re.escape(token)}(?!\w)", " ", pieces.left, count=1)
            return True
    if pieces.left.isascii():
        return False
    unspaced = next((w for w in words if not w.isascii() and w in pieces.left and _unspaced(w)), "")
    if unspaced:
        pieces.left = pieces.left.replace(unspaced, " ", 1)
    return bool(unspaced)


def _unspaced(word: str) -> bool:
    return any("\u0e00" <= c <= "\u0e7f" or "\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af" for c in word)


def _take_span(pieces: _Pieces, words: dict[str, frozenset[str]]) -> None:
    """`2 hours ago`, `il y a 3 h`, `6時間前`, `an hour ago`. Minutes without an "ago" are a reading time, not this."""
    found = next(_spans(pieces.left, words), None)
    if not found:
        return
    number, unit, start, end = found
    rest = pieces.left[:start] + " " + pieces.left[end:]
    ago = any(w in words["ago"] for w in _WORD.findall(rest)) or any(w in rest for w in ("前", "전", "ที่แล้ว"))
    if not ago and unit != "hour":
        return
    pieces.left = " ".join(w for w in _WORD.findall(rest) if w not in words["ago"] and w not in ("前", "전"))
    if unit in ("minute", "hour"):
        pieces.span = timedelta(minutes=number) if unit == "minute" else timedelta(hours=number)
    else:
        pieces.long_span = True


def _spans(text: str, words: dict[str, frozenset[str]]) -> Iterator[tuple[int, str, int, int]]:
    for match in _SPAN.finditer(text):
        name = match["unit"]
        for cut in (name, name.rstrip("前전"), name.removesuffix("ที่แล้ว")):
            unit = next((u for u in _UNITS if cut in words[u]), "")
            if unit:
                yield int(match["n"]), unit, match.start(), match.start("unit") + len(cut)
                break
    tokens = _WORD.findall(text)
    if len(tokens) == 2 and any(t in words["ago"] for t in tokens):
        yield from ((2 if t in _TWO else 1, u, *_where(t, text)) for u in _UNITS for t in tokens if t in words[u])
    for match in re.finditer(r"(?<!\w)(?P<one>[^\W\d_]+)\s(?P<unit>[^\W\d_]+)", text):
        unit = next((u for u in _UNITS if match["unit"] in words[u] and len(match["unit"]) > 2), "")
        if unit and match["one"] in words["one"]:
            yield 1, unit, match.start(), match.end()


def _where(word: str, text: str) -> tuple[int, int]:
    return text.index(word), text.index(word) + len(word)


def _is_filler(text: str) -> bool:
    return not any(c.isdigit() or c in _AMOUNTS for c in text) and _is_all(text, _words()["filler"], empty=True)


def _is_all(text: str, words: frozenset[str], *, empty: bool = False) -> bool:
    tokens = _WORD.findall(text)
    return all(t in words for t in tokens) if tokens else empty


def _instant(pieces: _Pieces, seen: datetime, zone: str) -> datetime | None:
    if pieces.span is not None:
        return (seen - pieces.span).astimezone(UTC).replace(second=0, microsecond=0)
    if pieces.clock is None or pieces.long_span:
        return None
    there = pieces.zone or zone
    if pieces.day is None:
        return latest_instant(pieces.clock, seen, there)
    wall = datetime.combine(pieces.day, pieces.clock)
    instant = (
        wall.replace(tzinfo=UTC) - pieces.offset if pieces.offset is not None else wall.replace(tzinfo=ZoneInfo(there))
    )
    return instant.astimezone(UTC) if instant <= seen + GRACE + timedelta(days=1) else None
