"""Values as JSON and back, for the pipe between a crawl and the process that reads pages.

What comes back was made by a process that has eaten hostile bytes. So nothing is believed: every field is checked
against its annotation, an unknown one is an error, and no name in the message chooses what is built.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Json = Any  # what json.loads gives
Build = Callable[[Json], Any]


class WireError(ValueError):
    """A message is not what its type says."""


def dumps(value: object) -> bytes:
    """A dataclass (or tuple, mapping, plain value) as JSON in UTF-8. Fields that hold their default are left out.

    A lone surrogate, which no text of the web may hold, becomes a question mark.
    """
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def loads(kind: type[T], message: bytes) -> T:
    """The value of type `kind` that `dumps` wrote. Raises WireError for everything else."""
    try:
        build: Build = _builder(cast(Any, kind))
        value: T = build(json.loads(message))
    except (ValueError, OverflowError, RecursionError) as error:
        raise WireError(f"not a {getattr(kind, '__name__', kind)}: {error}") from error
    return value


def _plain(value: object) -> Json:
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    kind: Any = type(value)
    return {
        field.name: _plain(part) for field in _fields(kind) if (part := getattr(value, field.name)) != _default(field)
    }


@cache
def _fields(kind: Any) -> tuple[Field[Any], ...]:
    return fields(kind)


def _default(field: Field[Any]) -> object:
    """What a field holds when nobody says anything; MISSING, which equals nothing else, if it must be said."""
    return field.default_factory() if field.default_factory is not MISSING else field.default


@cache
def _builder(kind: Any) -> Build:  # noqa: PLR0911 - one a kind
    """The check and construction for one annotation, made once."""
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _optional(inside)
    if origin is tuple:
        return _row(_builder(inside[0])) if inside[1:] == (...,) else _tuple(tuple(map(_builder, inside)))
    if origin is not None and issubclass(origin, Mapping) and inside[0] is str:
        return _mapping(_builder(inside[1]))
    if kind is datetime:
        return _instant
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(kind)
    if kind in (str, int, float, bool, NoneType):
        return _exactly(kind)
    raise TypeError(f"no wire form for {kind}")


def _exactly(kind: type) -> Build:
    other = int if kind is float else kind

    def build(value: Json) -> Any:
        if type(value) is not kind and type(value) is not other:
            raise WireError(f"{kind.__name__} expected, {type(value).__name__} found")
        return value

    return build


def _optional(kinds: tuple[Any, ...]) -> Build:
    """`X | None`. Other unions would need a name in the message, and no message chooses what is built."""
    rest = [kind for kind in kinds if kind is not NoneType]
    if len(rest) != 1 or len(rest) == len(kinds):
        raise TypeError(f"no wire form for a union of {kinds}")
    build = _builder(rest[0])
    return lambda value: None if value is None else build(value)


def _row(build: Build) -> Build:
    return lambda value: tuple([build(part) for part in _list(value)])


def _tuple(builds: tuple[Build, ...]) -> Build:
    def build(value: Json) -> Any:
        if len(_list(value)) != len(builds):
            raise WireError(f"{len(builds)} values expected, {len(value)} found")
        return tuple(make(part) for make, part in zip(builds, value, strict=True))

    return build


def _mapping(build: Build) -> Build:
    return lambda value: MappingProxyType({name: build(part) for name, part in _object(value).items()})


def _instant(value: Json) -> datetime:
    if not isinstance(value, str):
        raise WireError(f"a time expected, {type(value).__name__} found")
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise WireError(f"a time without a zone: {value}")
    return instant.astimezone(UTC)


def _dataclass(kind: type) -> Build:
    hints = get_type_hints(kind)
    builds = {field.name: _builder(hints[field.name]) for field in fields(kind)}
    needed = frozenset(field.name for field in fields(kind) if _default(field) is MISSING)

    def build(value: Json) -> Any:
        given = _object(value)
        if not given.keys() <= builds.keys():
            raise WireError(f"{kind.__name__} has no {', '.join(sorted(given.keys() - builds.keys()))}")
        if not given.keys() >= needed:
            raise WireError(f"{kind.__name__} without {', '.join(sorted(needed - given.keys()))}")
        return kind(**{name: builds[name](part) for name, part in given.items()})

    return build


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise WireError(f"a list expected, {type(value).__name__} found")
    return value


def _object(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise WireError(f"an object expected, {type(value).__name__} found")
    return value
