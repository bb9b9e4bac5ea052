"""What an article says, as columns of `entries`; and what stays when two tellings of one piece meet. Pure."""

import json
import re
import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from newsloom.news import identity
from newsloom.news.items import Article
from newsloom.news.wording import says_the_same
from newsloom.store import instants
from newsloom.store.database import plain

Columns = Mapping[str, Any] | sqlite3.Row
"""Columns of `entries` by name; of a row of the store, or to become one."""

ITEM, PAGE, BRIEF = "item", "page", "brief"
"""Where a body came from (`body_from`)."""

_PUBLISHED_MAY_DIFFER = timedelta(days=1)
_ZONES, _STEP = timedelta(hours=14), timedelta(minutes=15)
_TITLE = 100
"""Characters of a title made from a text."""
_SURE_COPY = 500
"""Characters from which on the same text alone makes the same piece; shorter ones ("subscribe to read on") need titles alike."""
_ALIKE = 0.5
_FROM_IT = 0.8
"""Of the words of a text, if it is a shorter telling of another. Of another piece in one language some .5 are in it."""

FACE = (
    "source", "url", "title", "summary", "text", "html", "authors", "section", "tags", "language", "image", "enclosures",
    "form", "access", "alternates", "origins", "published", "guessed", "updated", "body_from", "digest", "read_key",
)  # fmt: skip
"""What one telling of a piece says; the original's is the entry's."""
READING = (
    "summary", "authors", "section", "tags", "language", "image", "enclosures", "form", "access", "alternates", "origins",
)  # fmt: skip
"""What a second look may fill in or put right without being a correction."""


def columns(article: Article, body_from: str) -> dict[str, Any]:
    """An article's own columns; `published` and `modified` as it says them, unjudged."""
    return {
        "kind": "article",
        "url": plain(article.url),
        "title": " ".join(plain(article.title).split()),
        "summary": plain(article.summary).strip(),
        "text": plain(article.text).strip(),
        "html": plain(article.html),
        "authors": _lines(article.authors),
        "section": " ".join(plain(article.section).split()),
        "tags": _lines(article.tags),
        "language": plain(article.language).lower(),
        "image": _image(article),
        "enclosures": _enclosures(article),
        "form": article.form.value if body_from == PAGE else "",
        "access": "" if article.paywalled is None else "paid" if article.paywalled else "free",
        "alternates": _alternates(article),
        "origins": json.dumps(dict(article.origins)) if article.origins else "",
        "body_from": body_from,
        "dropped": "",
        "digest": identity.text_digest(plain(article.text)) if article.sure else "",
    }


def _lines(values: tuple[str, ...]) -> str:
    return "\n".join(dict.fromkeys(folded for v in values if (folded := " ".join(plain(v).split()))))


def _image(article: Article) -> str:
    i = article.image
    if i is None or not (url := plain(i.url)):
        return ""
    facts = {"url": url, "caption": plain(i.caption), "width": i.width, "height": i.height}
    return json.dumps({k: v for k, v in facts.items() if v}, ensure_ascii=False)


def _enclosures(article: Article) -> str:
    facts = [{"url": plain(e.url), "type": plain(e.type), "length": e.length} for e in article.enclosures if e.url]
    return json.dumps(facts, ensure_ascii=False) if facts else ""


def _alternates(article: Article) -> str:
    facts = [{"kind": a.kind, "url": plain(a.url), "language": a.language} for a in article.alternates]
    return json.dumps(facts, ensure_ascii=False) if facts else ""


def dated(
    columns: dict[str, Any], published: datetime | None, modified: datetime | None, first_seen: datetime, now: datetime
) -> dict[str, Any]:
    """With its times: `published` if it may be true, else `first_seen` and marked so; `updated` no earlier."""
    there = instants.believable(published, now)
    changed = instants.believable(modified, now)
    shown = there or first_seen
    return columns | {
        "published": instants.written(shown),
        "guessed": int(there is None),
        "updated": instants.written(changed if changed and shown < changed <= now else shown),
    }


def published(
    page: datetime | None, listed: datetime | None, now: datetime, *, from_feed: bool, zoned: bool = True
) -> datetime | None:
    """The page's word, unless it has none, or a feed says something that is more than a day away from it.

    A clock that names no zone (not `zoned`) was read in that of the source, which may be wrong: the same minute some hours away
    is what it means.
    """
    page, listed = instants.believable(page, now), instants.believable(listed, now)
    if page is None or listed is None:
        return page or listed
    if not zoned and _is_same_clock_elsewhere(page, listed):
        return listed
    return listed if from_feed and abs(page - listed) > _PUBLISHED_MAY_DIFFER else page


def _is_same_clock_elsewhere(one: datetime, other: datetime) -> bool:
    """Whether two instants are the same clock time in two zones: zones are whole quarters of an hour
    away from UTC, at most 14 hours."""
    apart = abs(one.replace(second=0, microsecond=0) - other.replace(second=0, microsecond=0))
    return apart <= _ZONES and apart % _STEP == timedelta(0)


