"""Rules asked of an entry in memory: what one costs depends neither on how many others are stored nor on how many rules there are.

Each rule is made a function once. Of many rules only those are asked whose required words the entry has: the words of an entry are
looked up among them, not the rules among the words. Says the same as `match.Conditions`, which asks the store.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from newsloom.news.rules import All, AnyOf, Near, Not, Rule, Since, Value, Words
from newsloom.store.terms import said

Holds = Callable[["Said"], bool]
_BEGIN = 3
"""Characters of a word's beginning by which words that may go on are looked up."""
_SEAM = " \n "
"""Between two fields: no phrase goes over it."""


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
        return f" {self.title}{_SEAM}{self.summary}{_SEAM}{self.text} "

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(self.body.split(" "))

    @cached_property
    def begins(self) -> frozenset[str]:
        return frozenset([w[:_BEGIN] for w in self.words])

    @cached_property
    def author_words(self) -> frozenset[str]:
        return frozenset(self.authors.split(" "))

    def fields(self, name: str) -> tuple[str, ...]:
        """Those that a rule's words are looked for in."""
        return {"": (self.title, self.summary, self.text), "title": (self.title,), "author": (self.authors,)}[name]


def heard(title: str, summary: str, text: str, authors: str, labels: Iterable[tuple[str, str]] = ()) -> Said:
    """An entry's fields as they are stored."""
    return Said(
        title=said(title), summary=said(summary), text=said(text), authors=said(authors), labels=frozenset(labels)
    )


def asking(rule: Rule) -> Holds:
    """The rule as a function. Raises ValueError for one with `since:`, which depends on the time."""
    match rule:
        case Words():
            return _has_words(rule)
        case Near():
            return _has_near(rule)
        case Value():
            return _has_value(rule)
        case Not(rule=inner):
            holds = asking(inner)
            return lambda entry: not holds(entry)
        case All(rules=rules):
            every = tuple(map(asking, rules))
            return lambda entry: all(holds(entry) for holds in every)
        case AnyOf(rules=rules):
            some = tuple(map(asking, rules))
            return lambda entry: any(holds(entry) for holds in some)
        case Since():
            raise ValueError("a rule with since: is no topic's")


def _has_words(rule: Words) -> Holds:
    words = said(rule.text)
    if not words.strip(" "):  # letters that SQLite's Unicode does not have yet: nothing can be found by them
        return lambda _: False
    asked = f" {words}" if rule.prefix else f" {words} "
    if rule.field == "title":
        return lambda entry: asked in f" {entry.title} "
    if rule.field == "author":
        return lambda entry: asked in f" {entry.authors} "
    if rule.prefix or " " in words:
        return lambda entry: asked in entry.body
    return lambda entry: words in entry.words


def _has_value(rule: Value) -> Holds:
    name, text = rule.field, rule.text.casefold()
    if rule.prefix:
        return lambda entry: any(f == name and value.startswith(text) for f, value in entry.labels)
    return lambda entry: (name, text) in entry.labels


def _has_near(rule: Near) -> Holds:
    known = [w for w in rule.words if said(w.text).strip(" ")]
    if len(known) < 2:
        return asking(known[0] if known else rule.words[0])
    every = tuple(map(_has_words, known))
    phrases = [(said(w.text).split(" "), w.prefix) for w in known]

    def holds(entry: Said) -> bool:
        if not all(has(entry) for has in every):
            return False
        return any(_together(text.split(" "), phrases, rule.distance) for text in entry.fields(rule.field))

    return holds


def _together(text: Sequence[str], phrases: Sequence[tuple[list[str], bool]], distance: int) -> bool:
    """Whether all phrases stand together: none begins after the last one, or ends over `distance` words before it.

    The condition of FTS5 (fts5ExprNearIsMatch), in which phrases may overlap.
    """
    places = [list(starts(text, phrase, prefix=prefix)) for phrase, prefix in phrases]
    if not all(places):
        return False
    lengths = [len(phrase) for phrase, _ in phrases]
    return any(
        all(
            any(last - length - distance <= at <= last for at in there)
            for there, length in zip(places, lengths, strict=True)
        )
        for last in sorted({at for there in places for at in there})
    )


def starts(text: Sequence[str], phrase: Sequence[str], *, prefix: bool) -> Iterator[int]:
    """Where in a text of words a phrase begins. `prefix`: its last word may go on."""
    *before, last = phrase
    for at in range(len(text) - len(before)):
        end = at + len(before)
        if text[at:end] == before and (text[end].startswith(last) if prefix else text[end] == last):
            yield at


# Which rules are worth asking

Key = tuple[str, str]
"""What an entry has or has not: ("word", "bridge"), ("begin", "bri"), ("author", "smith"), or a label."""


def _needed(rule: Rule) -> frozenset[Key] | None:
    """Keys of which an entry must have one, or the rule does not hold; None if it may hold whatever an entry has."""
    match rule:
        case Words():
            return _needed_words(rule)
        case Near(words=words):
            return _rarest(map(_needed_words, words))
        case Value(field=name, text=text, prefix=False):
            return frozenset({(name, text.casefold())})
        case All(rules=rules):
            return _rarest(map(_needed, rules))
        case AnyOf(rules=rules):
            found = [_needed(r) for r in rules]
            return None if None in found else frozenset().union(*(f for f in found if f is not None))
    return None


def _needed_words(rule: Words) -> frozenset[Key] | None:
    words = said(rule.text).split(" ")
    whole, last = (words[:-1], words[-1]) if rule.prefix else (words, "")
    kind = "author" if rule.field == "author" else "word"
    if longest := max(whole, key=len, default=""):
        return frozenset({(kind, longest)})
    return frozenset({("begin", last[:_BEGIN])}) if kind == "word" and len(last) >= _BEGIN else None


def _rarest(found: Iterable[frozenset[Key] | None]) -> frozenset[Key] | None:
    """Of several that are all needed, the one that lets in least: few keys, long ones."""
    some = [f for f in found if f is not None]
    return min(some, key=lambda keys: (len(keys), -min((len(k) for _, k in keys), default=0)), default=None)


class Asked:
    """Many rules at once."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._holds: list[Holds] = []
        self._always: list[int] = []
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._by_begin: dict[str, list[int]] = defaultdict(list)
        self._by_author: dict[str, list[int]] = defaultdict(list)
        self._by_label: dict[Key, list[int]] = defaultdict(list)
        for number, rule in enumerate(rules):
            self._holds.append(asking(rule))
            self._note(number, _needed(rule))

    def _note(self, number: int, needed: frozenset[Key] | None) -> None:
        if needed is None:
            self._always.append(number)
            return
        by_word = {"word": self._by_word, "begin": self._by_begin, "author": self._by_author}
        for kind, key in needed:
            if kind in by_word:
                by_word[kind][key].append(number)
            else:
                self._by_label[kind, key].append(number)

    def holding(self, entry: Said) -> set[int]:
        """The numbers of the rules that hold."""
        worth = set(self._always)
        for key in self._by_word.keys() & entry.words:
            worth.update(self._by_word[key])
        if self._by_begin:
            for key in self._by_begin.keys() & entry.begins:
                worth.update(self._by_begin[key])
        if self._by_author:
            for key in self._by_author.keys() & entry.author_words:
                worth.update(self._by_author[key])
        if self._by_label:
            for label in self._by_label.keys() & entry.labels:
                worth.update(self._by_label[label])
        holds = self._holds
        return {number for number in worth if holds[number](entry)}
