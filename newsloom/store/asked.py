"""Rules asked of an entry in memory: what one costs depends neither on how many others are stored nor on how many rules there are.

Each rule is made a function once. Of many rules only those are asked whose required words the entry has: the words of an entry are
looked up among them, not the rules among the words. A few rules are looked for in the text as it is, which is soonest done then.
Says the same as `match.Conditions`, which asks the store.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, Self

from newsloom.news.rules import VALUE_FIELDS, All, AnyOf, Near, Not, Rule, Since, Value, Words
from newsloom.store.terms import said

Holds = Callable[["Said"], bool]
_MANY = 20
"""Things to look for from which on the words of an entry are put into a set: that takes as long as so many searches."""
_SHORT, _LONG = 3, 5
"""Characters of a word's beginning by which words that may go on are looked up: so many of short ones, so many of longer."""
_SEAM = " \n "
"""Around each field: no phrase goes over it."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What an entry says, as rules ask it. Texts are in the form of `terms.said`."""

    title: str = ""
    summary: str = ""
    text: str = ""
    authors: str = ""
    labels: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    """Field and value, case folded: rows of the table `labels`."""

    @cached_property
    def body(self) -> str:
        """Where words without a field are looked for."""
        return _SEAM + _SEAM.join(filter(None, (self.title, self.summary, self.text))) + _SEAM

    @cached_property
    def _one_by_one(self) -> list[str]:
        return self.body.split(" ")

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(self._one_by_one)

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Words side by side."""
        return frozenset(pairwise(self._one_by_one))

    @cached_property
    def in_order(self) -> list[str]:
        """The words as they sort: those that begin alike stand together."""
        return sorted(self.words)

    @cached_property
    def short_begins(self) -> frozenset[str]:
        return frozenset([w[:_SHORT] for w in self.words])

    @cached_property
    def long_begins(self) -> frozenset[str]:
        return frozenset([w[:_LONG] for w in self.words])

    @cached_property
    def fields(self) -> dict[str, list[list[str]]]:
        """In which texts, word by word, a rule with this field looks."""
        columns = (self.title, self.summary, self.text, self.authors)
        title, summary, text, authors = (column.split(" ") if column else [] for column in columns)
        return {"": [title, summary, text], "title": [title], "author": [authors]}


def heard(title: str, summary: str, text: str, authors: str, labels: Iterable[tuple[str, str]] = ()) -> Said:
    """An entry's fields as they are stored."""
    return Said(
        title=said(title), summary=said(summary), text=said(text), authors=said(authors), labels=frozenset(labels)
    )


@dataclass(frozen=True, kw_only=True)
class _Sets:
    """Of which sets of an entry's words are made: those for which there is enough to look for."""

    words: bool = False
    pairs: bool = False
    begins: bool = False

    @classmethod
    def worth(cls, rules: Iterable[Rule]) -> Self:
        sought = [(said(w.text).split(" "), w.prefix) for rule in rules for w in _all_words(rule)]
        pairs = sum(1 for words, _ in sought if len(words) > 1)
        begins = sum(1 for words, prefix in sought if prefix and len(words) == 1)
        return cls(words=len(sought) - begins > _MANY, pairs=pairs > _MANY, begins=begins > _MANY)


def _all_words(rule: Rule) -> Iterator[Words]:
    match rule:
        case Words():
            yield rule
        case Near(words=words):
            yield from words
        case Not(rule=inner):
            yield from _all_words(inner)
        case All(rules=rules) | AnyOf(rules=rules):
            for each in rules:
                yield from _all_words(each)


def asking(rule: Rule, sets: _Sets) -> Holds:
    """The rule as a function. Raises ValueError for one with `since:`, which depends on the time."""
    match rule:
        case Words():
            return _has_words(rule, sets)
        case Near():
            return _has_near(rule, sets)
        case Value():
            return _has_value(rule)
        case Not(rule=inner):
            holds = asking(inner, sets)
            return lambda entry: not holds(entry)
        case All(rules=rules):
            return _all(rules, sets)
        case AnyOf(rules=rules):
            return _any(rules, sets)
        case Since():
            raise ValueError("a rule with since: is no topic's")


