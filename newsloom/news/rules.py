"""The grammar of topics and of search.

    rule  = all { "OR" all }
    all   = some { ["AND"] some }             words side by side must all be there
    some  = "NOT" some | "(" rule ")" | [ field ":" ] text
    text  = words | "NEAR(" words words { words } [ "," number ] ")"
    words = word | word* | "a phrase" | "a phrase"*

`AND`, `OR` and `NOT` are operators in capitals only. `source: lang: section: tag:` compare whole values, `title:` and `author:`
look for words there; everything else is looked for in title, summary and text. Case and accents do not matter to words.
`NEAR(a b, 5)` wants all its words in one place, in any order, with at most 5 words (10 if it says no number) between the end of
the first and the beginning of the last. `since:7d` and `since:2026-05-01` (UTC) are for searches alone.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MOST = 10_000
"""Characters of a rule. More is a list that belongs in several topics."""
_DEEPEST = 20
"""Brackets and NOTs inside each other: what SQLite's parsers (a hundred things in waiting each) surely take."""
_FURTHEST = 1000
"""Words between the words of a NEAR."""
_NEAR = 10
VALUE_FIELDS = frozenset({"source", "lang", "section", "tag"})
WORD_FIELDS = frozenset({"title", "author"})
_SINCE = "since"
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
class Near:
    """All of these in one field, with at most `distance` words between the end of the first and the beginning of the last."""

    words: tuple[Words, ...]
    """At least two. Their `field` is this one's."""
    distance: int = _NEAR
    field: str = ""


@dataclass(frozen=True, kw_only=True)
class Value:
    """An entry's source, lang, section or tag is `text` (or begins with it), case aside."""

    field: str
    text: str
    prefix: bool = False


@dataclass(frozen=True, kw_only=True)
class Since:
    """An entry is published at or after an instant, or at most a span ago. In searches only: a topic would lose its members as
    time goes by, and nothing happens then that could tell its feed."""

    start: datetime | timedelta

    def instant(self, now: datetime) -> datetime:
        return now - self.start if isinstance(self.start, timedelta) else self.start


@dataclass(frozen=True, kw_only=True)
class Not:
    rule: "Rule"


@dataclass(frozen=True, kw_only=True)
class All:
    rules: tuple["Rule", ...]


@dataclass(frozen=True, kw_only=True)
class AnyOf:
    rules: tuple["Rule", ...]


Rule = Words | Near | Value | Since | Not | All | AnyOf


def parse(text: str, *, searching: bool = False) -> Rule:
    """The rule that `text` says. Raises RuleError, with the place, for one that says nothing or not clearly.

    `searching`: `since:` may stand in it.
    """
    if len(text) > _MOST:
        raise RuleError(f"a rule may have {_MOST} characters, this one has {len(text)}: make it several topics", _MOST)
    return _Parser(text, searching=searching).parse()


def aliased(rule: Rule, tags: Mapping[str, tuple[str, ...]]) -> Rule:
    """With each `tag:` that names one of our own tags also meaning the sites' words for it."""
    match rule:
        case Value(field="tag", text=text, prefix=prefix):
            asked = text.casefold()
            ours = [t for t in tags if (t.casefold().startswith(asked) if prefix else t.casefold() == asked)]
            theirs = [Value(field="tag", text=word) for word in dict.fromkeys(w for t in ours for w in tags[t])]
            return AnyOf(rules=(rule, *theirs)) if theirs else rule
        case Not(rule=inner):
            return Not(rule=aliased(inner, tags))
        case All(rules=rules):
            return All(rules=tuple(aliased(r, tags) for r in rules))
        case AnyOf(rules=rules):
            return AnyOf(rules=tuple(aliased(r, tags) for r in rules))
    return rule


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


def goes_on(rule: Rule) -> bool:
    """Whether there is a `word*` in the rule."""
    match rule:
        case Words(prefix=prefix):
            return prefix
        case Near(words=words):
            return any(w.prefix for w in words)
        case Not(rule=inner):
            return goes_on(inner)
        case All(rules=rules) | AnyOf(rules=rules):
            return any(map(goes_on, rules))
    return False


@dataclass(frozen=True, kw_only=True)
class _Token:
    kind: str
    """`(`, `)`, AND, OR, NOT, NEAR, `,`, field, text; end."""
    text: str
    position: int
    prefix: bool = False


_SPACE = re.compile(r"\s+")
_QUOTES = {'"': '"', "“": "”", "„": "“”", "«": "»", "「": "」"}
_FIELD = re.compile(r"([^\W\d_]+):(?!//)")
_WORD = re.compile(r'[^\s()"“”„«»「」]+')
_OPENS_NEAR = re.compile(r"NEAR\s*\(")
_DISTANCE = re.compile(r",\s*(\d+)\s*(?=\))")
_WORD_OR_LAST = re.compile(rf"(?:(?!{_DISTANCE.pattern}){_WORD.pattern.removesuffix('+')})+")
"""In a NEAR: a word without the distance that may follow it at once."""


