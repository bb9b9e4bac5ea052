"""What the pages of a source gave, crawl by crawl: when a site changes its templates, this is where it shows."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from newsloom.news.memory import Page, Role, State
from newsloom.store import instants

_NO_HEADLINE = "text"
"""The origin of a title that is the text's first words."""


def note(connection: sqlite3.Connection, source: str, started: datetime, pages: Sequence[Page]) -> None:
    """Count the fields of read article pages into those of their crawl, which is named by its source and begin."""
    read = [p for p in pages if p.role is Role.ARTICLE and p.state is State.READ]
    if not read:
        return
    articles = [(p, p.article) for p in read if p.article is not None]
    counts = (
        len(read),
        len(articles),
        sum(bool(a.title) and a.origins.get("title") != _NO_HEADLINE for _, a in articles),
        sum(a.published is not None for _, a in articles),
        sum(bool(a.text) for _, a in articles),
        sum(bool(a.authors) for _, a in articles),
        sum(bool(p.briefs) for p, _ in articles),
    )
    connection.execute(
        """
        INSERT INTO fields(source, started, pages, articles, title, date, body, author, briefs) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT(source, started) DO UPDATE
           SET pages = pages + excluded.pages, articles = articles + excluded.articles, title = title + excluded.title,
               date = date + excluded.date, body = body + excluded.body, author = author + excluded.author,
               briefs = briefs + excluded.briefs
        """,
        (source, instants.written(started), *counts),
    )
