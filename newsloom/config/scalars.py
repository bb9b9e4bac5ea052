"""What a text in the config may mean: a duration, a size, a zone ... Each raises ValueError `what is wrong: what to do`."""

import re
import shlex
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from newsloom.config.faults import nearest
from newsloom.news import identity, rules

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_PART = re.compile(r"(\d{1,9})\s*([smhdw])")
_SIZES = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_LONGEST = timedelta(days=36_500)
NONE = "none"
FOREVER = "forever"


def text_of(given: object) -> str:
    """Scalars come as the text that was written; a list or group is refused."""
    if given is None:
        raise ValueError("has no value: write one, or take the line away for the default")
    if not isinstance(given, str):
        raise ValueError("a list or group does not fit: write a text")  # noqa: TRY004 - pydantic reports ValueError only
    return given.strip()


def duration(least: timedelta, most: timedelta = _LONGEST) -> Callable[[object], timedelta]:
    """A reader of `90s`, `30m`, `2h`, `1d`, `1w`, `1h30m` between two bounds."""

    def read(given: object) -> timedelta:
        if isinstance(given, timedelta):
            return given
        span = _span(text_of(given))
        if not least <= span <= most:
            raise ValueError(f"{given!r} is out of range: write {said(least)} to {said(most)}")
        return span

    return read


def duration_or_none(least: timedelta) -> Callable[[object], timedelta | None]:
    """As `duration`; the word none is None."""
    read = duration(least)

    def read_or_none(given: object) -> timedelta | None:
        return None if isinstance(given, str) and given.strip().lower() == NONE else read(given)

    return read_or_none


def kept(least: timedelta) -> Callable[[object], timedelta | None]:
    """As `duration`; the word forever is None."""
    read = duration(least)

    def read_or_forever(given: object) -> timedelta | None:
        return None if isinstance(given, str) and given.strip().lower() == FOREVER else read(given)

    return read_or_forever


def _span(text: str) -> timedelta:
    low = text.lower()
    if low == "0":
        return timedelta(0)
    if re.fullmatch(r"\d+", low):
        raise ValueError(f"{text!r} has no unit: write {text}s, {text}m, {text}h or {text}d")
    if not re.fullmatch(rf"(?:{_PART.pattern}\s*)+", low):
        raise ValueError(f"{text!r} is no duration: write one like 30s, 15m, 2h, 1d or 1h30m")
    return timedelta(seconds=sum(int(n) * _UNITS[unit] for n, unit in _PART.findall(low)))


def said(span: timedelta | None) -> str:
    """A duration as the config writes it."""
    if span is None:
        return NONE
    seconds, words = int(span.total_seconds()), ""
    for unit in "dhms":
        count, seconds = divmod(seconds, _UNITS[unit])
        words += f"{count}{unit}" if count else ""
    return words or "0s"


def said_kept(span: timedelta | None) -> str:
    """How long something is kept, as the config writes it."""
    return FOREVER if span is None else said(span)


def size(given: object) -> int:
    """`16MiB`, `64 kB`, `1000` -> bytes."""
    if isinstance(given, int):
        return given
    text = text_of(given)
    parts = re.fullmatch(r"(\d{1,15})\s*([a-zA-Z]*)", text)
    if not parts or parts[2].lower() not in _SIZES:
        raise ValueError(f"{text!r} is no size: write one like 16MiB, 64KiB or a number of bytes")
    return int(parts[1]) * _SIZES[parts[2].lower()]


def said_size(count: int) -> str:
    """A number of bytes as the config writes it."""
    for unit, scale in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count and count % scale == 0:
            return f"{count // scale}{unit}"
    return str(count)


def zone(given: object) -> str:
    """A name of the IANA time zone database."""
    name = text_of(given)
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # a path, a folder of the database, no such name
        close = nearest(name, available_timezones())
        remedy = close if close.startswith("did") else "write a name of the IANA database like Europe/Berlin"
        raise ValueError(f"{name!r} is no time zone: {remedy}") from None
    return name


