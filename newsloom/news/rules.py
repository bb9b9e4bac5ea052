"""The grammar of topics and of search.

    rule  = all { "OR" all }
    all   = some { ["AND"] some }             words side by side must all be there
    some  = "NOT" some | "(" rule ")" | [ field ":" ] text
    text  = word | word* | "a phrase" | "a phrase"*

`AND`, `OR` and `NOT` are operators in capitals only. `source: lang: section: tag:` compare whole values, `title:` and `author:`
look for words there; everything else is looked for in title, summary and text. Case and accents do not matter to words.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_MOST = 10_000
"""Characters of a rule. More is a list that belongs in several topics."""
_DEEPEST = 50
"""Brackets and NOTs inside each other."""
VALUE_FIELDS = frozenset({"source", "lang", "section", "tag"})
WORD_FIELDS = frozenset({"title", "author"})
_FIELDS = VALUE_FIELDS | WORD_FIELDS


class RuleError(ValueError):
    """A rule that means nothing. `position` counts characters from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message, position)
        self.message = message
        self.position = position

    def __str__(self) -> str:
        return f"at character {self.position + 1}: {self.message}"


@dataclass(frozen=True, kw_only=True)
class Words:
    """A word or phrase. `prefix`: its last word may go on. `field`: "" (title, summary, text), `title` or `author`."""

    text: str
    prefix: bool = False
    field: str = ""


@dataclass(frozen=True, kw_only=True)
class Value:
    """An entry's source, lang, section or tag is `text` (or begins with it), case aside."""

    field: str
    text: str
    prefix: bool = False


@dataclass(frozen=True, kw_only=True)
class Not:
    rule: "Rule"


@dataclass(frozen=True, kw_only=True)
class All:
    rules: tuple["Rule", ...]


@dataclass(frozen=True, kw_only=True)
class AnyOf:
    rules: tuple["Rule", ...]


Rule = Words | Value | Not | All | AnyOf


def parse(text: str) -> Rule:
    """The rule that `text` says. Raises RuleError, with the place, for one that says nothing or not clearly."""
    if len(text) > _MOST:
        raise RuleError(f"a rule may have {_MOST} characters, this one has {len(text)}: make it several topics", _MOST)
    return _Parser(text).parse()


def values(rule: Rule, field: str) -> Iterator[str]:
    """What the rule asks of a value field, for checking that the sources it names exist. Prefixes are left out."""
    match rule:
        case Value(field=name, text=text, prefix=False) if name == field:
            yield text
        case Not(rule=inner):
            yield from values(inner, field)
        case All(rules=rules) | AnyOf(rules=rules):
            for each in rules:
                yield from values(each, field)


@dataclass(frozen=True, kw_only=True)
class _Token:
    kind: str
    """`(`, `)`, AND, OR, NOT, field, text; end."""
    text: str
    position: int
    prefix: bool = False


_SPACE = re.compile(r"\s+")
_QUOTES = {'"': '"', "“": "”", "„": "“”", "«": "»", "「": "」"}
_FIELD = re.compile(r"([^\W\d_]+):(?!//)")
_WORD = re.compile(r'[^\s()"“”„«»「」]+')


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
        elif text[at] in "()":
            yield _Token(kind=text[at], text=text[at], position=at)
            at += 1
        elif text[at] in _QUOTES:
            token, at = _phrase(text, at)
            yield token
        elif field := _FIELD.match(text, at):
            yield _Token(kind="field", text=_field(field[1], at), position=at)
            at = field.end()
            if at >= len(text) or text[at].isspace() or text[at] == ")":
                raise RuleError(f"{field[1]}: needs its value right behind the colon", at)
        elif word := _WORD.match(text, at):
            yield _word(word[0], at)
            at = word.end()
        else:
            raise RuleError(f"{text[at]} closes a phrase that was not opened", at)
    yield _Token(kind="end", text="", position=len(text))


def _field(name: str, at: int) -> str:
    if name.lower() not in _FIELDS:
        known = ", ".join(f"{f}:" for f in sorted(_FIELDS))
        raise RuleError(
            f'there is no field {name}: (known: {known}); to look for the text itself, write it in "quotes"', at
        )
    return name.lower()


