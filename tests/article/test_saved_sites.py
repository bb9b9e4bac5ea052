"""Saved pages and what they give: `tests/sites/<source>/<case>.html` with `<case>.json`. A new site adds files, not code."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from newsloom.news.items import Article
from scraper.extract.charsets import decode
from scraper.extract.reading import read

SITES = Path(__file__).parent.parent / "sites"
CASES = sorted(SITES.glob("*/*.json"))


def _shown(article: Article, name: str) -> Any:
    """A field in the form the saved cases have it."""
    if name == "paragraphs":
        return article.text.split("\n\n")
    if name == "image":
        return article.image.url if article.image else None
    value = getattr(article, name)
    return value.isoformat() if isinstance(value, datetime) else list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("case", CASES, ids=[f"{c.parent.name}/{c.stem}" for c in CASES])
def test_saved_page_gives_what_is_known_of_it(case: Path) -> None:
    known = json.loads(case.read_text("utf-8"))
    html = decode(case.with_suffix(".html").read_bytes())

    reading = read(html, known["url"], fetched=datetime.fromisoformat(known["fetched"]), zone=known["zone"])

    assert reading.article is not None, reading.reason
    expected = dict(known["article"])
    for text in expected.pop("contains", ()):
        assert text in reading.article.text
    got = {name: _shown(reading.article, name) for name in expected}
    assert got == expected
    assert [[b.time_text, b.tag] for b in reading.briefs] == known["briefs"]