def _all(rules: tuple[Rule, ...], sets: _Sets) -> Holds:
    words, others = _parted(rules, sets)
    if not others:
        return lambda entry: words <= entry.words
    if not words:
        return lambda entry: all(other(entry) for other in others)
    return lambda entry: words <= entry.words and all(other(entry) for other in others)


def _any(rules: tuple[Rule, ...], sets: _Sets) -> Holds:
    words, others = _parted(rules, sets)
    if not others:
        return lambda entry: not words.isdisjoint(entry.words)
    if not words:
        return lambda entry: any(other(entry) for other in others)
    return lambda entry: not words.isdisjoint(entry.words) or any(other(entry) for other in others)


def _parted(rules: tuple[Rule, ...], sets: _Sets) -> tuple[frozenset[str], list[Holds]]:
    """The single words among the rules, which a set is asked for at once, and the others."""
    words: set[str] = set()
    others: list[Holds] = []
    for rule in rules:
        text = said(rule.text) if isinstance(rule, Words) and not rule.prefix and not rule.field else ""
        if sets.words and text and " " not in text:
            words.add(text)
        else:
            others.append(asking(rule, sets))
    return frozenset(words), others


def _has_words(rule: Words, sets: _Sets) -> Holds:
    words = said(rule.text)
    if "" in words.split(" "):
        return _has_marks(words, rule)
    asked = f" {words}" if rule.prefix else f" {words} "
    if rule.field:
        return _has_in_field(asked, rule.field)
    if " " in words:
        return _has_phrase(words.split(" "), asked, sets, prefix=rule.prefix)
    if rule.prefix and sets.begins:
        return lambda entry: _begins(entry.in_order, words)
    if not rule.prefix and sets.words:
        return lambda entry: words in entry.words
    return lambda entry: asked in entry.body


def _has_marks(words: str, rule: Words) -> Holds:
    """Of letters that SQLite's Unicode does not have yet nothing is left; words of marks alone it folds to nothing, and counts."""
    phrase = words.split(" ")
    if not words.strip(" "):
        return lambda _: False
    return lambda entry: any(starts(text, phrase, prefix=rule.prefix) for text in entry.fields[rule.field])


def _has_in_field(asked: str, name: str) -> Holds:
    if name == "title":
        return lambda entry: asked in f" {entry.title} "
    return lambda entry: asked in f" {entry.authors} "


def _has_phrase(words: list[str], asked: str, sets: _Sets, *, prefix: bool) -> Holds:
    whole = words[:-1] if prefix else words
    pairs = frozenset(pairwise(whole))
    if not (sets.pairs and pairs):
        return lambda entry: asked in entry.body
    if len(words) == 2:
        return lambda entry: pairs <= entry.pairs
    return lambda entry: pairs <= entry.pairs and asked in entry.body


def _begins(in_order: list[str], word: str) -> bool:
    at = bisect_left(in_order, word)
    return at < len(in_order) and in_order[at].startswith(word)


def _has_value(rule: Value) -> Holds:
    name, text = rule.field, rule.text.casefold()
    if rule.prefix:
        return lambda entry: any(f == name and value.startswith(text) for f, value in entry.labels)
    return lambda entry: (name, text) in entry.labels


def _has_near(rule: Near, sets: _Sets) -> Holds:
    known = [w for w in rule.words if said(w.text).strip(" ")]
    if len(known) < 2:
        return asking(known[0] if known else rule.words[0], sets)
    every = [_has_words(w, sets) for w in known]
    phrases = [(said(w.text).split(" "), w.prefix) for w in known]

    def holds(entry: Said) -> bool:
        if not all(has(entry) for has in every):
            return False
        return any(together(text, phrases, rule.distance) for text in entry.fields[rule.field])

    return holds


def together(text: list[str], phrases: Sequence[tuple[list[str], bool]], distance: int) -> list[int]:
    """Where each of the phrases begins the first time that all stand together; nothing if they never do.

    None may begin after the last one, or end over `distance` words before it: the condition of FTS5 (fts5ExprNearIsMatch), by
    which phrases may overlap. A phrase is its words and whether the last may go on.
    """
    places = []
    for phrase, prefix in phrases:
        if not (there := starts(text, phrase, prefix=prefix)):
            return []
        places.append((there, len(phrase) + distance))
    for last in sorted({at for there, _ in places for at in there}):
        found = [
            there[bisect_right(there, last) - 1] for there, _ in places
        ]  # the nearest before it, or what is after it
        if all(last - reach <= at <= last for at, (_, reach) in zip(found, places, strict=True)):
            return found
    return []


