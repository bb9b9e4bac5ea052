"""Parameters: which of them say what is read, and which only how a reader came or how it is shown."""

import re
from enum import Enum, auto
from functools import cache, lru_cache
from urllib.parse import unquote

from newsloom.news.keys.hosts import Rules
from newsloom.news.keys.known import Names, known
from newsloom.news.keys.paths import Telling, telling, unescaped


class _Kind(Enum):
    """What a parameter's name says of it."""

    TOLD = auto()
    TRACKING = auto()
    DUBIOUS = auto()
    BARE = auto()
    """Dubious, and a value that is a channel may be a search."""
    CLOCK = auto()
    FLAG = auto()
    SOFT_FLAG = auto()
    FORM = auto()
    WHOLE = auto()


_NAME_WORDS = re.compile(r"[^0-9a-zA-Z]+|(?<=[a-z])(?=[A-Z])")
_VALUE_WORDS = re.compile(r"[^0-9a-z]+")
_SOCIALFLOW = re.compile(r"sf\d{5,}")
_ID_LIKE = re.compile(
    r"[a-z]{0,4}[-_.]?\d[\d\-_.]*|[0-9a-f-]{8,}|(?=[a-z]*\d)[0-9a-z]{8,}|.*\d{4}.*|[^a-z]+", re.IGNORECASE | re.DOTALL
)
_SESSION = re.compile(r"(?=[a-z]*\d)[0-9a-z,_-]{20,}", re.IGNORECASE)
_CLOCK = re.compile(r"1\d{9}(?:\d{3})?|0\.\d{6,}")
"""Seconds or milliseconds since 1970, and what JavaScript's random() gives."""
_DIGIT = re.compile(r"\d")


def told(query: str, path: str, rules: Rules | None) -> str:
    """What a query says of what is read, in one order and one spelling."""
    # `%20` and `+` are one in a query (WHATWG URL, application/x-www-form-urlencoded).
    pieces = [p for piece in unescaped(query).replace("%20", "+").split("&") if (p := _once_escaped(piece))]
    pairs = [(name, value) for name, _, value in (p.partition("=") for p in pieces)]
    kept = [(n, v, kind) for n, v in pairs if not _is_noise(n, v, kind := _kind(n), rules)]
    if any(kind is not _Kind.TOLD for _, _, kind in kept):
        by_path = telling(path)
        if by_path or any(_names_article(*pair) for pair in kept):
            kept = [pair for pair in kept if not _goes(pair[1], pair[2], by_path)]
    return "&".join(sorted({f"{n}={v}" if v else n for n, v, _ in kept}))


def _once_escaped(piece: str) -> str:
    """`amp;b=1` comes of an address that was escaped for HTML twice."""
    while piece.startswith("amp;"):
        piece = piece[4:]
    return piece if piece != "=" else ""


def _is_noise(name: str, value: str, kind: _Kind, rules: Rules | None) -> bool:
    """Whether a parameter says nothing of the article, whatever stands beside it."""
    if kind is _Kind.TRACKING:
        return True
    low = value.lower()
    if rules is not None and (name.lower() in rules.drop or f"{name.lower()}={low}" in rules.drop):
        return True
    if kind is _Kind.FLAG:
        return not low or low in _list("flags", "values")
    if kind is _Kind.FORM:
        return low in _list("forms", "values")
    return kind is _Kind.DUBIOUS and (not low or _is_channel(low))


def _names_article(name: str, value: str, kind: _Kind) -> bool:
    plain = kind is _Kind.TOLD or (kind is _Kind.CLOCK and not _CLOCK.fullmatch(value))
    return plain and name.lower() in _list("ids") and bool(_DIGIT.search(value))


def _goes(value: str, kind: _Kind, by_path: Telling) -> bool:
    """Whether a parameter that may name the article does not, as the path or another parameter names it already."""
    if kind in (_Kind.DUBIOUS, _Kind.BARE):
        # A headline that is a program's name, or an id beside it, proves less than a number in the path.
        is_session = _SESSION.fullmatch(value) is not None
        return by_path is Telling.SURELY or is_session or not value or not _ID_LIKE.fullmatch(value)
    if kind is _Kind.CLOCK:
        return bool(_CLOCK.fullmatch(value))
    values = {_Kind.SOFT_FLAG: ("flags", "values"), _Kind.FORM: ("devices",), _Kind.WHOLE: ("whole", "values")}.get(
        kind
    )
    if values is None or (kind is _Kind.WHOLE and not by_path):
        return False
    return value.lower() in _list(*values) or (kind is _Kind.SOFT_FLAG and not value)


def _is_channel(value: str) -> bool:
    """Whether a value, in lower case, is a way by which readers come: `twitter`, `rss`, `hp_lead_pos3`."""
    words = [w.rstrip("0123456789") if len(w) < 9 else w for w in _VALUE_WORDS.split(unquote(value))]
    channels = _list("channels")
    known_words = [w for w in words if w]
    return (
        any(w in channels for w in known_words)
        and all(w in channels or w in _list("fillers") for w in known_words)
        and not re.search(r"\d{4}", value)
    )


@lru_cache(maxsize=4096)
def _kind(name: str) -> _Kind:
    low = name.lower()
    if low in _tracking() or _SOCIALFLOW.fullmatch(low):
        return _Kind.TRACKING
    for kind, where in _LISTS.items():
        if low in _list(*where):
            return kind
    words = {w.lower().rstrip("0123456789") for w in _NAME_WORDS.split(name)}
    return _Kind.DUBIOUS if words & _list("dubious", "words") else _Kind.TOLD


_LISTS = {
    _Kind.FLAG: ("flags", "names"),
    _Kind.SOFT_FLAG: ("soft flags", "names"),
    _Kind.BARE: ("dubious", "bare"),
    _Kind.DUBIOUS: ("dubious", "names"),
    _Kind.WHOLE: ("whole", "names"),
    _Kind.CLOCK: ("clocks",),
    _Kind.FORM: ("forms", "names"),
}


@cache
def _tracking() -> Names:
    return Names(" ".join(group["names"] for group in known()["tracking"]))


@cache
def _list(*where: str) -> frozenset[str]:
    listed = known()
    for name in where[:-1]:
        listed = listed[name]
    return frozenset(listed[where[-1]].split())
