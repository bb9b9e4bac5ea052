"""A rule as SQL. The only place where what a person wrote meets the full-text index, always quoted."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import Any

from newsloom.news.rules import All, AnyOf, Not, Rule, Value, Words, parse
from newsloom.store.spaced import spaced

parsed = lru_cache(maxsize=4096)(parse)
"""`parse`, remembered: a topic's rule is asked of every batch."""

_COLUMNS = {"": "{title summary text}", "title": "{title}", "author": "{authors}"}


@dataclass
class Conditions:
    """Compiles rules over `entries e`; collects their parameters, so that several rules can stand in one statement.

    `within`: the rules are asked of a few entries, whose ids lie between the parameters `:low` and `:high`.
    """

    within: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    _names: Iterator[int] = field(default_factory=count)

    def of(self, rule: Rule) -> str:
        """The condition that says the rule."""
        if (expression := _expression(rule)) is not None:
            return self._matching(expression)
        match rule:
            case Value():
                return self._labelled(rule)
            case Not(rule=inner):
                return f"NOT ({self.of(inner)})"
            case AnyOf(rules=rules):
                return " OR ".join(f"({self.of(r)})" for r in _merged(rules, AnyOf))
            case All(rules=rules):
                return " AND ".join(f"({self.of(r)})" for r in _merged(rules, All))
        raise AssertionError(rule)  # words always have an expression

    def _matching(self, expression: str) -> str:
        span = " AND rowid BETWEEN :low AND :high" if self.within else ""
        return f"e.id IN (SELECT rowid FROM entries_fts WHERE entries_fts MATCH :{self._bound(expression)}{span})"  # noqa: S608 - a parameter's name

    def _labelled(self, rule: Value) -> str:
        text = rule.text.casefold()
        if rule.prefix:
            value = f"value >= :{self._bound(text)} AND value < :{self._bound(text + chr(0x10FFFF))}"
        else:
            value = f"value = :{self._bound(text)}"
        span = " AND entry BETWEEN :low AND :high" if self.within else ""
        return f"e.id IN (SELECT entry FROM labels WHERE field = '{rule.field}' AND {value}{span})"  # noqa: S608 - one of four names

    def _bound(self, value: str) -> str:
        name = f"p{next(self._names)}"
        self.values[name] = value
        return name


def is_wide(rule: Rule) -> bool:
    """Whether the rule lets in what it does not name: it begins with NOT somewhere. Such a search walks by date."""
    match rule:
        case Not():
            return True
        case All(rules=rules):
            return all(is_wide(r) for r in rules)
        case AnyOf(rules=rules):
            return any(is_wide(r) for r in rules)
    return False


def _merged(rules: tuple[Rule, ...], kind: type[All] | type[AnyOf]) -> tuple[Rule, ...]:
    """With those that the index can answer together made one."""
    words = tuple(r for r in rules if _expression(r) is not None)
    if kind is All and words:
        words += tuple(r for r in rules if isinstance(r, Not) and _expression(r.rule) is not None)
    return (*([kind(rules=words)] if len(words) > 1 else words), *(r for r in rules if r not in words))


def _expression(rule: Rule) -> str | None:
    """The rule in FTS5's own language; None if FTS5 cannot say it (https://sqlite.org/fts5.html, 3)."""
    match rule:
        case Words(text=text, prefix=prefix, field=name):
            return f"{_COLUMNS[name]} : {_quoted(text)}{' *' if prefix else ''}"
        case AnyOf(rules=rules):
            parts = [_expression(r) for r in rules]
            return None if None in parts else " OR ".join(f"({p})" for p in parts)
        case All(rules=rules):
            return _conjunction(rules)
    return None


def _conjunction(rules: tuple[Rule, ...]) -> str | None:
    positive = [r for r in rules if not isinstance(r, Not)]
    negative = [r.rule for r in rules if isinstance(r, Not)]
    wanted, unwanted = [_expression(r) for r in positive], [_expression(r) for r in negative]
    if not wanted or None in wanted or None in unwanted:
        return None
    said = " AND ".join(f"({w})" for w in wanted)
    return f"({said}) NOT ({' OR '.join(f'({u})' for u in unwanted)})" if unwanted else said


def _quoted(text: str) -> str:
    return '"' + spaced(text).replace('"', '""') + '"'


def ids(connection: sqlite3.Connection, rule: Rule, low: int, high: int) -> set[int]:
    """Which entries with ids from `low` to `high` a rule holds."""
    conditions = Conditions(within=True)
    sql = (
        f"SELECT e.id FROM entries e WHERE e.id BETWEEN :low AND :high AND e.joined IS NULL AND ({conditions.of(rule)})"  # noqa: S608 - see above
    )
    return {i for (i,) in connection.execute(sql, conditions.values | {"low": low, "high": high})}
