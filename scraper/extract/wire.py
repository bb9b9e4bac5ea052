"""Values as JSON and back, for the pipe between a crawl and the process that reads pages.

What comes back was made by a process that has eaten hostile bytes. So nothing is believed: every field is checked
against its annotation (by msgspec), no name in the message chooses what is built, and of times and numbers only those
are taken that the rest of the house can hold. The worst that such a process can say is something untrue.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec

T = TypeVar("T")
Check = Callable[[Any], None]

_ENCODER = msgspec.json.Encoder(enc_hook=dict)
"""What it asks about are the read-only mappings of our values."""

_LARGEST = 2**63
"""A whole number is smaller: SQLite holds no larger one."""


class WireError(ValueError):
    """A message is not what its type says."""


def dumps(value: object) -> bytes:
    """A dataclass of values, tuples and mappings as JSON in UTF-8. Times are to be in UTC.

    A lone surrogate, which no text of the web may hold, becomes a question mark.
    """
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError:
        return _ENCODER.encode(_sendable(msgspec.to_builtins(value, enc_hook=dict)))


def loads(kind: type[T], message: bytes) -> T:
    """The value of type `kind` that `dumps` wrote. Raises WireError for everything else."""
    try:
        decode, check = _reader(cast(Any, kind))
        value: T = decode(message)
        if check is not None:
            check(value)
    except (ValueError, OverflowError, RecursionError) as error:
        raise WireError(f"not a {getattr(kind, '__name__', kind)}: {error}") from error
    return value


@cache
def _reader(kind: Any) -> tuple[Callable[[bytes], Any], Check | None]:
    return msgspec.json.Decoder(kind, strict=True).decode, _check(kind)


def _sendable(plain: Any) -> Any:
    """Without lone surrogates."""
    if isinstance(plain, str):
        return plain.encode("utf-8", "replace").decode()
    if isinstance(plain, dict):
        return {_sendable(name): _sendable(part) for name, part in plain.items()}
    if isinstance(plain, list | tuple):
        return [_sendable(part) for part in plain]
    return plain


# What msgspec lets pass and the house does not: times without a zone or not in UTC, numbers that no column holds.


@cache
def _check(kind: Any) -> Check | None:
    """Raises WireError for such a value within one of `kind`; None where there can be none."""
    inside = get_args(kind)
    if get_origin(kind) in (Union, UnionType):
        return _optional([check for part in inside if (check := _check(part)) is not None])
    if get_origin(kind) is tuple and inside[1:] == (...,):
        return _each(_check(inside[0]), iter)
    if isinstance(origin := get_origin(kind), type) and issubclass(origin, Mapping):
        return _each(_check(inside[1]), dict.values)
    if is_dataclass(kind):
        return _fields(kind)
    if kind in (str, bool, float, NoneType) or (isinstance(kind, type) and issubclass(kind, Enum)):
        return None
    checks: dict[Any, Check] = {datetime: _in_utc, int: _storable}
    if kind not in checks:
        raise TypeError(f"no wire form for {kind}")
    return checks[kind]


def _optional(checks: list[Check]) -> Check | None:
    """Of `X | None`; msgspec takes no other union of kinds that are checked here."""
    if not checks:
        return None
    [check] = checks
    return lambda value: None if value is None else check(value)


def _each(check: Check | None, parts: Callable[[Any], Iterable[Any]]) -> Check | None:
    if check is None:
        return None

    def all_of(value: Any) -> None:
        for part in parts(value):
            check(part)

    return all_of


def _fields(kind: Any) -> Check | None:
    hints = get_type_hints(kind)
    checks = [(attrgetter(f.name), check) for f in fields(kind) if (check := _check(hints[f.name])) is not None]
    if not checks:
        return None

    def every(value: Any) -> None:
        for part, check in checks:
            check(part(value))

    return every


def _in_utc(value: datetime) -> None:
    if value.tzinfo is not UTC:
        raise WireError(f"a time not in UTC: {value.isoformat()}")


def _storable(value: int) -> None:
    if not -_LARGEST < value < _LARGEST:
        raise WireError("a number too large to be kept")