def starts(text: Sequence[str], phrase: Sequence[str], *, prefix: bool) -> list[int]:
    """Where in a text of words a phrase begins. `prefix`: its last word may go on."""
    *before, last = phrase
    length = len(before)
    if prefix:
        ends = [at for at, word in enumerate(text) if at >= length and word.startswith(last)]
    else:
        ends = [at for at, word in enumerate(text) if word == last and at >= length]
    return [at - length for at in ends if text[at - length : at] == before]


# Which rules are worth asking

Key = tuple[str, Hashable]
"""What an entry has or has not: ("word", "bridge"), ("pair", ("long", "bridge")), ("long begin", "bridg"), ("author", "ada"), or a
label."""


def _needed(rule: Rule, sets: _Sets) -> frozenset[Key] | None:
    """Keys of which an entry must have one, or the rule does not hold; None if it may hold whatever an entry has."""
    match rule:
        case Words():
            return _needed_words(rule, sets)
        case Near(words=words):
            return _rarest(_needed_words(w, sets) for w in words)
        case Value(field=name, text=text, prefix=False):
            return frozenset({(name, text.casefold())})
        case All(rules=rules):
            return _rarest(_needed(r, sets) for r in rules)
        case AnyOf(rules=rules):
            found = [_needed(r, sets) for r in rules]
            return None if None in found else frozenset().union(*(f for f in found if f is not None))
    return None


def _needed_words(rule: Words, sets: _Sets) -> frozenset[Key] | None:
    words = said(rule.text).split(" ")
    whole, last = (words[:-1], words[-1]) if rule.prefix else (words, "")
    if rule.field == "author":
        return frozenset({("author", max(whole, key=len))}) if whole else None
    if sets.pairs and len(whole) > 1:
        return frozenset({("pair", max(pairwise(whole), key=_size))})
    if sets.words and whole:
        return frozenset({("word", max(whole, key=len))})
    if not sets.begins or whole or len(last) < _SHORT:
        return None
    return frozenset({("long begin", last[:_LONG]) if len(last) >= _LONG else ("short begin", last[:_SHORT])})


def _size(key: Hashable) -> int:
    return sum(map(len, key)) if isinstance(key, tuple) else len(str(key))


def _rarest(found: Iterable[frozenset[Key] | None]) -> frozenset[Key] | None:
    """Of several that are all needed, the one that lets in least: few keys, long ones."""
    some = [f for f in found if f is not None]
    return min(some, key=lambda keys: (len(keys), -min((_size(k) for _, k in keys), default=0)), default=None)


class Asked:
    """Many rules at once."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        sets = _Sets.worth(rules)
        self._holds = [asking(rule, sets) for rule in rules]
        self._always: list[int] = []
        self._by: dict[str, dict[Hashable, list[int]]] = defaultdict(lambda: defaultdict(list))
        """Kind of key, key: the rules that need it."""
        for number, rule in enumerate(rules):
            needed = _needed(rule, sets)
            if needed is None:
                self._always.append(number)
            for kind, key in needed or ():
                by = self._by["label"] if kind in VALUE_FIELDS else self._by[kind]
                by[(kind, key) if kind in VALUE_FIELDS else key].append(number)

    def holding(self, entry: Said) -> set[int]:
        """The numbers of the rules that hold."""
        worth = set(self._always)
        for kind, by in self._by.items():
            for key in by.keys() & _HAS[kind](entry):
                worth.update(by[key])
        holds = self._holds
        return {number for number in worth if holds[number](entry)}


_HAS: dict[str, Callable[[Said], frozenset[Any]]] = {
    "word": lambda entry: entry.words,
    "pair": lambda entry: entry.pairs,
    "short begin": lambda entry: entry.short_begins,
    "long begin": lambda entry: entry.long_begins,
    "author": lambda entry: frozenset(entry.authors.split(" ")),
    "label": lambda entry: entry.labels,
}