def language(given: object) -> str:
    """A BCP 47 tag, lower case; the empty text stands for unknown."""
    tag = text_of(given).lower().replace("_", "-")
    if tag and not re.fullmatch(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", tag):
        raise ValueError(f"{given!r} is no language code: write one like en, de or pt-br")
    return tag


def address(given: object) -> str:
    """An http or https address by the WHATWG URL standard, without fragment."""
    text = text_of(given)
    if re.match(r"(?i)feed:(//)?", text):
        raise ValueError(
            f"{text!r} is no web address: write {re.sub(r'(?i)^feed:(//)?(?=https?:)|^feed:(//)?', _scheme, text)}"
        )
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
        raise ValueError(f"{text!r} has no scheme: write https://{text.lstrip('/')}")
    normal = identity.normalize(text)
    if not normal:
        raise ValueError(f"{text!r} is no web address: write one that begins with https:// or http://")
    parts = urlsplit(text)
    if parts.username is not None or parts.password is not None:
        raise ValueError("the address holds a user name or password, which newsloom does not send: take them out")
    return normal


def _scheme(found: re.Match[str]) -> str:
    """`feed:https://...` loses `feed:`; `feed://...` becomes `https://...`."""
    rest = found.string[found.end() :]
    return "" if rest.startswith(("http:", "https:")) else "https://"


def base_address(given: object) -> str:
    """An address that others are appended to: no query, no slash at the end. The empty text stands for none."""
    if not text_of(given):
        return ""
    normal = address(given)
    if "?" in normal or "#" in normal:
        raise ValueError(f"{given!r} has a query or fragment: write the address of the folder only")
    return normal.rstrip("/")


def proxy(given: object) -> str:
    """`http://host:port`; a user name and password may stand in it."""
    text = text_of(given)
    parts = urlsplit(text)
    try:
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 80) > 0
    except ValueError:  # a port that is no number
        fits = False
    if text and not fits:
        raise ValueError(f"{text!r} is no proxy: write one like http://127.0.0.1:3128")
    return text


def network(given: object) -> IPv4Network | IPv6Network:
    """A network in CIDR form, or one address."""
    if isinstance(given, IPv4Network | IPv6Network):
        return given
    text = text_of(given)
    try:
        return ip_network(text)
    except ValueError:
        pass
    try:
        loose = ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"{text!r} is no network: write one like 127.0.0.1/32, 10.0.0.0/8 or fd00::/8") from None
    raise ValueError(
        f"{text!r} names one address inside a network: write {loose} for all of it, {text.partition('/')[0]} for the one"
    )


def host(given: object) -> str:
    """Where to listen: an IP address or a name of this machine."""
    text = text_of(given)
    bare = text.strip("[]")
    if not bare or re.search(r"[\s/]|://", bare) or re.search(r"^[^:]*:\d+$", bare):
        raise ValueError(
            f"{text!r} is no host: write an address or name only, like 127.0.0.1; the port has a key of its own"
        )
    return bare


def contact(given: object) -> str:
    """How a site's people reach whoever runs this: a mail address or a web page."""
    text = text_of(given).removeprefix("mailto:")
    if not text or re.fullmatch(r"[!-'*-;=?A-~]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]{2,}", text):
        return text
    if re.match(r"https?://", text):
        return address(text)
    raise ValueError(f"{text!r} is no contact: write a mail address or a web page that begins with https://")


def user_agent(given: object) -> str:
    """A User-Agent header (RFC 9110, 10.1.5): begins with the product's name, by which robots.txt may speak of it."""
    text = text_of(given)
    if not re.fullmatch(r"[A-Za-z][A-Za-z_-]*(?:/[!-'*-~]+)?(?: [ -~]+)?", text):
        raise ValueError(
            f"{text!r} is no User-Agent: write plain ASCII that begins with a name, like newsloom/1.0 (+https://...)"
        )
    return text


_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FULL_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MACROS = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}  # fmt: skip


@cache
def cron(given: str) -> str:
    """A crontab line of five fields (crontab(5)), its weekdays written as names.

    APScheduler counts weekdays from Monday and crontab from Sunday; names mean the same to both.
    """
    text = text_of(given)
    fields = _MACROS.get(text.lower(), text).split()
    if len(fields) != 5:
        raise ValueError(
            f"{text!r} has {len(fields)} fields, not five: write minute, hour, day, month, weekday, like 0 7 * * mon-fri"
        )
    if fields[2] not in ("*", "?") and fields[4] not in ("*", "?"):
        raise ValueError(f"{text!r} names a day of the month and a weekday: write * for one of them")
    fields[4] = _weekdays(fields[4], text)
    line = " ".join("*" if f == "?" else f for f in fields)
    _check_cron(line, text)
    return line


def _weekdays(field: str, text: str) -> str:
    if field in ("*", "?"):
        return "*"
    days: set[int] = set()
    for part in field.lower().split(","):
        found = re.fullmatch(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/([1-7]))?", part)
        if not found:
            raise ValueError(
                f"{text!r} has a weekday {part!r}: write names like mon-fri, or 0 to 7 with Sunday as 0 and 7"
            )
        if found[1]:
            first, last = 0, 6
        else:
            first = _weekday(found[2], text)
            last = _weekday(found[3], text) if found[3] else (6 if found[4] else first)
            last += 7 if last < first else 0
        days.update(day % 7 for day in range(first, last + 1, int(found[4] or 1)))
    return ",".join(_DAYS[day] for day in sorted(days))


def _weekday(word: str, text: str) -> int:
    for number, day in enumerate(_DAYS):
        if word in (day, _FULL_DAYS[number]):
            return number
    if re.fullmatch("[0-7]", word):
        return int(word)
    raise ValueError(f"{text!r} has a weekday {word!r}: write names like mon-fri, or 0 to 7 with Sunday as 0 and 7")