def _tokens(text: str) -> Iterator[_Token]:
    at, in_near = 0, False
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
        elif text[at] in "()":
            yield _Token(kind=text[at], text=text[at], position=at)
            in_near = False
            at += 1
        elif text[at] in _QUOTES:
            token, at = _phrase(text, at)
            yield token
        elif field := _FIELD.match(text, at):
            yield _Token(kind="field", text=_field(field[1], at), position=at)
            at = field.end()
            if at >= len(text) or text[at].isspace() or text[at] == ")":
                raise RuleError(f"{field[1]}: needs its value right behind the colon", at)
        elif near := _OPENS_NEAR.match(text, at):
            yield _Token(kind="NEAR", text="NEAR", position=at)
            in_near = True
            at = near.end()
        elif in_near and (distance := _DISTANCE.match(text, at)):
            yield _Token(kind=",", text=distance[1], position=distance.start(1))
            at = distance.end()
        elif word := (_WORD_OR_LAST if in_near else _WORD).match(text, at):
            yield _word(word[0], at)
            at = word.end()
        else:
            raise RuleError(f"{text[at]} closes a phrase that was not opened", at)
    yield _Token(kind="end", text="", position=len(text))


def _field(name: str, at: int) -> str:
    if name.lower() not in (*_FIELDS, _SINCE):
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
    if word == "NEAR":
        raise RuleError('NEAR is written NEAR(one other, 10); to look for the word itself, write "NEAR"', at)
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
    return " ".join(text.replace('"', " ").split())  # inside other quotes it parts two words, as it does in a text


_SPAN = re.compile(r"(\d{1,6})([mhdw])")
_UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_LONGEST = timedelta(days=36_500)


def _start(text: str) -> datetime | timedelta:
    """`7d`, `36h` -> a span; a date or an instant of ISO 8601, in UTC unless it says otherwise."""
    if span := _SPAN.fullmatch(text.lower()):
        return min(int(span[1]) * _UNITS[span[2]], _LONGEST)
    instant = datetime.fromisoformat(text)
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)


def _distance(token: _Token) -> int:
    number = int(token.text[:9])
    if number > _FURTHEST:
        raise RuleError(f"NEAR( ) looks {_FURTHEST} words far at most", token.position)
    return number


class _Parser:
    def __init__(self, text: str, *, searching: bool) -> None:
        self._tokens = list(_tokens(text))
        self._searching = searching
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
            return self._of_field(token)
        if token.kind == "NEAR":
            return self._near(token, "")
        if token.kind == "text":
            return Words(text=token.text, prefix=token.prefix)
        raise RuleError(self._missing(token), token.position)

    def _of_field(self, field: _Token) -> Rule:
        said = self._take()
        if field.text in WORD_FIELDS and said.kind == "NEAR":
            return self._near(said, field.text)
        if said.kind != "text":
            raise RuleError(f"{field.text}: needs a word or a phrase right behind the colon", said.position)
        if field.text == _SINCE:
            return self._since(field, said)
        if field.text in VALUE_FIELDS:
            return Value(field=field.text, text=said.text, prefix=said.prefix)
        return Words(text=said.text, prefix=said.prefix, field=field.text)

    def _since(self, field: _Token, said: _Token) -> Rule:
        if not self._searching:
            raise RuleError("since: is for searches; a topic keeps its entries however old they get", field.position)
        try:
            return Since(start=_start(said.text))
        except (ValueError, OverflowError):
            raise RuleError(
                f"since: needs a date like 2026-05-01 or a span like 7d, not {said.text}", said.position
            ) from None

    def _near(self, opening: _Token, field: str) -> Rule:
        words: list[Words] = []
        while (token := self._take()).kind == "text":
            words.append(Words(text=token.text, prefix=token.prefix, field=field))
        distance = _NEAR
        if token.kind == ",":
            distance = _distance(token)
            token = self._take()
        if token.kind == "end":
            raise RuleError("this NEAR( is never closed", opening.position)
        if token.kind != ")":
            raise RuleError("NEAR( ) takes words and phrases only", token.position)
        if len(words) < 2:
            raise RuleError("NEAR( ) needs two words at least", opening.position)
        return Near(words=tuple(words), distance=distance, field=field)

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
    """The rule as text that `parse` reads as the same rule."""
    match rule:
        case Not(rule=inner):
            return f"NOT {_bracketed(inner, All, AnyOf)}"
        case All(rules=rules):
            return " AND ".join(_bracketed(r, All, AnyOf) for r in rules)
        case AnyOf(rules=rules):
            return " OR ".join(_bracketed(r, AnyOf) for r in rules)
        case Since(start=start):
            return f"since:{_ago(start)}" if isinstance(start, timedelta) else f'since:"{start}"'
        case Words() | Near() | Value():
            return f"{rule.field}:{_unfielded(rule)}" if rule.field else _unfielded(rule)


def _bracketed(rule: Rule, *loose: type[Rule]) -> str:
    return f"({written(rule)})" if isinstance(rule, loose) else written(rule)


def _unfielded(rule: Words | Near | Value) -> str:
    if isinstance(rule, Near):
        return f"NEAR({' '.join(map(_unfielded, rule.words))}, {rule.distance})"
    return f'"{rule.text}"{"*" if rule.prefix else ""}'


def _ago(span: timedelta) -> str:
    return next(f"{span // long}{unit}" for unit, long in _UNITS.items() if not span % long)
