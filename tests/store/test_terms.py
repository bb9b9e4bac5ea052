"""Words are cut and folded in memory as SQLite does it, and a rule asked in memory says the same as one asked of the store."""

import sqlite3
from collections.abc import Iterator
from unicodedata import normalize

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsloom.news.rules import RuleError, parse
from newsloom.store.asked import Asked, heard
from newsloom.store.match import Conditions
from newsloom.store.reasons import Explained
from newsloom.store.schema import TOKENIZER
from newsloom.store.spaced import spaced
from newsloom.store.terms import placed, said

SCRIPTS = (
    "aAbBzZ019_-'’\".,:/@\x00\x1f\t\n"
    "éÉèßſİıŁøÞŉǅẞſ𝐀ªº²½Ⅷ"
    "йЙёЁґ\u0301\u0308\u0300\u0327\u05b0\u064b\u0670"
    "ΣσςΆάᾼ"
    "ابת"
    "हिन्दीনি"
    "手机新ー々〇ガか\u3099ﾞ𠀀ㇷ゚"
    "한국각\u1100\u1161\u11a8ㄱ"
    "ข่าวก็กำລາວខ្មែរမြန်မာ"
    "\ue000\ufb01\uff21\U0001f600\u200d\u00ad\ufe0f\u2019\u0345\u1df5\U0010ffff"
)
TEXTS = st.one_of(st.text(max_size=30), st.text(alphabet=st.sampled_from(SCRIPTS), max_size=30))


@pytest.fixture(scope="module")
def words() -> Iterator[sqlite3.Connection]:
    """SQLite's own index of words, and where they stand."""
    connection = sqlite3.connect(":memory:")
    connection.execute(f"""CREATE VIRTUAL TABLE met USING fts5(text, content='', tokenize="{TOKENIZER}")""")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5vocab(met, instance)")
    yield connection
    connection.close()


def in_order(connection: sqlite3.Connection, text: str) -> list[str]:
    connection.execute("INSERT INTO met(met) VALUES ('delete-all')")
    connection.execute("INSERT INTO met(rowid, text) VALUES (1, ?)", (spaced(text),))
    return [term or "" for (term,) in connection.execute("SELECT term FROM words ORDER BY offset")]


@settings(max_examples=300)
@given(text=TEXTS)
@example(text="a \u0301\u0308 b")
def test_the_words_of_a_text_are_those_of_the_index(words: sqlite3.Connection, text: str) -> None:
    there = in_order(words, text)
    assert said(text) == " ".join(there)
    assert [place.word for place in placed(normalize("NFC", text))] == there


def test_every_character_folds_as_in_the_index(words: sqlite3.Connection) -> None:
    for first in range(0, 0x20000, 0x1000):
        text = "".join(f"a{chr(c)}b," for c in range(first, first + 0x1000) if not 0xD800 <= c < 0xE000)
        assert said(text) == " ".join(in_order(words, text)), hex(first)


def test_a_place_is_where_the_word_stands() -> None:
    text = "Der Fluß: “Ёлка” 新手机Mate70"
    assert [(place.word, text[place.start : place.end]) for place in placed(text)] == [
        ("der", "Der"), ("fluß", "Fluß"), ("ёлка", "Ёлка"),
        ("新", "新"), ("手", "手"), ("机", "机"), ("mate70", "Mate70"),
    ]  # fmt: skip


WORDS = [
    "a",
    "A",
    "b",
    "ab",
    "abc",
    "Abc-ab",
    "é",
    "e\u0301",
    "ab\u0301c",
    "Ü",
    "ß",
    "ss",
    "手",
    "手机",
    "机手a",
    "각",
    "한국",
    "ก็",
    "ก",
]
PIECES = st.one_of(
    st.sampled_from(WORDS), st.text(alphabet=st.sampled_from(SCRIPTS.replace("\0", "")), min_size=1, max_size=4)
)
SAYINGS = st.lists(PIECES, max_size=12).map(" ".join)
NO_QUOTES = str.maketrans("", "", '"“”„«»「」')
TERMS = PIECES.map(lambda t: t.translate(NO_QUOTES)).map(lambda t: f'"{t}"')
PREFIXES = st.tuples(TERMS, st.sampled_from(["", "*"])).map("".join)
PHRASES = st.lists(PIECES, min_size=2, max_size=3).map(lambda w: f'"{" ".join(w).translate(NO_QUOTES)}"')
ANY_TERM = st.one_of(PREFIXES, PHRASES, PHRASES.map(lambda p: f"{p}*"))
NEARS = st.tuples(st.lists(ANY_TERM, min_size=2, max_size=3).map(" ".join), st.integers(0, 4)).map(
    lambda n: f"NEAR({n[0]}, {n[1]})"
)
LABELS = st.tuples(st.sampled_from(["source:", "lang:", "section:", "tag:"]), PREFIXES).map("".join)
LEAVES = st.one_of(
    ANY_TERM, NEARS, LABELS, st.tuples(st.sampled_from(["title:", "author:"]), st.one_of(ANY_TERM, NEARS)).map("".join)
)
RULES = st.recursive(
    LEAVES,
    lambda rules: st.one_of(
        st.tuples(rules, st.sampled_from([" ", " OR ", " NOT ", " OR NOT "]), rules).map(lambda r: f"({r[0]}{r[1]}{r[2]})"),
        rules.map(lambda r: f"NOT {r}"),
    ),
    max_leaves=8,
)  # fmt: skip
FIELDS = st.sampled_from(["source", "lang", "section", "tag"])
LABELLED = st.sets(st.tuples(FIELDS, PIECES.map(str.casefold)), max_size=3)
ENTRIES = st.tuples(SAYINGS, SAYINGS, SAYINGS, SAYINGS, LABELLED)


