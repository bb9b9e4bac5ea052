"""Saved pages with blocks of briefs (`rows` in `tests/sites/<source>/<case>.json`), read through the room's door."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from newsloom.news.items import KEPT_BRIEFS
from scraper.extract.reading import read

SITES = Path(__file__).parent.parent / "sites"
CASES = [c for c in sorted(SITES.glob("*/*.json")) if "rows" in json.loads(c.read_text("utf-8"))]
NOT_IN_A_BODY = ("Read next", "What is your opinion on this topic?", "Leave the first comment", "...")


@pytest.mark.parametrize("case", CASES, ids=[f"{c.parent.name}/{c.stem}" for c in CASES])
def test_saved_block_gives_its_rows_and_nothing_of_it_is_in_the_body(case: Path) -> None:
    known = json.loads(case.read_text("utf-8"))

    reading = read(
        case.with_suffix(".html").read_bytes(),
        known["url"],
        fetched=datetime.fromisoformat(known["fetched"]),
        zone=known["zone"],
    )

    kept = [b for b in reading.briefs if b.kind in KEPT_BRIEFS]
    got = [
        {
            "time": b.time_text,
            "tag": b.tag,
            "text": b.text,
            "url": b.url,
            "published": b.published.isoformat() if b.published else None,
        }
        for b in kept
    ]
    assert got == known["rows"]
    assert reading.article is not None
    assert reading.article.text.split("\n\n") == known["article"]["paragraphs"]
    assert not any(words in reading.article.text for words in NOT_IN_A_BODY)
    assert not any(row["text"] in reading.article.html for row in known["rows"])
