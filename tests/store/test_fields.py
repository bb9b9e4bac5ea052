"""What the pages of a source gave, and what is kept of an article beside its text."""

import json
from pathlib import Path
from types import MappingProxyType

from newsloom.news.items import Alternate, Form
from newsloom.news.memory import Role, State
from tests.store.newsdesk import ALL, BODY, DAY, HOUR, START, Desk, page, row

A, B, C = (f"https://a.example/{name}" for name in ("one", "two", "three"))


def test_the_fields_of_a_crawls_pages_are_counted_and_their_history_is_kept(tmp_path: Path) -> None:
    with Desk(tmp_path / "s.db") as desk:
        desk.adopt(topics=[ALL])
        whole = page(A, BODY, title="One", published=START, authors=("Jane Doe",), briefs=(row("Short news."),))
        desk.save(whole, page(B, BODY + "b", title="Two", origins=MappingProxyType({"title": "text"})))
        desk.save(page(C), page("https://a.example/x", state=State.FAILED), page("https://a.example/", role=Role.START))
        desk.record()
        desk.at = START + DAY + HOUR
        desk.save(page("https://a.example/four", BODY + "four", title="Four"))
        history = desk.rows("SELECT * FROM field_history")
    assert [tuple(r) for r in history] == [
        ("a", "2026-05-04", 1, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0),
        ("a", "2026-05-03", 3, 0.667, 0.5, 0.5, 1.0, 0.5, 0.5),
    ]


def test_form_access_alternates_and_origins_are_columns_of_an_entry(tmp_path: Path) -> None:
    amp = Alternate(kind="amp", url="https://a.example/amp/one")
    with Desk(tmp_path / "s.db") as desk:
        desk.adopt(topics=[ALL])
        desk.save(
            page(A, BODY, title="One", form=Form.LIVE, paywalled=True, alternates=(amp,), origins={"title": "h1"})
        )
        desk.save(page(B, "Other " + BODY, title="Two", paywalled=False), page(C, "Third " + BODY, title="Three"))
        rows = desk.rows("SELECT form, access, alternates, origins FROM entries ORDER BY title")
    assert [(form, access) for form, access, _, _ in rows] == [("live", "paid"), ("article", ""), ("article", "free")]
    assert json.loads(rows[0][2]) == [{"kind": "amp", "url": amp.url, "language": ""}]
    assert json.loads(rows[0][3]) == {"title": "h1"}
