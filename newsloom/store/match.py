"""A rule as SQL. The only place where what a person wrote meets the full-text index, always quoted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import count
from typing import Any

from newsloom.news.rules import All, AnyOf, Near, Not, Rule, Since, Value, Words, parse
from newsloom.store import instants
from newsloom.store.database import listing as many
from newsloom.store.spaced import spaced

parsed = lru_cache(maxsize=4096)(parse)
"""`parse`, remembered: a topic's rule is asked of every batch."""

_COLUMNS = {"": "{title summary text}", "title": "{title}", "author": "{authors}"}
_ABREAST = 50
"""Conditions that stand side by side. SQLite takes a tree of a thousand levels, in which each of `a OR b OR c` is one."""
_DEEPEST = 8
"""Brackets inside each other that FTS5 is given at once."""


@dataclass(kw_only=True)
class Conditions:
    """Compiles rules over `entries e`; collects their parameters, so that several rules can stand in one statement."""

    now: datetime | None = None
    """For `since:`."""
    between: tuple[int, int] | None = None
    """The first and the last of the ids that the statement is about anyway; its inner queries then read no others."""
    values: dict[str, Any] = field(default_factory=dict)
    _names: Iterator[int] = field(default_factory=count)

    def of(self, rule: Rule) -> str:
        """The condition that says the rule."""
        if (said := expression(rule)) is not None:
            return self._matching(said)
        match rule:
            case Value():
                return self._labelled(rule)
            case Since() if self.now is not None:
                return f"e.published >= :{self._bound(instants.written(rule.instant(self.now)))}"
            case Not(rule=inner):
                return f"NOT ({self.of(inner)})"
            case AnyOf(rules=rules):
                return self._joined(" OR ", merged(rules, AnyOf))
            case All(rules=rules):
                return self._joined(" AND ", merged(rules, All))
        raise AssertionError(rule)  # words always have an expression, and who parses with since: says the time

    def _joined(self, sign: str, rules: Sequence[Rule]) -> str:
        # The deepest first: so a bracket is opened before anything waits for its end, and the parser's stack stays low.
        values = _values(rules) if sign == " OR " else []
        others = sorted((r for r in rules if r not in values), key=_depth, reverse=True)
        parts = [f"({self.of(r)})" for r in others] + self._of_values(values)
        while len(parts) > _ABREAST:
            parts = [f"({sign.join(parts[at : at + _ABREAST])})" for at in range(0, len(parts), _ABREAST)]
        return sign.join(parts)

    def _of_values(self, values: Sequence[Value]) -> list[str]:
        parts = []
        for name in dict.fromkeys(v.field for v in values):
            listed = many(dict.fromkeys(v.text.casefold() for v in values if v.field == name))
            parts.append(self._labels(name, f"value IN (SELECT value FROM json_each(:{self._bound(listed)}))"))  # noqa: S608 - a parameter's name
        return parts

    def _matching(self, expression: str) -> str:
        match = f"entries_fts MATCH :{self._bound(expression)}"
        return f"e.id IN (SELECT rowid FROM entries_fts WHERE {match}{self._of_these('rowid')})"  # noqa: S608 - a parameter's name

    def _labelled(self, rule: Value) -> str:
        text = rule.text.casefold()
        if not rule.prefix:
            return self._labels(rule.field, f"value = :{self._bound(text)}")
        begins = f"value >= :{self._bound(text)}"
        end = after(text)
        return self._labels(rule.field, f"{begins} AND value < :{self._bound(end)}" if end else begins)

    def _labels(self, name: str, which: str) -> str:
        which = f"field = '{name}' AND {which}{self._of_these('entry')}"
        return f"e.id IN (SELECT entry FROM labels WHERE {which})"  # noqa: S608 - one of four names

    def _of_these(self, column: str) -> str:
        if self.between is None:
            return ""
        self.values |= {"first_id": self.between[0], "last_id": self.between[1]}
        return f" AND {column} BETWEEN :first_id AND :last_id"

    def _bound(self, value: str) -> str:
        name = f"p{next(self._names)}"
        self.values[name] = value
        return name


def _values(rules: Sequence[Rule]) -> list[Value]:
    return [r for r in rules if isinstance(r, Value) and not r.prefix]


def after(text: str) -> str:
    """The least text that sorts after everything that begins with `text`, as SQLite sorts; "" if there is none."""
    text = text.rstrip("\U0010ffff")
    last = ord(text[-1]) + 1 if text else 0
    return text[:-1] + chr(0xE000 if last == 0xD800 else last) if text else ""


def _depth(rule: Rule) -> int:
    """Rules inside each other."""
    match rule:
        case Not(rule=inner):
            return 1 + _depth(inner)
        case All(rules=rules) | AnyOf(rules=rules):
            return 1 + max(map(_depth, rules))
    return 0


def is_wide(rule: Rule) -> bool:
    """Whether the rule lets in what it does not name: it begins with NOT or since: somewhere. Such a search walks by date."""
    match rule:
        case Not() | Since():
            return True
        case All(rules=rules):
            return all(is_wide(r) for r in rules)
        case AnyOf(rules=rules):
            return any(is_wide(r) for r in rules)
    return False


def expression(rule: Rule) -> str | None:
    """What the full-text index is asked; None if it cannot say the rule as a whole."""
    return _expression(rule) if _depth(rule) <= _DEEPEST else None


def merged(rules: tuple[Rule, ...], kind: type[All] | type[AnyOf]) -> tuple[Rule, ...]:
    """All or any of `rules`, with those that the index can answer together made one."""
    shallow = [r for r in rules if _depth(r) < _DEEPEST]
    words = tuple(r for r in shallow if _expression(r) is not None)
    if kind is All and words:
        words += tuple(r for r in shallow if isinstance(r, Not) and _expression(r.rule) is not None)
    merged = set(words)
    return (*([kind(rules=words)] if len(words) > 1 else words), *(r for r in rules if r not in merged))


@lru_cache(maxsize=4096)  # every batch asks every topic's
def _expression(rule: Rule) -> str | None:
    """The rule in FTS5's own language; None if FTS5 cannot say it (https://sqlite.org/fts5.html, 3)."""
    match rule:
        case Words(text=text, prefix=prefix, field=name):
            return f"{_COLUMNS[name]} : {_quoted(text)}{' *' if prefix else ''}"
        case Near(words=near, distance=distance, field=name):
            said = " ".join(f"{_quoted(w.text)}{' *' if w.prefix else ''}" for w in near)
            return f"{_COLUMNS[name]} : NEAR({said}, {distance})"
        case AnyOf(rules=rules):
            parts = [_expression(r) for r in sorted(rules, key=_depth, reverse=True)]
            return None if None in parts else " OR ".join(f"({p})" for p in parts)
        case All(rules=rules):
            return _conjunction(rules)
    return None


def _conjunction(rules: tuple[Rule, ...]) -> str | None:
    positive = sorted((r for r in rules if not isinstance(r, Not)), key=_depth, reverse=True)
    negative = [r.rule for r in rules if isinstance(r, Not)]
    wanted, unwanted = [_expression(r) for r in positive], [_expression(r) for r in negative]
    if not wanted or None in wanted or None in unwanted:
        return None
    said = " AND ".join(f"({w})" for w in wanted)
    return f"({said}) NOT ({' OR '.join(f'({u})' for u in unwanted)})" if unwanted else said


def _quoted(text: str) -> str:
    return '"' + spaced(text).replace('"', '""') + '"'
