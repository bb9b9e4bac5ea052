"""A rule finds what it says, and says the same as a topic."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsloom.news.rules import RuleError, parse
from newsloom.store import Reader, newest, search
from newsloom.store.asked import Asked, Said, heard
from newsloom.store.database import reindex
from newsloom.store.spaced import spaced
from tests.store.newsdesk import BODY, HOUR, START, Desk, page, source, topic


def found(desk: Desk, query: str, **how: bool) -> str:
    """The names of the pages found, sorted."""
    with Reader.open(desk.path, desk.now) as reader:
        return "".join(sorted(e.url[-1] for e in reader.search(query, limit=100, **how)))


def as_said(desk: Desk, url: str) -> Said:
    """A stored entry as rules ask it in memory."""
    ((entry, title, summary, text, authors),) = desk.rows(
        "SELECT id, title, summary, text, authors FROM entries WHERE url = ?", url
    )
    labels = [(name, value) for name, value in desk.rows("SELECT field, value FROM labels WHERE entry = ?", entry)]
    return heard(title, summary, text, authors, labels)


@pytest.fixture
def shelf(desk: Desk) -> Desk:
    desk.adopt([source("a"), source("b")])
    desk.save(
        page(
            "https://a.example/1",
            "The long bridge over the river is open.",
            title="Bridge opens",
            language="en",
            section="World News",
        ),
        page(
            "https://a.example/2",
            "Der Fluss hat eine neue Brücke.",
            title="Café am Fluss",
            language="de-at",
            tags=("Verkehr", "Bau"),
        ),
        page("https://a.example/3", "华为发布新手机Mate70系列。", title="新手机", language="zh", authors=("王小明",)),
    )
    desk.save(
        page("https://b.example/4", normalize("NFD", "서울에서 한국어 신문이 나왔다."), title="신문", language="ko"),
        page("https://b.example/5", "ข่าวด่วนจากกรุงเทพ", title="ข่าว", language="th"),
        page("https://b.example/6", "हिन्दी समाचार आज", title="समाचार", language="hi", authors=("Bridge Smith",)),
        of=source("b"),
    )
    return desk


@pytest.mark.parametrize(
    ("query", "pages"),
    [
        ("bridge", "1"),
        ("BRIDGE river", "1"),
        ("bridge OR fluss", "12"),
        ('"long bridge"', "1"),
        ('"bridge long"', ""),
        ("brid*", "1"),
        ("brid", ""),
        ("brucke", "2"),
        ("cafe", "2"),
        ("NOT bridge", "23456"),
        ("NOT (bridge OR 手机)", "2456"),
        ("bridge NOT river", ""),
        ("source:b NOT author:smith", "45"),
        ("title:bridge", "1"),
        ("title:river", ""),
        ("author:bridge", "6"),
        ("author:王小明", "3"),
        ("手机", "3"),
        ("机手", ""),
        ("新手*", "3"),
        ("mate70", "3"),
        ("한국", "4"),
        ("กรุงเทพ", "5"),
        ("กรงเทพ", ""),
        ("हिन्दी", "6"),
        ("हि", ""),
        ("source:a", "123"),
        ("SOURCE:A lang:de", "2"),
        ("lang:de-at", "2"),
        ("lang:d*", "2"),
        ('section:"world news"', "1"),
        ("section:world", ""),
        ("section:world*", "1"),
        ("tag:verkehr", "2"),
        ("tag:verkehr tag:bau NOT tag:x", "2"),
        ("NOT lang:en NOT source:b", "23"),
        ("(bridge NOT source:a) OR lang:ko", "4"),
        ("NEAR(bridge river, 1)", ""),
        ("NEAR(river bridge, 2)", "1"),
        ("NEAR(手机 mate*, 0)", "3"),
        ("title:NEAR(bridge open*)", "1"),
        ("title:NEAR(bridge river)", ""),
        ("since:1h NOT bridge", "23456"),
        ("since:2026-05-03T12:00", "123456"),
        ("since:2026-05-04 OR bridge", "1"),
        ("since:2026-05-04", ""),
        ('bridge AND "AND" OR ""x', None),
        ("river* NEAR(", None),
    ],
)
def test_what_a_query_finds(shelf: Desk, query: str, pages: str | None) -> None:
    if pages is None:
        with pytest.raises(RuleError):
            found(shelf, query)
    else:
        assert found(shelf, query) == pages


def test_the_newest_come_first(desk: Desk) -> None:
    for n in range(5):
        desk.save(page(f"https://a.example/{n}", f"bridge {n}", title=f"{n}", published=START - ((n * 3) % 5) * HOUR))
    with Reader.open(desk.path, desk.now) as reader:
        for query in ("bridge", "NOT ferry"):
            entries = reader.search(query, limit=3)
            assert [e.published for e in entries] == [START, START - HOUR, START - 2 * HOUR]


def test_what_is_muted_is_found_only_when_asked_for(desk: Desk) -> None:
    loud = source(mute="bridge")
    desk.adopt([loud])
    desk.save(
        page("https://a.example/1", "A bridge.", title="T"), page("https://a.example/2", "A ferry.", title="U"), of=loud
    )
    assert found(desk, "NOT x") == "2"
    assert found(desk, "NOT x", muted=True) == "12"


def test_an_entry_is_found_by_its_present_words_only(desk: Desk) -> None:
    desk.save(page("https://a.example/1", "A bridge 手机.", title="T"))
    desk.save(page("https://a.example/1", "A ferry.", title="T", at=START + HOUR))
    assert (found(desk, "bridge"), found(desk, "手机"), found(desk, "ferry")) == ("", "", "1")
    check(desk)


def check(desk: Desk) -> None:
    """The index holds exactly what is stored: written anew it is the same."""
    words = "SELECT term, doc, cnt FROM temp.words"

    def terms(connection: object) -> list[tuple[object, ...]]:
        return [tuple(r) for r in connection.execute(words)]  # type: ignore[attr-defined]

    def compare(connection: object) -> None:
        execute = connection.execute  # type: ignore[attr-defined]
        execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab(main, entries_fts, row)")
        kept = terms(connection)
        reindex(connection)  # type: ignore[arg-type]
        assert terms(connection) == kept

    desk.run(desk.store._do(compare))


def test_after_joins_and_changes_the_index_holds_what_is_stored(desk: Desk) -> None:
    for n in range(3):
        desk.save(page(f"https://a.example/{n}", f"text {n}", title=f"t{n}"))
    desk.save(
        page("https://a.example/0", BODY, title="Bridge", at=START + HOUR),
        page("https://a.example/1", BODY, title="Bridge", at=START + HOUR),
    )
    desk.save(page("https://a.example/2", "手机 other", title="t2", at=START + HOUR))
    assert len(desk.entries()) == 2
    check(desk)


def test_an_index_in_another_form_is_written_anew(shelf: Desk) -> None:
    def unspace(connection: object) -> None:
        execute = connection.execute  # type: ignore[attr-defined]
        execute("INSERT INTO entries_fts(entries_fts) VALUES ('rebuild')")
        execute("UPDATE meta SET value = '0' WHERE name = 'spaced'")

    shelf.run(shelf.store._do(unspace))
    assert found(shelf, "手机") == ""
    shelf.reopen()
    assert found(shelf, "手机") == "3"


WORDS = st.sampled_from(["bridge", "ferry", "Brücke", "手机", "新手机", "한국어", "ข่าว", "sea"])
TEXTS = st.lists(WORDS, max_size=6).map(" ".join)
LEAVES = st.one_of(
    WORDS,
    WORDS.map(lambda w: f"{w}*"),
    st.tuples(WORDS, WORDS).map(lambda w: f'"{w[0]} {w[1]}"'),
    st.sampled_from(
        ["source:a", "source:b", "lang:en", "lang:z*", "tag:sea", "section:s*", "title:bridge", "author:ada"]
    ),
)
RULES = st.recursive(
    LEAVES,
    lambda rules: st.one_of(
        st.tuples(rules, st.sampled_from(["AND", "OR", ""]), rules).map(lambda r: f"({r[0]} {r[1]} {r[2]})"),
        rules.map(lambda r: f"NOT ({r})"),
    ),
    max_leaves=6,
)
ARTICLES = st.lists(
    st.tuples(TEXTS, TEXTS, st.sampled_from(["a", "b"]), st.sampled_from(["en", "zh-cn"]), st.sampled_from(["", "Sea"])),
    min_size=1, max_size=6,
)  # fmt: skip


@settings(max_examples=30)
@given(rules=st.lists(RULES, min_size=8, max_size=8), articles=ARTICLES)
def test_a_rule_in_a_search_is_the_same_as_in_a_topic(
    rules: list[str], articles: list[tuple[str, str, str, str, str]]
) -> None:
    topics = [topic(f"t{n}", rule) for n, rule in enumerate(rules)]
    with TemporaryDirectory() as folder, Desk(Path(folder) / "news.db") as desk:
        desk.adopt([source("a"), source("b")], topics[:4])
        for n, (title, text, name, language, tag) in enumerate(articles):
            said = page(
                f"https://{name}.example/{n}",
                text,
                title=title or "untitled",
                language=language,
                tags=(tag,),
                section=tag,
            )
            desk.save(said, of=source(name))
        desk.adopt([source("a"), source("b")], topics)  # the others are matched over what is stored
        for n, rule in enumerate(rules):
            members = desk.rows("SELECT uuid FROM by_topic WHERE topic = ? ORDER BY 1", f"t{n}")
            with Reader.open(desk.path, desk.now) as reader:
                assert sorted(str(e.id) for e in reader.search(rule, limit=100)) == [m for (m,) in members], rule


def test_rules_are_asked_of_many_entries_as_of_few(desk: Desk) -> None:
    rules = ["bridge", "bri*", "ferry NOT title:odd", "NOT ferry", "tag:odd OR ferry", "tag:o* AND lang:en"]
    desk.adopt(topics=[topic(f"t{n}", rule) for n, rule in enumerate(rules)])
    texts = ["bridge", "ferry", "sea"]
    pages = [
        page(f"https://a.example/{n}", texts[n % 3], title=f"{'even' if n % 2 else 'odd'} {n}", tags=("odd",) * (n % 2))
        for n in range(600)
    ]
    desk.save(*pages[:590])
    desk.save(*pages[590:])
    for n, rule in enumerate(rules):
        members = desk.rows("SELECT uuid FROM by_topic WHERE topic = ? ORDER BY 1", f"t{n}")
        with Reader.open(desk.path, desk.now) as reader:
            assert sorted(str(e.id) for e in reader.search(rule, limit=1000)) == [m for (m,) in members], rule


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Entries of which some were stored long after they were published, and one that was withdrawn."""
    words = ["bridge", "ferry", "Brücke", "手机", "新手机", "한국어", "sea"]
    with Desk(tmp_path_factory.mktemp("archive") / "news.db") as desk:
        desk.adopt([source("a"), source("b")])
        for batch in range(4):
            of = "ab"[batch % 2]
            said = [
                page(
                    f"https://{of}.example/{n}",
                    " ".join(word for at, word in enumerate(words) if n % (at + 2) < 2),
                    title=f"bridge {n}" if n % 3 else f"sea {n}",
                    language="zh" if n % 5 else "en",
                    tags=("Sea",) * (n % 4 == 0),
                    published=START - (n if n % 6 else n * 7 % 40) * HOUR,
                )
                for n in range(batch * 12, batch * 12 + 12)
            ]
            desk.save(*said, of=source(of))
        desk.run(desk.store.withdraw("https://a.example/3"))
        yield desk