def _phrase(text: str, at: int) -> tuple[_Token, int]:
    closing = _QUOTES[text[at]]
    end = next((i for i in range(at + 1, len(text)) if text[i] in closing), -1)
    if end < 0:
        raise RuleError(f"the phrase that {text[at]} opens is never closed", at)
    prefix = text[end + 1 : end + 2] == "*"
    token = _Token(kind="text", text=_said(text[at + 1 : end], at), position=at, prefix=prefix)
    return token, end + 1 + prefix


def _word(word: str, at: int) -> _Token:
    if word in ("AND", "OR", "NOT"):
        return _Token(kind=word, text=word, position=at)
    prefix = word.endswith("*")
    said = word[:-1] if prefix else word
    if "*" in said:
        raise RuleError("* may stand at the end of a word only", at + said.index("*"))
    return _Token(kind="text", text=_said(said, at), position=at, prefix=prefix)


def _said(text: str, at: int) -> str:
    """`text` if it holds anything that can be looked for: a letter or a digit."""
    kinds = [unicodedata.category(c) for c in text]
    if "Cs" in kinds or "\0" in text:
        raise RuleError("there is a character here that no text can hold", at)
    if not any(k[0] in "LN" for k in kinds):
        raise RuleError("there is no word to look for" if not text.strip() else f"{text} holds no word to look for", at)
    return " ".join(text.split())


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0

    def parse(self) -> Rule:
        if self._next.kind == "end":
            raise RuleError("the rule is empty", 0)
        rule = self._any()
        if self._next.kind != "end":
            raise RuleError("this ) closes a bracket that was not opened", self._next.position)
        return rule

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._next
        self._at += 1
        return token

    def _any(self) -> Rule:
        rules = [self._all()]
        while self._next.kind == "OR":
            self._take()
            rules.append(self._all())
        return rules[0] if len(rules) == 1 else AnyOf(rules=tuple(rules))

    def _all(self) -> Rule:
        rules = [self._some()]
        while self._next.kind not in ("OR", ")", "end"):
            if self._next.kind == "AND":
                self._take()
            rules.append(self._some())
        return rules[0] if len(rules) == 1 else All(rules=tuple(rules))

    def _some(self) -> Rule:
        token = self._take()
        if token.kind in ("NOT", "("):
            return self._inside(token)
        if token.kind == "field":
            text = self._take()
            if text.kind != "text":
                raise RuleError(f"{token.text}: needs a word or a phrase right behind the colon", text.position)
            if token.text in VALUE_FIELDS:
                return Value(field=token.text, text=text.text, prefix=text.prefix)
            return Words(text=text.text, prefix=text.prefix, field=token.text)
        if token.kind == "text":
            return Words(text=token.text, prefix=token.prefix)
        raise RuleError(self._missing(token), token.position)

    def _inside(self, opening: _Token) -> Rule:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise RuleError(f"more than {_DEEPEST} brackets and NOTs inside each other", opening.position)
        if opening.kind == "NOT":
            rule: Rule = Not(rule=self._some())
        else:
            if self._next.kind == ")":
                raise RuleError("there is nothing in these brackets", opening.position)
            rule = self._any()
            if self._take().kind != ")":
                raise RuleError("this ( is never closed", opening.position)
        self._depth -= 1
        return rule

    def _missing(self, token: _Token) -> str:
        """What to say where a word should stand and `token` does."""
        before = self._tokens[self._at - 2] if self._at > 1 else None
        after = f" after {before.text}" if before is not None and before.kind in ("AND", "OR", "NOT") else ""
        if token.kind == "end":
            return f"a word is missing{after}"
        if token.kind == ")":
            return f"a word is missing{after} before this )"
        return f'a word is missing before {token.text} (to look for the word itself, write "{token.text}")'


def written(rule: Rule) -> str:
    """The rule as text that `parse` reads as the same rule, every grouping in brackets."""
    match rule:
        case Words(text=text, prefix=prefix, field=field):
            return f'{field}{":" if field else ""}"{text}"{"*" if prefix else ""}'
        case Value(field=field, text=text, prefix=prefix):
            return f'{field}:"{text}"{"*" if prefix else ""}'
        case Not(rule=inner):
            return f"NOT ({written(inner)})"
        case All(rules=rules):
            return " AND ".join(f"({written(r)})" for r in rules)
        case AnyOf(rules=rules):
            return " OR ".join(f"({written(r)})" for r in rules)
