"""Run by the readers' own Python, which knows none of newsloom: `parse.py NAME` has a feed on stdin, its items as JSON on stdout.

`parse.py reader STORE ADDRESS` lets the library reader fetch the feed at that address, and says what its store holds then.
"""

import importlib
import json
import sys
from calendar import timegm
from datetime import datetime
from typing import Any

Item = dict[str, Any]
"""id, link, title, content as texts, date as seconds since 1970."""


def seconds(instant: datetime | str | None) -> float | None:
    if isinstance(instant, str):
        instant = datetime.fromisoformat(instant)
    return instant.timestamp() if instant else None


def feedparser(raw: bytes) -> list[Item]:
    read = importlib.import_module("feedparser").parse(raw)
    if read.bozo:
        raise ValueError(read.bozo_exception)
    return [
        {
            "id": e.id, "link": e.get("link"), "title": e.title, "date": timegm(e.published_parsed),
            "content": e.content[0].value,
        }
        for e in read.entries
    ]  # fmt: skip


def fastfeedparser(raw: bytes) -> list[Item]:
    return [
        {
            "id": e.get("id"), "link": e.get("link"), "title": e.get("title"), "date": seconds(e.get("published")),
            "content": e.content[0]["value"],
        }
        for e in importlib.import_module("fastfeedparser").parse(raw).entries
    ]  # fmt: skip


def atoma(raw: bytes) -> list[Item]:
    library = importlib.import_module("atoma")
    if raw.startswith(b"{"):
        return [
            _said(i.id_, i.url, i.title, i.date_published, i.content_html)
            for i in library.parse_json_feed_bytes(raw).items
        ]
    if b"<rss" in raw[:300]:
        return [
            _said(i.guid, i.link, i.title, i.pub_date, i.content_encoded) for i in library.parse_rss_bytes(raw).items
        ]
    return [
        _said(
            e.id_,
            next((x.href for x in e.links if x.rel in (None, "alternate")), ""),
            e.title.value,
            e.published,
            e.content.value,
        )
        for e in library.parse_atom_bytes(raw).entries
    ]


def reader(store: str, address: str) -> list[Item]:
    # Its copy of feedparser wants a module that PyPI has as source only; feedparser's own is the same.
    sys.modules.setdefault("sgmllib", importlib.import_module("feedparser_sgmllib"))
    with importlib.import_module("reader").make_reader(store) as here:
        here.add_feed(address, exist_ok=True)
        here.update_feed(address)
        return [
            _said(e.id, e.link, e.title, e.published, getattr(e.get_content(), "value", ""))
            for e in here.get_entries(feed=address)
        ]


def _said(name: str, link: str | None, title: str | None, date: datetime | None, content: str) -> Item:
    return {"id": name, "link": link, "title": title, "date": seconds(date), "content": content}


if __name__ == "__main__":
    of, *arguments = sys.argv[1:]
    if of == "reader":
        items = reader(*arguments)
    else:
        items = {"feedparser": feedparser, "fastfeedparser": fastfeedparser, "atoma": atoma}[of](
            sys.stdin.buffer.read()
        )
    json.dump(items, sys.stdout)