@settings(max_examples=120)
@given(
    rule=st.one_of(
        RULES, st.tuples(RULES, st.sampled_from(["1h", "9h", "2d"])).map(lambda r: f"({r[0]}) since:{r[1]}")
    ),
    limit=st.integers(1, 50),
    pace=st.fixed_dictionaries(
        {
            "_FEW": st.integers(0, 50),
            "_SOME": st.integers(0, 50),
            "_AT_ONCE": st.integers(1, 8),
            "_MOST_AT_ONCE": st.integers(8, 16),
            "_PATIENCE": st.integers(0, 400),
            "_A_SAMPLE": st.integers(0, 20),
            "_STRETCHES": st.integers(1, 40),
            "_STRETCH": st.integers(1, 20),
            "_A_LOOK": st.just(1),
            "_A_TEST": st.integers(0, 30),
        }
    ),
)
def test_however_the_newest_are_found_they_are_the_same(
    archive: Desk, rule: str, limit: int, pace: dict[str, int]
) -> None:
    meant = parse(rule, searching=True)
    with Reader.open(archive.path, archive.now) as reader, pytest.MonkeyPatch.context() as patch:
        connection, now = reader._connection, archive.now()
        for name, value in pace.items():
            patch.setattr(newest, name, value)
        found = newest.newest(connection, meant, limit, now, muted=False)
        assert found in (None, search._of_all(connection, meant, limit, now, muted=False))
        assert not connection.in_transaction


