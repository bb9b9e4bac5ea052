"""What in an address says how a reader came or in which form the page is shown, and never what is read.

The names stand in tracking.json, with their sources.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import parse_qsl, unquote, urlsplit

Pair = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class _Names:
    gone: re.Pattern[str]
    """Parameters that never count, whatever they hold."""
    yes: frozenset[str]
    if_yes: frozenset[str]
    """Parameters that do not count if they only say yes."""
    form_values: dict[str, frozenset[str]]
    dubious: frozenset[str]
    words: frozenset[str]
    """What a dubious parameter holds that says how a reader came."""
    wrappers: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]
    """Of host and path, and the parameters that hold the address."""
    sites: dict[str, frozenset[str]]


@cache
def _names() -> _Names:
    data = json.loads(files("newsloom.news").joinpath("tracking.json").read_text(encoding="utf-8"))
    gone = [n for group in (data["tracking"], data["forms"]) for names in group.values() for n in names]
    return _Names(
        gone=_any_of([*gone, *data["sessions"]]),
        yes=frozenset(data["yes"]),
        if_yes=frozenset(data["if_yes"]),
        form_values={name: frozenset(values) for name, values in data["form_values"].items()},
        dubious=frozenset(data["dubious"]),
        words=frozenset(data["words"]),
        wrappers=tuple((_wrapper(w["host"], w["path"]), tuple(w["in"])) for w in data["wrappers"]),
        sites={site: frozenset(names) for site, names in data["sites"].items()},
    )


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(name).replace(r"\*", ".*") for name in names), re.DOTALL)


def _wrapper(host: str, path: str) -> re.Pattern[str]:
    there = re.escape(host).replace(r"\*", r"[\w.-]+")
    return re.compile(rf"(?:www\.)?{there}{'/.*' if path == '*' else re.escape(path.rstrip('/')) + '/?'}", re.DOTALL)


def telling(pairs: Iterable[Pair], path: str, site: str) -> list[Pair]:
    """The parameters that may say what is read, of a page at `path` of a registrable domain."""
    names = _names()
    own = names.sites.get(site, frozenset[str]())
    identified: bool | None = None
    kept: list[Pair] = []
    for name, value in pairs:
        low, held = name.lower(), value.lower()
        if names.gone.fullmatch(low) or low in own or held in names.form_values.get(low, ()):
            continue
        if low in names.if_yes and held in names.yes:
            continue
        if low in names.dubious:
            if held in names.words:
                continue
            identified = names_a_piece(path) if identified is None else identified
            if identified:
                continue
        kept.append((name, value))
    return kept


_NUMBER = re.compile(r"\d{5,}|[0-9a-f]{12,}")
_DAY = re.compile(r"/(?:19|20)\d\d/\d\d?/")


def names_a_piece(path: str) -> bool:
    """Whether a path alone says which piece it is: by a long number, a slug of several words, or a day and a name."""
    last = next((s for s in reversed(path.split("/")) if s), "")
    return bool(
        last.count("-") >= 3 or last.count("_") >= 3 or _NUMBER.search(last) or (_DAY.search(path) and len(last) >= 8)
    )


_CACHE = re.compile(r"[\w-]+\.cdn\.ampproject\.org")
_CACHED = re.compile(r"/(?:[acvwi]|wp|mw|rv)/(?:[a-z]/)?(?:(s)/)?(.+)", re.DOTALL)
"""The path in an AMP cache (amp.dev, "AMP Cache URL format"): a kind of content, `s` for https, the address."""
_GOOGLE = re.compile(r"/amp/(?:(s)/)?(.+)", re.DOTALL)
_ARCHIVED = re.compile(r"/web/\d{4,14}[a-z_]*/(https?:/{1,2}.+)", re.DOTALL)


def within(url: str) -> Iterator[str]:
    """The address that another one leads to by its own words: of a redirect, an AMP cache, an archive. Nothing for others."""
    parts = urlsplit(url)
    host, path = parts.netloc.lower(), parts.path
    query = f"?{parts.query}" if parts.query else ""
    if _CACHE.fullmatch(host) and (cached := _CACHED.fullmatch(path)):
        yield f"http{cached[1] or ''}://{cached[2]}"
    elif re.fullmatch(r"(?:www\.)?google\.[a-z.]{2,6}", host) and (cached := _GOOGLE.fullmatch(path)):
        yield f"http{cached[1] or ''}://{cached[2]}{query}"
    elif host == "web.archive.org" and (archived := _ARCHIVED.fullmatch(path)):
        yield re.sub(r"^(https?):/+", r"\1://", archived[1]) + query
    elif parts.query:
        yield from _redirected(host + path, parts.query)


def _redirected(there: str, query: str) -> Iterator[str]:
    for wrapper, names in _names().wrappers:
        if wrapper.fullmatch(there):
            held = dict(parse_qsl(query, keep_blank_values=True))
            yield from (held[n] for n in names if held.get(n, "").startswith(("http://", "https://")))
            if "*" in names and (bare := unquote(query)).startswith(("http://", "https://")):
                yield bare