def _check_cron(line: str, text: str) -> None:
    from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415 - most configs have no cron line; it costs 60 ms

    try:
        trigger = CronTrigger.from_crontab(line, timezone=UTC)
    except ValueError as error:
        raise ValueError(
            f"{text!r} is no cron line ({error}): write minute, hour, day, month, weekday, like 0 7 * * mon-fri"
        ) from None
    if trigger.get_next_fire_time(None, datetime(2024, 1, 1, tzinfo=UTC)) is None:
        raise ValueError(f"{text!r} never comes: write a day that its month has")


NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?")
"""What may be a file's name and part of an address on every system."""


def name(given: object) -> str:
    """A key: of a source, of a topic."""
    text = text_of(given)
    if not NAME.fullmatch(text):
        raise ValueError(
            f"{text!r} cannot be a file's name: write letters a to z, digits, dots, - and _ only; the title may be any text"
        )
    return text


def spider(given: object) -> str:
    """`module:Class` of a spider of one's own."""
    text = text_of(given)
    word = r"[A-Za-z_]\w*"
    if text and not re.fullmatch(rf"{word}(?:\.{word})*:{word}", text):
        raise ValueError(f"{text!r} is no spider: write module:Class, like mysites.paper:Paper")
    return text


VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2

_OURS = frozenset(
    {
        "accept", "accept-encoding", "connection", "content-length", "cookie", "host", "if-modified-since", "if-none-match",
        "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
    }
)  # fmt: skip
"""Headers that are made for each request, or that have a key of their own."""


def webhook_header_name(given: object) -> str:
    """The name of a header that a webhook may ask to have sent."""
    text = _token(given)
    if text.lower() in _OURS | {"content-type"} or text.lower().startswith("webhook-"):
        raise ValueError(f"{text} is made for each request: take it away")
    return text


def _token(given: object) -> str:
    text = text_of(given)
    if not _TOKEN.fullmatch(text):
        raise ValueError(f"{text!r} is no name of a header: write one like Authorization")
    return text


def header_name(given: object) -> str:
    """The name of a header that a source may ask to have sent."""
    text = _token(given)
    if text.lower() in _OURS:
        own = {"cookie": "`cookies:`", "user-agent": "`network: user_agent:`"}.get(text.lower())
        raise ValueError(
            f"{text} {f'has a key of its own: {own}' if own else 'is made for each request: take it away'}"
        )
    return text


def cookie_name(given: object) -> str:
    """The name of a cookie (RFC 6265, 4.1.1)."""
    text = text_of(given)
    if not _TOKEN.fullmatch(text):
        raise ValueError(f"{text!r} is no name of a cookie: write one like session")
    return text


def variable(given: object) -> str:
    """The name of an environment variable. What was written may be the secret itself, so it is not repeated."""
    text = text_of(given)
    if not VARIABLE.fullmatch(text):
        raise ValueError(
            "this is no name of an environment variable: write the name of the one that holds the value, like PAPER_TOKEN"
        )
    return text


_OF_SHELLS = frozenset({"|", "||", "&", "&&", ";", "<", "<<", ">", ">>", "2>", "2>&1", "&>"})


def command(given: object) -> tuple[str, ...]:
    """A program and its arguments: a list, or a text that is cut into words as a shell does (shlex), and no more than that."""
    if isinstance(given, list | tuple):
        words = [text_of(word) for word in given]
    else:
        try:
            words = shlex.split(text_of(given))
        except ValueError as error:
            raise ValueError(
                f"{given!r} cannot be cut into words ({error}): close the quotes, or write a list"
            ) from None
        if sign := next((";" if w.endswith(";") else w for w in words if w in _OF_SHELLS or w.endswith(";")), ""):
            raise ValueError(
                f"{sign!r} means something to a shell only, and none is asked: write a script, or sh -c '...'"
            )
    if not words or not words[0]:
        raise ValueError("names no program: write one, with its arguments")
    if any("\0" in word for word in words):
        raise ValueError("holds a NUL, which no argument can: take it out")
    return tuple(words)


def rule(given: object) -> str:
    """A rule in the grammar of topics, as it stands; the empty text is none."""
    text = text_of(given)
    if text:
        try:
            rules.parse(text)
        except rules.RuleError as error:
            raise ValueError(f"not clear {_around(text, error.position)}: {error.message}") from None
    return text


def tag(given: object) -> str:
    """A tag as it can stand in a rule."""
    text = " ".join(text_of(given).split())
    try:
        rules.parse(f'tag:"{text}"')
    except rules.RuleError:
        raise ValueError(f"{text!r} is no tag: write one with a letter in it and without quotation marks") from None
    return text


def tags(given: object) -> object:
    """A tag alone is a list of one."""
    if given is None or given == []:
        raise ValueError("names no tag of a site: write one, or a list of them")
    return [given] if isinstance(given, str) else given


def _around(text: str, position: int) -> str:
    """Where in a rule: the words that stand there."""
    there = " ".join(text[max(0, position - 12) : position + 12].split())
    return f"at character {position + 1} ({there!r})"