CROWD = [parse(f'"other{n} rule" OR rule{n}* OR word{n}') for n in range(30)]
"""Beside so many others rules are chosen by their words."""


@pytest.fixture(scope="module")
def store() -> Iterator[sqlite3.Connection]:
    """Of a store what rules are asked of."""
    connection = sqlite3.connect(":memory:")
    connection.execute(f"""
        CREATE VIRTUAL TABLE entries_fts USING fts5(title, summary, text, authors, content='', tokenize="{TOKENIZER}")
    """)
    connection.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY)")
    connection.execute("CREATE TABLE labels (field TEXT, value TEXT, entry INTEGER)")
    yield connection
    connection.close()


@settings(max_examples=400)
@given(rules=st.lists(RULES, min_size=1, max_size=8), entries=st.lists(ENTRIES, min_size=1, max_size=5))
@example(
    rules=["bridg*", "bridge*", "bri*"], entries=[("bridge", "", "bridges", "", set()), ("bridg", "", "", "", set())]
)
@example(
    rules=['"a b"', "a*", '"\u0301a"', '"a \u0301"*', '"a \u0301"'],
    entries=[("a", "b", "a \u0301 b", "a b", set())] * 2,
)
@example(
    rules=['"각\u0300"', '"각\u0300"*', '"a \u0301"*', '"\u0301 a"', "NEAR(a \u0301a, 1)", 'title:"각\u0300"*'],
    entries=[("각", "", "", "", set()), ("", "a", "각", "", set()), ("각\u0300", "", "a \u0301", "", set())],
)
@example(rules=['tag:"a"*'], entries=[("", "", "", "", {("tag", "a\U0010ffff")})])
def test_a_rule_asked_in_memory_holds_what_it_holds_in_the_store(
    store: sqlite3.Connection,
    rules: list[str],
    entries: list[tuple[str, str, str, str, set[tuple[str, str]]]],
) -> None:
    kept = []
    for rule in rules:
        try:
            kept.append(parse(rule))
        except RuleError:  # a word of marks alone
            continue
    store.execute("DELETE FROM entries")
    store.execute("DELETE FROM labels")
    store.execute("INSERT INTO entries_fts(entries_fts) VALUES ('delete-all')")
    for number, (*fields, labels) in enumerate(entries):
        store.execute("INSERT INTO entries(id) VALUES (?)", (number,))
        store.execute(
            "INSERT INTO entries_fts(rowid, title, summary, text, authors) VALUES (?, ?, ?, ?, ?)",
            (number, *map(spaced, fields)),
        )
        store.executemany("INSERT INTO labels VALUES (?, ?, ?)", [(name, value, number) for name, value in labels])
    few, many = Asked(kept), Asked([*kept, *CROWD])
    said_by = [heard(*entry) for entry in entries]
    in_memory = {n: few.holding(entry) for n, entry in enumerate(said_by)}
    assert in_memory == {n: {r for r in many.holding(entry) if r < len(kept)} for n, entry in enumerate(said_by)}
    for number, entry in enumerate(entries):
        title, summary, text, authors, labels = entry
        explained = Explained({"title": title, "summary": summary, "text": text, "authors": authors}, labels)
        assert {r for r, known in enumerate(kept) if explained.reasons(known) is not None} == in_memory[number]
    for number, asked in enumerate(kept):
        for between in (None, (0, len(entries))):
            conditions = Conditions(between=between)
            sql = f"SELECT e.id FROM entries e WHERE {conditions.of(asked)}"  # noqa: S608 - of rules
            held = {entry for (entry,) in store.execute(sql, conditions.values)}
            assert held == {entry for entry, holding in in_memory.items() if number in holding}, asked
