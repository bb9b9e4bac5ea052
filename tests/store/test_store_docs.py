"""docs/store.md says what is true."""

import re
from pathlib import Path

import pytest

from tests.store.newsdesk import ALL, BODY, BRIEFS, HOUR, START, Desk, page, row, source

DOC = Path(__file__).parents[2] / "docs" / "store.md"
TEXT = DOC.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```sql\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


@pytest.fixture
def lived_in(desk: Desk) -> Desk:
    """A store in which every example finds something."""
    sources = [source("a"), source("b")]
    desk.adopt(sources, [ALL, BRIEFS])
    block = (row("The council meets on Monday to talk about the bridge.", clock=START, tag="City"),)
    desk.save(
        page("https://a.example/1", BODY, title="Bridge agreed", published=START, briefs=block),
        page("https://a.example/2", "华为发布新手机。", title="新手机", briefs=block),
        page("https://a.example/3"),
        of=sources[0],
    )
    desk.save(page("https://a.example/2", "华为发布了新手机。", title="新手机来了", at=START + HOUR), of=sources[0])
    desk.save(page("https://b.example/1", BODY, title="Bridge agreed"), of=sources[1])
    long = " ".join(f"of the {n} bridges number{n} is the mayor's{n}" for n in range(80))
    desk.save(page("https://a.example/4", long, title="Bridges counted", published=START), of=sources[0])
    desk.save(
        page("https://b.example/2", f"{long} So it was said.", title="All bridges", published=START), of=sources[1]
    )
    like = " ".join(f"number{n} the mayor's{n} bridges {n}" for n in range(0, 80, 2))
    desk.save(page("https://b.example/3", like, title="Bridges counted, says mayor", published=START), of=sources[1])
    desk.record(new=1)
    desk.run(desk.store._do(lambda c: c.execute("UPDATE addresses SET state = 'failed' WHERE url LIKE '%/3'").close()))
    return desk


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_finds_something(lived_in: Desk, example: str) -> None:
    example = example.replace("'now'", f"'{START:%Y-%m-%d %H:%M}'")
    assert lived_in.rows(example)


@pytest.mark.parametrize("view", ["latest", "by_topic", "read_next", "changes", "stories", "sources"])
def test_the_columns_of_a_view_are_those_the_doc_names(desk: Desk, view: str) -> None:
    section = TEXT.split(f"### {view}\n")[1].split("```")[0]
    named = max(re.findall(r"`([^`]*, [^`]*)`", section), key=len).replace("\n", " ").split(", ")
    assert [name for (name,) in desk.rows("SELECT name FROM pragma_table_info(?)", view)] == named


def test_every_table_is_described_with_every_column(desk: Desk) -> None:
    tables = [
        name
        for (name,) in desk.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not name.startswith(("sqlite_", "_sqlite", "entries_fts"))
    ]
    for table in tables:
        section = TEXT.split(f"### {table}\n")[1].split("\n### ")[0]
        columns = [name for (name,) in desk.rows("SELECT name FROM pragma_table_info(?)", table)]
        assert re.findall(r"^\| `(\w+)`", section, re.MULTILINE) == columns, table
