"""What is wrong with a config, said so that a person can mend it at once: file, line, key, what is wrong, what to do."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Place = tuple[str | int, ...]
"""Where in the file: `("topics", "ukraine", "match")`, `("sources", 3, "url")`."""


@dataclass(frozen=True, kw_only=True, order=True)
class Fault:
    """One thing to mend. `problem` is `what is wrong: what to do`."""

    line: int
    """From 1; 0 for a fault of the file as a whole."""
    key: str
    problem: str
    path: Path

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else f"{self.path}"
        return f"{where}: {self.key}: {self.problem}" if self.key else f"{where}: {self.problem}"


class ConfigError(Exception):
    """A config that cannot be used, with everything that is wrong with it, in the file's order; `str()` is a line each."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))


def key_of(place: Place, data: object) -> str:
    """A place as people write it: `topics.ukraine.match`; a source by its name or address: `sources[anewz.tv].zone`."""
    words: list[str] = []
    for step in place:
        there = _step(data, step)
        if isinstance(step, int):
            words[-1:] = [f"{words[-1] if words else ''}[{_called(there) or f'no. {step + 1}'}]"]
        else:
            words.append(step)
        data = there
    return ".".join(words)


def _step(data: object, step: str | int) -> object:
    if isinstance(data, Mapping):
        return data.get(step)
    if isinstance(data, Sequence) and isinstance(step, int) and not isinstance(data, str) and step < len(data):
        return data[step]
    return None


def _called(item: object) -> str:
    if isinstance(item, Mapping):
        item = item.get("name") or item.get("url")
    return re.sub(r"^https?://(?:[^/@]*@)?|/$", "", item)[:60] if isinstance(item, str) else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """What to do about a word that is none of `known`: the nearest one, or all of them if they are few."""
    names = sorted(known)
    folded = {n.casefold(): n for n in names}
    close = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    if close:
        return f"did you mean {folded[close[0]]!r}?"
    return f"there is {', '.join(names)}" if 0 < len(names) <= 20 else "look at docs/config.md"


def explain(error: "ErrorDetails", known: Iterable[str], homes: Sequence[str]) -> str:
    """A pydantic error as `what is wrong: what to do`.

    `known` are the keys that may stand where an unknown one was met, `homes` the places where that one may stand.
    """
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "extra_forbidden" and homes:
        return f"unknown key here: it belongs {' or '.join(homes)}"
    if kind == "extra_forbidden":
        return f"unknown key: {nearest(str(error['loc'][-1]), known)}"
    if kind == "missing":
        return "is missing: add it"
    if given is None:
        return "has no value: write one, or take the line away for the default"
    return f"{_shown(given)} {_misfit(kind, given, context, error['msg'])}"


def _misfit(kind: str, given: object, context: Mapping[str, object], message: str) -> str:
    if kind in ("literal_error", "enum"):
        choices = re.findall(r"'([^']*)'", str(context["expected"]))
        close = get_close_matches(str(given).casefold(), choices, n=1)
        return f"is not known: write {close[0] if close else ' or '.join(choices)}"
    if kind in _BOUNDS:
        word, name = _BOUNDS[kind]
        return f"is out of range: write a number {word} {context[name]}"
    if kind in ("string_too_long", "string_too_short"):
        return f"has the wrong length: write {context.get('min_length', 0)} to {context.get('max_length', 1000)} characters"
    return f"does not fit: write {_WANTED[kind]}" if kind in _WANTED else f"does not fit: {message}"


_BOUNDS = {
    "greater_than_equal": ("not below", "ge"),
    "greater_than": ("above", "gt"),
    "less_than_equal": ("not above", "le"),
    "less_than": ("below", "lt"),
}
_WANTED = {
    "string_type": "a text",
    "string_sub_type": "a text",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_parsing": "yes or no",
    "bool_type": "yes or no",
    "tuple_type": "a list, each item on a line of its own after a dash",
    "dict_type": "keys with values, each on a line of its own, indented",
    "model_type": "keys with values, each on a line of its own, indented",
    "model_attributes_type": "keys with values, each on a line of its own, indented",
}


def _shown(given: object) -> str:
    if isinstance(given, Mapping):
        return "a group of keys"
    if isinstance(given, Sequence) and not isinstance(given, str):
        return "a list"
    text = str(given)
    return repr(text if len(text) <= 60 else text[:57] + "...")