def filled(old: Columns, page: dict[str, Any], *, sure: bool) -> dict[str, Any]:
    """What an entry known from a feed item or a teaser becomes when its page is read.

    The page wins where it says something; the fuller body wins unless the page is sure of its own. The feed's files stay.
    A text that was dropped does not come back.
    """
    kept = {name: page[name] or old[name] for name in ("url", "title", *READING)}
    kept["enclosures"] = old["enclosures"] or page["enclosures"]
    mine = sure or len(page["text"]) >= len(old["text"]) or old["body_from"] == BRIEF
    body = page if mine and page["text"] and not old["dropped"] else old
    return {"kind": "article", **kept, **{name: body[name] for name in ("text", "html", "body_from", "digest")}}


def reread(old: Columns, page: dict[str, Any], *, sure: bool) -> dict[str, Any]:
    """What an entry becomes when the page it was read from is read again. What the page no longer says stays, what was dropped
    stays away, and so does what counts and advertises."""
    kept = {name: page[name] or old[name] for name in ("title", *READING)}
    lost = not page["text"] or old["dropped"] or (not sure and len(page["text"]) < len(old["text"]))
    body = old if lost or _differ_in_furniture(old["text"], page["text"]) else page
    return {**kept, **{name: body[name] for name in ("text", "html", "body_from", "digest")}}


def corrected(old: Columns, new: Columns) -> bool:
    """Whether title or text say something else; of an entry whose text was dropped nobody can tell, so the title decides."""
    if not says_the_same(old["title"], new["title"]):
        return True
    return not old["dropped"] and not says_the_same(old["text"], new["text"])


def _differ_in_furniture(one: str, other: str) -> bool:
    """Whether two texts say the same, with other lines between that say nothing."""
    return one != other and folded(one) != folded(other) and says_the_same(one, other)


def folded(text: str) -> str:
    """Without what is cosmetic: white space, case, punctuation; but never nothing."""
    return identity.letters(text) or text.strip()


def is_copy(one: Columns, other: Columns) -> bool:
    """Whether two entries with the same text, or nearly, are one piece, and not two pages with one notice on them, or two episodes
    with the same description. What one site prints under two headlines it means to be two pieces: a daily bulletin,
    results from a template; a copy elsewhere is free to have a headline of its own."""
    if one["enclosures"] and other["enclosures"] and one["enclosures"] != other["enclosures"]:
        return False
    if identity.site(one["url"]) == identity.site(other["url"]):
        return folded(one["title"]) == folded(other["title"])
    return (
        max(len(one["text"]), len(other["text"])) >= _SURE_COPY
        or identity.similar(one["title"], other["title"]) >= _ALIKE
    )


def may_be_one(one: Columns, other: Columns) -> bool:
    """Whether both may be one when a redirect says so: dead addresses are led to other articles, too."""
    unread = _is_unread(one) or _is_unread(other)
    same = one["digest"] == other["digest"] != ""
    return unread or same or identity.similar(one["title"], other["title"]) >= _ALIKE


def is_declared_one(one: Columns, other: Columns) -> bool:
    """Whether both may be one when a page says so of itself: some sites have all pages of a kind declare one address, or another
    article's. Parts of one article have one headline; a shorter telling has its words from the longer."""
    if one["digest"] == other["digest"] != "" or folded(one["title"]) == folded(other["title"]):
        return True
    said, elsewhere = one["text"] or one["summary"], other["text"] or other["summary"]
    if BRIEF in (one["body_from"], other["body_from"]):
        return bool(said and elsewhere) and identity.contained(said, elsewhere) >= _FROM_IT
    if identity.similar(one["title"], other["title"]) < _ALIKE:
        return False
    return _is_unread(one) or _is_unread(other) or identity.contained(said, elsewhere) >= _FROM_IT


def _is_unread(columns: Columns) -> bool:
    return columns["body_from"] == BRIEF or not (columns["text"] or columns["dropped"])


def is_front(key: str) -> bool:
    """A site's front page, which some pages declare as their own address."""
    host, _, rest = key.partition("://")[2].partition("/")
    return not rest and "?" not in host and "#" not in host


def rank(columns: Columns, preferred: str) -> tuple[bool, str, int, str]:
    """Smaller is the original: declared by a copy, else the earliest, else the fuller. Total."""
    when = instants.NEVER if columns["guessed"] else columns["published"]
    return (identity.key(columns["url"]) != preferred or not preferred, when, -len(columns["text"]), columns["url"])


_SENTENCE = re.compile(
    r"""(?: [^\W\dA-Z_]{2}\. | \d{4}\. | %\. | [!?…] )  # not "U.S.", "Mr.", "3. Mai"
        ["”’»)]*  (?= \s+ (?: [^\Wa-z_] | ["“„«(] ) )
      | [。！？؟।]""",
    re.VERBOSE,
)


def first_sentence(text: str) -> str:
    """A title for a text that has none: its first sentence, cut at a word if it is longer than a title may be."""
    line = " ".join(text.split())
    end = _SENTENCE.search(line)
    first = line[: end.end()] if end else line
    if len(first) <= _TITLE:
        return first
    cut = first[:_TITLE]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:-–—") + "…"
