"""The tables of docs/config.md, made from the model."""

import re
import types
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from newsloom.config import model, scalars
from newsloom.config.model import File, Section

_KINDS: Mapping[object, str] = {
    model.Address: "address",
    model.BaseAddress: "address",
    model.Name: "name",
    model.Zone: "time zone",
    model.Language: "language code",
    model.Cron: "crontab line",
    model.Rule: "rule",
    model.Spider: "`module:Class`",
    model.Variable: "environment variable",
    model.Command: "text or list",
    model.Proxy: "address",
    model.Host: "host",
    model.Contact: "mail address or web page",
    model.UserAgent: "text",
    model.Every: "duration",
    model.Delay: "duration",
    model.Span: "duration",
    model.Age: "duration or `none`",
    model.Keep: "duration or `forever`",
    model.Size: "size",
    str: "text",
    int: "number",
    bool: "yes or no",
}
_LISTS = {
    "sources": "list of sources",
    "topics": "keys with topics",
    "open_networks": "list of networks",
    "tags": "tags with lists of tags",
    "webhook": "address or keys",
} | dict.fromkeys(("headers", "cookies"), "names with variables")


def tables() -> str:
    """One table for the file and one for each group of keys in it, as Markdown."""
    parts = [_table("The file", File, "")]
    for name, field in File.model_fields.items():
        if (inner := _section(field)) is not None:
            parts.append(_table(f"`{name}:`", inner, name))
            parts += [
                _table(f"`{own}:` in `{name}:`", deeper, own)
                for own, of_own in inner.model_fields.items()
                if (deeper := _section(of_own)) is not None
            ]
    return "\n\n".join(parts) + "\n"


def _table(heading: str, section: type[Section], name: str) -> str:
    rows = "\n".join(_rows(section, of_sources=name == "sources"))
    says = "" if name == "" else f"{_flat(section.__doc__)}\n\n"
    return f"### {heading}\n\n{says}| key | what | default | meaning |\n| --- | --- | --- | --- |\n{rows}"


def _rows(section: type[Section], *, of_sources: bool) -> Iterator[str]:
    hints = _hints(section)
    own_first = sorted(section.model_fields.items(), key=lambda item: item[0] in model.Defaults.model_fields)
    for name, field in own_first if of_sources else section.model_fields.items():
        kind = _LISTS.get(name) or ("keys" if _section(field) else _kind(hints[name]))
        inherited = of_sources and name in model.Defaults.model_fields
        default = f"`defaults: {name}:`" if inherited else _default(name, field)
        yield f"| `{name}` | {kind} | {default} | {_flat(field.description)} |"


def _hints(section: type[Section]) -> dict[str, object]:
    """Each field's type as it is written in the model; pydantic keeps it taken apart."""
    hints: dict[str, object] = {}
    for ancestor in reversed(section.__mro__):
        hints |= getattr(ancestor, "__annotations__", {})
    return hints


def _kind(hint: object) -> str:
    if get_origin(hint) in (Union, types.UnionType):
        return _kind(next(a for a in get_args(hint) if a is not type(None)))
    if hint in _KINDS:
        return _KINDS[hint]
    if get_origin(hint) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(hint))
    if get_origin(hint) is Annotated:
        return _kind(get_args(hint)[0])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return ", ".join(f"`{choice.value}`" for choice in hint)
    raise TypeError(f"say in _KINDS what {hint} is for people")


def _default(name: str, field: FieldInfo) -> str:
    if field.is_required() or name == "sources":
        return "needed"
    if _section(field) is not None or field.default in (None, "", (), {}):
        return ""
    if isinstance(field.default, bool):
        return "yes" if field.default else "no"
    if name.endswith("_bytes"):
        return scalars.said_size(field.default)
    return scalars.said(field.default) if hasattr(field.default, "total_seconds") else f"{field.default}"


def _section(field: FieldInfo) -> type[Section] | None:
    """The group of keys that a field is, holds a list of, or holds by name."""
    for one in (field.annotation, *get_args(field.annotation)):
        if isinstance(one, type) and issubclass(one, Section):
            return one
    return None


def _flat(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip().replace("|", "\\|")
