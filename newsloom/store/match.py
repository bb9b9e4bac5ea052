"""A rule as SQL. The only place where what a person wrote meets the full-text index, always quoted."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import Any

from newsloom.news.rules import VALUE_FIELDS, All, AnyOf, Not, Rule, Value, Words, parse
from newsloom.store.database import listing as many
from newsloom.store.schema import TOKENIZER
from newsloom.store.spaced import spaced

parsed = lru_cache(maxsize=4096)(parse)
"""`parse`, remembered: a topic's rule is asked of every batch."""

_COLUMNS = {"": "{title summary text}", "title": "{title}", "author": "{authors}"}


@dataclass
class Conditions:
    """Compiles rules over `entries e`; collects their parameters, so that several rules can stand in one statement."""

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
        return f"e.id IN (SELECT rowid FROM entries_fts WHERE entries_fts MATCH :{self._bound(expression)})"  # noqa: S608 - a parameter's name

    def _labelled(self, rule: Value) -> str:
        text = rule.text.casefold()
        if rule.prefix:
            value = f"value >= :{self._bound(text)} AND value < :{self._bound(text + chr(0x10FFFF))}"
        else:
            value = f"value = :{self._bound(text)}"
        return f"e.id IN (SELECT entry FROM labels WHERE field = '{rule.field}' AND {value})"  # noqa: S608 - one of four names

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


@lru_cache(maxsize=4096)  # every batch asks every topic's
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


class Some:
    """Rules asked of some entries: what one costs does not depend on how many others are stored.

    The words of few entries are put into an index of their own. In the store's a single `word*` reads every entry that has such
    a word, and each word is looked for in all parts that the index has grown.
    """

    def __init__(self, connection: sqlite3.Connection, entries: Iterable[int]) -> None:
        self._connection = connection
        self._entries = frozenset(entries)
        self._asked = (many(self._entries),)
        self._index = ""
        self._found: dict[str, frozenset[int]] = {}
        self._labels: dict[str, dict[str, set[int]]] = {}

    def of(self, rule: Rule) -> frozenset[int]:
        """Those that the rule holds."""
        if (expression := _expression(rule)) is not None:
            return self._matching(expression)
        match rule:
            case Value():
                return self._labelled(rule)
            case Not(rule=inner):
                return self._entries - self.of(inner)
            case AnyOf(rules=rules):
                return frozenset().union(*(self.of(r) for r in _merged(rules, AnyOf)))
            case All(rules=rules):
                return self._entries.intersection(*(self.of(r) for r in _merged(rules, All)))
        raise AssertionError(rule)  # words always have an expression

    def _matching(self, expression: str) -> frozenset[int]:
        if expression not in self._found:
            index = self._index = self._index or self._indexed()
            rows = self._connection.execute(
                f"SELECT rowid FROM {index} WHERE {index} MATCH ? AND rowid BETWEEN ? AND ?",  # noqa: S608 - one of two names
                (expression, min(self._entries, default=0), max(self._entries, default=0)),
            )
            self._found[expression] = self._entries.intersection(i for (i,) in rows)
        return self._found[expression]

    def _indexed(self) -> str:
        """The name of an index that holds the entries."""
        if len(self._entries) > _FEW:
            return "entries_fts"
        self._connection.execute(_OWN)
        self._connection.execute("INSERT INTO temp.own_fts(own_fts) VALUES ('delete-all')")
        self._connection.execute(_FILL, self._asked)
        return "own_fts"

    def _labelled(self, rule: Value) -> frozenset[int]:
        if not self._labels:
            self._labels = {field: {} for field in VALUE_FIELDS}
            for field, value, entry in self._connection.execute(_LABELS, self._asked):
                self._labels[field].setdefault(value, set()).add(entry)
        text, values = rule.text.casefold(), self._labels[rule.field]
        if not rule.prefix:
            return frozenset(values.get(text, ()))
        return frozenset().union(*(entries for value, entries in values.items() if value.startswith(text)))


_FEW = 500
"""Entries; more of them are looked for in the store's own index, which reads its lists but once for all."""
_OWN = f"""
CREATE VIRTUAL TABLE IF NOT EXISTS temp.own_fts
 USING fts5(title, summary, text, authors, content='', columnsize=0, tokenize="{TOKENIZER}")
"""
_FILL = """
INSERT INTO temp.own_fts(rowid, title, summary, text, authors)
SELECT id, spaced(title), spaced(summary), spaced(text), spaced(authors)
  FROM entries WHERE id IN (SELECT value FROM json_each(?)) AND joined IS NULL
"""
_LABELS = "SELECT field, value, entry FROM labels WHERE entry IN (SELECT value FROM json_each(?))"
