"""Why a rule holds an entry: each part of it that holds, with the words it found and where."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from unicodedata import normalize

from newsloom.news.rules import All, AnyOf, Near, Not, Rule, Value, Words, written
from newsloom.store.asked import starts, together
from newsloom.store.terms import Place, placed, said

_AROUND = 40
"""Characters shown to each side of what was found."""
_SPACE = re.compile(r"\s+")
_COLUMNS = {"": ("title", "summary", "text"), "title": ("title",), "author": ("authors",)}


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One part of a rule, and what it found."""

    rule: str
    """The part, as a rule."""
    field: str = ""
    """title, summary, text, authors, source, lang, section or tag; empty for a NOT, which found nothing."""
    before: str = ""
    found: str = ""
    after: str = ""
    """What was found and what stands around it, white space made one space."""


@dataclass(frozen=True)
class _Column:
    name: str
    text: str

    @cached_property
    def places(self) -> list[Place]:
        return list(placed(self.text))

    @cached_property
    def words(self) -> list[str]:
        return [place.word for place in self.places]

    def reason(self, rule: Rule, first: int, last: int) -> Reason:
        """That the words from the first to the last were found."""
        start, end = self.places[first].start, self.places[last].end
        before, after = self.text[max(start - _AROUND, 0) : start], self.text[end : end + _AROUND]
        if start > _AROUND:
            before = f"…{before.partition(' ')[2] or before}"
        if end + _AROUND < len(self.text):
            after = f"{after.rpartition(' ')[0] or after}…"
        return Reason(
            rule=written(rule),
            field=self.name,
            before=_flat(before),
            found=_flat(self.text[start:end]),
            after=_flat(after),
        )


def _flat(text: str) -> str:
    return _SPACE.sub(" ", text)


class Explained:
    """An entry that can say why a rule holds it."""

    def __init__(self, fields: Mapping[str, str], labels: Iterable[tuple[str, str]]) -> None:
        """`fields`: title, summary, text and authors as stored; `labels`: field and value, case folded."""
        self._columns = {
            name: _Column(name, normalize("NFC", fields[name])) for names in _COLUMNS.values() for name in names
        }
        self._labels = sorted(labels)

    def reasons(self, rule: Rule) -> tuple[Reason, ...] | None:
        """Every part of the rule that holds, in its order; None if the rule does not hold."""
        match rule:
            case Words() | Near():
                return self._found(rule)
            case Value():
                return self._labelled(rule)
            case Not(rule=inner):
                return (Reason(rule=written(rule)),) if self.reasons(inner) is None else None
            case All(rules=rules):
                parts = [part for r in rules if (part := self.reasons(r)) is not None]
                return tuple(r for part in parts for r in part) if len(parts) == len(rules) else None
            case AnyOf(rules=rules):
                parts = [part for r in rules if (part := self.reasons(r)) is not None]
                return tuple(r for part in parts for r in part) if parts else None
        return ()  # since: what was searched is not asked again

    def _found(self, rule: Words | Near) -> tuple[Reason, ...] | None:
        for column in (self._columns[name] for name in _COLUMNS[rule.field]):
            if found := _span(rule, column.words):
                return (column.reason(rule, *found),)
        return None

    def _labelled(self, rule: Value) -> tuple[Reason, ...] | None:
        asked = rule.text.casefold()
        for name, value in self._labels:
            if name == rule.field and (value.startswith(asked) if rule.prefix else value == asked):
                return (Reason(rule=written(rule), field=name, found=value),)
        return None


def _span(rule: Words | Near, text: list[str]) -> tuple[int, int] | None:
    """The first and the last word of where the rule's words stand first."""
    sought = rule.words if isinstance(rule, Near) else (rule,)
    phrases = [(said(w.text).split(" "), w.prefix) for w in sought if said(w.text).strip(" ")]
    if len(phrases) > 1 and isinstance(rule, Near):
        begins = together(text, phrases, rule.distance)
    else:
        begins = [there[0] for phrase, prefix in phrases if (there := starts(text, phrase, prefix=prefix))]
    if not begins:
        return None
    return min(begins), max(at + len(phrase) - 1 for at, (phrase, _) in zip(begins, phrases, strict=True))
