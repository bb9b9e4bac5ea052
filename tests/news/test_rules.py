"""The grammar of topics and search."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsloom.news.rules import (
    All,
    AnyOf,
    Near,
    Not,
    Rule,
    RuleError,
    Since,
    Value,
    Words,
    aliased,
    parse,
    values,
    written,
)


def word(text: str, *, prefix: bool = False, field: str = "") -> Words:
    return Words(text=text, prefix=prefix, field=field)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("bridge", word("bridge")),
        ("bridge*", word("bridge", prefix=True)),
        ('"long  bridge"', word("long bridge")),
        ("„lange Brücke“", word("lange Brücke")),
        ("«pont long»", word("pont long")),
        ('"long bri"*', word("long bri", prefix=True)),
        ("long bridge", All(rules=(word("long"), word("bridge")))),
        ("long AND bridge", All(rules=(word("long"), word("bridge")))),
        ("a OR b c", AnyOf(rules=(word("a"), All(rules=(word("b"), word("c")))))),
        ("(a OR b) c", All(rules=(AnyOf(rules=(word("a"), word("b"))), word("c")))),
        ("NOT a b", All(rules=(Not(rule=word("a")), word("b")))),
        ("NOT NOT a", Not(rule=Not(rule=word("a")))),
        ("a NOT (b OR c)", All(rules=(word("a"), Not(rule=AnyOf(rules=(word("b"), word("c"))))))),
        ("and or not", All(rules=(word("and"), word("or"), word("not")))),
        ("source:bbc", Value(field="source", text="bbc")),
        ("LANG:en", Value(field="lang", text="en")),
        ('tag:"Ukraine-Russia"', Value(field="tag", text="Ukraine-Russia")),
        ("tag:ukr*", Value(field="tag", text="ukr", prefix=True)),
        (
            'section:world title:"a war"',
            All(rules=(Value(field="section", text="world"), word("a war", field="title"))),
        ),
        ("author:ada*", word("ada", prefix=True, field="author")),
        ("18:30", word("18:30")),
        ("https://example.org/x", word("https://example.org/x")),
        ("don't anti-war", All(rules=(word("don't"), word("anti-war")))),
        ("手机", word("手机")),
        ("NEAR(oil gas)", Near(words=(word("oil"), word("gas")))),
        ('NEAR (oil "black sea"* , 3)', Near(words=(word("oil"), word("black sea", prefix=True)), distance=3)),
        ("NEAR(oil 1,000 gas,0)", Near(words=(word("oil"), word("1,000"), word("gas")), distance=0)),
        (
            "title:NEAR(oil gas,7)",
            Near(words=(word("oil", field="title"), word("gas", field="title")), distance=7, field="title"),
        ),
        ("near (oil,5)", All(rules=(word("near"), word("oil,5")))),
        ('"NEAR"', word("NEAR")),
        ("一「新手机」", All(rules=(word("一"), word("新手机")))),
    ],
)
def test_what_a_rule_says(text: str, rule: Rule) -> None:
    assert parse(text) == rule


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("", 0, "empty"),
        ("   ", 0, "empty"),
        ('a "b', 2, "never closed"),
        ("a”", 1, "not opened"),
        ("(a", 0, "never closed"),
        ("a)", 1, "not opened"),
        ("()", 0, "nothing in these brackets"),
        ("a AND", 5, "missing after AND"),
        ("OR a", 0, "missing before OR"),
        ("a OR OR b", 5, "missing before OR"),
        ("NOT", 3, "missing after NOT"),
        ("(a AND )", 7, "before this )"),
        ("a *", 2, "no word"),
        ("b*d", 1, "end of a word"),
        ("!!!", 0, "holds no word"),
        ('""', 0, "no word"),
        ("tags:x", 0, "no field tags:"),
        ("x tag: y", 6, "right behind the colon"),
        ("tag:(a)", 4, "right behind the colon"),
        ("a NEAR b", 2, 'write "NEAR"'),
        ("x NEAR(a)", 2, "two words"),
        ("NEAR(a b", 0, "never closed"),
        ("NEAR(a b, 3", 0, "never closed"),
        ("NEAR(a OR b)", 7, "words and phrases only"),
        ("NEAR(a tag:b)", 7, "words and phrases only"),
        ("NEAR(a b, 1001)", 10, "1000 words far"),
        ("section:NEAR(a b)", 8, "right behind the colon"),
        ("a since:7d", 2, "is for searches"),
        ("a\ud800", 0, "no text can hold"),
        ("(" * 60 + "a" + ")" * 60, 20, "inside each other"),
        ("a " * 6000, 10_000, "10000 characters"),
    ],
)
def test_what_is_no_rule_is_told_with_its_place(text: str, position: int, said: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse(text)
    assert caught.value.position == position
    assert said in caught.value.message


def test_the_sources_a_rule_names() -> None:
    rule = parse("source:a OR (b NOT source:c) lang:en source:d*")
    assert list(values(rule, "source")) == ["a", "c"]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("since:7d", timedelta(days=7)),
        ("since:90m", timedelta(minutes=90)),
        ("SINCE:2W", timedelta(days=14)),
        ("since:999999w", timedelta(days=36_500)),
        ("since:2026-05-01", datetime(2026, 5, 1, tzinfo=UTC)),
        ("since:2026-05-01T12:30+02:00", datetime(2026, 5, 1, 10, 30, tzinfo=UTC)),
    ],
)
def test_since_when_a_search_looks(text: str, start: datetime | timedelta) -> None:
    rule = parse(text, searching=True)
    assert rule == Since(start=start) == parse(written(rule), searching=True)
    assert Since(start=timedelta(hours=1)).instant(datetime(2026, 5, 1, 1, tzinfo=UTC)) == datetime(
        2026, 5, 1, tzinfo=UTC
    )


@pytest.mark.parametrize("text", ["since:yesterday", "since:2026-13-01", "since:7", "since:0001-01-01T00:00+14:00"])
def test_since_no_time_is_told_with_its_place(text: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse(f"a {text}", searching=True)
    assert caught.value.position == len("a since:")


def test_a_tag_of_ours_means_the_sites_words_too() -> None:
    tags = {"Ukraine": ("Ukraine-Russia", "Війна"), "ukraine-aid": ("Aid",)}
    either = "(tag:ukraine OR tag:Ukraine-Russia OR tag:Війна)"
    for rule, meant in [
        ("tag:ukraine", either[1:-1]),
        ("a NOT tag:UKRAINE", "a NOT (tag:UKRAINE OR tag:Ukraine-Russia OR tag:Війна)"),
        ("tag:ukraine OR b", f"{either} OR b"),
        ("tag:ukr*", "tag:ukr* OR tag:Ukraine-Russia OR tag:Війна OR tag:Aid"),
        ("tag:Ukraine-Russia section:ukraine ukraine", "tag:Ukraine-Russia section:ukraine ukraine"),
    ]:
        assert aliased(parse(rule), tags) == parse(meant), rule


@given(st.one_of(st.text(), st.text(alphabet='ab"()*,5: NEARORNOT手“”', max_size=40)))
@example('“0""0”')
def test_any_text_is_a_rule_or_a_fault_inside_it(text: str) -> None:
    rule = fault = None
    try:
        rule = parse(text)
    except RuleError as error:
        fault = error
    assert fault is None or 0 <= fault.position <= len(text)
    assert rule is None or parse(written(rule)) == rule