def test_what_many_entries_have_is_found_without_asking_for_all_of_them(archive: Desk) -> None:
    with Reader.open(archive.path, archive.now) as reader, pytest.MonkeyPatch.context() as patch:
        statements: list[str] = []
        reader._connection.set_trace_callback(statements.append)
        patch.setattr(newest, "_FEW", 4)
        for query in ("bridge", "bridge OR sea", "NOT 手机", "lang:zh bridge", "NOT source:a"):
            assert len(reader.search(query, limit=4)) == 4
    assert not [s for s in statements if " IN (SELECT rowid FROM entries_fts" in s]


@pytest.fixture
def dense(desk: Desk) -> Desk:
    """All entries have a word and a tag but two of the oldest."""
    desk.save(
        *(
            page(
                f"https://a.example/{n}",
                "ferry" * (n > 2),
                title=f"N{n}",
                tags=("sea", "seal")[: (n > 2) * (1 + n % 2)],
            )
            for n in range(1, 81)
        )
    )
    return desk


@pytest.mark.parametrize("query", ["NOT ferry", "NOT tag:sea", "NOT tag:se*"])
def test_the_few_that_have_not_what_nearly_all_have_are_counted_out(
    dense: Desk, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    for name, value in {"_FEW": 4, "_SOME": 8, "_A_SAMPLE": 1, "_PATIENCE": 500, "_AT_ONCE": 8, "_STRETCH": 16}.items():
        monkeypatch.setattr(newest, name, value)
    statements: list[str] = []
    with Reader.open(dense.path, dense.now) as reader:
        reader._connection.set_trace_callback(statements.append)
        assert sorted(e.title for e in reader.search(query, limit=9)) == ["N1", "N2"]
    assert sum("count(*)" in s for s in statements) == 5
    assert sum("entries_fts_docsize" in s for s in statements) == 1
    assert not [s for s in statements if "NOT (e.id IN" in s]


@pytest.mark.parametrize("every", [3, 20])
def test_what_is_spread_all_over_or_is_not_few_is_not_counted_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    desk.save(*(page(f"https://a.example/{n}", "ferry" * (n % every != 0), title=f"N{n}") for n in range(1, 241)))
    for name, value in {"_SOME": 16, "_STRETCH": 24}.items():
        monkeypatch.setattr(newest, name, value)
    statements: list[str] = []
    with Reader.open(desk.path, desk.now) as reader:
        reader._connection.set_trace_callback(statements.append)
        asked = newest._Search(reader._connection, parse("NOT ferry"), desk.now(), muted=False)
        assert asked._rule.few(16) is None
        asked.close()
    assert sum("count(*)" in s for s in statements) == (2 if every == 3 else 4)


def test_what_comes_after_a_long_silence_is_found_by_walking_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.at = START + 131 * HOUR
    desk.save(
        *(
            page(f"https://a.example/{n}", "ferry" * (n < 100), title=f"N{n}", published=START + n * HOUR)
            for n in range(1, 131)
        )
    )
    for name, value in {"_FEW": 4, "_SOME": 8, "_A_SAMPLE": 8, "_AT_ONCE": 8, "_PATIENCE": 900}.items():
        monkeypatch.setattr(newest, name, value)
    with Reader.open(desk.path, desk.now) as reader:
        assert newest.newest(reader._connection, parse("ferry"), 30, desk.now(), muted=False) is not None


def nested(shape: str, leaf: str) -> str:
    """The shape inside itself as often as a rule may."""
    rule = leaf
    while True:
        deeper = shape.replace("_", rule)
        try:
            parse(deeper)
        except RuleError:
            return rule
        rule = deeper


@pytest.mark.parametrize("leaf", ["bridge", "tag:verkehr", "(NOT x)"])
@pytest.mark.parametrize(
    "shape",
    [
        "(_ OR ferry)",
        "(ferry OR _)",
        "(x OR y (_))",
        "(y (_) OR x)",
        "(x OR tag:y (_) OR z)",
        "(x OR tag:y tag:z (NOT _))",
        "(x OR x NOT (_))",
        "NOT (_)",
        "(source:a NOT (_))",
        "(NOT y NOT (NOT (_)))",
        "(tag:x OR section:y z NOT tag:v (a OR _))",
    ],
)
def test_rules_as_deep_as_they_may_be_are_answered(shelf: Desk, shape: str, leaf: str) -> None:
    with Reader.open(shelf.path, shelf.now) as reader:
        for rule in (nested(shape, leaf), f"lang:en OR {nested(shape, leaf)}"):
            holding = Asked([parse(rule)]).holding
            everything = reader.search("NOT thiswordisnowhere", limit=100)
            expected = [e.url for e in everything if holding(as_said(shelf, e.url))]
            assert [e.url for e in reader.search(rule, limit=100)] == expected


@pytest.mark.parametrize(
    "part", ["word{}", "tag:{}", "tag:{}*", "NOT w{}", "NOT tag:{}", "section:a{} tag:b{}", "w{} source:c{}"]
)
@pytest.mark.parametrize("sign", [" OR ", " "])
def test_rules_as_long_as_they_may_be_are_answered(shelf: Desk, part: str, sign: str) -> None:
    parts = (10_000 - 12) // len(sign + part.replace("{}", "1000"))
    assert found(shelf, "bridge OR (" + sign.join(part.replace("{}", str(n)) for n in range(parts)) + ")").startswith(
        "1"
    )


@given(st.text())
def test_spaced_text_is_spaced(text: str) -> None:
    assert spaced(spaced(text)).split() == spaced(text).split()
